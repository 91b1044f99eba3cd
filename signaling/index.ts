export { type ServerOptions, startServer } from './server.ts'
export { relayPlugin } from './vite-plugin.ts'
