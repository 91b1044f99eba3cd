/** Secret bytes as a type of their own: they do not print, do not serialize, and can be wiped. */

import { type Bytes, type Codec, fixed } from '../codec/index.ts'

/**
 * Secret bytes. Prints and serialises as `[secret]`; a structured clone carries nothing.
 * JavaScript cannot promise erasure: `wipe` overwrites this copy, not those an engine may have made.
 */
export class Secret {
  #bytes: Bytes | null
  #derived: Secret | null = null
  #form: { readonly engine: object; readonly form: unknown } | null = null

  /** Takes ownership of `bytes`. */
  constructor(bytes: Bytes) {
    this.#bytes = bytes
  }

  get length(): number {
    return this.expose().length
  }

  /** The bytes themselves, not a copy. Throws when wiped. */
  expose(): Bytes {
    if (this.#bytes === null) throw new Error('secret was wiped')
    return this.#bytes
  }

  slice(start: number, end: number): Secret {
    return new Secret(this.expose().slice(start, end))
  }

  /** Another form of the same secret, made once and wiped with this one. */
  derived(make: () => Bytes): Secret {
    this.#derived ??= new Secret(make())
    return this.#derived
  }

  /**
   * What `engine` imported of this secret, made once and let go with it. Of one engine at a time. No WeakMap: its
   * entries outlive the collector's first round, and each then costs a second.
   */
  form<T>(engine: object, make: (bytes: Bytes) => T): T {
    const bytes = this.expose()
    if (this.#form?.engine !== engine) this.#form = { engine, form: make(bytes) }
    return this.#form.form as T
  }

  get wiped(): boolean {
    return this.#bytes === null
  }

  wipe(): void {
    this.#bytes?.fill(0)
    this.#bytes = null
    this.#derived?.wipe()
    this.#form = null
  }

  toString(): string {
    return '[secret]'
  }

  toJSON(): string {
    return '[secret]'
  }
}

/** Where an operation takes either: keys are secrets, salts and published values are bytes. */
export type Material = Secret | Uint8Array

/**
 * @param material - secret or public bytes
 * @returns the bytes themselves, not a copy
 * @throws Error on a wiped secret
 */
export const expose = (material: Material): Uint8Array =>
  material instanceof Secret ? material.expose() : material

/**
 * @param a - bytes
 * @param b - bytes
 * @returns whether they are the same, in time that depends on the length alone
 */
export const equalSecrets = (a: Material, b: Material): boolean => {
  const left = expose(a)
  const right = expose(b)
  if (left.length !== right.length) return false
  let difference = 0
  for (let i = 0; i < left.length; i++) difference |= left[i]! ^ right[i]!
  return difference === 0
}

/**
 * @param a - bytes
 * @param b - as many bytes
 * @returns their bytewise exclusive or
 * @throws RangeError on different lengths
 */
export const xor = (a: Material, b: Material): Bytes => {
  const left = expose(a)
  const right = expose(b)
  if (left.length !== right.length) throw new RangeError('xor needs equal lengths')
  return Uint8Array.from(left, (byte, i) => byte ^ right[i]!)
}

/**
 * @param size - bytes
 * @returns codec of that many secret bytes, for states that are sealed before they are stored
 */
export const secretBytes = (size: number): Codec<Secret> => ({
  write: (out, value) => fixed(size).write(out, value.expose()),
  read: (input) => new Secret(fixed(size).read(input)),
})
