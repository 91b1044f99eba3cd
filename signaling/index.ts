/** The relay as other parts of this repository start it: a server, or a plugin of the development server. */

export { type ServerOptions, startServer } from './server/server.ts'
export { relayPlugin } from './server/vite-plugin.ts'
