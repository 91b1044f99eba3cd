/** Writes `group.json`: `npx tsx src/group/vectors/make.ts`. */
import { writeFileSync } from 'node:fs'
import { makeVector } from './cases.ts'

const vector = await makeVector(globalThis.crypto.subtle as never)
writeFileSync(new URL('group.json', import.meta.url), `${JSON.stringify(vector, null, 2)}\n`)
