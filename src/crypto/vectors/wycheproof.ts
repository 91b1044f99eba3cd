import { type Attempt, type Case, type Check, type Fields, isFields, numberField, textField } from './case.ts'
import type { Engine } from './engines.ts'
import {
  checkDecapsulation,
  checkEncapsulation,
  checkKeyGeneration,
  checkSeededDecapsulation,
} from './ml-kem.ts'
import { checkAead, checkHkdf, checkMac, checkPbkdf2 } from './symmetric.ts'
import { addResult, type CaseResult, emptyTally, type Tally } from './tally.ts'
import { checkAgreement } from './xdh.ts'

/** Schema of C2SP/wycheproof without its version: how to run its cases. */
const checks: Readonly<Record<string, Check>> = {
  'mlkem_keygen_seed_test_schema.json': checkKeyGeneration,
  'mlkem_encaps_test_schema.json': checkEncapsulation,
  'mlkem_test_schema.json': checkSeededDecapsulation,
  'mlkem_semi_expanded_decaps_test_schema.json': checkDecapsulation,
  'hkdf_test_schema.json': checkHkdf,
  'pbkdf_test_schema.json': checkPbkdf2,
  'mac_test_schema.json': checkMac,
  'aead_test_schema.json': checkAead,
  'xdh_comp_schema.json': checkAgreement,
  'xdh_asn_comp_schema.json': () => ({ skipped: 'keys in ASN.1: the product takes raw keys only' }),
  'xdh_jwk_comp_schema.json': () => ({ skipped: 'keys in JWK: the product takes raw keys only' }),
  'xdh_pem_comp_schema.json': () => ({ skipped: 'keys in PEM: the product takes raw keys only' }),
}

const judge = async (attempt: Attempt, engine: Engine, result: string): Promise<boolean> => {
  let answered: boolean
  try {
    answered = await attempt(engine)
  } catch {
    // Refused. An acceptable case leaves the choice.
    return result !== 'valid'
  }
  return answered && result !== 'invalid'
}

const runCase = async (check: Check, engines: readonly Engine[], given: Case): Promise<CaseResult> => {
  const attempt = check(given)
  if (typeof attempt !== 'function') return attempt
  const result = textField(given.test, 'result')
  for (const engine of engines) if (!(await judge(attempt, engine, result))) return 'failed'
  return 'passed'
}

const fieldsIn = (value: unknown): readonly Fields[] => (Array.isArray(value) ? value.filter(isFields) : [])

/** Runs a file of a known schema, or says `null`. */
export const runWycheproof = async (file: Fields, engines: readonly Engine[]): Promise<Tally | null> => {
  const check =
    typeof file.schema === 'string' ? checks[file.schema.replace(/_v\d+\.json$/, '.json')] : undefined
  if (check === undefined) return null
  const algorithm = textField(file, 'algorithm')
  let tally = emptyTally
  for (const group of fieldsIn(file.testGroups)) {
    for (const test of fieldsIn(group.tests)) {
      const result = await runCase(check, engines, { algorithm, group, test })
      tally = addResult(tally, `case ${numberField(test, 'tcId')}`, result)
    }
  }
  return tally
}
