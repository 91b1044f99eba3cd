/**
 * Binary codecs: one value holds both directions of a structure, so that what is written and what is accepted
 * cannot drift apart. Decoding is strict: every input has one reading, every reading one encoding.
 */

/** A byte string. Everything on the wire, in storage or under a key is one of these. */
export type Bytes = Uint8Array<ArrayBuffer>

/** Why a decoder refused, and where. Never contains the refused bytes. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError'
  readonly path: string
  readonly offset: number
  constructor(reason: string, path: string, offset: number) {
    super(`${reason} at ${path || 'value'} (offset ${offset})`)
    this.path = path
    this.offset = offset
  }
}

/** Both directions of one structure. Integers are big-endian. */
export interface Codec<T> {
  write(out: Writer, value: T): void
  read(input: Reader): T
}

/**
 * Encodes `value`.
 *
 * @param codec - the structure
 * @param value - what to write
 * @param room - bytes set aside at first; a good guess saves copies of long values
 * @returns the encoding
 * @throws RangeError on a value outside the codec's bounds: a caller's mistake, not input
 */
export function encode<T>(codec: Pick<Codec<T>, 'write'>, value: T, room = 256): Bytes {
  const out = new Writer(room)
  codec.write(out, value)
  return out.finish()
}

/**
 * Decodes all of `bytes`.
 *
 * @param codec - the structure
 * @param bytes - untrusted input
 * @returns the value
 * @throws DecodeError on short input, trailing bytes or any non-canonical form
 */
export function decode<T>(codec: Codec<T>, bytes: Uint8Array): T {
  const input = new Reader(bytes)
  const value = codec.read(input)
  input.end()
  return value
}

/** Collects an encoding. A buffer that was outgrown is overwritten, since what passes here may be secret. */
export class Writer {
  #buffer: Bytes
  #length = 0

  constructor(room: number) {
    this.#buffer = new Uint8Array(room)
  }

  #reserve(count: number): number {
    const at = this.#length
    const needed = at + count
    if (needed > this.#buffer.length) {
      const grown = new Uint8Array(Math.max(needed, this.#buffer.length * 2))
      grown.set(this.#buffer.subarray(0, at))
      this.#buffer.fill(0)
      this.#buffer = grown
    }
    this.#length = needed
    return at
  }

  /** Unsigned big-endian integer of 1 to 6 bytes. */
  uint(value: number, size: number): void {
    if (!Number.isInteger(value) || value < 0 || value >= 2 ** (8 * size)) {
      throw new RangeError(`integer ${value} does not fit ${size} bytes`)
    }
    let at = this.#reserve(size) + size
    for (let rest = value, i = 0; i < size; i++) {
      this.#buffer[--at] = rest % 256
      rest = Math.floor(rest / 256)
    }
  }

  raw(bytes: Uint8Array): void {
    const at = this.#reserve(bytes.length)
    this.#buffer.set(bytes, at)
  }

  finish(): Bytes {
    if (this.#length === this.#buffer.length) return this.#buffer
    const result = this.#buffer.slice(0, this.#length)
    this.#buffer.fill(0)
    return result
  }
}

/** Walks through an input and knows the name of the part it is in. */
export class Reader {
  readonly #bytes: Uint8Array
  readonly #path: string[] = []
  #offset = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  fail(reason: string): never {
    throw new DecodeError(reason, this.#path.join('.'), this.#offset)
  }

  /** Names the part being read, so that an error can say where it was. */
  within<T>(name: string, read: () => T): T {
    this.#path.push(name)
    const value = read()
    this.#path.pop()
    return value
  }

  uint(size: number): number {
    const end = this.#offset + size
    if (end > this.#bytes.length) this.fail('input is too short')
    let value = 0
    for (let at = this.#offset; at < end; at++) value = value * 256 + this.#bytes[at]!
    this.#offset = end
    return value
  }

  raw(count: number): Bytes {
    return new Uint8Array(this.view(count))
  }

  /** A part of the input itself, which has to stay as it is as long as the part is used. */
  view(count: number): Bytes {
    const end = this.#offset + count
    if (end > this.#bytes.length) this.fail('input is too short')
    const part = this.#bytes.subarray(this.#offset, end)
    this.#offset = end
    return part as Bytes
  }

  end(): void {
    if (this.#offset !== this.#bytes.length) this.fail('trailing bytes')
  }
}
