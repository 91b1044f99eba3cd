/** A command is ended by its silence, never by the clock. */

import { expect, test } from 'vitest'
import { run } from './run.mjs'

const silenceMs = 4_000
const node = (script: string) => run(process.execPath, ['-e', script], { silenceMs, quiet: true })

test.concurrent('a command that hangs is ended, and its output so far is kept', async () => {
  const { code, silent, output } = await node("console.log('begun'); setInterval(() => {}, 1e6)")
  expect({ code, silent, output }).toEqual({ code: null, silent: true, output: 'begun\n' })
})

test.concurrent('a command that ignores the request to end is killed, and so is what it started', async () => {
  const { silent, output } = await node(`
    process.on('SIGTERM', () => {})
    const child = require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)'])
    console.log(child.pid)
    setInterval(() => {}, 1e6)
  `)
  expect(silent).toBe(true)
  expect(() => process.kill(Number(output), 0)).toThrow('ESRCH')
})

test.concurrent('a slow command that goes on printing is left alone for longer than the silence allowed', async () => {
  const { code, silent, output } = await node(`
    let printed = 0
    const timer = setInterval(() => {
      console.log(++printed)
      if (printed === 12) clearInterval(timer)
    }, ${silenceMs / 6})
  `)
  expect({ code, silent }).toEqual({ code: 0, silent: false })
  expect(output.trim().split('\n')).toHaveLength(12)
})

test.concurrent('a line on stderr breaks the silence too', async () => {
  const { silent } = await node(`
    let printed = 0
    const timer = setInterval(() => {
      console.error(++printed)
      if (printed === 4) clearInterval(timer)
    }, ${silenceMs / 3})
  `)
  expect(silent).toBe(false)
})
