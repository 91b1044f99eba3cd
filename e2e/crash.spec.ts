import type { Page } from 'playwright/test'
import { type Computer, createComputer } from './fixtures/browser.ts'
import { waitForAgreement } from './fixtures/member.ts'
import { expect, test, unique } from './fixtures/test.ts'

/** A few in every run; `npm run test:long` sets 50. */
const rounds = Number(process.env.CRASH_ROUNDS ?? 3)

/** Records the key and nonce of everything that the Worker seals, before it is sealed. */
const recordSealing = async (page: Page, into: string[]): Promise<void> => {
  const worker = page.workers()[0] ?? (await page.waitForEvent('worker'))
  worker.on('console', (message) => {
    const text = message.text()
    if (text.startsWith('sealed ')) into.push(text)
  })
  await worker.evaluate(() => {
    const { subtle } = crypto
    const raw = new WeakMap<CryptoKey, string>()
    const hex = (bytes: Uint8Array) =>
      Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
    const importKey = subtle.importKey.bind(subtle) as (...given: unknown[]) => Promise<CryptoKey>
    const encrypt = subtle.encrypt.bind(subtle)
    Object.assign(subtle, {
      importKey: async (format: unknown, data: Uint8Array, ...rest: unknown[]) => {
        const text = hex(data)
        const key = await importKey(format, data, ...rest)
        raw.set(key, text)
        return key
      },
      encrypt: (algorithm: AesGcmParams, key: CryptoKey, data: Uint8Array<ArrayBuffer>) => {
        console.info(`sealed ${raw.get(key)} ${hex(algorithm.iv as Uint8Array)}`)
        return encrypt(algorithm, key, data)
      },
    })
  })
}

/**
 * Stops the Worker at its next commit of a message, before anything that follows the commit can be sent. `stopped`
 * resolves once it has stopped.
 */
const stopAtCommit = async (page: Page): Promise<{ readonly stopped: Promise<void> }> => {
  const worker = page.workers()[0]
  if (worker === undefined) throw new Error('no Worker')
  const stopped = new Promise<void>((resolve) => {
    worker.on('console', (message) => {
      if (message.text() === 'committed') resolve()
    })
  })
  await worker.evaluate(() => {
    const { prototype: databases } = IDBDatabase
    const { prototype: stores } = IDBObjectStore
    const { transaction } = databases
    const { put } = stores
    const watched = new WeakSet<IDBTransaction>()
    databases.transaction = function (this: IDBDatabase, ...given: Parameters<typeof transaction>) {
      const begun = transaction.apply(this, given)
      // The first listener: the app does not know of the commit yet.
      begun.addEventListener('complete', () => {
        if (!watched.has(begun)) return
        console.info('committed')
        for (;;);
      })
      return begun
    }
    stores.put = function (this: IDBObjectStore, ...given: Parameters<typeof put>) {
      if (this.name === 'messages') watched.add(this.transaction)
      return put.apply(this, given)
    }
  })
  return { stopped }
}

/** When the browser is killed. */
const moments = [
  'at random',
  'after the commit of what it says',
  'after the commit of what it hears',
] as const

test(`a browser killed ${rounds} times, at random and between disk and network: no key and nonce are used twice, nothing confirmed is lost, no session is stuck`, async ({
  room,
}, testInfo) => {
  test.setTimeout((rounds + 1) * 180_000)
  const hers: Computer = createComputer(testInfo)
  const sealed: string[] = []
  const keptByAlice: string[] = []
  const keptByBob: string[] = []
  const bob = await room.openMember('Bob')
  try {
    let alice = await hers.member('Alice', room.relay.url, room)
    await recordSealing(alice.page, sealed)
    await alice.joinToStay()
    await bob.joinToStay()
    await waitForAgreement([alice, bob])

    for (let round = 0; round < rounds; round++) {
      console.log(`round ${round + 1} of ${rounds}`)
      const [fromAlice, fromBob] = [unique('from Alice'), unique('from Bob')]
      const moment = moments[round % moments.length]
      if (moment === 'at random') {
        // A message that is on both screens before the kill has been confirmed.
        await Promise.all([bob.say(fromBob), alice.say(fromAlice)])
        await alice.page.waitForTimeout(Math.random() * 600)
        const seen = await alice.messages().catch(() => [])
        if (seen.some((text) => text.includes(fromBob))) keptByAlice.push(fromBob)
      } else {
        const { stopped } = await stopAtCommit(alice.page)
        if (moment === 'after the commit of what it says') await alice.say(fromAlice)
        else await bob.say(fromBob)
        await stopped
        if (moment === 'after the commit of what it says') await bob.say(fromBob)
      }
      keptByBob.push(fromAlice)
      await hers.kill()
      if (moment !== 'at random') await expect(bob.message(fromAlice)).toHaveCount(0)

      alice = await hers.member('Alice', room.relay.url, room)
      await recordSealing(alice.page, sealed)
      await alice.resume()
      await alice.waitForRoom()
      await waitForAgreement([alice, bob])
      for (const text of keptByAlice) await expect(alice.message(text)).toHaveCount(1)
      const isKept = (await alice.message(fromAlice).count()) > 0
      if (!isKept) keptByBob.pop()
      if (moment === 'after the commit of what it says') expect(isKept).toBe(true)
      for (const text of keptByBob) await expect(bob.message(text)).toHaveCount(1)
      // Bob sent it to a member, so it arrives, before or after the kill.
      await expect(alice.message(fromBob)).toHaveCount(1)
      const after = unique('after the kill')
      await alice.say(after)
      await expect(bob.message(after)).toHaveCount(1)
    }
    expect(sealed.length).toBeGreaterThan(20 * rounds)
    expect(new Set(sealed).size, 'keys and nonces that were used twice').toBe(sealed.length)
  } finally {
    await hers.remove()
  }
})
