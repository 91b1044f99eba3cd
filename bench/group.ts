import { nativeEngines } from '../src/crypto/testing/node-engines.ts'
import { contest } from './group-contest.ts'

export const cases = contest([2, 8, 16, 32, 64], nativeEngines())
