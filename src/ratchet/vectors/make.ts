/**
 * Writes `pair-exchange.json`: `node src/ratchet/vectors/make.ts`.
 */

import { writeFileSync } from 'node:fs'
import { playExchange } from '../simulation/scripted-exchange.ts'

const vector = await playExchange(globalThis.crypto.subtle as never, 'mlwe-pake ratchet vector 1')
writeFileSync(new URL('pair-exchange.json', import.meta.url), `${JSON.stringify(vector, null, 2)}\n`)
