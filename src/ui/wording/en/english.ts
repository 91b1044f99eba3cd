/**
 * The English texts, and the type that every other language must match. Texts of the larger tabs have files of their own.
 */

import type { ErrorCode, Link, NoticeView, Phase, Trust, View } from '../../../host/index.ts'
import { pluralsOf } from '../plural.ts'
import { benchmarkEnglish } from './benchmark.ts'
import { captureEnglish } from './capture.ts'
import { chartsEnglish } from './charts.ts'
import { filesEnglish } from './files.ts'
import { framesEnglish } from './frames.ts'
import { neighboursEnglish } from './neighbours.ts'
import { oneToOneEnglish } from './one-to-one.ts'
import { protocolEnglish } from './protocol.ts'
import { relayEnglish } from './relay.ts'
import { removalEnglish } from './removal.ts'
import { shellEnglish } from './shell.ts'
import { startEnglish } from './start.ts'

/** Errors that the page itself detects. */
export type PageError = 'page/bad-relay' | 'page/insecure' | 'page/incomplete'
type NoticeCode = NoticeView['code']
/** Phases with a screen of their own between the form and the room. */
export type JoiningPhase = Extract<Phase, 'hardening' | 'finding' | 'proving' | 'agreeing'>
/** Names, whom it is about and who did it, and how often. */
type Told = (name: string | null, by: string | null, count: number) => string

const somebody = (name: string | null): string => name ?? 'Somebody'
const plural = pluralsOf('en')

export const english = {
  errors: {
    'pake/failed': 'The password was refused. Check it with the other members, then try again.',
    'pake/throttled': 'Wrong passwords were refused too often here, so everyone has to wait a little.',
    'join/empty-name': 'Enter a display name.',
    'join/long-name': 'The display name is too long. Choose a shorter one.',
    'join/bad-name': 'The display name contains characters that are not allowed. Choose another one.',
    'join/empty-group': 'Enter the name of a group.',
    'join/long-group': 'The group name is too long. Choose a shorter one.',
    'join/bad-group': 'The group name contains characters that are not allowed. Choose another one.',
    'join/empty-password': 'Enter the password of the group.',
    'join/long-password': 'The password is too long. Choose a shorter one.',
    'join/bad-password': 'The password contains characters that are not allowed. Choose another one.',
    'join/not-inviter':
      'The link names another member than the one who answered at its address. Ask for a new link.',
    'join/not-admitted':
      'The password is right, but the group did not let you in. It may be full, or this entry was removed. Try again.',
    'login/empty-place': 'Enter the name of a meeting place.',
    'login/long-place': 'The name of the meeting place is too long. Choose a shorter one.',
    'login/bad-place':
      'The name of the meeting place contains characters that are not allowed. Choose another one.',
    'message/empty': 'Enter a message first.',
    'message/long': 'The message is too long. Shorten it, or send it in parts.',
    'message/backlog': 'Too many messages are still being sent. Wait until some are delivered.',
    'file/nobody': 'Nobody else is in the room, so the file was not offered.',
    'file/too-large': 'The file is too large to be sent: at most 64 GB.',
    'file/unreadable': 'The file could not be read, so it was not offered.',
    'group/removed': 'A member removed you from the group.',
    'message/not-joined': 'You are not in a group, so the message was not sent.',
    'relay/unreachable': 'The relay cannot be reached. Check your connection, then try again.',
    'relay/refused': 'The relay refused the connection.',
    'relay/limited': 'The relay is limiting your rate. Wait a moment, then try again.',
    'relay/full': 'The group is full on this relay.',
    'storage/wrong-password':
      'The password was refused: it does not open this stored membership. Nothing was changed; try again.',
    'storage/damaged': 'The stored membership cannot be read. Forget it and join again.',
    'storage/other-version':
      'An earlier version of this page stored this membership, and this version cannot read it. Forget it, which deletes it here, and join again.',
    'storage/missing': 'This membership is no longer stored here: you or the browser deleted it. Join again.',
    'storage/full':
      'The browser has no space left to store your membership, so nothing is sent. Free up some space.',
    'storage/failed':
      'The browser cannot store your membership, so nothing is sent. Join without staying a member, or reload.',
    'host/failed': 'Something went wrong in this page. Reload it and join again.',
    'page/bad-relay': 'The relay in the address of this page must start with ws:// or wss://.',
    'page/incomplete': 'Part of this page failed to load. Check your connection, then try again.',
    'page/insecure':
      'Browsers allow encryption only on pages from https:// or localhost. Open this page from one of them.',
  } satisfies Record<ErrorCode | PageError, string>,
  unknownError: (code: string) => `Something went wrong (${code}).`,
  notices: {
    'member-joined': (name, by) =>
      by === null ? `${somebody(name)} joined` : `${somebody(name)} joined, let in by ${by}`,
    'member-left': (name) => `${somebody(name)} left`,
    'member-expired': (name) => `${somebody(name)} was away for too long and was removed`,
    'member-evicted': (name, by) =>
      by === null ? `${somebody(name)} was removed from the group` : `${by} removed ${somebody(name)}`,
    'wrong-password': (_, __, count) =>
      count > 1 ? `Someone tried a wrong password (${count})` : 'Someone tried a wrong password',
    'wrong-password-elsewhere': (name, _, count) =>
      `${somebody(name)} reports: someone tried a wrong password${count > 1 ? ` (${count})` : ''}`,
    'looked-at-entry': (_, __, count) =>
      `Someone who knows the password looked at your name and keys, and did not come in${count > 1 ? ` (${count})` : ''}`,
    'password-changed': (name) => `${somebody(name)} changed the password of the group`,
    'password-overruled': (name) =>
      `Your new password did not prevail: the one that ${somebody(name)} chose is in force`,
    'session-replaced': (name) =>
      `${somebody(name)} began a new session, although the old one still worked. If that was not a reload, compare numbers again`,
    'other-room': () => 'There is another room of this name, with another password',
    merged: (name) => `Two parts of this room found each other: ${somebody(name)} and you are together now`,
    'door-shut': () => 'Too many wrong passwords: newcomers have to wait at your door for a while',
    disturbed: (_, __, count) =>
      `Strangers disturb: they knock and do not go on${count > 1 ? ` (${count})` : ''}. Joining may take longer`,
    'prekeys-exhausted': (name) =>
      `${somebody(name)} is asleep and has no pre-keys left: messages wait until they are back`,
    'prekey-used': () =>
      'A pre-key had already been used: that pair has to wait until both of you are online',
    'letter-withdrawn': (name, _, count) =>
      `${plural(count, { one: 'message', other: 'messages' })} that came in the name of ${somebody(name)} while you were away could not be confirmed. Do not trust them`,
    defect: () => 'This program made a mistake and skipped one event. The room goes on',
    'profile-in-use': () =>
      'Your stored membership is open in another tab. This tab is a separate member until you close it',
  } satisfies Record<NoticeCode, Told>,
  links: {
    self: 'you',
    connecting: 'connecting',
    direct: 'direct',
    relayed: 'relayed',
    offline: 'offline',
  } satisfies Record<Link, string>,
  trusts: {
    self: 'you',
    'let-in-by-you': 'let in by you',
    'let-in': 'knows the password',
    'pre-keyed': 'pre-keyed',
  } satisfies Record<Trust, string>,
  connections: {
    offline: 'Offline',
    connecting: 'Connecting',
    online: 'Online',
    reconnecting: 'Reconnecting',
  } satisfies Record<View['connection'], string>,
  notConnected: 'Not connected',
  shell: shellEnglish,
  ...startEnglish,
  stored: {
    title: 'Your groups on this computer',
    lead: 'Type the password that you joined with, even if the group has changed it since.',
    since: (name: string, date: string) => `as ${name}, since ${date}`,
    password: (group: string) => `Password of ${group}`,
    resume: 'Resume',
    forget: 'Forget',
    reallyForget: 'Forget for good',
    keep: 'Keep',
    forgetHint: 'Deletes your keys and messages on this computer. The others still list you for a while.',
  },
  progress: {
    title: (group: string) => (group === '' ? 'Joining' : `Joining “${group}”`),
    cancel: 'Cancel',
    steps: {
      hardening: 'Hardening the password',
      finding: 'Finding members',
      proving: 'Proving the password to a member',
      agreeing: 'Agreeing on the group key',
    } satisfies Record<JoiningPhase, string>,
    details: {
      hardening: 'Slow on purpose: it makes every guess expensive. It cannot report its progress.',
      finding: 'Asking the relay who is in the group.',
      proving: 'One of them lets you in. If the password is wrong, neither side learns anything else.',
      agreeing: 'A fresh key that only the members know.',
    } satisfies Record<JoiningPhase, string>,
    answered: (answered: number, asked: number) =>
      `${answered} of ${plural(asked, { one: 'member', other: 'members' })} answered.`,
    refusals: (count: number) => `Refused by ${plural(count, { one: 'member', other: 'members' })} so far.`,
    asksAgain: (seconds: number) => `Asks again in ${plural(seconds, { one: 'second', other: 'seconds' })}.`,
    founds: (seconds: number) =>
      `Nobody answers. Opens a room here in ${plural(seconds, { one: 'second', other: 'seconds' })}.`,
    stalled:
      'Nobody here lets you in. They may be asleep, or use this name with another password. You can open a room of your own.',
    retry: 'Try again',
    found: 'Open a room here',
    foundHint: 'A room of your own under this name and password. The others are not in it.',
  },
  room: {
    failed: 'You are in, but the room could not be fetched from the server yet. Trying again…',
    leave: 'Leave group',
    leaveTitle: 'Leave the group?',
    leaveLoses: 'This conversation exists only here. It is deleted in this tab when you leave.',
    leaveContinue: 'Continue',
    leaveStay: 'Stay',
    presence: (count: number, split: number) =>
      split > 0
        ? `${split} of ${plural(count, { one: 'person', other: 'people' })} on another key`
        : count === 1
          ? 'only you'
          : `${count} people, same key`,
    more: 'More',
    tryingAgain: 'Asking the other room again',
    search: 'Search the conversation',
    found: (count: number) => `${plural(count, { one: 'message', other: 'messages' })} found`,
    notFound: 'Nothing found.',
    export: 'Export conversation as text',
    clear: 'Clear the screen',
    details: 'Members and keys',
    closeDetails: 'Close members and keys',
    relayAway:
      'The relay is out of reach. Direct links go on; newcomers, and messages by mailbox, have to wait. Trying again.',
    noLongerKept: 'What came before is no longer kept.',
    newDivider: 'new',
    reply: 'Reply',
    react: 'React',
    replyTo: (name: string) => `Reply to ${name}`,
    noReply: 'Do not reply',
    disguisedHost: (host: string) => `careful, this is ${host}`,
    members: 'Members',
    asleep: 'asleep',
    unknownSleeper: (digits: string) => `Member ${digits}`,
    preKeys: (left: number, of: number, low: boolean) =>
      low
        ? `Only ${left} of your ${of} pre-keys left at the relay`
        : `${left} of your ${of} pre-keys at the relay`,
    groupKey: 'Group key',
    epoch: 'Epoch',
    fingerprint: 'Fingerprint',
    fingerprintHint: 'Technical: of this epoch’s key, the same for all its members.',
    yourId: 'Your id',
    you: 'you',
    verified: 'verified',
    letInBy: (name: string) => `let in by ${name}`,
    verify: 'Verify',
    verifyName: (name: string) => `Verify ${name}`,
    verifyLead: (name: string) =>
      `Compare this with what ${name} sees under your name, side by side or by phone.`,
    verifyQuestion: (name: string) => `Does ${name}’s screen show the same?`,
    verifyEverybody: 'Verify everybody',
    verifyEverybodyLead:
      'Compare this with the room number on the other screens, side by side or by phone. One comparison verifies everybody who is in the room now.',
    verifyEverybodyQuestion: 'Does every screen show the same?',
    roomNumber: 'Room number',
    roomNumberHint: 'The same on every screen while nobody comes or goes.',
    safetyNumber: 'Number',
    safetyWords: 'Words, for reading aloud',
    wordsMissing: 'The words cannot be shown just now. Compare the digits.',
    same: 'Same',
    different: 'Different',
    verifiedNow: 'Marked as verified.',
    differentNow:
      'Then somebody may be in between, or one of you has a list of members that is not up to date. Compare once more. If it stays different, leave the group.',
    waiting: (count: number) =>
      `The room is full. ${plural(count, { one: 'more is waiting', other: 'more are waiting' })}.`,
    defects: (count: number) =>
      `${plural(count, { one: 'event was', other: 'events were' })} skipped because of a mistake in this program.`,
    shutUntil: (time: string) =>
      `Too many wrong passwords were tried at your door. Newcomers wait there until ${time}.`,
    removedBy: (name: string) => `${name} removed you from the group.`,
    endedReasons: {
      left: 'You left the group in another tab.',
      evicted: 'A member removed you from the group.',
      expired: 'You were away for too long, so the group removed you.',
    },
    endedLead: 'What you read here stays until you discard it. Nothing new arrives.',
    discard: 'Discard and go to the start',
    close: 'Close',
    conversation: 'Conversation',
    message: 'Message',
    messageHint: 'Enter sends, Shift+Enter starts a new line',
    send: 'Send',
    latest: 'Latest messages',
    earlier: (count: number) => `Earlier messages (${count})`,
    later: (count: number) => `Later messages (${count})`,
    empty: 'No messages yet.',
    firstTitle: 'You are the first here',
    aloneTitle: 'You are alone here now',
    invite: (group: string) => `Invite others to “${group}”: they need the link and the password.`,
    sending: 'sending',
    delivered: 'delivered',
    deliveredTo: (confirmed: number, of: number) => `delivered to ${confirmed} of ${of}`,
    nobodyThere: 'nobody else was here',
    mailed: (names: string) => `in the mailbox of ${names}`,
    missed: (names: string, count: number) => (count === 1 ? `${names} misses it` : `${names} miss it`),
    wordsTitle: 'What the words mean',
    words: [
      ['direct', 'Tab to tab, without the relay.'],
      ['relayed', 'Through the relay, which sees only encrypted bytes.'],
      [
        'let in by',
        'The member to whom this one proved the password. The room is told of everybody who is let in.',
      ],
      ['verified', 'You compared numbers with them yourself, and they were the same.'],
      ['asleep', 'Away, but still a member: messages wait in a mailbox at the relay.'],
      ['pre-keyed', 'Asleep, and not heard by your tab yet.'],
      ['epoch', 'Increases with each new group key, whenever somebody joins or leaves.'],
    ] as readonly (readonly [string, string])[],
  },
  removal: removalEnglish,
  help: {
    help: 'Help',
    title: 'What you see here',
    about: 'About',
    close: 'Close',
    failed: 'The guide could not be fetched yet. Trying again…',
  },
  relay: relayEnglish,
  oneToOne: oneToOneEnglish,
  protocol: protocolEnglish,
  files: filesEnglish,
  frames: framesEnglish,
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
    noPoints: 'Nothing was recorded in this time range.',
    chartLabel: (operation: string) => `Latency of ${operation} in milliseconds: p50, p95 and p99`,
    time: 'Time',
    count: 'Count',
    table: 'All operations since this page was opened',
    search: 'Search operations',
    noRows: 'Nothing recorded yet. Join a group to see its cryptography at work.',
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

/** The shape of a dictionary: the same keys and parameters, other texts. */
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
