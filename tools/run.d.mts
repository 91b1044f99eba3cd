export interface RunOptions {
  readonly silenceMs?: number
  readonly env?: Readonly<Record<string, string>>
  readonly quiet?: boolean
  readonly write?: (text: string) => void
  readonly niceness?: number
}

export const run: (
  command: string,
  args: readonly string[],
  options?: RunOptions,
) => Promise<{ readonly code: number | null; readonly output: string; readonly silent: boolean }>
