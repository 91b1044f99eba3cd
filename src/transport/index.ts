/** The relay client and the WebRTC links. */

export { type ConnectionTest, testConnection } from './connection-test.ts'
export { fetchIceServers } from './ice-servers.ts'
export { openMesh } from './late-mesh.ts'
export type { LinkPath } from './link-path.ts'
export type { ChunkEvent, MeshCommand, MeshEvent } from './mesh.ts'
export type { Quota } from './quota.ts'
export { createRelayClient } from './relay-client.ts'
export type { RelayClient, RelayEvent, TurnServer, WebSocketLike } from './relay-link.ts'
