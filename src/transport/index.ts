export { addressInput } from '../../signaling/frames.ts'
export { createMemoryNetwork, type MemoryEndpoint } from './memory-network.ts'
export { createMesh, type MeshEvent, type MeshOrder } from './mesh.ts'
export { createRelayClient, type RelayClient, type RelayEvent, type WebSocketLike } from './relay-client.ts'
