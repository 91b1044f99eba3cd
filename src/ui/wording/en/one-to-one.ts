/** Texts of the 1-to-1 tab. `client` and `server` are roles; numbers are those of the messages. */

import type { FlowFieldName, LoginRunView } from '../../../host/index.ts'
import { pluralsOf } from '../plural.ts'

const plural = pluralsOf('en')

export const oneToOneEnglish = {
  title: 'One to one: a password login, message by message',
  lead: 'Open this page in two tabs. One tab keeps a verifier of the password and listens, like a server; the other logs in, like a client. Both really run CPaceOQUAKE+, through the relay of this page.',
  place: 'Meeting place',
  placeHint:
    'Any name, the same in both tabs. Meeting places are separate from groups: no group member meets you here.',
  password: 'Login password',
  showPassword: 'Show login password',
  show: 'Show',
  listen: 'Listen as server',
  logIn: 'Log in as client',
  logInAgain: 'Log in again',
  leave: 'Leave the meeting place',
  roles: { client: 'Client', server: 'Server' },
  here: (role: 'client' | 'server', place: string) =>
    `${role === 'client' ? 'Client' : 'Server'} at “${place}”`,
  you: 'this tab',
  yourId: 'Id of this tab',
  hardening: 'Hardening the password: slow on purpose.',
  hardened: (ms: string) => `Hardened in ${ms} ms.`,
  kept: 'Kept here: the verifier (32 bytes, secret) and the public key (1,216 bytes). The password and the seed are wiped.',
  nextStep: 'Next step',
  runAll: 'Run all',
  giveUp: 'Give up this login',
  controls: 'Steps',
  next: {
    1: 'Next: make message 1 and send it.',
    2: 'Next: read message 1, answer with message 2.',
    3: 'Next: read message 2, answer with message 3.',
    4: 'Next: read message 3, answer with message 4.',
    5: 'Next: check message 4, answer with message 5.',
    6: 'Next: check message 5.',
  },
  states: {
    noServer:
      'No server is listening here yet. Open this page in a second tab and listen there, at the same place.',
    idleServer: 'Listening. Open this page in a second tab and log in there.',
    idleClient: 'No login is under way. Type a password to try.',
    theirs: 'It is the other tab’s turn.',
    doneServer: 'Done: both sides have the same key.',
    doneClient: 'Done: this tab has the key, and so has the server once it has read message 5.',
    refused: 'Refused.',
    'given-up': 'This login was given up.',
    busy: 'The server refused: too many failed logins, or another one is under way.',
  },
  refused: 'The password was refused (pake/failed).',
  refusedWhy: [
    'Both sides sent every message, with the same sizes as in a successful login, and failed only at the end. A wrong password, a changed byte and a malformed message look the same.',
    'The client learned one thing: the password it typed is not the server’s. It tested one password in this run and can test no other one afterwards, however long it computes.',
    'The server learned that somebody tried a wrong password. Nothing it received reveals which one.',
  ] as readonly string[],
  refusedCost: (free: number) =>
    `The run counts as one guess, and one guess is forgotten each hour. With ${free} on the account the server makes everyone wait: a minute at first and twice as long each time, an hour at most.`,
  fingerprint: 'Fingerprint of the key',
  fingerprintHint:
    'Derived from the key under a separate label. Compare it with the other tab. The key itself is wiped.',
  transcript: 'Hash of all five messages',
  computed: (ms: string) => `This tab spent ${ms} ms computing this login, without the hardening.`,
  failures: (count: number, free: number) => `Failed logins on the account: ${count} of ${free}.`,
  messages: 'Messages',
  noMessages: 'No messages yet.',
  messageTitle: (flow: number, from: 'client' | 'server') =>
    `Message ${flow}: ${from === 'client' ? 'client to server' : 'server to client'}`,
  bytes: (count: number) => plural(count, { one: 'byte', other: 'bytes' }),
  ms: (ms: string) => `${ms} ms here`,
  allBytes: (count: number) => `All ${count} bytes`,
  meanings: {
    1: 'The client opens. Its share depends on the password, yet any password could have produced it.',
    2: 'The server responds in the same way. Both can now compute the first key, which is the same if their passwords are.',
    3: 'The client sends a fresh ML-KEM key, hidden under the first key and the verifier. Other passwords reveal other keys that look just as good.',
    4: 'The server encapsulates to the key that it recovered, adds a challenge that only the password can answer, and proves that it knows the verifier.',
    5: 'The client answers the challenge. Only now does the server know that the client has the password.',
  },
  fields: {
    s1: 'The client’s nonce: random, fresh. Together with the server’s it identifies this run.',
    Ya: 'The client’s CPace share: a random multiple of a ristretto255 point made from the verifier.',
    s2: 'The server’s nonce: random, fresh.',
    Yb: 'The server’s CPace share, made the same way.',
    s: '96 random bytes under a pad that depends on the first key, the verifier and T.',
    T: 'The ML-KEM key as bytes that are indistinguishable from random (Kemeleon), under a pad that depends on the bytes hidden in s.',
    rho: 'ρ, the seed of ML-KEM’s matrix. Random and public; it depends on no secret.',
    ct: 'ML-KEM ciphertext to the key that the server recovered.',
    h: 'Confirmation of the second stage: valid only if both sides have the same password.',
    enc_c:
      'An X-Wing ciphertext to the public key that the server registered, under a one-time pad. A stolen verifier alone does not open it.',
    client_confirm: 'Proves to the client that the server knows the verifier and issued this challenge.',
    server_confirm:
      'Proves to the server that the client opened the challenge, so it knew the password itself.',
    length: 'Length of the next field.',
    mac_r: 'The server’s MAC over every byte so far.',
    mac_i: 'The client’s MAC over every byte so far.',
    unreadable:
      'Bytes that are not a valid message. The run continues as if nothing were wrong, and fails at the end.',
  } satisfies Record<FlowFieldName, string>,
  knowledge: 'Who knows what at this point',
  relay: 'Relay',
  knows: {
    client: {
      0: 'The verifier and the seed, both derived from the typed password. The text itself is wiped.',
      1: 'Also the secret behind its share.',
      2: 'Once it reads message 2: a first key. It cannot tell whether the server has the same.',
      3: 'Also the private key behind message 3.',
      4: 'Once it reads message 4: whether the server knows the verifier of the password it typed.',
      5: 'Whether the password was right, and then the key.',
    },
    server: {
      0: 'The verifier and the public key. Not the password, not the seed.',
      1: 'Once it reads message 1: a share that any password could have made.',
      2: 'A first key. It cannot tell whether the client has the same.',
      3: 'Once it reads message 3: some ML-KEM key. The wrong password gives one too.',
      4: 'A key that is good only if message 5 is right. From here on the run counts as a guess.',
      5: 'Once it reads message 5: whether the client knew the password.',
    },
    relay: {
      0: 'Two addresses in one room.',
      1: 'Two random strings. No password can be tested against them.',
      2: 'The same from the server. Even computing discrete logarithms one day opens only the outer layer.',
      3: 'Bytes that look random, and ρ, which is.',
      4: 'More bytes that look random. Opening them requires breaking both ristretto255 and ML-KEM.',
      5: 'Five messages, with the same sizes for a right and a wrong password.',
    },
  },
  knowsDone: 'The key. Nobody else has it.',
  knowsRefused: {
    client: 'That the typed password is not the server’s. Nothing else about the right one.',
    server: 'That a login failed. Not which password was tried, nor whether bytes were changed in transit.',
  },
  outcomes: {
    running: 'running',
    done: 'done',
    refused: 'refused',
    'given-up': 'given up',
    busy: 'not answered',
  } satisfies Record<LoginRunView['outcome'], string>,
} as const
