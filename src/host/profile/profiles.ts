/**
 * Stored memberships: creates, resumes and saves them under the password and this browser's key. A lock gives a profile
 * to one tab at a time.
 *
 *   stored ──resume──> open ──save*──> open ──close──> stored        open ──forget──> gone
 */

import { type Bytes, DecodeError, toHex, utf8 } from '../../codec/index.ts'
import { type Crypto, Secret } from '../../crypto/index.ts'
import { decodePeer, encodePeer, isOtherFormat, type PeerState } from '../../peer/index.ts'
import type { MessageView } from '../page/view.ts'
import { isOfVersion1, openMessage, openState, profileKey, sealMessage, sealState } from './profile.ts'
import { createProfileFiles, type ProfileFiles } from './profile-files.ts'
import type { ProfileStorage, StoredMembership } from './storage.ts'

/** A profile locked by this tab. */
export interface OpenProfile {
  /** Durable when it resolves; rejects if the browser refuses. Does nothing before the member has joined. */
  save(peer: PeerState, messages: readonly MessageView[]): Promise<void>
  /** Of files that are being received. */
  readonly files: ProfileFiles
  forget(): Promise<void>
  /** Wipes the key and releases the lock. */
  close(): void
}

export type Resumed =
  | {
      readonly kind: 'resumed'
      readonly profile: OpenProfile
      readonly peer: PeerState
      readonly secret: Secret
      readonly messages: readonly MessageView[]
    }
  | { readonly kind: 'in-use' | 'wrong-password' | 'damaged' | 'other-version' }

export interface Profiles {
  list(): Promise<readonly StoredMembership[]>
  /** `secret`: 32 bytes, the relay's proof of address. */
  create(password: Secret, about: { group: string; name: string; secret: Bytes }): Promise<OpenProfile>
  resume(membership: StoredMembership, password: Secret): Promise<Resumed>
  forget(id: string): Promise<void>
}

export interface ProfilePorts {
  readonly crypto: Crypto
  readonly storage: ProfileStorage
  readonly now: () => number
  readonly createDeviceKey: () => Promise<CryptoKey>
  /** HMAC-SHA-256 under a device key: 32 bytes. */
  readonly signWith: (key: CryptoKey, message: Bytes) => Promise<Bytes>
  /** Takes the named lock until released or the tab closes; `null` if another tab holds it. */
  readonly takeLock: (name: string) => Promise<(() => void) | null>
}

export const createProfiles = ({
  crypto,
  storage,
  now,
  createDeviceKey,
  signWith,
  takeLock,
}: ProfilePorts): Profiles => {
  const keyOf = async ({ salt, device }: StoredMembership, password: Secret): Promise<Secret> => {
    const half = new Secret(await signWith(device, new Uint8Array([...utf8('mlwe-pake profile'), ...salt])))
    const key = await profileKey(crypto, password, { salt, device: half })
    half.wipe() // FS
    return key
  }

  const use = (
    membership: StoredMembership,
    given: { key: Secret; secret: Secret; stored: number; release: () => void },
  ): OpenProfile => {
    const { key, secret, release } = given
    const { id } = membership
    let { stored } = given
    return {
      async save(peer, messages) {
        const count = stored + messages.length
        const state = await sealState(crypto, key, id, { secret, peer: encodePeer(peer), messages: count })
        const sealed: Bytes[] = []
        for (const message of messages) sealed.push(await sealMessage(crypto, key, id, message))
        await storage.save(membership, state, { from: stored, sealed })
        stored = count
      },
      files: createProfileFiles(crypto, storage, { id, key }),
      forget: () => storage.forget(id),
      close() {
        key.wipe() // FS
        release()
      },
    }
  }

  return {
    list: () => storage.list(),
    async create(password, { group, name, secret }) {
      const id = toHex(crypto.random(16))
      const salt = crypto.random(16)
      const membership = { id, group, name, createdAt: now(), salt, device: await createDeviceKey() }
      const key = await keyOf(membership, password)
      const release = (await takeLock(id)) ?? (() => undefined)
      return use(membership, { key, secret: new Secret(secret.slice()), stored: 0, release })
    },
    async resume(membership, password) {
      const { id } = membership
      const release = await takeLock(id)
      if (release === null) return { kind: 'in-use' }
      const key = await keyOf(membership, password)
      const failed = (kind: 'wrong-password' | 'damaged' | 'other-version'): Resumed => {
        key.wipe() // FS
        release()
        return { kind }
      }
      try {
        const found = await storage.read(id)
        if (found === null) return failed('damaged')
        const state = await openState(crypto, key, id, found.state)
        if (state === null)
          return failed(
            (await isOfVersion1(crypto, key, id, found.state)) ? 'other-version' : 'wrong-password',
          )
        if (isOtherFormat(state.peer)) return failed('other-version')
        const peer = decodePeer(crypto, state.peer)
        state.peer.fill(0) // FS
        const messages: MessageView[] = []
        for (const sealed of found.messages) {
          const message = await openMessage(crypto, key, id, sealed)
          if (message !== null) messages.push(message)
        }
        const profile = use(membership, { key, secret: state.secret, stored: state.messages, release })
        return { kind: 'resumed', profile, peer, secret: state.secret, messages }
      } catch (error) {
        if (error instanceof DecodeError) return failed('damaged')
        throw error
      }
    },
    forget: (id) => storage.forget(id),
  }
}
