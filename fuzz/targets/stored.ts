/** Stored states: a member's whole profile, its group and its pair sessions, damaged or made up. */

import { type Bytes, concat, equal } from '../../src/codec/index.ts'
import { decodeGroup, encodeGroup } from '../../src/group/index.ts'
import { storedGroup } from '../../src/group/state-codec.ts'
import { decodePeer, encodePeer } from '../../src/peer/index.ts'
import { storedPeer } from '../../src/peer/state-codec.ts'
import { createWorld, type Member } from '../../src/peer/testing/world.ts'
import { decodeSession, encodeSession } from '../../src/ratchet/index.ts'
import { storedSession } from '../../src/ratchet/session-codec.ts'
import { fieldsBy, type Layout } from '../fields.ts'
import { oneOfLayouts, readOrRefuse, whichOf } from '../strict.ts'
import { demand, type Target } from '../target.ts'

/** Behind the byte of the format. */
const versioned = (layout: Layout): Layout => ({
  read: (input) => {
    input.uint(1)
    return layout.read(input)
  },
})

export const createTarget = async (): Promise<Target> => {
  const world = await createWorld({ seed: 1718, fast: true, relayOnly: true })
  const members: Member[] = []
  for (const name of ['Ann', 'Bob', 'Cleo']) {
    members.push(await world.open(name, { lease: 86_400_000 }))
    await world.pass(4_000)
  }
  await world.say(members[0]!, 'stored')
  await world.pass(20_000)
  const { crypto } = world
  const reencode: readonly ((bytes: Bytes) => Bytes)[] = [
    (bytes) => encodePeer(decodePeer(crypto, bytes)),
    (bytes) => encodeGroup(decodeGroup(crypto, bytes)),
    (bytes) => encodeSession(decodeSession(bytes)),
  ]
  const seeds = members.slice(0, 2).flatMap(({ runner }) => {
    const state = runner.state()
    const sessions = [...state.pairs.pairs.values()].flatMap(({ session }) =>
      session === null ? [] : [session],
    )
    return [
      concat(Uint8Array.of(0), encodePeer(state)),
      concat(Uint8Array.of(1), encodeGroup(state.group)),
      ...sessions.map((session) => concat(Uint8Array.of(2), encodeSession(session))),
    ]
  })
  return {
    fields: fieldsBy(oneOfLayouts(versioned(storedPeer), versioned(storedGroup), storedSession)),
    seeds,
    longest: 1,
    run: async (input) =>
      input.map((bytes) => {
        const { which, body } = whichOf(bytes, reencode.length)
        const read = readOrRefuse(() => reencode[which]!(body))
        if ('refusal' in read) return read.refusal
        demand(equal(reencode[which]!(read.value), read.value), 'what was read is stored as it was read')
        return `read ${which}`
      }),
  }
}
