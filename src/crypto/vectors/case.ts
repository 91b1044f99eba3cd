import { type Bytes, fromHex } from '../../codec/index.ts'
import type { Engine } from './engines.ts'

/** A case or a group of a file: fields by name, read through the functions below. */
export type Fields = Readonly<Record<string, unknown>>

export const textField = (fields: Fields, name: string): string => {
  const value = fields[name]
  if (typeof value !== 'string') throw new TypeError(`the field ${name} is not text`)
  return value
}

export const hexField = (fields: Fields, name: string): Bytes =>
  fromHex(textField(fields, name).toLowerCase())

export const numberField = (fields: Fields, name: string): number => {
  const value = fields[name]
  if (typeof value !== 'number') throw new TypeError(`the field ${name} is not a number`)
  return value
}

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** One case of a file, with what its file and group say. */
export interface Case {
  readonly algorithm: string
  readonly group: Fields
  readonly test: Fields
}

/**
 * Runs a case: `equal` says whether the computed bytes are the expected ones, a throw that the input was refused.
 * Only the product's answer to the case belongs in it; reading the case's fields comes before.
 */
export type Attempt = (engine: Engine) => Promise<boolean>

export type Check = (given: Case) => { readonly skipped: string } | Attempt
