/** `npm run sim -- crowd`: seconds until a newcomer with the right password is in beside 64 hostile addresses. */
import { parseArgs } from 'node:util'
import { playCrowd, playSlowCrowd } from './crowd.ts'
import { strangerManners } from './strangers.ts'

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '1' }, seed: { type: 'string', default: '1' } },
})
const strangers = 64
const limit = 60
const first = Number(values.seed)
let passed = 0
let failed = 0
const judge = (holds: boolean): void => {
  if (holds) passed += 1
  else failed += 1
}
const shown = (seconds: number | null): string =>
  seconds === null ? 'not in 2 min' : `${seconds.toFixed(1)} s`
for (let seed = first; seed < first + Number(values.runs); seed++) {
  for (const manner of strangerManners)
    for (const invited of [true, false]) {
      const seconds = await playCrowd(seed, { manner, strangers, invited, door: 'open' })
      // Who answers rubbish delays nobody who was invited; the others, for a minute at most.
      const isBound = invited || !manner.startsWith('answers')
      const isHeld = seconds !== null && seconds <= limit
      const note = isBound ? `claim ${limit} s` : 'no claim'
      process.stdout.write(
        `${strangers} × ${manner}, ${invited ? 'invited' : 'not invited'}: ${shown(seconds)} (${note})\n`,
      )
      if (isBound) judge(isHeld)
    }
  const { seconds, level, shut } = await playSlowCrowd(seed, 16, 2_000)
  const left = `level ${level.toFixed(2)} left, door ${shut ? 'was shut' : 'never shut'}`
  process.stdout.write(`16 slow tabs at once: ${shown(seconds)}, ${left}\n`)
  judge(seconds !== null && level < 0.01 && !shut)
}
process.stdout.write(`${passed} passed, ${failed} failed\n`)
if (failed > 0) process.exitCode = 1
