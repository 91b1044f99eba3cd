/**
 * Runs commands, each in a process group of its own that ends with it. There is no limit on how long a command may take:
 * one that hangs is recognized by its silence, so a busy machine only makes a run longer.
 *
 *   running ──output──> running (the silence starts over)
 *   running ──silent for too long──> SIGTERM ──5 s──> SIGKILL
 */

import { spawn } from 'node:child_process'
import { constants, setPriority } from 'node:os'

/** How long a process group may take to end by itself before it is killed. */
const graceMs = 5000
/** The silence is counted in this many steps: a machine that sleeps through it loses one step, not all. */
const silenceSteps = 20

const running = new Set()

const signalGroup = (pid, signal) => {
  try {
    process.kill(-pid, signal)
  } catch {
    // The group has ended already.
  }
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    for (const pid of running) signalGroup(pid, 'SIGTERM')
    process.exit(128 + constants.signals[signal])
  })
}

/** Calls `end` once nothing was heard for `silenceMs`. Returns what to call on each sign of life, and what stops it. */
const watchSilence = (silenceMs, end) => {
  if (silenceMs === undefined) return { heard: () => undefined, stop: () => undefined }
  let silent = 0
  const timer = setInterval(() => {
    silent += 1
    if (silent < silenceSteps) return
    clearInterval(timer)
    end()
  }, silenceMs / silenceSteps)
  return {
    heard: () => {
      silent = 0
    },
    stop: () => clearInterval(timer),
  }
}

const lowerPriority = (pid, niceness) => {
  try {
    setPriority(pid, niceness)
  } catch {
    // It ended at once, or the system has no priorities.
  }
}

/**
 * Runs a command and passes on what it prints.
 *
 * @param options - `silenceMs`: ends the command after this long without output; `write`: takes the output, stdout if
 *   left out; `quiet`: passes nothing on; `niceness`: 1 to 19 leaves the processor to others first
 * @returns `{ code, output, silent }`; `code` is null if the command could not start or was killed, `silent` says
 *   that its silence ended it
 */
export const run = (
  command,
  args,
  { silenceMs, env = {}, quiet = false, write = (text) => process.stdout.write(text), niceness = 0 } = {},
) =>
  new Promise((resolve) => {
    const child = spawn(command, args, {
      detached: true,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const { pid } = child
    let output = ''
    let silent = false
    let killing
    const silence = watchSilence(silenceMs, () => {
      silent = true
      signalGroup(pid, 'SIGTERM')
      killing = setTimeout(() => signalGroup(pid, 'SIGKILL'), graceMs)
    })
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8')
      stream.on('data', (text) => {
        silence.heard()
        output += text
        if (!quiet) write(text)
      })
    }

    const finish = (code) => {
      silence.stop()
      clearTimeout(killing)
      running.delete(pid)
      resolve({ code, output, silent })
    }
    child.on('error', () => finish(null))
    if (pid === undefined) return
    running.add(pid)
    if (niceness > 0) lowerPriority(pid, niceness)
    // Anything that the command started and left behind ends here, and releases the pipes.
    child.on('exit', () => signalGroup(pid, 'SIGKILL'))
    child.on('close', finish)
  })
