/**
 * A room from name and password to a removal, written down: three members come one by one and talk, one is removed and
 * the password changed. Every event and draw of a member stands in its order, and beside each frame what it was made
 * of, so that the file can be followed by a reader who has the texts alone, and replayed by one who has code.
 */
import { type Bytes, decode, encode, fromHex, toHex, utf8 } from '../../codec/index.ts'
import { type Crypto, expose, type Material, mlKem768, Secret, type WebCrypto } from '../../crypto/index.ts'
import { recordedCrypto } from '../../crypto/testing/seeded.ts'
import { type Address, type MemberId, memberEntry } from '../../identity/index.ts'
import { generateVerifier, groupIdOf, preparePassword, roomOf } from '../../pake/index.ts'
import { clientFrame, type Room, relayFrame } from '../../relay-protocol/index.ts'
import { type Frame, frame } from '../frames.ts'
import type { Taken } from '../index.ts'
import type { PeerEvent } from '../state.ts'
import { createWorld, idOf, type Member, type Proof, type World } from '../testing/world.ts'

const about =
  'A room of three, from name and password on; src/peer/SPEC.md, "The room session", explains every field'

const hex = (material: Material): string => toHex(expose(material))
/** The last 16 bytes of what AES-GCM made: they name it. */
const tagOf = (sealed: Uint8Array): string => toHex(sealed.slice(-16))

/** `crypto` that remembers what each sealed piece, key and ciphertext came from. */
const tracing = (crypto: Crypto, draws: readonly Bytes[]) => {
  const sealed = new Map<string, { readonly key: string; readonly plaintext: string }>()
  const expandedFrom = new Map<string, string>()
  const steppedFrom = new Map<string, string>()
  const coins = new Map<string, string>()
  const sessions = new Map<
    string,
    { readonly transcript: string; readonly key: string; readonly ids: string }
  >()
  const pairs = { dh: [] as string[], kem: [] as string[] }
  const pairLabel = toHex(utf8('mlwe-pake v2 pair'))
  const traced: Crypto = {
    ...crypto,
    seal: async (key, nonce, aad, plaintext) => {
      const note = { key: hex(key), plaintext: toHex(plaintext) }
      const made = await crypto.seal(key, nonce, aad, plaintext)
      sealed.set(tagOf(made), note)
      return made
    },
    expand: async (prk, info, length) => {
      const from = hex(prk)
      const made = await crypto.expand(prk, info, length)
      expandedFrom.set(hex(made), from)
      return made
    },
    mac: async (key, message) => {
      const from = hex(key)
      const made = await crypto.mac(key, message)
      steppedFrom.set(toHex(made), from)
      return made
    },
    derive: async (salt, ikm, info, length) => {
      const ids = toHex(info).slice(pairLabel.length + 32)
      if (toHex(info).startsWith(pairLabel) && ids.length === 64)
        sessions.set(hex(salt), { transcript: hex(salt), key: hex(ikm), ids })
      return crypto.derive(salt, ikm, info, length)
    },
    dhGenerate: async () => {
      const pair = await crypto.dhGenerate()
      pairs.dh.push(hex(pair.privateKey))
      return pair
    },
    kemGenerate: async (parameters = mlKem768, seed) => {
      const pair = await crypto.kemGenerate(parameters, seed)
      if (parameters === mlKem768 && seed === undefined) pairs.kem.push(hex(pair.privateKey))
      return pair
    },
    kemEncapsulate: async (publicKey, parameters) => {
      const before = draws.length
      const made = await crypto.kemEncapsulate(publicKey, parameters)
      coins.set(tagOf(made.ciphertext), toHex(draws[before] as Bytes))
      return made
    },
  }
  const sealedAs = (bytes: Uint8Array) => {
    const found = sealed.get(tagOf(bytes))
    if (found === undefined) throw new Error('nobody here sealed this')
    return found
  }

  /** What a frame was made of. */
  const explain = (message: Frame): Record<string, string | number> | null => {
    switch (message.kind) {
      case 'pake': {
        // What a newcomer with another password sends as flow 5 is random.
        if (message.flow !== 5 || !sealed.has(tagOf(message.beside))) return { flow: message.flow }
        const { key, plaintext } = sealedAs(message.beside)
        return { flow: 5, runKey: expandedFrom.get(key)!, a1: key, entry: plaintext }
      }
      case 'admit': {
        const { key, plaintext } = sealedAs(message.entry)
        return { a2: key, entry: plaintext }
      }
      case 'pair': {
        const headerEnd = 3 + message.body[1]! * 256 + message.body[2]!
        const [header, body] = [sealedAs(message.body.slice(3, headerEnd)), sealedAs(message.body)]
        const messageKey = expandedFrom.get(body.key)!
        const plain = header.plaintext
        const turned = plain.slice(32, 34) === '01' ? { coins: coins.get(plain.slice(-40, -8))! } : {}
        return {
          headerKey: header.key,
          header: plain,
          ...turned,
          chainKey: steppedFrom.get(messageKey)!,
          messageKey,
          padded: body.plaintext,
        }
      }
      case 'group':
        return { padded: sealedAs(message.body).plaintext }
      default:
        return null
    }
  }
  return { traced, explain, pairs, sessions }
}

const passwordFrom = async (crypto: Crypto, groupId: Bytes, typed: string) => {
  const made = preparePassword(typed)
  if ('problem' in made) throw new Error(made.problem)
  const { verifier, seed, publicKey } = await generateVerifier(crypto, made.prepared, groupId)
  const given = { typed, verifier: hex(verifier), seed: hex(seed), publicKey: toHex(publicKey) }
  // A copy for each member, since each wipes its own.
  const proof = (): Proof => ({
    verifier: new Secret(fromHex(given.verifier)),
    seed: new Secret(fromHex(given.seed)),
    publicKey,
  })
  return { proof, given }
}

interface Sent {
  readonly at: number
  readonly from: string
  readonly to: string
  readonly kind: Frame['kind']
  readonly bytes: string
  readonly madeOf: Record<string, string | number> | null
}

const describeEvent = (
  event: PeerEvent,
  nameOf: (address: string) => string,
  received: (event: PeerEvent) => number,
) => {
  switch (event.kind) {
    case 'received':
      return { kind: event.kind, frame: received(event) }
    case 'relay-open':
      return { kind: event.kind, present: event.present.map(nameOf) }
    case 'presence':
      return { kind: event.kind, of: nameOf(event.address), present: event.present }
    case 'say':
      return { kind: event.kind, text: event.text }
    case 'remove':
      return { kind: event.kind, member: event.member }
    default:
      return { kind: event.kind }
  }
}

/** Writes down each step that was more than waking for nothing, and each frame. */
const createLog = (draws: Bytes[], explain: ReturnType<typeof tracing>['explain'], now: () => number) => {
  const names = new Map<string, string>()
  const frames: Sent[] = []
  const steps: object[] = []
  const nameOf = (address: string): string => names.get(address) ?? address
  const take = (): readonly string[] => draws.splice(0).map(toHex)
  const find = (from: string, to: string, bytes: string): number =>
    frames.findLastIndex((sent) => sent.from === from && sent.to === to && sent.bytes === bytes)
  return {
    frames,
    steps,
    take,
    add: (address: string, name: string) => void names.set(address, name),
    stepped: (member: Member, { event, effects }: Taken): void => {
      const sends = effects.flatMap((effect) => {
        if (effect.kind !== 'send') return []
        const message = decode(frame, effect.bytes)
        const [from, to] = [nameOf(member.address), nameOf(effect.to)]
        frames.push({
          at: now(),
          from,
          to,
          kind: message.kind,
          bytes: toHex(effect.bytes),
          madeOf: explain(message),
        })
        return [frames.length - 1]
      })
      const refused = effects.flatMap((effect) => (effect.kind === 'reject' ? [effect.code] : []))
      const shown = effects.flatMap((effect) =>
        effect.kind === 'message' ? [{ from: effect.from, ...effect.message }] : [],
      )
      const notices = effects.flatMap((effect) => (effect.kind === 'notice' ? [effect.code] : []))
      const drawn = take()
      if (event.kind === 'wake' && sends.length === 0 && drawn.length === 0) return
      const received = (given: PeerEvent): number =>
        given.kind === 'received' ? find(nameOf(given.from), nameOf(member.address), toHex(given.bytes)) : -1
      steps.push({
        at: now(),
        member: member.name,
        event: describeEvent(event, nameOf, received),
        ...(drawn.length > 0 ? { draws: drawn } : {}),
        ...(sends.length > 0 ? { sends } : {}),
        ...(shown.length > 0 ? { shown } : {}),
        ...(notices.length > 0 ? { notices } : {}),
        ...(refused.length > 0 ? { refused } : {}),
      })
    },
  }
}

/** Where everybody in the room stands: the same on all screens, or this throws. */
const agreed = (world: World, after: string) => {
  const [member] = world.living()
  if (world.standing().length !== 1 || member === undefined) throw new Error(`no agreement: ${after}`)
  const { group } = member.runner.state()
  const view = world.view(member)
  return {
    at: world.network.now(),
    after,
    members: view.members.map(({ name, id }) => ({ name, id })),
    rosterHash: group.hash,
    epoch: view.epoch,
    epochId: group.current,
    fingerprint: view.fingerprint,
    roomNumber: view.roomNumber?.digits,
  }
}

/** The content of `room-session.json`. */
export const makeRoomSession = async (subtle: WebCrypto) => {
  const { crypto: plain, draws } = await recordedCrypto(subtle, 'mlwe-pake v2 room session')
  const group = 'Reading Room'
  const named = groupIdOf(plain, group)
  if ('problem' in named) throw new Error(named.problem)
  const { groupId } = named
  const first = await passwordFrom(plain, groupId, 'Correct horse 1')
  const second = await passwordFrom(plain, groupId, 'Battery staple 2')
  const { traced, explain, pairs, sessions } = tracing(plain, draws)
  let world: World | null = null
  const log = createLog(draws, explain, () => world!.network.now())
  world = await createWorld({
    seed: 1,
    crypto: traced,
    groupId,
    relayOnly: true,
    observer: {
      watch: (crypto) => crypto,
      stepped: log.stepped,
      relay: (_from, _to, bytes) => [bytes],
    },
  })
  const room = toHex(roomOf(plain, groupId)) as Room
  const members: object[] = []
  const standings: object[] = []
  const come = async (name: string, proof = first.proof()): Promise<Member> => {
    const member = await world.open(name, { password: proof, keeps: false })
    log.add(member.address, name)
    const { entry, hash, id } = member.runner.state().self
    const secret = member.secret.slice() as Bytes
    members.push({
      name,
      draws: log.take(),
      relaySecret: toHex(secret),
      address: member.address,
      hello: toHex(encode(clientFrame, { kind: 'hello', secret })),
      join: toHex(encode(clientFrame, { kind: 'join', room })),
      lease: entry.lease,
      entry: toHex(encode(memberEntry, entry)),
      entryHash: hash,
      id,
    })
    return member
  }
  const enter = async (name: string): Promise<Member> => {
    const member = await come(name)
    await world.pass(9_000)
    standings.push(agreed(world, `${name} came`))
    return member
  }
  const alice = await enter('Alice')
  const bob = await enter('Bob')
  const carol = await enter('Carol')
  await world.say(alice, 'Hello, both.')
  await world.pass(400)
  await world.say(carol, 'Hello, Alice. ⚙')
  await world.pass(400)
  // With a password that is not in force yet: refused, and gone.
  const dave = await come('Dave', second.proof())
  await world.pass(1_000)
  world.close(dave)
  await world.pass(400)
  const { verifier, publicKey } = second.proof()
  await world.remove(alice, idOf(carol) as MemberId, { verifier, publicKey, door: 'strict' })
  await world.pass(6_000)
  standings.push(agreed(world, 'Alice removed Carol and changed the password'))
  await world.say(bob, 'Now we are two.')
  await world.pass(400)
  standings.push(agreed(world, 'Bob spoke'))

  const [sent] = log.frames
  const payload = fromHex(sent!.bytes)
  return {
    about,
    madeBy: 'npx tsx src/peer/vectors/make.ts',
    given: { group, groupId: toHex(groupId), room, passwords: [first.given, second.given] },
    members,
    firstFrameAtRelay: {
      send: toHex(encode(clientFrame, { kind: 'send', to: alice.address as Address, payload })),
      frame: toHex(encode(relayFrame, { kind: 'frame', from: bob.address as Address, payload })),
    },
    privateKeys: pairs,
    sessions: [...sessions.values()],
    standings,
    frames: log.frames,
    steps: log.steps,
  }
}
