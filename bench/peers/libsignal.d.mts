/** Two ends of a libsignal session that have both spoken, with stores in memory. */
export interface SignalPair {
  seal(side: 0 | 1, plaintext: Uint8Array): Promise<Uint8Array>
  /** `side` receives. */
  open(side: 0 | 1, message: Uint8Array): Promise<Uint8Array>
}

/** PQXDH, then a few messages each way, so that neither sends pre-key messages any more. */
export const createSignalPair: () => Promise<SignalPair>
