/**
 * Tabs without a browser: a real host, real cryptography and a real relay over real sockets. Only the disk is a map that
 * can be told to fail, and passwords are stretched once instead of for a second.
 */

import { WebSocket } from 'ws'
import { type RunningServer, startServer } from '../../../signaling/server/server.ts'
import { type Bytes, toHex } from '../../codec/index.ts'
import { type Crypto, createCrypto, type WebCrypto } from '../../crypto/index.ts'
import { nodeHkdf } from '../../crypto/testing/seeded.ts'
import { createTracer, type TraceEvent } from '../../metrics/index.ts'
import { type Command, emptyView, type StoredView, type View } from '../page/view.ts'
import { createProfiles } from '../profile/profiles.ts'
import type { ProfileStorage, StoredMembership } from '../profile/storage.ts'
import { createHost, type Host } from '../worker/host.ts'

const { subtle } = globalThis.crypto
const random = (count: number): Bytes => globalThis.crypto.getRandomValues(new Uint8Array(count))
const recorder = createTracer(
  'worker',
  () => performance.now(),
  () => undefined,
)
const realCrypto = await createCrypto({
  subtle: subtle as unknown as WebCrypto,
  random,
  recorder,
  engines: { hkdf: await nodeHkdf() },
})

/** Stretching is slow on purpose, which these tests need only where they cancel it. */
const quickCrypto: Crypto = {
  ...realCrypto,
  stretch: (_, message, salt, length) =>
    realCrypto.stretch({ name: 'PBKDF2-HMAC-SHA-256', iterations: 1 }, message, salt, length),
}

/** Keeps what the browser's database would keep, and fails the way that does. */
export const createDisk = () => {
  const memberships = new Map<string, StoredMembership>()
  const states = new Map<string, Bytes>()
  const messages = new Map<string, Bytes[]>()
  const files = new Map<string, Bytes>()
  const chunks = new Map<string, Bytes>()
  let failure: string | null = null
  let refused = 0
  let reading: Promise<void> = Promise.resolve()
  const storage: ProfileStorage = {
    list: async () => [...memberships.values()],
    read: async (id) => {
      await reading
      const state = states.get(id)
      return state === undefined ? null : { state, messages: messages.get(id) ?? [] }
    },
    save: async (membership, state, { from, sealed }) => {
      if (failure !== null) {
        refused += 1
        throw new DOMException('no', failure)
      }
      memberships.set(membership.id, membership)
      states.set(membership.id, state)
      messages.set(membership.id, [...(messages.get(membership.id) ?? []).slice(0, from), ...sealed])
    },
    forget: async (id) => {
      for (const store of [memberships, states, messages]) store.delete(id)
    },
    files: async () => [...files],
    saveFile: async (_, transfer, record) => void files.set(transfer, record),
    saveChunk: async (_, transfer, index, chunk) => {
      if (failure !== null) throw new DOMException('no', failure)
      chunks.set(`${transfer} ${index}`, chunk)
    },
    chunk: async (_, transfer, index) => chunks.get(`${transfer} ${index}`) ?? null,
    forgetFile: async (_, transfer) => {
      files.delete(transfer)
      for (const name of chunks.keys()) if (name.startsWith(transfer)) chunks.delete(name)
    },
  }
  return {
    storage,
    /** Differs whenever the stored states differ. */
    digest: () => [...states.values()].map((state) => toHex(realCrypto.hash(state))),
    /** Saving fails with this error from now on; `null`: it works. */
    fail: (name: string | null) => {
      failure = name
    },
    /** Saves that have failed. */
    refused: () => refused,
    /** Reading waits until the returned function is called. */
    holdReads: (): (() => void) => {
      let release = (): void => undefined
      reading = new Promise((resolve) => {
        release = resolve
      })
      return release
    },
    /** What browsers do to sites that nobody has visited for long. */
    evict: () => {
      for (const store of [states, messages]) store.clear()
    },
  }
}

type Disk = ReturnType<typeof createDisk>

/** Tabs that share one relay and the profile locks of one browser. */
export interface Tabs {
  /** `slow`: stretches passwords as the app does. */
  open(disk: Disk, options?: { readonly slow: boolean }): Tab
  /** Whether any tab holds a profile. */
  profileInUse(): boolean
  /** Everybody leaves, and the relay stops. */
  close(): Promise<void>
}

export interface Tab {
  /** Every frame and mark of the Protocol tab so far. */
  readonly traced: readonly TraceEvent[]
  /** Every phase shown so far, repetitions left out. */
  readonly phases: readonly View['phase'][]
  view(): View
  stored(): readonly StoredView[]
  /** Resolves to the first view that satisfies `holds`; rejects after 20 s without one. */
  until(what: string, holds: (view: View) => boolean): Promise<View>
  command(command: Command): void
  join(name: string, options: { readonly stored: boolean }): void
  resume(password?: string): Promise<void>
  /** The tab dies: none of its timers, sockets or saves go on. */
  kill(): void
}

const pollMs = 20
const patienceMs = 20_000
const room = { group: 'a room', password: 'a password' }

export const startTabs = async (): Promise<Tabs> => {
  const server: RunningServer = await startServer({ port: 0, graceMs: 100 })
  const held = new Set<string>()
  const hosts: Host[] = []
  const takeLock = async (name: string): Promise<(() => void) | null> => {
    if (held.has(name)) return null
    held.add(name)
    return () => void held.delete(name)
  }
  const address = { relayUrl: `ws://localhost:${server.port}/ws`, transport: 'relay' } as const
  return {
    open: (disk, { slow } = { slow: false }) => {
      const crypto = slow ? realCrypto : quickCrypto
      const { host, tab } = openTab(disk, { crypto, address, takeLock, releaseAll: () => held.clear() })
      hosts.push(host)
      return tab
    },
    profileInUse: () => held.size > 0,
    async close() {
      for (const host of hosts) host.command({ kind: 'leave' })
      await server.close()
    },
  }
}

interface Browser {
  readonly crypto: Crypto
  readonly address: { readonly relayUrl: string; readonly transport: 'relay' }
  readonly takeLock: (name: string) => Promise<(() => void) | null>
  readonly releaseAll: () => void
}

const openTab = (
  disk: Disk,
  { crypto, address, takeLock, releaseAll }: Browser,
): { host: Host; tab: Tab } => {
  let view: View = emptyView
  let stored: readonly StoredView[] = []
  const traced: TraceEvent[] = []
  const phases: View['phase'][] = []
  const timers = new Set<NodeJS.Timeout>()
  const sockets: WebSocket[] = []
  let dead = false
  const storage: ProfileStorage = {
    ...disk.storage,
    save: (...what) => (dead ? new Promise(() => undefined) : disk.storage.save(...what)),
  }
  const host = createHost({
    crypto,
    recorder,
    recordFrame: () => undefined,
    showFile: () => undefined,
    showTrace: (event) => void traced.push(event),
    now: () => Date.now(),
    openSocket: (url) => {
      const socket = new WebSocket(url)
      sockets.push(socket)
      return socket
    },
    relaysFor: (url) => [url],
    setTimer: (run, ms) => {
      if (dead) return () => undefined
      const timer = setTimeout(run, ms)
      timers.add(timer)
      return () => clearTimeout(timer)
    },
    commandMesh: () => undefined,
    showTurn: () => undefined,
    showView: (shown) => {
      if (phases.at(-1) !== shown.phase) phases.push(shown.phase)
      view = shown
    },
    showStored: (shown) => {
      stored = shown
    },
    profiles: createProfiles({
      crypto,
      storage,
      now: () => Date.now(),
      createDeviceKey: () =>
        subtle.generateKey({ name: 'HMAC', hash: 'SHA-256' }, false, ['sign']) as Promise<CryptoKey>,
      signWith: async (key, message) => new Uint8Array(await subtle.sign('HMAC', key, message)),
      takeLock,
    }),
  })
  const tab: Tab = {
    traced,
    phases,
    view: () => view,
    stored: () => stored,
    async until(what, holds) {
      const deadline = Date.now() + patienceMs
      while (!holds(view)) {
        if (Date.now() > deadline)
          throw new Error(`not within ${patienceMs} ms: ${what}; ${JSON.stringify(view.error)} ${view.phase}`)
        await new Promise((resolve) => setTimeout(resolve, pollMs))
      }
      return view
    },
    command: (command) => host.command(command),
    join: (name, { stored }) =>
      host.command({ kind: 'join', name, ...room, door: 'strict', inviter: null, stored, ...address }),
    async resume(password = room.password) {
      const [membership] = await disk.storage.list()
      if (membership === undefined) throw new Error('the disk holds no membership')
      host.command({ kind: 'resume', id: membership.id, password, ...address })
    },
    kill() {
      dead = true
      for (const timer of timers) clearTimeout(timer)
      for (const socket of sockets) socket.terminate()
      releaseAll()
    },
  }
  return { host, tab }
}
