/** Records of the password, and whose is in force. */
import { expect, test } from 'vitest'
import { decode, encode, toHex } from '../codec/index.ts'
import { Secret } from '../crypto/index.ts'
import type { GroupState } from '../group/index.ts'
import type { MemberId } from '../identity/index.ts'
import { codes, createWorld, isIn, type Person, passwordOf, type World } from './admission/testing/people.ts'
import { type Control, maxExcludes, type PasswordRecord } from './controls.ts'
import { inGroup } from './membership.ts'
import { sendControl } from './pairs-sealing.ts'
import { changePassword, hearPassword, hearPasswordHeld, knowingRemoved, relayTokens } from './password.ts'
import { passwordCodec } from './password-state.ts'

const inside = async (name: string, ...labels: readonly string[]) => {
  const world = await createWorld(name)
  const people: Person[] = []
  for (const label of labels) {
    people.push(await world.join(label))
    await world.pass(4_000)
  }
  expect(people.every(isIn)).toBe(true)
  return { world, people }
}

/** One password for all, given without its seed. */
const newPassword = async (world: World, password: string) => {
  const { verifier, publicKey, door } = await passwordOf(world.crypto, password)
  return { verifier, publicKey, door }
}

const recordFor = async (
  world: World,
  password: string,
  change: Pick<PasswordRecord, 'revision' | 'by'> & Partial<PasswordRecord>,
): Promise<PasswordRecord> => {
  const { verifier, publicKey, door } = await newPassword(world, password)
  return {
    excludes: [],
    verifier: verifier.expose().slice(),
    publicKey,
    door,
    relayToken: world.crypto.random(32),
    ...change,
  }
}

const held = ({ state }: Person): string =>
  `${state.password.record?.revision} ${state.password.record?.hash.slice(0, 8)} ${toHex(state.password.verifier.expose()).slice(0, 8)}`

const heldByAll = (people: readonly Person[]): number => new Set(people.map(held)).size

/** An insider says anything inside its pair session. */
const says = (world: World, from: Person, to: Person, message: Control): Promise<void> =>
  world.act(from, async (tx) => void (await sendControl(tx, to.state.self.id, message)))

test('all hold the founder’s record; each has it from the member that let it in, and says so to the others', async () => {
  const { world, people } = await inside('founder', 'Ann', 'Bob', 'Cleo')
  await world.pass(10_000)
  expect(heldByAll(people)).toBe(1)
  for (const { state } of people) {
    expect(state.password.record?.by).toBe(people[0]!.state.self.id)
    expect(state.password.confirmed.size).toBe(2)
  }
})

test('a change reaches all within reach at once; only the new password gets in; the old verifier is wiped', async () => {
  const { world, people } = await inside('change', 'Ann', 'Bob', 'Cleo')
  const [ann, bob] = people as [Person, Person]
  const before = bob.state.password.verifier
  const password = await newPassword(world, 'new')
  await world.act(ann, (tx) => changePassword(tx, password))
  expect(ann.state.password.intention).not.toBeNull()
  await world.pass(1_000)
  expect(heldByAll(people)).toBe(1)
  expect(codes(bob)).toContain('password-changed')
  expect(before.wiped).toBe(true)
  expect(ann.state.password.intention).toBeNull()
  const old = await world.join('Old', { password: 'right' })
  const fresh = await world.join('Fresh', { password: 'new' })
  await world.pass(10_000)
  expect([isIn(old), isIn(fresh)]).toEqual([false, true])
})

test('runs and waits of the old password end with it', async () => {
  const { world, people } = await inside('runs end', 'Ann', 'Bob')
  const [ann] = people as [Person]
  const late = await world.create('Late')
  world.wire.delay = (from, _, frame) =>
    from === late.address && frame.kind === 'pake' && frame.flow === 5 ? 5_000 : 5
  await world.goOnline(late)
  await world.pass(1_000)
  expect(ann.state.admission.door.runs.has(late.address)).toBe(true)
  const password = await newPassword(world, 'new')
  await world.act(ann, (tx) => changePassword(tx, password))
  expect(ann.state.admission.door.runs.size).toBe(0)
  expect(ann.state.admission.door.keys).toBeNull()
  await world.pass(10_000)
  expect(isIn(late)).toBe(false)
})

test('two passwords under one revision do not stay side by side: a record in my name that I did not make is refused', async () => {
  const { world, people } = await inside('one revision', 'Ann', 'Bob', 'Mallory')
  const [ann, bob, mallory] = people as [Person, Person, Person]
  const by = ann.state.self.id
  for (const [to, password] of [
    [ann, 'one'],
    [bob, 'two'],
  ] as const)
    await says(world, mallory, to, {
      kind: 'password',
      record: await recordFor(world, password, { revision: 2, by }),
    })
  await world.pass(300)
  expect(ann.rejects).toContain('password/foreign')
  await world.act(ann, (tx) =>
    inGroup(tx, { kind: 'evict', member: mallory.state.self.id, withInvited: false }),
  )
  await world.act(ann, (tx) => changePassword(tx, null))
  await world.leave(mallory.address)
  await world.pass(60_000)
  expect(heldByAll([ann, bob])).toBe(1)
})

test('of two changes at once the greater (revision, hash) stays, everywhere', async () => {
  const { world, people } = await inside('at once', 'Ann', 'Bob', 'Cleo')
  const [ann, bob] = people as [Person, Person]
  const [of1, of2] = [await newPassword(world, 'of Ann'), await newPassword(world, 'of Bob')]
  await world.act(ann, (tx) => changePassword(tx, of1))
  await world.act(bob, (tx) => changePassword(tx, of2))
  await world.pass(30_000)
  expect(heldByAll(people)).toBe(1)
  expect(people.every(({ state }) => state.password.intention === null)).toBe(true)
})

test('a record more than 64 ahead is refused; 64 more count for each hour that the own one is in force', async () => {
  const { world, people } = await inside('far ahead', 'Ann', 'Bob')
  const [ann, bob] = people as [Person, Person]
  const by = bob.state.self.id
  const far = await recordFor(world, 'far', { revision: 66, by })
  await world.act(ann, (tx) => hearPassword(tx, by, far))
  expect(ann.rejects).toContain('password/far-ahead')
  await world.pass(3_600_000)
  await world.act(ann, (tx) => hearPassword(tx, by, far))
  expect(ann.state.password.record?.revision).toBe(66)
  const zero = await recordFor(world, 'zero', { revision: 0, by })
  const rejects = ann.rejects.length
  await world.act(ann, (tx) => hearPassword(tx, by, zero))
  expect(ann.rejects.slice(rejects)).toEqual(['password/far-ahead'])
})

test('a public key that no honest side makes is refused before anybody encapsulates to it', async () => {
  const { world, people } = await inside('bad key', 'Ann', 'Bob')
  const [ann, bob] = people as [Person, Person]
  const by = bob.state.self.id
  for (const publicKey of [new Uint8Array(1_216), new Uint8Array(1_216).fill(255)])
    await world.act(ann, async (tx) =>
      hearPassword(tx, by, { ...(await recordFor(world, 'bad', { revision: 2, by })), publicKey }),
    )
  expect(ann.rejects.filter((code) => code === 'pair/malformed')).toHaveLength(2)
})

test('whose password is not confirmed by all puts it above another’s three times, then is overruled and says so', async () => {
  const { world, people } = await inside('overruled', 'Ann', 'Bob', 'Mallory')
  const [ann, bob, mallory] = people as [Person, Person, Person]
  // Bob is out of reach, so the intention stays.
  world.wire.delay = (from, to) => (from === bob.address || to === bob.address ? null : 5)
  const own = await newPassword(world, 'of Ann')
  await world.act(ann, (tx) => changePassword(tx, own))
  const verifier = toHex(ann.state.password.verifier.expose())
  const revisions: (number | undefined)[] = []
  for (let i = 0; i < 4; i++) {
    const { revision } = ann.state.password.record!
    // In Bob's name: not from its own author.
    const record = await recordFor(world, `of Mallory ${i}`, {
      revision: revision + 1,
      by: bob.state.self.id,
    })
    await world.act(ann, (tx) => hearPassword(tx, mallory.state.self.id, record))
    revisions.push(ann.state.password.record?.revision)
    expect(toHex(ann.state.password.verifier.expose()) === verifier).toBe(i < 3)
  }
  expect(revisions).toEqual([4, 6, 8, 9])
  expect(codes(ann).filter((code) => code === 'password-overruled')).toHaveLength(1)
  expect(ann.state.password.intention).toBeNull()
})

test('another’s record that comes from its own living author is taken, intention or not', async () => {
  const { world, people } = await inside('own author', 'Ann', 'Bob', 'Cleo')
  const [ann, bob, cleo] = people as [Person, Person, Person]
  world.wire.delay = (from, to) => (from === cleo.address || to === cleo.address ? null : 5)
  const own = await newPassword(world, 'of Ann')
  await world.act(ann, (tx) => changePassword(tx, own))
  const by = bob.state.self.id
  const record = await recordFor(world, 'of Bob', { revision: ann.state.password.record!.revision + 1, by })
  await world.act(ann, (tx) => hearPassword(tx, by, record))
  expect(ann.state.password.record?.by).toBe(by)
  expect(codes(ann)).not.toContain('password-overruled')
  expect(own.verifier.wiped).toBe(true)
})

test('every eviction makes a record: the same password, another token; the one before counts for 31 days', async () => {
  const { world, people } = await inside('eviction', 'Ann', 'Bob', 'Cleo')
  const [ann, bob, cleo] = people as [Person, Person, Person]
  const [token] = relayTokens(ann.state, world.now())
  const { verifier } = ann.state.password
  await world.act(ann, (tx) => inGroup(tx, { kind: 'evict', member: cleo.state.self.id, withInvited: false }))
  await world.act(ann, (tx) => changePassword(tx, null))
  await world.leave(cleo.address)
  await world.pass(2_000)
  expect(ann.state.password.verifier).toBe(verifier)
  expect(verifier.wiped).toBe(false)
  expect(held(bob)).toBe(held(ann))
  expect(codes(bob)).not.toContain('password-changed')
  const tokens = relayTokens(bob.state, world.now())
  expect(tokens).toHaveLength(2)
  expect(tokens[1]).toEqual(token)
  expect(tokens[0]).not.toEqual(token)
  expect(relayTokens(bob.state, world.now() + 31 * 86_400_000)).toHaveLength(1)
  // Without another password the removed one can knock again: said by name.
  expect(knowingRemoved(ann.state)).toEqual([cleo.state.self.id])
  const password = await newPassword(world, 'new')
  await world.act(ann, (tx) => changePassword(tx, password))
  expect(knowingRemoved(ann.state)).toEqual([])
  expect(ann.state.password.record?.excludes).toEqual([cleo.state.self.id])
})

test('a member that was out of reach hears of the change when it is back, by repeats of up to 60 s', async () => {
  const { world, people } = await inside('away', 'Ann', 'Bob')
  const [ann, bob] = people as [Person, Person]
  world.wire.delay = (from, to) => (from === bob.address || to === bob.address ? null : 5)
  const password = await newPassword(world, 'new')
  await world.act(ann, (tx) => changePassword(tx, password))
  await world.pass(120_000)
  expect(held(bob)).not.toBe(held(ann))
  expect(ann.state.password.intention).not.toBeNull()
  world.wire.delay = () => 5
  await world.pass(130_000)
  expect(held(bob)).toBe(held(ann))
  expect(ann.state.password.intention).toBeNull()
})

test('a worse record, or the hash of one, is answered by the better one, once in 2 s', async () => {
  const { world, people } = await inside('worse', 'Ann', 'Bob')
  const [ann, bob] = people as [Person, Person]
  const password = await newPassword(world, 'new')
  await world.act(ann, (tx) => changePassword(tx, password))
  await world.pass(10_000)
  const by = bob.state.self.id
  const before = ann.sent.length
  const worse = await recordFor(world, 'worse', { revision: 1, by })
  for (let i = 0; i < 5; i++) {
    await world.act(ann, (tx) => hearPassword(tx, by, worse))
    await world.act(ann, (tx) => hearPasswordHeld(tx, by, new Uint8Array(32)))
  }
  const records = ann.sent.slice(before).filter(({ bytes }) => bytes.length > 1_400)
  expect(records).toHaveLength(1)
  expect(ann.state.password.record?.revision).toBe(2)
})

test('the stored form keeps record, intention and what this member made', async () => {
  const { world, people } = await inside('stored', 'Ann', 'Bob')
  const [ann] = people as [Person]
  world.wire.delay = () => null
  const password = await newPassword(world, 'new')
  await world.act(ann, (tx) => changePassword(tx, password))
  const back = decode(passwordCodec, encode(passwordCodec, ann.state.password))
  const { confirmed, told, ...kept } = ann.state.password
  expect(back).toEqual({ ...kept, confirmed: new Set(), told: new Map() })
  expect(confirmed.size + told.size).toBeGreaterThan(0)
  expect(back.intention?.password.verifier).toBeInstanceOf(Secret)
  expect(back.made).toHaveLength(2)
})

test('a record excludes as many as fit, the latest first to stay', async () => {
  const { world, people } = await inside('excludes', 'Ann')
  const [ann] = people as [Person]
  const removals: GroupState['roster']['removals'] = new Map(
    Array.from({ length: 300 }, (_, i) => {
      const id = i.toString(16).padStart(32, '0') as MemberId
      const by = ann.state.self.id
      return [
        id,
        { id, by, reason: 'evicted', teller: by, denied: [], at: world.now(), withInvited: false } as const,
      ] as const
    }),
  )
  const { group } = ann.state
  ann.state = { ...ann.state, group: { ...group, roster: { ...group.roster, removals } } }
  const password = await newPassword(world, 'new')
  await world.act(ann, (tx) => changePassword(tx, password))
  const { excludes } = ann.state.password.record!
  expect(excludes).toHaveLength(maxExcludes)
  expect(excludes.at(-1)).toBe([...removals.keys()].at(-1))
})
