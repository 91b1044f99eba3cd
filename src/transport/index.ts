/** The relay client and the WebRTC links. */

export { type ConnectionTest, testConnection } from './connection-test.ts'
export { connectBy } from './data-connection.ts'
export { fetchIceServers } from './ice-servers.ts'
export type { LinkPath } from './link-path.ts'
export { type ChunkEvent, createMesh, type MeshCommand, type MeshEvent } from './mesh.ts'
export type { Quota } from './quota.ts'
export { createRelayClient } from './relay-client.ts'
export type { RelayClient, RelayEvent, WebSocketLike } from './relay-link.ts'
