import { spawn } from 'node:child_process'
import { constants } from 'node:os'

/** How long a process group may take to end by itself before it is killed. */
const GRACE_MS = 5000

const running = new Set()

function signalGroup(pid, signal) {
  try {
    process.kill(-pid, signal)
  } catch {
    // The group is gone already.
  }
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    for (const pid of running) signalGroup(pid, 'SIGTERM')
    process.exit(128 + constants.signals[signal])
  })
}

/**
 * Runs a command in a process group of its own, shows what it prints, and ends the whole group with it.
 * Resolves to `{ code, output, timedOut }`; `code` is null when the command could not start or was killed.
 */
export function run(command, args, { timeoutMs, env = {}, quiet = false } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      detached: true,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const { pid } = child
    let output = ''
    let timedOut = false
    const timers = []

    const collect = (stream, to) => {
      stream.setEncoding('utf8')
      stream.on('data', (text) => {
        output += text
        if (!quiet) to.write(text)
      })
    }
    collect(child.stdout, process.stdout)
    collect(child.stderr, process.stderr)

    const finish = (code) => {
      for (const timer of timers) clearTimeout(timer)
      running.delete(pid)
      resolve({ code, output, timedOut })
    }
    child.on('error', () => finish(null))
    if (pid === undefined) return
    running.add(pid)

    const stop = () => {
      timedOut = true
      signalGroup(pid, 'SIGTERM')
      timers.push(setTimeout(() => signalGroup(pid, 'SIGKILL'), GRACE_MS))
    }
    if (timeoutMs !== undefined) timers.push(setTimeout(stop, timeoutMs))
    // Whatever the command started and left behind ends here, and lets go of the pipes.
    child.on('exit', () => signalGroup(pid, 'SIGKILL'))
    child.on('close', (code) => finish(code))
  })
}
