import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type ServerOptions, startServer } from '../signaling/index.ts'

const appDirectory = join(dirname(dirname(fileURLToPath(import.meta.url))), 'dist', 'app')

export interface RecordedFrame {
  /** `in` came from a tab, `out` went to one. */
  readonly direction: 'in' | 'out'
  readonly socket: number
  readonly bytes: Buffer
}

/** The relay of one test, serving the built app. It keeps its port when it comes back. */
export interface TestRelay {
  readonly url: string
  readonly socketUrl: string
  readonly frames: readonly RecordedFrame[]
  start(): Promise<void>
  stop(): Promise<void>
}

export async function startRelay(options: Partial<ServerOptions> = {}): Promise<TestRelay> {
  if (!existsSync(join(appDirectory, 'index.html'))) {
    throw new Error('the app is not built: run `npm run build` first')
  }
  const frames: RecordedFrame[] = []
  const open = (port: number) =>
    startServer({
      appDirectory,
      graceMs: 500,
      ...options,
      port,
      onFrame: (direction, socket, bytes) => frames.push({ direction, socket, bytes: Buffer.from(bytes) }),
    })

  let running: Awaited<ReturnType<typeof open>> | null = await open(0)
  const { port, url } = running
  return {
    url,
    socketUrl: `${url.replace(/^http/, 'ws')}/ws`,
    frames,
    async start() {
      running ??= await open(port)
    },
    async stop() {
      const stopping = running
      running = null
      await stopping?.close()
    },
  }
}
