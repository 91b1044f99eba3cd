import { isCpaceFile, runCpaceFile } from '../../pake/vectors/cpace-file.ts'
import { isFields } from './case.ts'
import type { Engine } from './engines.ts'
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
  return isFields(file) ? runWycheproof(file, engines) : null
}
