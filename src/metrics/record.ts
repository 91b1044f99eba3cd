/**
 * What one record says, and where records go. Public facts only: never key bytes, passwords, plaintext or exact
 * message lengths.
 */

/** One operation, where it ran. */
export interface Measurement {
  /** Snake-case name: `kem_key_generation`, `aead_seal`, `pake_run`. */
  readonly operation: string
  /** What did it: `ML-KEM-768`, `X25519`, `AES-256-GCM`, `CPaceOQUAKE`. */
  readonly algorithm: string
  /** Milliseconds on the recorder's clock. */
  readonly start: number
  /** Milliseconds. */
  readonly duration: number
  /** Sizes of public or padded inputs and outputs, in bytes. */
  readonly bytesIn: number
  readonly bytesOut: number
  /** `null` on success, else an error code. */
  readonly error: string | null
}

export const threads = ['worker', 'page'] as const

/** One measured operation and where it stands. */
export interface OperationRecord extends Measurement {
  /** Positive, unique among the records of one tab. */
  readonly id: number
  /** The `id` of the operation that it is a part of, which is recorded later, when it ends. `null` for a whole. */
  readonly parent: number | null
  /** The `id` of the outermost operation. */
  readonly trace: number
  /** What the member was doing, as its view says: `proving`, `joined`. `null` outside of a group. */
  readonly phase: string | null
  /** Which member it was about: `peer-1`, by the order of meeting. No id, no name. */
  readonly peer: string | null
  /** Number of the epoch at the time. */
  readonly epoch: number | null
  readonly thread: (typeof threads)[number]
  /** Milliseconds that the step which it belongs to had waited for the steps before. */
  readonly queueWait: number
  /** Taken while nobody could see the page: browsers slow such pages down. */
  readonly throttled: boolean
}

/** Number of a span that is open. */
export type Span = number

/** Operations inside of operations. Steps never overlap, so one span at a time is the innermost. */
export interface Spans {
  /** Starts a span inside the innermost. A `lasting` one outlives its step: it lies in what lasts, too, if in anything. */
  open(lasting: boolean): Span
  /** Makes it the innermost, until the returned function is called. */
  enter(span: Span): () => void
  /** Given up without a record. */
  drop(span: Span): void
}

/** Where records go, and the clock that times them (milliseconds, monotonic). */
export interface Recorder {
  now(): number
  /** `span`: the open one that ends with this record. */
  record(entry: Measurement, span?: Span): void
  /** Left out where nobody asks what lies in what. */
  readonly spans?: Spans
}
