import { afterEach, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { type RunningServer, startServer } from '../../../signaling/server/server.ts'
import { type Bytes, toHex } from '../../codec/index.ts'
import { createCrypto, type WebCrypto } from '../../crypto/index.ts'
import { nodeHkdf } from '../../crypto/testing/seeded.ts'
import { createTracer } from '../../metrics/index.ts'
import { type Command, emptyView, type StoredView, type View } from '../page/view.ts'
import { createProfiles } from '../profile/profiles.ts'
import type { ProfileStorage, StoredMembership } from '../profile/storage.ts'
import { createHost, type Host } from './host.ts'

const { subtle } = globalThis.crypto
const random = (count: number): Bytes => globalThis.crypto.getRandomValues(new Uint8Array(count))
const recorder = createTracer(
  'worker',
  () => performance.now(),
  () => undefined,
)
const crypto = await createCrypto({
  subtle: subtle as unknown as WebCrypto,
  random,
  recorder,
  engines: { hkdf: await nodeHkdf() },
})

/** Keeps what the browser's database would, and fails as that does. */
const createDisk = () => {
  const memberships = new Map<string, StoredMembership>()
  const states = new Map<string, Bytes>()
  const messages = new Map<string, Bytes[]>()
  let trouble: string | null = null
  const storage: ProfileStorage = {
    list: async () => [...memberships.values()],
    read: async (id) => {
      const state = states.get(id)
      return state === undefined ? null : { state, messages: messages.get(id) ?? [] }
    },
    save: async (membership, state, { from, sealed }) => {
      if (trouble !== null) throw new DOMException('no', trouble)
      memberships.set(membership.id, membership)
      states.set(membership.id, state)
      messages.set(membership.id, [...(messages.get(membership.id) ?? []).slice(0, from), ...sealed])
    },
    forget: async (id) => {
      for (const store of [memberships, states, messages]) store.delete(id)
    },
  }
  return {
    storage,
    /** Tells one state of it from another. */
    print: () => [...states.values()].map((state) => toHex(crypto.hash(state))),
    fail: (name: string | null) => {
      trouble = name
    },
    /** What browsers do to sites that were not visited for long. */
    evict: () => {
      for (const store of [states, messages]) store.clear()
    },
  }
}
type Disk = ReturnType<typeof createDisk>

const held = new Set<string>()
const hosts: Host[] = []
let server: RunningServer | null = null
afterEach(async () => {
  for (const host of hosts.splice(0)) host.command({ kind: 'leave' })
  await server?.close()
  server = null
  held.clear()
})

const openTab = (disk: Disk) => {
  let view: View = emptyView
  let stored: readonly StoredView[] = []
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
    showTrace: () => undefined,
    now: () => Date.now(),
    openSocket: (url) => {
      const socket = new WebSocket(url)
      sockets.push(socket)
      return socket
    },
    setTimer: (run, ms) => {
      const timer = setTimeout(run, ms)
      timers.add(timer)
      return () => clearTimeout(timer)
    },
    commandMesh: () => undefined,
    showView: (shown) => {
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
      takeLock: async (name) => {
        if (held.has(name)) return null
        held.add(name)
        return () => void held.delete(name)
      },
    }),
  })
  hosts.push(host)
  const until = async (what: string, holds: (view: View) => boolean): Promise<View> => {
    for (let waited = 0; !holds(view); waited += 20) {
      if (waited > 20_000)
        throw new Error(`not in 20 s: ${what}; ${JSON.stringify(view.error)} ${view.phase}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    return view
  }
  const address = () => ({ relayUrl: `ws://localhost:${server!.port}/ws`, transport: 'relay' as const })
  return {
    until,
    stored: () => stored,
    command: (command: Command) => host.command(command),
    join: (name: string, isStored: boolean) =>
      host.command({
        kind: 'join',
        name,
        group: 'a room',
        password: 'a password',
        suite: 2,
        stored: isStored,
        ...address(),
      }),
    resume: async (password = 'a password') => {
      const [one] = await disk.storage.list()
      host.command({ kind: 'resume', id: one!.id, password, ...address() })
    },
    /** The tab dies: nothing of it runs any more. */
    kill: () => {
      dead = true
      for (const timer of timers) clearTimeout(timer)
      for (const socket of sockets) socket.terminate()
      held.clear()
    },
  }
}

const meet = async () => {
  server = await startServer({ port: 0, graceMs: 100 })
  const [hers, his] = [createDisk(), createDisk()]
  const [ann, bob] = [openTab(hers), openTab(his)]
  ann.join('Ann', true)
  await ann.until('Ann is in', ({ phase }) => phase === 'joined')
  bob.join('Bob', false)
  await bob.until('both are in', ({ members, epoch }) => members.length === 2 && epoch !== null)
  await ann.until('both are in', ({ members }) => members.length === 2)
  return { ann, bob, hers }
}

const says = (text: string) => ({ kind: 'say', text }) as const
const texts = ({ messages }: View): readonly string[] => messages.map(({ text }) => text)

test.each([
  ['QuotaExceededError', 'storage/full'],
  ['UnknownError', 'storage/failed'],
])(
  'a disk that fails with %s: said, nothing is sent, the old state stands, and once it works all goes on',
  async (name, code) => {
    const { ann, bob, hers } = await meet()
    ann.command(says('before'))
    await bob.until('Bob reads', (view) => texts(view).includes('before'))
    hers.fail(name)
    const before = hers.print()
    ann.command(says('not stored, so not sent'))
    const failed = await ann.until('the failure shows', ({ error }) => error !== null)
    expect(failed.error?.code).toBe(code)
    expect(texts(failed)).not.toContain('not stored, so not sent')
    bob.command(says('meanwhile'))
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    expect(hers.print()).toEqual(before)
    expect(texts(await bob.until('anything', () => true))).not.toContain('not stored, so not sent')
    // It was not confirmed either: Bob still has it to say.
    const waiting = await bob.until('anything', () => true)
    expect(waiting.messages.find(({ text }) => text === 'meanwhile')?.delivery.state).toBe('sending')
    hers.fail(null)
    await ann.until('Ann reads what came meanwhile', (view) => texts(view).includes('meanwhile'))
    ann.command(says('after'))
    const heard = await bob.until('Bob reads', (view) => texts(view).includes('after'))
    expect(texts(heard).filter((text) => text === 'before' || text === 'after')).toEqual(['before', 'after'])
  },
  60_000,
)

test('what the browser threw away is said to be damaged, and nothing is made up in its place', {
  timeout: 60_000,
}, async () => {
  const { ann, hers } = await meet()
  ann.kill()
  hers.evict()
  const again = openTab(hers)
  await again.resume()
  const { phase, error } = await again.until('an ending', (view) => view.phase === 'failed')
  expect([phase, error?.code]).toEqual(['failed', 'storage/damaged'])
  expect(await hers.storage.list()).toHaveLength(1)
})

test('a wrong password says so and destroys nothing', { timeout: 60_000 }, async () => {
  const { ann, bob, hers } = await meet()
  ann.command(says('kept'))
  await bob.until('Bob reads', (view) => texts(view).includes('kept'))
  ann.kill()
  const before = hers.print()
  const again = openTab(hers)
  await again.resume('another password')
  const { error } = await again.until('an ending', ({ phase }) => phase === 'failed')
  expect(error?.code).toBe('storage/wrong-password')
  expect(hers.print()).toEqual(before)
  await again.resume()
  const back = await again.until('back', (view) => view.phase === 'joined' && texts(view).includes('kept'))
  expect(back.stored).toBe(true)
})
