/** JSON that a file or another page brings: read strictly, field by field, or refused with a code. */

export interface DocumentKind {
  readonly format: string
  readonly version: number
  readonly maxCharacters: number
}

export type DocumentProblem = 'too-large' | 'not-json' | 'other-format' | 'other-version'

/** A document of this format and version; its other fields are still to be parsed. */
export const readDocument = (
  text: string,
  { format, version, maxCharacters }: DocumentKind,
): { readonly fields: Readonly<Record<string, unknown>> } | { readonly problem: DocumentProblem } => {
  if (text.length > maxCharacters) return { problem: 'too-large' }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { problem: 'not-json' }
  }
  const fields: Readonly<Record<string, unknown>> = Object(value)
  if (fields.format !== format) return { problem: 'other-format' }
  return fields.version === version ? { fields } : { problem: 'other-version' }
}

/** Why a file or a message was not taken; the wording of each is in the ui. */
export const captureErrors = [
  'capture/too-large',
  'capture/not-json',
  'capture/other-format',
  'capture/other-version',
  'capture/unknown-field',
  'capture/wrong-value',
  'capture/contradiction',
] as const
export type CaptureError = (typeof captureErrors)[number]

export class CaptureProblem extends Error {
  readonly code: CaptureError
  /** Where in the data: `log.latest[3].start`. */
  readonly path: string

  constructor(code: CaptureError, path: string) {
    super(`${code} at ${path === '' ? 'the top' : path}`)
    this.code = code
    this.path = path
  }
}

/** Returns a typed copy of the value, or throws `CaptureProblem`. */
export type Parse<T> = (value: unknown, path: string) => T

const wrong = (path: string): never => {
  throw new CaptureProblem('capture/wrong-value', path)
}

export const numberIn =
  (least: number, most: number): Parse<number> =>
  (value, path) =>
    typeof value === 'number' && value >= least && value <= most ? value : wrong(path)

export const integerIn =
  (least: number, most: number): Parse<number> =>
  (value, path) =>
    Number.isSafeInteger(value) ? numberIn(least, most)(value, path) : wrong(path)

export const flag: Parse<boolean> = (value, path) => (typeof value === 'boolean' ? value : wrong(path))

/** Printable, at most `most` UTF-16 units: names of ours, which a foreign file may replace by anything. */
export const textOf =
  (most: number): Parse<string> =>
  (value, path) =>
    typeof value === 'string' && value.length <= most && !/\p{C}/u.test(value) ? value : wrong(path)

export const oneOf =
  <const T extends string | number>(...values: readonly T[]): Parse<T> =>
  (value, path) =>
    values.find((each) => each === value) ?? wrong(path)

export const orNull =
  <T>(parse: Parse<T>): Parse<T | null> =>
  (value, path) =>
    value === null ? null : parse(value, path)

export const listOf =
  <T>(parse: Parse<T>, most: number): Parse<readonly T[]> =>
  (value, path) =>
    Array.isArray(value) && value.length <= most
      ? value.map((each, i) => parse(each, `${path}[${i}]`))
      : wrong(path)

/** Every field, and no other. */
export const shape =
  <T extends object>(fields: { readonly [K in keyof T]: Parse<T[K]> }): Parse<T> =>
  (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return wrong(path)
    const at = (name: string): string => (path === '' ? name : `${path}.${name}`)
    const strange = Object.keys(value).find((name) => !Object.hasOwn(fields, name))
    if (strange !== undefined) throw new CaptureProblem('capture/unknown-field', at(strange.slice(0, 40)))
    const given = new Map<string, unknown>(Object.entries(value))
    const names = Object.keys(fields) as (keyof T & string)[]
    const parsed = names.map((name) => [name, fields[name](given.get(name), at(name))] as const)
    return Object.fromEntries(parsed) as T
  }
