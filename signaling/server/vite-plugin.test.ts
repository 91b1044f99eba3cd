import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer } from 'vite'
import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { enter } from '../testing/client.ts'
import { relayPlugin } from './vite-plugin.ts'

test('the development server runs the relay beside its own socket', async () => {
  const root = mkdtempSync(join(tmpdir(), 'relay-vite-'))
  const server = await createServer({
    root,
    configFile: false,
    logLevel: 'silent',
    plugins: [relayPlugin()],
    server: { port: 0, host: '127.0.0.1' },
    optimizeDeps: { noDiscovery: true },
  })
  try {
    await server.listen()
    const bound = server.httpServer?.address()
    const url = `http://127.0.0.1:${typeof bound === 'object' ? bound?.port : ''}`
    const one = await enter(url, 1)
    const two = await enter(url, 2)
    expect(await one.next('presence')).toMatchObject({ address: two.address })
    const reload = new WebSocket(`${url}/?token=${server.config.webSocketToken}`, 'vite-hmr')
    const greeting = await new Promise((resolve, reject) => {
      reload.on('message', (data) => resolve(JSON.parse(`${data}`)))
      reload.on('error', reject)
    })
    expect(greeting).toEqual({ type: 'connected' })
    reload.close()
    await server.close()
    await Promise.all([one.closed, two.closed])
  } finally {
    await server.close()
    rmSync(root, { recursive: true })
  }
})
