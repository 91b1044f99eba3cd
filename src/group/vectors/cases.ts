/**
 * The content of `group.json`: every input of one epoch and one message, random bytes included, and all that follows from
 * them, with one control of each kind.
 */
import { type Bytes, encode, toHex } from '../../codec/index.ts'
import { type Crypto, Secret, type WebCrypto } from '../../crypto/index.ts'
import { seededCrypto } from '../../crypto/testing/seeded.ts'
import { identify, type MemberEntry, type MemberId } from '../../identity/index.ts'
import { type GroupControl, groupControl } from '../control.ts'
import { authorEpoch, confirmation, epochHeader, openEpoch } from '../epoch.ts'
import { sealMessage, tagFor } from '../message.ts'
import { addEntry, emptyRoster, rosterHash } from '../roster.ts'
import { createMembers } from '../testing/world.ts'
import { createGroup } from '../views.ts'

/** Throws where an id is not its entry's. */
export const makeVector = async (subtle: WebCrypto) => {
  const { crypto } = await seededCrypto('group vector', subtle)
  const group = crypto.random(16)
  const people = await createMembers(crypto, group, 3)
  const members = people.map(({ id }) => id)
  const [author, second, third] = members as [MemberId, MemberId, MemberId]

  /** The same primitives with these draws, in this order. */
  const drawing = (...draws: readonly Bytes[]): Crypto => {
    const left = draws.map((draw) => draw.slice())
    return {
      ...crypto,
      random: (count) => {
        const next = left.shift()
        if (next?.length !== count) throw new Error(`no draw of ${count} bytes`)
        return next
      },
    }
  }

  const contributions = [crypto.random(32), crypto.random(32)]
  const fresh = crypto.random(32)
  const made = await authorEpoch(drawing(fresh), {
    group,
    counter: 7,
    author,
    members,
    contributions: new Map([
      [third, contributions[1]!],
      [second, contributions[0]!],
    ]),
    now: 0,
  })
  const { epoch, header, joint } = made
  const hex = (secret: Secret | null | undefined): string => toHex(secret!.expose())
  const chains: string[] = []
  for (const self of members) {
    const copy = new Secret(joint.expose().slice())
    const opened = await openEpoch(crypto, header, copy, { self, now: 0, preferred: true })
    chains.push(hex(opened?.sending?.chain))
  }
  const contribution = crypto.random(32)
  const mac = await confirmation(crypto, epoch, second, contribution)

  const roster = people.reduce(
    (before, person) => addEntry(before, { ...person, by: author, teller: author, denied: [] }),
    emptyRoster,
  )
  const state = {
    ...createGroup(crypto, group, people[0]!),
    roster,
    hash: rosterHash(crypto, group, roster),
    epochs: [epoch],
    current: epoch.id,
  }
  const body = crypto.random(24)
  const [nonce, salt] = [crypto.random(12), crypto.random(16)]
  const sealed = await sealMessage(drawing(salt, nonce), state, body)
  const auth = crypto.random(32)
  const tag = await tagFor(crypto, new Secret(auth), { sender: author, recipient: second }, sealed!.bytes)

  const entryOf = (index: number): MemberEntry => people[index]!.entry
  const removal = { id: third, by: second, reason: 'expired', teller: author } as const
  const live = people.map(({ hash }) => hash).sort()
  const controls: readonly GroupControl[] = [
    { kind: 'roster', hash: state.hash, by: author, live },
    { kind: 'ids', live },
    { kind: 'ask', wanted: [people[2]!.hash] },
    { kind: 'entries', entries: [{ entry: entryOf(2), by: author }] },
    { kind: 'removals', removals: [removal] },
    { kind: 'not-by-me', subject: 'removal', member: third },
    { kind: 'expiring', member: third },
    { kind: 'heard', member: third, agoMs: 65_536 },
    { kind: 'epoch', header, joint: joint.expose() },
    { kind: 'ack', epoch: epoch.id, mac, contribution },
  ]
  if (identify(crypto, group, entryOf(0)).id !== author) throw new Error('an id that is not its entry’s')
  return {
    source: 'this project: SPEC.md of group, written by make.ts',
    given: {
      group: toHex(group),
      entries: people.map(({ entry }) => ({
        name: entry.name,
        lease: entry.lease,
        address: entry.address,
        dh: toHex(entry.dh),
        kem: toHex(entry.kem),
        nonce: toHex(entry.nonce),
      })),
      counter: 7,
      fresh: toHex(fresh),
      contributions: contributions.map(toHex),
      contribution: toHex(contribution),
      body: toHex(body),
      nonce: toHex(nonce),
      salt: toHex(salt),
      auth: toHex(auth),
    },
    derived: {
      hashes: people.map(({ hash }) => hash),
      members,
      rosterHash: state.hash,
      header: toHex(encode(epochHeader, header)),
      joint: hex(joint),
      id: epoch.id,
      commitment: toHex(header.commitment),
      confirm: hex(epoch.confirm),
      exporter: hex(epoch.exporter),
      media: hex(epoch.media),
      headerKey: hex(epoch.headerKey),
      fingerprint: toHex(epoch.fingerprint),
      chains,
      mac: toHex(mac),
      message: toHex(sealed!.bytes),
      tag: toHex(tag),
      controls: controls.map((control) => ({
        kind: control.kind,
        bytes: toHex(encode(groupControl, control)),
      })),
    },
  }
}
