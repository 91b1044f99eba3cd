/** `npx tsx src/identity/vectors/make.ts` writes `identity.json` beside this file, in ASCII. */
import { writeFile } from 'node:fs/promises'
import { makeVectors } from './cases.ts'

const vectors = await makeVectors(globalThis.crypto.subtle as never)
const json = JSON.stringify(vectors, null, 2).replace(
  /[\u0080-\uFFFF]/g,
  (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
)
await writeFile(new URL('./identity.json', import.meta.url), `${json}\n`)
