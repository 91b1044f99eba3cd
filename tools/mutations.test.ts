/**
 * Tests the simulation: each promise of `src/peer/SPEC.md` is broken by one edit in a copy of the sources, and the
 * simulated histories must report exactly that promise.
 */

import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join as pathOf } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const temporary = mkdtempSync(pathOf(tmpdir(), 'mlwe-pake-mutations-'))
afterAll(() => rmSync(temporary, { recursive: true, force: true }))

type Played =
  | {
      readonly kind: 'group'
      readonly schedule: readonly object[] | null
      readonly runs: number
      readonly first: number
    }
  /** A relay that tests guesses for this many hours. */
  | { readonly kind: 'guesses'; readonly hours: number }
  /** A newcomer beside strangers that hold all slots. */
  | { readonly kind: 'crowd'; readonly strangers: number }
  /** Every order of `depth` events. */
  | { readonly kind: 'explore'; readonly scenario: string; readonly depth: number }

interface Mutation {
  /** The promise of `src/peer/SPEC.md` that the edit breaks. */
  readonly promise: string
  readonly sabotage: string
  readonly edits: readonly (readonly [file: string, from: string, to: string])[]
  /** What the simulation reports; usually the name of the promise. */
  readonly caught: RegExp
  readonly played: Played
}

const join = { kind: 'join', wait: 4_000 }
const stored = { kind: 'join', stored: true, keeps: true, wait: 5_000 }
const say = { kind: 'say', who: 0, count: 1, wait: 2_000 }
const evict = { kind: 'evict', who: 0, whom: 1, password: false, withInvited: false, wait: 3_000 }
const insider = (program: string) => ({ kind: 'insider', program, who: 0, whom: 0, wait: 1_000 })

/** The schedule of a group's history; left out: the one that each seed gives. */
const histories = (schedule: readonly object[] | null = null, runs = 12, first = 1): Played => ({
  kind: 'group',
  schedule,
  runs,
  first,
})

const mutation = (
  promise: string,
  sabotage: string,
  edits: Mutation['edits'],
  played: Played = histories(),
  caught = new RegExp(`^${promise}: `),
): Mutation => ({ promise, sabotage, edits, caught, played })

const takesAny: Mutation['edits'] = [
  ['group/taking.ts', '!members.includes(state.self.id) || ', ''],
  [
    'group/epoch.ts',
    'const sending = chains.get(self)',
    'const sending = chains.get(self) ?? chains.get(header.author)',
  ],
]

const mutations: readonly Mutation[] = [
  mutation(
    'I1',
    'an epoch is taken that does not name its receiver',
    takesAny,
    histories([join, join, join, insider('misdelivers')]),
  ),
  mutation(
    'I2',
    'heartbeats go on to who was removed',
    [
      ['peer/membership.ts', '  endPair(tx, gone.id)\n  forgetReach', '  forgetReach'],
      [
        'peer/reach.ts',
        '  liveMembers(state.group)\n    .filter(',
        '  [...liveMembers(state.group), ...state.group.roster.kept.values()]\n    .filter(',
      ],
    ],
    histories([
      join,
      join,
      join,
      { kind: 'partition', mask: 2, wait: 500 },
      { ...evict, whom: 0, wait: 30_000 },
    ]),
  ),
  mutation(
    'I3',
    'a newcomer is handed the epoch of before, and takes it',
    [
      ...takesAny,
      ['group/pending.ts', '[...pending.waiting].filter', '[...state.roster.entries.keys()].filter'],
      ['group/pending.ts', '  waiting.delete(member)\n', ''],
    ],
    histories([join, join, ...Array.from({ length: 4 }, () => ({ kind: 'join', wait: 150 }))], 6),
  ),
  mutation(
    'I4',
    'members whose rosters differ exchange no lists',
    [['group/exchange.ts', 'if (!agrees) effects.push', 'if (agrees) effects.push']],
    histories(
      [
        join,
        join,
        join,
        stored,
        { kind: 'partition', mask: 6, wait: 20_000 },
        { ...evict, whom: 2, wait: 90_000 },
      ],
      2,
    ),
  ),
  mutation('I5', 'headers are sealed under one nonce', [
    ['ratchet/header.ts', 'crypto.random(nonceBytes)', 'new Uint8Array(nonceBytes)'],
  ]),
  mutation('I6', 'a refused event changes what a member counts', [
    [
      'peer/peer.ts',
      'return { state: given, effects: code',
      'return { state: { ...given, verified: new Set([given.self.id, ...given.verified]) }, effects: code',
    ],
  ]),
  mutation('I7', 'frames leave before the state is stored', [
    ['peer/peer.ts', "effects.unshift({ kind: 'persist' })", "effects.push({ kind: 'persist' })"],
  ]),
  mutation(
    'I8',
    'the commitment is not compared',
    [['group/epoch.ts', 'equalSecrets(expected, commitment) ?', 'expected.length === 32 ?']],
    histories([join, join, join, join, insider('two-secrets')]),
  ),
  mutation(
    'I9',
    'messages are sealed by the epoch of before a removal, and no new one is made',
    [
      [
        'group/keeping.ts',
        'members.every((id) => roster.entries.has(id))',
        'members.every((id) => id !== roster.toString())',
      ],
      [
        'group/keeping.ts',
        'epoch.members.length === state.roster.entries.size && hasLiveMembers',
        'hasLiveMembers',
      ],
    ],
    histories([join, join, join, say, evict, say, say]),
    /^I[129]: /,
  ),
  mutation(
    'I10',
    'a pre-key that was used stays in the stock',
    [['prekeys/stock.ts', 'stock: stock.filter((one) => one !== preKey)', 'stock']],
    histories([
      stored,
      { kind: 'sleep', who: 0, forMs: 40_000, wait: 2_000 },
      { ...join, wait: 20_000 },
      say,
      { ...join, wait: 60_000 },
    ]),
  ),
  mutation('I11', 'a frame carries the message in clear beside the sealed one', [
    [
      'peer/delivery/outbox.ts',
      "{ kind: 'group', body, tag }",
      "{ kind: 'group', body: new Uint8Array([...body, ...utf8(entry.message.text)]), tag }",
    ],
  ]),
  mutation(
    'I12',
    'a message goes to everybody who is present',
    [
      [
        'peer/delivery/outbox.ts',
        '  for (const to of listeners) {',
        "  for (const ghost of tx.state.room.present.keys()) sendFrame(tx, ghost, { kind: 'group', body, tag: new Uint8Array(16) }, { inside: 'message' })\n  for (const to of listeners) {",
      ],
    ],
    histories([join, join, { kind: 'intrude', wait: 3_000 }, say]),
  ),
  mutation(
    'I12',
    'the list of members has no room for the third',
    [['peer/view.ts', '[...listed, ...sleepers', '[...listed.slice(0, 2), ...sleepers']],
    histories([join, join, join, say]),
  ),
  mutation(
    'I12',
    'who was removed stays on the list of members',
    [
      [
        'peer/view.ts',
        'const live = liveMembers(state.group)\n  const names',
        'const live = [...liveMembers(state.group), ...state.group.roster.kept.values()]\n  const names',
      ],
    ],
    histories([join, join, join, evict]),
  ),
  mutation(
    'I13',
    'the guess ledger charges nothing',
    [
      [
        'peer/admission/level.ts',
        'levelAt(levelNow(level, now) + 1, now)',
        'levelAt(levelNow(level, now), now)',
      ],
    ],
    { kind: 'guesses', hours: 1 },
  ),
  mutation(
    'I14',
    'the side that opens a handshake does not prove its identity keys',
    [
      [
        'identity/handshake.ts',
        'staticEphemeral: keep(await crypto.dhAgree(ephemeral.privateKey, peer.entry.dh))',
        'staticEphemeral: keep(await crypto.dhAgree(ephemeral.privateKey, first.dh))',
      ],
      [
        'identity/handshake.ts',
        'staticEphemeral: keep(await crypto.dhAgree(identity.dh.privateKey, body.dh))',
        'staticEphemeral: keep(await crypto.dhAgree(ephemeral.dh.privateKey, body.dh))',
      ],
      [
        'identity/handshake.ts',
        '      k3,\n',
        '      k3: keep(await crypto.dhAgree(ephemeral.privateKey, first.dh)),\n',
      ],
      [
        'identity/handshake.ts',
        'k3: keep(await crypto.kemDecapsulate(identity.kem.privateKey, body.toIdentity))',
        'k3: keep(await crypto.dhAgree(ephemeral.dh.privateKey, body.dh))',
      ],
    ],
    // By the relay alone, where it sees all that is answered.
    histories(
      [join, join, join, join, say, evict, { kind: 'ex-member', how: 'impersonates', wait: 5_000 }],
      1,
      3,
    ),
  ),
  mutation(
    'I15',
    'a frame that cannot be read throws',
    [
      [
        'peer/receiving.ts',
        "if (error instanceof DecodeError) throw new Rejection('frame/malformed')",
        "if (error === null) throw new Rejection('frame/malformed')",
      ],
    ],
    histories([join, join, { kind: 'strangers', manner: 'floods', count: 2, wait: 10_000 }]),
  ),
  mutation(
    'I16',
    'who is silent keeps its slot',
    [['peer/admission/door.ts', 'const slotMs = 3_000', 'const slotMs = 3_000_000']],
    { kind: 'crowd', strangers: 16 },
  ),
  mutation(
    'I4',
    'of two passwords the one that was heard last wins',
    [['peer/password.ts', 'revision === held.revision && hash > held.hash', 'revision === held.revision']],
    { kind: 'explore', scenario: 'two change the password at once', depth: 2 },
    /^no agreement: .* after: frame/,
  ),
  mutation('I17', 'what was sent is not waited for', [
    [
      'peer/delivery/outbox.ts',
      '  for (const to of entry.audience)\n',
      '  for (const to of [] as Recipient[])\n',
    ],
  ]),
  mutation(
    'I17',
    'a message is not said to one who is on the list',
    [['peer/delivery/outbox.ts', '[...others(tx.state), ', '[...others(tx.state).slice(1), ']],
    histories([join, join, say]),
  ),
  mutation(
    'I17',
    'the oldest message that was not confirmed is let go for a newer',
    [['peer/delivery/copies.ts', '.slice(-maxKept)', '.slice(-1)']],
    histories([join, join, { kind: 'partition', mask: 1, wait: 1_000 }, { ...say, count: 3 }]),
  ),
  mutation(
    'healing',
    'a session turns once and never more',
    [
      [
        'ratchet/sending.ts',
        "if (sending.rootChain.turn === 0 || policy === 'due') return true",
        'return sending.rootChain.turn === 0',
      ],
    ],
    histories([join, join, say, say, say], 6, 5),
    /^a copied state of .* still reads/,
  ),
]

/** Plays until a violation is caught; prints it, or `none`. */
const runner = `
import { playCrowd } from './src/peer/simulation/crowd.ts'
import { playGuesses } from './src/peer/simulation/guesses.ts'
import { explore } from './src/peer/simulation/explorer/explore.ts'
import { scenarios } from './src/peer/simulation/explorer/scenarios.ts'
import { runHistory } from './src/peer/simulation/history.ts'
const played = JSON.parse(process.argv[2])
let found = null
if (played.kind === 'guesses') {
  const { members, claim } = await playGuesses(1, { hours: played.hours, apart: false, busy: false })
  if (Math.max(...members.values()) > claim) found = 'I13: more tests than the claim allows'
} else if (played.kind === 'crowd') {
  const { strangers } = played
  const seconds = await playCrowd(1, { manner: 'holds-slot', strangers, invited: true, door: 'open' })
  if (seconds === null || seconds > 60) found = 'I16: a newcomer was kept out for more than a minute'
} else if (played.kind === 'explore') {
  const scenario = scenarios.find(({ name }) => name === played.scenario)
  const { violations } = await explore(scenario, { depth: played.depth, losses: 0, crashes: 0, first: true })
  found = violations[0] ?? null
} else {
  const { runs, first, schedule } = played
  for (let seed = first; seed < first + runs && found === null; seed++)
    found = (await runHistory(seed, { fast: true, ...(schedule === null ? {} : { schedule }) })).violation
}
console.log(found ?? 'none')
`

let copies = 0
/** Plays a copy of the sources with `edits`; returns what the simulation reports. */
const play = ({ edits, played }: Pick<Mutation, 'edits' | 'played'>): string => {
  const directory = pathOf(temporary, `${copies++}`)
  cpSync(pathOf(root, 'src'), pathOf(directory, 'src'), {
    recursive: true,
    filter: (path) => !/\.test\.ts$|\/(ui|host)$/.test(path),
  })
  cpSync(pathOf(root, 'signaling'), pathOf(directory, 'signaling'), { recursive: true })
  cpSync(pathOf(root, 'package.json'), pathOf(directory, 'package.json'))
  symlinkSync(pathOf(root, 'node_modules'), pathOf(directory, 'node_modules'))
  for (const [file, from, to] of edits) {
    const path = pathOf(directory, 'src', file)
    const text = readFileSync(path, 'utf8')
    expect(text.split(from), `${file} contains the line to edit once`).toHaveLength(2)
    writeFileSync(path, text.replace(from, to))
  }
  writeFileSync(pathOf(directory, 'run.ts'), runner)
  const tsx = pathOf(root, 'node_modules', '.bin', 'tsx')
  const { stdout, stderr } = spawnSync(tsx, ['run.ts', JSON.stringify(played)], {
    cwd: directory,
    encoding: 'utf8',
  })
  rmSync(directory, { recursive: true })
  return stdout.trim() || stderr
}

describe('for each promise the simulation catches an edit that breaks it', () => {
  it('without an edit, the same histories pass', { timeout: 600_000 }, () => {
    const different = new Map(mutations.map(({ played }) => [JSON.stringify(played), played]))
    for (const played of different.values()) expect(play({ edits: [], played })).toBe('none')
  })
  it.each(mutations)('$promise: $sabotage', { timeout: 300_000 }, (one) => {
    expect(play(one)).toMatch(one.caught)
  })
})
