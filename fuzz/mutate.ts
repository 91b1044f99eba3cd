/**
 * Mutation that knows the structure: fields are set to the edges of their types, byte strings and lists grow and shrink
 * together with their lengths and counts, parts are swapped, repeated, or taken from another input. Some of it is blind,
 * since a decoder meets bytes that no encoder made.
 */

import { type Bytes, concat } from '../src/codec/index.ts'
import type { Draw } from '../src/peer/simulation/draw.ts'
import { type Field, listsOf } from './fields.ts'
import type { Input, Target } from './target.ts'

const one = <T>(draw: Draw, values: readonly T[]): T => values[draw(values.length)] as T

const bytesOf = (value: number, size: number): Bytes => {
  const bytes = new Uint8Array(size)
  for (let rest = value, at = size - 1; at >= 0; at--, rest = Math.floor(rest / 256)) bytes[at] = rest % 256
  return bytes
}

const readInteger = (bytes: Bytes, { at, size }: Field): number => {
  let value = 0
  for (let i = at; i < at + size; i++) value = value * 256 + bytes[i]!
  return value
}

const noise = (draw: Draw, length: number): Bytes => Uint8Array.from({ length }, () => draw(256))

/** `bytes` with the part between `from` and `to` replaced. */
const replace = (bytes: Bytes, from: number, to: number, by: Uint8Array): Bytes =>
  concat(bytes.subarray(0, from), by, bytes.subarray(to))

const edge = (draw: Draw, value: number, size: number): number => {
  const end = 2 ** (8 * size)
  const near = value + draw(5) - 2
  const power = 2 ** draw(8 * size + 1)
  const edges = [0, 1, 2, end - 1, end - 2, power, power - 1, draw(end), near, near, value * 2]
  return ((one(draw, edges) % end) + end) % end
}

/** A longer or shorter byte string, the length before it made right. */
const resize = (draw: Draw, bytes: Bytes, fields: readonly Field[], i: number): Bytes => {
  const [field, before] = [fields[i]!, fields[i - 1]]
  const isPrefixed = before?.kind === 'integer' && readInteger(bytes, before) === field.size
  const from = isPrefixed ? before.at : field.at
  const length = one(draw, [0, 1, field.size - 1, field.size + 1, field.size * 2, 65_535, draw(1_024)])
  const content = bytes.slice(field.at, field.at + Math.max(0, length))
  const grown = concat(content, noise(draw, Math.max(0, length - content.length)))
  const prefix = isPrefixed ? bytesOf(grown.length, before.size) : new Uint8Array(0)
  return replace(bytes, from, field.at + field.size, concat(prefix, grown))
}

const changeField = (draw: Draw, bytes: Bytes, fields: readonly Field[]): Bytes => {
  const i = draw(fields.length)
  const field = fields[i]!
  const { at, size } = field
  if (field.kind === 'integer')
    return replace(bytes, at, at + size, bytesOf(edge(draw, readInteger(bytes, field), size), size))
  const alike = fields.filter((other) => other.kind === 'bytes' && other.size === size)
  const other = one(draw, alike)
  switch (draw(6)) {
    case 0:
      return replace(bytes, at, at + size, noise(draw, size))
    case 1:
      return replace(bytes, at, at + size, new Uint8Array(size).fill(one(draw, [0, 1, 127, 128, 255])))
    case 2:
    case 3:
      return replace(bytes, at, at + size, bytes.slice(other.at, other.at + size))
    case 4:
      return flip(draw, bytes, at, size)
  }
  return resize(draw, bytes, fields, i)
}

const flip = (draw: Draw, bytes: Bytes, from = 0, size = bytes.length): Bytes => {
  const changed = bytes.slice()
  if (size > 0) changed[from + draw(size)]! ^= 1 << draw(8)
  return changed
}

/** Items repeated, dropped, swapped, or many more than there may be; the count goes with them, mostly. */
const changeList = (draw: Draw, bytes: Bytes, fields: readonly Field[]): Bytes => {
  const lists = listsOf(fields)
  if (lists.length === 0) return changeField(draw, bytes, fields)
  const { count, items } = one(draw, lists)
  const contents = items.map(({ from, to }) => bytes.slice(from, to))
  const [i, j] = [draw(contents.length), draw(contents.length)]
  switch (draw(5)) {
    case 0:
      contents.splice(i, 1)
      break
    case 1:
      contents.splice(j, 0, contents[i]!)
      break
    case 2:
      ;[contents[i], contents[j]] = [contents[j]!, contents[i]!]
      break
    case 3:
      contents.push(...Array.from({ length: one(draw, [8, 64, 300]) }, () => contents[i]!))
      break
    case 4:
      contents.push(...Array.from({ length: draw(64) }, () => noise(draw, contents[i]!.length)))
  }
  const number = draw(8) === 0 ? draw(65_536) : contents.length
  const end = items.at(-1)!.to
  return replace(bytes, count.at, end, concat(bytesOf(number, count.size), ...contents))
}

/** The field of one name from another input; or the beginning of one and the end of the other. */
const splice = (draw: Draw, target: Target, bytes: Bytes, fields: readonly Field[], donor: Bytes): Bytes => {
  const others = target.fields(donor)
  const field = one(draw, fields)
  const same = others.filter(({ path, kind }) => path === field.path && kind === field.kind)
  const other = one(draw, same.length > 0 ? same : others)
  if (other === undefined) return concat(bytes, donor)
  if (draw(2) === 0) return concat(bytes.subarray(0, field.at), donor.subarray(other.at))
  return replace(bytes, field.at, field.at + field.size, donor.slice(other.at, other.at + other.size))
}

const mutateMessage = (draw: Draw, target: Target, bytes: Bytes, donor: Bytes): Bytes => {
  const fields = target.fields(bytes)
  if (fields.length === 0) return draw(2) === 0 ? donor : noise(draw, draw(64))
  switch (draw(16)) {
    case 0:
      return bytes.slice(0, one(draw, fields).at)
    case 1:
      return concat(bytes, noise(draw, 1 + draw(20)))
    case 2:
      return flip(draw, bytes)
    case 3:
      return bytes.slice(0, draw(bytes.length))
    case 4:
    case 5:
      return splice(draw, target, bytes, fields, donor)
    case 6:
    case 7:
    case 8:
      return changeList(draw, bytes, fields)
  }
  return changeField(draw, bytes, fields)
}

/** Messages longer than any link carries say nothing about the code behind the link. */
const maxBytes = 80 * 1024

/**
 * @param draw - decides everything
 * @param pool - inputs to begin with
 * @returns a changed input: up to three changes in its messages, and now and then in their order
 */
export const mutate = (draw: Draw, target: Target, pool: readonly Input[]): Input => {
  // Half of all begin with what the encoders made: they get further than damaged ones.
  const messages = draw(2) === 0 ? [...one(draw, pool)] : [one(draw, target.seeds)]
  const donorOf = (): Bytes => one(draw, one(draw, pool))
  for (let left = draw(3); left > 0 && messages.length < target.longest; left--)
    messages.splice(draw(messages.length + 1), 0, draw(2) === 0 ? one(draw, target.seeds) : donorOf())
  for (let left = 1 + draw(3); left > 0; left--) {
    const i = draw(messages.length)
    messages[i] = mutateMessage(draw, target, messages[i]!, donorOf()).slice(0, maxBytes)
  }
  if (target.longest > 1 && draw(8) === 0) {
    const [i, j] = [draw(messages.length), draw(messages.length)]
    ;[messages[i], messages[j]] = [messages[j]!, messages[i]!]
  }
  if (target.longest > 1 && draw(64) === 0) {
    const again = messages[draw(messages.length)]!
    messages.push(...Array.from({ length: draw(target.longest) }, () => again))
  }
  return messages.slice(0, target.longest)
}
