import { writeFile } from 'node:fs/promises'
import { standardSuite, strongSuite } from '../../pake/index.ts'
import { playExchange } from './exchange.ts'

/** `npx tsx src/prekeys/vectors/make.ts` writes `pre-keys.json` beside this file. */
const subtle = globalThis.crypto.subtle as never
const exchanges = [await playExchange(subtle, standardSuite), await playExchange(subtle, strongSuite)]
const vectors = { about: 'Pre-keys; src/prekeys/SPEC.md explains every field', exchanges }
await writeFile(new URL('./pre-keys.json', import.meta.url), `${JSON.stringify(vectors, null, 2)}\n`)
