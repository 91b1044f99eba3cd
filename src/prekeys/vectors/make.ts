import { writeFile } from 'node:fs/promises'
import { playExchange } from './exchange.ts'

/** `npx tsx src/prekeys/vectors/make.ts` writes `pre-keys.json` beside this file. */
const exchange = await playExchange(globalThis.crypto.subtle as never)
const vectors = { about: 'Pre-keys; src/prekeys/SPEC.md explains every field', exchange }
await writeFile(new URL('./pre-keys.json', import.meta.url), `${JSON.stringify(vectors, null, 2)}\n`)
