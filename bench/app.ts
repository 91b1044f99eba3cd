/** The app as people run it: built for production, served by the real relay in a process of its own. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')

export interface App {
  readonly url: string
  readonly relay: ChildProcess
}

export const startApp = async (): Promise<App> => {
  const built = spawnSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: 'inherit' })
  if (built.status !== 0) throw new Error('the app does not build')
  const relay = spawn(process.execPath, [join(root, 'dist/relay/main.js')], {
    cwd: root,
    // A tab that waits for the others may be silent for long.
    env: { PATH: process.env.PATH, PORT: '0', RELAY_DATA: 'memory', RELAY_HELLO_MS: '600000' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const url = await new Promise<string>((resolve, reject) => {
    relay.once('exit', () => reject(new Error('the relay does not start')))
    relay.stdout.on('data', (data) => {
      const found = /http:\/\/localhost:\d+/.exec(`${data}`)?.[0]
      if (found !== undefined) resolve(found)
    })
  })
  return { url, relay }
}
