/** Writes `file.json`: `npx tsx src/files/vectors/make.ts`. */

import { writeFileSync } from 'node:fs'
import { makeVector } from './cases.ts'

const vector = await makeVector(globalThis.crypto.subtle as never)
writeFileSync(new URL('file.json', import.meta.url), `${JSON.stringify(vector, null, 2)}\n`)
