/** What a member sees of its own protocols: counters and public ids, no key. */
export interface InsideView {
  readonly pairs: readonly {
    /** 32 hexadecimal digits. */
    readonly id: string
    readonly turnsSent: number
    readonly turnsReceived: number
    /** Messages of the chains of now. */
    readonly sent: number
    readonly received: number
    readonly skipped: number
    /** The other side has not answered the latest turn yet. */
    readonly awaitingAck: boolean
  }[]
  /** Held epochs, oldest first. `id`: its first 8 hexadecimal digits. */
  readonly epochs: readonly {
    readonly id: string
    readonly counter: number
    readonly author: string
    readonly members: number
    /** Milliseconds since 1970. */
    readonly since: number
    readonly current: boolean
  }[]
  /** The epoch that each member told of last. */
  readonly standings: readonly {
    readonly id: string
    readonly epoch: string | null
    readonly differs: boolean
  }[]
}
