import { isCpaceFile, runCpaceFile } from '../../pake/vectors/cpace-file.ts'
import type { WebCrypto } from '../web-crypto.ts'
import { isFields } from './case.ts'
import type { Engine } from './engines.ts'
import { runOwn } from './own.ts'
import { addResult, emptyTally, type Tally } from './tally.ts'
import { runWycheproof } from './wycheproof.ts'
import { isXWingFile, runXWing } from './x-wing.ts'

/** Runs all cases of a parsed file, or says `null` when its format is not a known one. */
export const runFile = async (file: unknown, engines: readonly Engine[]): Promise<Tally | null> => {
  if (isCpaceFile(file)) {
    return runCpaceFile(file, engines).reduce(
      (tally, [name, result]) => addResult(tally, name, result),
      emptyTally,
    )
  }
  if (isXWingFile(file)) return runXWing(file, engines)
  const own = await runOwn(file, globalThis.crypto.subtle as unknown as WebCrypto)
  if (own !== null) return own
  return isFields(file) ? runWycheproof(file, engines) : null
}
