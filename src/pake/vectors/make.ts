import { writeFile } from 'node:fs/promises'
import { makeVectors } from './end-to-end.ts'

/** `npx tsx src/pake/vectors/make.ts` writes `cpace-oquake.json` beside this file. */
const vectors = await makeVectors(globalThis.crypto.subtle as never)
await writeFile(new URL('./cpace-oquake.json', import.meta.url), `${JSON.stringify(vectors, null, 2)}\n`)
