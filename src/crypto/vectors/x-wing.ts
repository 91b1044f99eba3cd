import { equal } from '../../codec/index.ts'
import { decapsulateXWing, encapsulateXWing, generateXWing, Secret } from '../index.ts'
import { type Fields, hexField, isFields } from './case.ts'
import type { Engine } from './engines.ts'
import { addResult, emptyTally, type Tally } from './tally.ts'

/** `test-vectors.json` of draft-connolly-cfrg-xwing-kem: seeds in, everything else out. */
const runEntry = async (entry: Fields, { crypto, script }: Engine): Promise<boolean> => {
  const eseed = hexField(entry, 'eseed')
  const [pk, ct, ss] = [hexField(entry, 'pk'), hexField(entry, 'ct'), hexField(entry, 'ss')]
  const seed = new Secret(hexField(entry, 'sk'))
  const publicKey = await generateXWing(crypto, seed)
  script(eseed.slice(0, 32), eseed.slice(32))
  const { ciphertext, secret } = await encapsulateXWing(crypto, pk)
  const opened = await decapsulateXWing(crypto, seed, ct)
  return [
    [publicKey, pk],
    [ciphertext, ct],
    [secret.expose(), ss],
    [opened.expose(), ss],
  ].every(([made, expected]) => equal(made!, expected!))
}

export const isXWingFile = (file: unknown): file is readonly Fields[] =>
  Array.isArray(file) && file.length > 0 && file.every((entry) => isFields(entry) && 'eseed' in entry)

export const runXWing = async (file: readonly Fields[], engines: readonly Engine[]): Promise<Tally> => {
  let tally = emptyTally
  for (const [i, entry] of file.entries()) {
    const answers = await Promise.all(engines.map((engine) => runEntry(entry, engine)))
    tally = addResult(tally, `entry ${i}`, answers.every(Boolean) ? 'passed' : 'failed')
  }
  return tally
}
