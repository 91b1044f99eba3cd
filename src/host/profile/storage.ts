/** Sealed profiles in IndexedDB. No key and no plaintext reaches this module. */

import { type DBSchema, type IDBPDatabase, openDB } from 'idb'
import type { Bytes } from '../../codec/index.ts'
import { maxMessages } from '../page/view.ts'

/** The part of a stored membership that is not sealed. */
export interface StoredMembership {
  /** 32 hexadecimal digits, local to this browser. */
  readonly id: string
  readonly group: string
  readonly name: string
  /** Milliseconds since 1970. */
  readonly createdAt: number
  /** Salt for the stretching, 16 bytes. */
  readonly salt: Bytes
  /** Non-extractable HMAC-SHA-256 key: the half of the profile's key that stays in this browser. */
  readonly device: CryptoKey
}

interface Schema extends DBSchema {
  memberships: { key: string; value: StoredMembership }
  states: { key: string; value: Bytes }
  messages: { key: [membership: string, number: number]; value: Bytes }
  /** Files that are being received, and their chunks. */
  files: { key: [membership: string, transfer: string]; value: Bytes }
  chunks: { key: [membership: string, transfer: string, index: number]; value: Bytes }
}

export interface ProfileStorage {
  list(): Promise<readonly StoredMembership[]>
  read(id: string): Promise<{ readonly state: Bytes; readonly messages: readonly Bytes[] } | null>
  /** Durable on disk when it resolves. `from`: the number of messages stored before. */
  save(
    membership: StoredMembership,
    state: Bytes,
    messages: { readonly from: number; readonly sealed: readonly Bytes[] },
  ): Promise<void>
  forget(id: string): Promise<void>
  /** Of each file: the name of its transfer, and its record. */
  files(id: string): Promise<readonly (readonly [transfer: string, record: Bytes])[]>
  saveFile(id: string, transfer: string, record: Bytes): Promise<void>
  saveChunk(id: string, transfer: string, index: number, chunk: Bytes): Promise<void>
  chunk(id: string, transfer: string, index: number): Promise<Bytes | null>
  forgetFile(id: string, transfer: string): Promise<void>
}

/** `closed`: called once if the browser closes the connection. */
const open = (closed: () => void): Promise<IDBPDatabase<Schema>> =>
  openDB<Schema>('mlwe-pake', 2, {
    upgrade(database, before) {
      if (before < 1) {
        database.createObjectStore('memberships', { keyPath: 'id' })
        database.createObjectStore('states')
        database.createObjectStore('messages')
      }
      database.createObjectStore('files')
      database.createObjectStore('chunks')
    },
    // Another tab deletes the database or runs a newer version.
    blocking: (_, __, event) => {
      ;(event.target as IDBDatabase).close()
      closed()
    },
    terminated: closed,
  })

const stores = ['memberships', 'states', 'messages'] as const
const fileStores = ['files', 'chunks'] as const
/** Arrays sort behind all texts and numbers: every key that begins so. */
const beginningWith = (...start: readonly string[]): IDBKeyRange =>
  IDBKeyRange.bound([...start], [...start, []])
const messagesOf = (id: string, before = Number.POSITIVE_INFINITY): IDBKeyRange =>
  IDBKeyRange.bound([id, 0], [id, before], false, true)

/** Creates no database before something is stored. */
export const createStorage = (): ProfileStorage => {
  let opened: Promise<IDBPDatabase<Schema>> | null = null
  /** Keeps the connection open. If the browser closes it, the next call reopens it. */
  const database = async (): Promise<IDBPDatabase<Schema>> => {
    opened ??= open(() => {
      opened = null
    })
    try {
      return await opened
    } catch (error) {
      opened = null
      throw error
    }
  }
  const exists = async (): Promise<boolean> =>
    opened !== null || (await indexedDB.databases()).some(({ name }) => name === 'mlwe-pake')

  return {
    async list() {
      return (await exists()) ? (await database()).getAll('memberships') : []
    },
    async read(id) {
      const transaction = (await database()).transaction(stores)
      const state = await transaction.objectStore('states').get(id)
      const messages = await transaction.objectStore('messages').getAll(messagesOf(id))
      return state === undefined ? null : { state, messages }
    },
    async save(membership, state, { from, sealed }) {
      const transaction = (await database()).transaction(stores, 'readwrite', { durability: 'strict' })
      const log = transaction.objectStore('messages')
      const writes: Promise<unknown>[] = [
        transaction.objectStore('memberships').put(membership),
        transaction.objectStore('states').put(state, membership.id),
        ...sealed.map((one, i) => log.put(one, [membership.id, from + i])),
      ]
      const oldest = from + sealed.length - maxMessages
      if (sealed.length > 0 && oldest > 0) writes.push(log.delete(messagesOf(membership.id, oldest)))
      await Promise.all([...writes, transaction.done])
    },
    async forget(id) {
      const connection = await database()
      const all = [...stores, ...fileStores] as const
      const transaction = connection.transaction(all, 'readwrite', { durability: 'strict' })
      await Promise.all([
        ...fileStores.map((store) => transaction.objectStore(store).delete(beginningWith(id))),
        transaction.objectStore('memberships').delete(id),
        transaction.objectStore('states').delete(id),
        transaction.objectStore('messages').delete(messagesOf(id)),
        transaction.done,
      ])
    },
    async files(id) {
      const store = (await database()).transaction('files').store
      const [keys, records] = await Promise.all([
        store.getAllKeys(beginningWith(id)),
        store.getAll(beginningWith(id)),
      ])
      return keys.flatMap(([, transfer], i) => {
        const record = records[i]
        return record === undefined ? [] : [[transfer, record] as const]
      })
    },
    async saveFile(id, transfer, record) {
      await (await database()).put('files', record, [id, transfer])
    },
    async saveChunk(id, transfer, index, chunk) {
      await (await database()).put('chunks', chunk, [id, transfer, index])
    },
    async chunk(id, transfer, index) {
      return (await (await database()).get('chunks', [id, transfer, index])) ?? null
    },
    async forgetFile(id, transfer) {
      const transaction = (await database()).transaction(fileStores, 'readwrite')
      await Promise.all([
        ...fileStores.map((store) => transaction.objectStore(store).delete(beginningWith(id, transfer))),
        transaction.done,
      ])
    },
  }
}
