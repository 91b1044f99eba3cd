import { writeFileSync } from 'node:fs'
import { encode, toHex } from '../../codec/index.ts'
import { Secret } from '../../crypto/index.ts'
import { seededCrypto } from '../../crypto/testing/seeded.ts'
import { authorEpoch, type EpochId, epochHeader, openEpoch } from '../epoch.ts'
import type { MemberId } from '../roster.ts'

// Writes epoch.json: every input of one epoch, random bytes included, and all that follows from them.
const { crypto } = await seededCrypto('epoch vector', globalThis.crypto.subtle as never)
const members = [1, 2, 3].map((n) => n.toString(16).padStart(2, '0').repeat(16) as MemberId)
const [author, second, third] = members as [MemberId, MemberId, MemberId]
const draft = {
  group: crypto.random(16),
  author,
  members,
  rosterHash: toHex(crypto.random(32)),
  delta: {
    adds: [{ id: third, name: 'Cleo', sponsor: third, lease: 60_000, life: 0 }],
    removes: [{ id: '04'.repeat(16) as MemberId, by: second, reason: 'left' as const, life: 0xffff }],
  },
  parents: [],
  contributions: new Map<MemberId, Uint8Array<ArrayBuffer>>(),
  now: 0,
}
const { epoch: blank } = await authorEpoch(crypto, draft)
const parents = [1, 2]
  .map(() => ({ id: toHex(crypto.random(32)) as EpochId, resume: crypto.random(32) }))
  .sort((a, b) => (a.id < b.id ? -1 : 1))
const contributions = [crypto.random(32), crypto.random(32)]
const fresh = crypto.random(32)
const made = await authorEpoch(
  { ...crypto, random: () => fresh.slice() },
  {
    ...draft,
    parents: parents.map(({ id, resume }, i) => ({
      ...blank,
      id,
      counter: 6 - i,
      resume: new Secret(resume.slice()),
    })),
    contributions: new Map(contributions.map((bytes, i) => [members[i + 1]!, bytes])),
  },
)
const hex = (secret: Secret | null | undefined): string => toHex(secret!.expose())
const chains: string[] = []
for (const self of members) {
  const joint = new Secret(made.joint.expose().slice())
  const epoch = await openEpoch(crypto, made.header, joint, { self, now: 0 })
  chains.push(hex(epoch?.sending?.chain))
}
const { epoch } = made
const vector = {
  source: 'this project: SPEC.md of group, written by make.ts',
  given: {
    members,
    parents: parents.map(({ id, resume }) => ({ id, resume: toHex(resume) })),
    fresh: toHex(fresh),
    contributions: contributions.map(toHex),
    header: toHex(encode(epochHeader, made.header)),
  },
  derived: {
    joint: hex(made.joint),
    id: epoch.id,
    commitment: toHex(made.header.commitment),
    confirm: hex(epoch.confirm),
    resume: hex(epoch.resume),
    exporter: hex(epoch.exporter),
    headerKey: hex(epoch.headerKey),
    fingerprint: toHex(epoch.fingerprint),
    chains,
  },
}
writeFileSync(new URL('epoch.json', import.meta.url), `${JSON.stringify(vector, null, 2)}\n`)
