import type { ErrorCode, Link, NoticeView, Phase, Trust, View } from '../../../host/index.ts'
import { benchmarkEnglish } from './benchmark.ts'
import { captureEnglish } from './capture.ts'
import { chartsEnglish } from './charts.ts'
import { neighboursEnglish } from './neighbours.ts'
import { oneToOneEnglish } from './one-to-one.ts'
import { protocolEnglish } from './protocol.ts'
import { relayEnglish } from './relay.ts'
import { removalEnglish } from './removal.ts'

/** Errors that the page finds by itself. */
export type PageError = 'page/bad-relay' | 'page/insecure' | 'page/incomplete'
type NoticeCode = NoticeView['code']
/** Phases with a screen of their own between the form and the room. */
export type JoiningPhase = Extract<Phase, 'hardening' | 'finding' | 'proving' | 'agreeing'>
type Named = (name: string | null) => string

const somebody = (name: string | null): string => name ?? 'Somebody'
const plural = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`

export const english = {
  errors: {
    'pake/failed': 'The password was refused. Compare it with the others, then try again.',
    'pake/throttled': 'The password was refused too often. Wait a moment before the next try.',
    'join/empty-name': 'Enter a display name.',
    'join/long-name': 'The display name is too long. Choose a shorter one.',
    'join/empty-group': 'Enter the name of a group.',
    'join/long-group': 'The group name is too long. Choose a shorter one.',
    'join/empty-password': 'Enter the password of the group.',
    'join/long-password': 'The password is too long. Choose a shorter one.',
    'join/bad-password': 'The password holds characters that cannot be used. Choose another one.',
    'join/unknown-suite':
      'The group speaks a version of the protocol that this page does not know. Reload the page.',
    'join/other-suite-1':
      'This group has suite 1 (standard: nothing stays behind), and you asked for suite 2. Choose suite 1 and join again.',
    'join/other-suite-2':
      'This group has suite 2 (strong: members may stay after closing the tab), and you asked for suite 1. Choose suite 2 and join again.',
    'login/empty-place': 'Enter the name of a meeting place.',
    'login/long-place': 'The name of the meeting place is too long. Choose a shorter one.',
    'message/empty': 'Write something first.',
    'message/long': 'The message is too long. Shorten it, or send it in parts.',
    'message/backlog': 'Too many messages are still on their way. Wait until some have arrived.',
    'group/removed': 'A member removed you from the group.',
    'message/not-joined': 'You are in no group, so the message was not sent.',
    'relay/unreachable': 'The relay cannot be reached. Check your connection, then try again.',
    'relay/refused': 'The relay turned the connection away.',
    'relay/limited': 'The relay asks to slow down. Wait a moment, then try again.',
    'relay/full': 'The group is full on this relay.',
    'storage/wrong-password':
      'The password was refused: it does not open this stored membership. Nothing was changed; try again.',
    'storage/damaged': 'The stored membership cannot be read. Forget it and join again.',
    'storage/missing': 'This membership is no longer stored here: you or the browser deleted it. Join again.',
    'storage/full':
      'The browser has no room left to store your membership, so nothing is sent. Free some space.',
    'storage/failed':
      'The browser does not store your membership, so nothing is sent. Join without staying a member, or reload.',
    'host/failed': 'Something broke in this page. Reload it and join again.',
    'page/bad-relay': 'The relay in the address of this page must start with ws:// or wss://.',
    'page/incomplete': 'A part of this page could not be loaded. Check your connection, then try again.',
    'page/insecure': 'Browsers encrypt only on pages from https:// or localhost. Open this page from there.',
  } satisfies Record<ErrorCode | PageError, string>,
  unknownError: (code: string) => `Something went wrong (${code}).`,
  notices: {
    'member-joined': (name) => `${somebody(name)} joined`,
    'member-left': (name) => `${somebody(name)} left`,
    'member-expired': (name) => `${somebody(name)} was away for too long and was removed`,
    'member-evicted': (name) => `${somebody(name)} was removed from the group`,
    'member-returned': (name) => `${somebody(name)} is back`,
    'password-changed': (name) => `${somebody(name)} changed the password of the group`,
    'guess-failed': (name) => `${somebody(name)} failed to get in: wrong password`,
    'prekeys-exhausted': () =>
      'Somebody of this group is asleep and has no pre-keys left: wait until they are back',
    'prekey-used': () => 'A pre-key had been used before: that pair waits until both of you are online',
    'profile-in-use': () =>
      'Your stored membership is open in another tab. This tab is a member of its own, until you close it',
  } satisfies Record<NoticeCode, Named>,
  links: {
    self: 'you',
    connecting: 'connecting',
    direct: 'direct',
    relayed: 'relayed',
    offline: 'offline',
  } satisfies Record<Link, string>,
  trusts: {
    self: 'you',
    verified: 'verified',
    vouched: 'vouched',
    'pre-keyed': 'pre-keyed',
  } satisfies Record<Trust, string>,
  connections: {
    offline: 'Offline',
    connecting: 'Connecting',
    online: 'Online',
    reconnecting: 'Reconnecting',
  } satisfies Record<View['connection'], string>,
  notConnected: 'Not connected',
  shell: {
    language: 'Language',
    connection: 'Connection',
    sections: 'Sections',
    room: 'Room',
    metrics: 'Metrics',
    relay: 'Relay',
    protocol: 'Protocol',
    benchmark: 'Benchmark',
    'one-to-one': '1-to-1',
    dismiss: 'Dismiss',
  },
  join: {
    title: 'A private room in this browser',
    lead: 'Everyone who knows the password gets in. The relay between you reads nothing, today or with a quantum computer later.',
    name: 'Display name',
    group: 'Group',
    password: 'Password',
    showPassword: 'Show password',
    show: 'Show',
    passwordHint: 'It never leaves this browser. A few random words are best.',
    stay: 'Stay a member after closing this tab',
    stayHint:
      'Keeps your keys on this computer, sealed under the password. Otherwise closing the tab is leaving, and nothing remains.',
    submit: 'Join group',
    create: 'Create group',
    created: (words: number, of: string, bits: string) =>
      `${words} words drawn from ${of}: ${bits} bits. Keep them somewhere safe, for they are not shown again.`,
    left: (group: string) => (group === '' ? 'You left the group.' : `You left the group “${group}”.`),
    cancelled: 'Cancelled. You did not join.',
    relayOnly: 'Direct connections are off in this tab: everything goes through the relay.',
    nextTry: (seconds: number) => `Next try in ${plural(seconds, 'second', 'seconds')}.`,
    tryNow: 'You can try again now.',
  },
  invite: {
    copyLink: 'Copy invitation link',
    showQr: 'Show QR code',
    withPassword: 'Put the password into the link',
    with: 'Whoever gets this link gets in. Send it only where nobody else reads along.',
    without: 'The link names the group only. Give the password another way: in person or by phone.',
    copied: 'Copied.',
    link: 'Invitation link',
    qr: (group: string) => `Invitation to “${group}” as a QR code`,
  },
  stored: {
    title: 'Your groups on this computer',
    lead: 'Type the password that it was stored with, even if the group has changed it since.',
    since: (name: string, date: string) => `as ${name}, since ${date}`,
    password: (group: string) => `Password of ${group}`,
    resume: 'Resume',
    forget: 'Forget',
    reallyForget: 'Forget for good',
    keep: 'Keep',
    forgetHint: 'Deletes your keys and messages here. The others keep you on their list for a while.',
  },
  progress: {
    title: (group: string) => (group === '' ? 'Joining' : `Joining “${group}”`),
    cancel: 'Cancel',
    steps: {
      hardening: 'Hardening the password',
      finding: 'Finding members',
      proving: 'Proving the password to each member',
      agreeing: 'Agreeing on the group key',
    } satisfies Record<JoiningPhase, string>,
    details: {
      hardening: 'Slow on purpose, and it cannot tell how far it is: it makes every guess expensive.',
      finding: 'Asking the relay who is in the group.',
      proving: 'Neither side learns anything from a wrong one.',
      agreeing: 'A fresh key that only the members hold.',
    } satisfies Record<JoiningPhase, string>,
    proved: (done: number, of: number) => `${done} of ${plural(of, 'member', 'members')}`,
  },
  room: {
    leave: 'Leave group',
    members: 'Members',
    asleep: (id: string) => `Asleep ${id}`,
    preKeys: (count: number) =>
      count <= 25
        ? `Only ${count} of your 100 pre-keys are left at the relay`
        : `${count} of your 100 pre-keys wait at the relay`,
    groupKey: 'Group key',
    epoch: 'Epoch',
    fingerprint: 'Fingerprint',
    fingerprintHint: 'The same on all screens. If not, somebody is in between.',
    yourId: 'Your id',
    you: 'you',
    compared: 'compared',
    verify: 'Verify',
    verifyName: (name: string) => `Verify ${name}`,
    verifyLead: (name: string) =>
      `Compare this with what ${name} sees under your name, side by side or by phone. Equal: nobody is in between. Different: somebody is, so leave the group.`,
    safetyNumber: 'Safety number',
    safetyWords: 'Its short form, for reading aloud',
    iCompared: 'I compared it',
    comparedNow: 'Marked as compared, in this tab and for this session.',
    close: 'Close',
    conversation: 'Conversation',
    message: 'Message',
    messageHint: 'Enter sends, Shift+Enter starts a new line',
    send: 'Send',
    latest: 'Latest messages',
    earlier: (count: number) => `Earlier messages (${count})`,
    empty: 'Nothing was said yet.',
    firstTitle: 'You are the first here',
    aloneTitle: 'You are alone here now',
    invite: (group: string) => `Invite others to “${group}”: they need the link and the password.`,
    sending: 'sending',
    delivered: 'delivered',
    deliveredTo: (confirmed: number, of: number) => `delivered to ${confirmed} of ${of}`,
    nobodyThere: 'nobody else was here',
    wordsTitle: 'What the words mean',
    words: [
      ['direct', 'Tab to tab, without the relay.'],
      ['relayed', 'Through the relay, which sees only encrypted bytes.'],
      ['verified', 'Proved to your tab that it knows the password.'],
      ['compared', 'You compared the safety number with them yourself.'],
      ['vouched', 'Let in by a member; the proof to your tab is still to come.'],
      ['epoch', 'Grows with each new group key: whenever somebody joins or leaves.'],
    ] as readonly (readonly [string, string])[],
  },
  removal: removalEnglish,
  help: { help: 'Help', title: 'What you see here', about: 'About', close: 'Close' },
  relay: relayEnglish,
  oneToOne: oneToOneEnglish,
  protocol: protocolEnglish,
  benchmark: benchmarkEnglish,
  charts: chartsEnglish,
  capture: captureEnglish,
  neighbours: neighboursEnglish,
  metrics: {
    title: 'Cryptographic operations in this tab',
    failed: 'The metrics cannot be shown. The room is not affected.',
    exportMetrics: 'Export metrics',
    lastMinute: 'Last minute',
    operations: 'Operations',
    errors: 'Errors',
    recorded: 'Recorded so far',
    latency: 'Latency over time',
    operation: 'Operation',
    allOperations: 'All operations',
    scale: 'Scale',
    scales: { log: 'logarithmic', linear: 'linear' },
    noPoints: 'Nothing was recorded in this time.',
    chartLabel: (operation: string) => `Latency of ${operation} in milliseconds: p50, p95 and p99`,
    time: 'Time',
    count: 'Count',
    table: 'All operations since this page was opened',
    search: 'Search operations',
    noRows: 'Nothing was recorded yet. Join a group to see its cryptography at work.',
    noMatch: 'No operation matches.',
    columns: {
      operation: 'Operation',
      algorithm: 'Algorithm',
      count: 'Count',
      avgMs: 'Avg ms',
      minMs: 'Min ms',
      maxMs: 'Max ms',
      throughputBps: 'Throughput B/s',
      successRate: 'Success rate',
      p50: 'p50 ms',
      p90: 'p90 ms',
      p95: 'p95 ms',
      p99: 'p99 ms',
    },
  },
} as const

/** The shape of a dictionary: texts may differ, places and parameters may not. */
type Translated<T> = T extends string
  ? string
  : T extends (...args: infer A) => string
    ? (...args: A) => string
    : T extends readonly (infer E)[]
      ? readonly E[]
      : { readonly [K in keyof T]: Translated<T[K]> }

export type Wording = Translated<typeof english>

const isKnown = (wording: Wording, code: string): code is keyof Wording['errors'] =>
  Object.hasOwn(wording.errors, code)

export const errorText = (wording: Wording, code: string): string =>
  isKnown(wording, code) ? wording.errors[code] : wording.unknownError(code)
