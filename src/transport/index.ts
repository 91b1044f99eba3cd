export { addressInput } from '../../signaling/frames.ts'
export { createMemoryNetwork, type MemoryEndpoint, type MemoryNetwork } from './memory-network.ts'
export { createMesh, type Mesh, type MeshEvent, type MeshOrder } from './mesh.ts'
export { createRelayClient, type RelayClient, type RelayEvent, type WebSocketLike } from './relay-client.ts'
