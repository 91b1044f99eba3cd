export { type ServerOptions, startServer } from './server/server.ts'
export { relayPlugin } from './server/vite-plugin.ts'
