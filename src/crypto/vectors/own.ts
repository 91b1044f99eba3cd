/** The project's own vectors: what a file says is derived again from its seed, and compared value by value. */
import { makeVector as makeFile } from '../../files/vectors/cases.ts'
import { makeVector as makeGroup } from '../../group/vectors/cases.ts'
import { makeVectors as makeIdentity } from '../../identity/vectors/cases.ts'
import { makeVectors as makePake } from '../../pake/vectors/end-to-end.ts'
import { makeForms } from '../../peer/vectors/forms.ts'
import { makeRoomSession } from '../../peer/vectors/session.ts'
import { playExchange as playPreKeys } from '../../prekeys/vectors/exchange.ts'
import { playExchange as playSession } from '../../ratchet/vectors/exchange.ts'
import type { WebCrypto } from '../web-crypto.ts'
import { type Fields, isFields } from './case.ts'
import { addResult, emptyTally, type Tally } from './tally.ts'

interface OwnFormat {
  /** Top-level fields that no other file has together. */
  readonly has: readonly string[]
  /** Fields besides `about`, `source` and `madeBy`. */
  readonly make: (subtle: WebCrypto, file: Fields) => Promise<object>
}

const formats: readonly OwnFormat[] = [
  { has: ['typed passwords', 'runs'], make: makePake },
  { has: ['handshakes', 'numbers'], make: makeIdentity },
  { has: ['roots', 'steps'], make: (subtle, { seed }) => playSession(subtle, String(seed)) },
  { has: ['given', 'derived'], make: makeGroup },
  { has: ['exchange'], make: async (subtle) => ({ exchange: await playPreKeys(subtle) }) },
  { has: ['streamKey', 'chunks'], make: makeFile },
  { has: ['controls', 'refused', 'frames'], make: makeForms },
  { has: ['standings', 'sessions'], make: makeRoomSession },
]

const isTold = (name: string): boolean => ['about', 'source', 'madeBy'].includes(name)

/** Every value that is no object, by its path. */
const leavesOf = (value: unknown, path = ''): readonly (readonly [string, unknown])[] => {
  if (typeof value !== 'object' || value === null) return [[path, value]]
  return Object.entries(value).flatMap(([name, inner]) =>
    path === '' && isTold(name) ? [] : leavesOf(inner, path === '' ? name : `${path}.${name}`),
  )
}

/** As JSON has it: without what is undefined. */
const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

/** `null` when it is none of these files. */
export const runOwn = async (file: unknown, subtle: WebCrypto): Promise<Tally | null> => {
  if (!isFields(file)) return null
  const format = formats.find(({ has }) => has.every((name) => name in file))
  if (format === undefined) return null
  const derived = new Map(leavesOf(asJson(await format.make(subtle, file))))
  const given = new Map(leavesOf(file))
  return [...new Set([...derived.keys(), ...given.keys()])].reduce(
    (tally, path) =>
      addResult(
        tally,
        path,
        given.has(path) && derived.has(path) && given.get(path) === derived.get(path) ? 'passed' : 'failed',
      ),
    emptyTally,
  )
}
