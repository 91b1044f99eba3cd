/** One measured operation. Public facts only: never key bytes, passwords, plaintext or exact message lengths. */
export interface OperationRecord {
  /** Snake-case name, the seed project's where it had one: `kem_key_generation`, `aead_seal`, `pake_run`. */
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

/** Where records go, and the clock that times them (milliseconds, monotonic). */
export interface Recorder {
  now(): number
  record(entry: OperationRecord): void
}
