/** What fuzzing found once stays found: every target takes its first inputs, the kept ones, and some that mutation makes. */

import { expect, test } from 'vitest'
import { readCorpus } from './corpus.ts'
import { fuzz, show } from './driver.ts'
import { targets } from './targets/index.ts'

test.each(Object.keys(targets))('%s: kept inputs and 300 new ones break no promise', async (name) => {
  const target = await targets[name]!().then(({ createTarget }) => createTarget())
  const kept = readCorpus(name).map(({ input }) => input)
  const most = target.seeds.length + kept.length + 300
  const { executions, findings } = await fuzz(target, { seed: 1, kept, isOver: (done) => done >= most })
  expect(findings.map(show)).toEqual([])
  expect(executions).toBe(most)
})
