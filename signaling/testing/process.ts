/** The relay as a separate process, for tests that kill it. */

import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../main.ts', import.meta.url))
const generous = {
  PORT: '0',
  RELAY_PREKEYS: '10000',
  RELAY_MAILBOX_LETTERS: '100000',
  RELAY_MAILBOX_BYTES: '100000000',
  RELAY_NETWORK_PER_SECOND: '1000000',
  RELAY_NETWORK_BURST: '1000000',
  RELAY_MESSAGES_PER_SECOND: '1000000',
  RELAY_MESSAGE_BURST: '1000000',
  RELAY_SOCKETS_PER_IP: '10000',
}

export interface TestProcess {
  readonly url: string
  /** Forces a garbage collection; resolves when it is done. */
  collect(): Promise<void>
  kill(): Promise<void>
}

/** Collects twice on a signal, since the first pass only runs finalizers. */
const collector = `data:text/javascript,${encodeURIComponent(
  "process.on('SIGUSR2', () => { gc(); setTimeout(() => { gc(); process.stdout.write('collected') }, 200) })",
)}`

/** Starts the relay without the app, with generous limits unless `env` overrides them. */
export function startProcess(env: Readonly<Record<string, string>>): Promise<TestProcess> {
  const child: ChildProcess = spawn(
    process.execPath,
    ['--expose-gc', '--import', 'tsx', '--import', collector, main, '--without-app'],
    {
      env: { PATH: process.env.PATH, ...generous, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()))
  return new Promise((resolve, reject) => {
    child.on('close', () => reject(new Error('the relay ended before it was ready')))
    child.stdout?.on('data', (data) => {
      const url = /http:\/\/localhost:\d+/.exec(`${data}`)?.[0]
      if (url === undefined) return
      resolve({
        url,
        collect: () =>
          new Promise((done) => {
            const listen = (output: Buffer): void => {
              if (!`${output}`.includes('collected')) return
              child.stdout?.off('data', listen)
              done()
            }
            child.stdout?.on('data', listen)
            child.kill('SIGUSR2')
          }),
        kill() {
          child.kill('SIGKILL')
          return ended
        },
      })
    })
  })
}
