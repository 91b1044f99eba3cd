/** A group of RFC 9420 whose tree has no blank nodes: its first member commits, its second follows. */
export interface MlsGroup {
  /** A new epoch: what every other member receives. */
  commit(): Promise<Uint8Array>
  process(commit: Uint8Array): Promise<void>
}

/** `suite`: an MLS cipher suite by its name. */
export const createMlsGroup: (n: number, suite: string) => Promise<MlsGroup>
