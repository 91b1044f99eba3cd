/** Parts that run side by side never mix their lines, and the last line counts them all. */

import { spawnSync } from 'node:child_process'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'

const parts = pathToFileURL(`${import.meta.dirname}/parts.mjs`).href

/** Runs `phases`, an expression over `part(name, lines, counts)`, in a process of its own. */
const play = (phases: string) => {
  const script = `
    import { runParts } from ${JSON.stringify(parts)}
    const part = (name, lines, counts) => ({
      name,
      execute: async (write) => {
        for (const line of lines) {
          write(name + ' ' + line + '\\n')
          await new Promise((resolve) => setTimeout(resolve, 20))
        }
        return counts
      },
    })
    await runParts(${phases})
  `
  const { stdout, status } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
  })
  return { lines: stdout.trim().split('\n'), status }
}

const passed = '{ passed: 2, failed: 0 }'

test('parts of two lanes are printed one after the other, in their order', () => {
  const { lines } = play(`[[
    [part('slow', [1, 2, 3, 4, 5], ${passed}), part('next', [1], ${passed})],
    [part('quick', [1, 2], ${passed})],
  ]]`)
  const printed = lines.filter((line) => /^(slow|next|quick) \d$/.test(line))
  expect(printed).toEqual(['slow 1', 'slow 2', 'slow 3', 'slow 4', 'slow 5', 'next 1', 'quick 1', 'quick 2'])
  expect(lines.filter((line) => line.startsWith('── '))).toEqual([
    '── slow',
    '── next',
    '── quick',
    '── summary',
  ])
})

test('a phase begins when every lane of the one before has ended', () => {
  const { lines } = play(`[
    [[part('slow', [1, 2, 3], ${passed})], [part('quick', [1], ${passed})]],
    [[part('last', [1], ${passed})]],
  ]`)
  expect(lines.indexOf('last 1')).toBeGreaterThan(lines.indexOf('slow 3'))
})

test('the last line sums what passed and failed, and a failure sets the exit code', () => {
  const good = play(`[[[part('one', [], ${passed}), part('two', [], ${passed})]]]`)
  expect([good.lines.at(-1), good.status]).toEqual(['4 passed, 0 failed', 0])
  const bad = play(
    `[[[part('one', [], { passed: 1, failed: 1, why: 'hung' }), part('two', [1], ${passed})]]]`,
  )
  expect([bad.lines.at(-1), bad.status]).toEqual(['3 passed, 1 failed', 1])
  expect(bad.lines.join('\n')).toContain('1 passed, 1 failed (hung)')
  expect(bad.lines).toContain('two 1')
})

test('what failed is named once more before the last line', () => {
  const { lines } = play(
    `[[[part('one', [], { passed: 1, failed: 1, failures: ['a test\\n   because'] }), part('two', [1], ${passed})]]]`,
  )
  expect(lines.slice(-4)).toEqual(['── failed in one: a test', '   because', '', '3 passed, 1 failed'])
})
