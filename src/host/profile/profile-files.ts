/** What a profile keeps of files that are being received, so that they go on after a reload. All of it is sealed. */

import type { Bytes } from '../../codec/index.ts'
import type { Crypto, Secret } from '../../crypto/index.ts'
import { openPiece, sealPiece } from './profile.ts'
import type { ProfileStorage } from './storage.ts'

export interface ProfileFiles {
  /** What was saved of each transfer, by its name. */
  list(): Promise<readonly (readonly [transfer: string, record: Bytes])[]>
  save(transfer: string, record: Bytes): Promise<void>
  /** Rejects where there is no space. */
  saveChunk(transfer: string, index: number, chunk: Bytes): Promise<void>
  /** `null` where it is missing or was modified. */
  chunk(transfer: string, index: number): Promise<Bytes | null>
  forget(transfer: string): Promise<void>
}

export const createProfileFiles = (
  crypto: Crypto,
  storage: ProfileStorage,
  { id, key }: { readonly id: string; readonly key: Secret },
): ProfileFiles => ({
  async list() {
    const found: (readonly [string, Bytes])[] = []
    for (const [transfer, sealed] of await storage.files(id)) {
      const record = await openPiece(crypto, key, { id, kind: 'file' }, sealed)
      if (record !== null) found.push([transfer, record])
    }
    return found
  },
  async save(transfer, record) {
    await storage.saveFile(id, transfer, await sealPiece(crypto, key, { id, kind: 'file' }, record))
  },
  async saveChunk(transfer, index, chunk) {
    await storage.saveChunk(id, transfer, index, await sealPiece(crypto, key, { id, kind: 'chunk' }, chunk))
  },
  async chunk(transfer, index) {
    const sealed = await storage.chunk(id, transfer, index)
    return sealed === null ? null : openPiece(crypto, key, { id, kind: 'chunk' }, sealed)
  },
  forget: (transfer) => storage.forgetFile(id, transfer),
})
