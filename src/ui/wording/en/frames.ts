/** What the kinds of frames are for, and what a pair session seals in them: texts of the Protocol tab. */

export const framesEnglish = {
  /** As anybody on the way can tell. */
  types: {
    'pake 1': 'A newcomer knocks: its share of the password exchange, which any password could have made.',
    'pake 2': 'The share of the member that was knocked at. It keeps nothing for this yet.',
    'pake 3': 'The newcomer’s fresh ML-KEM key, hidden under the first shared key and the password.',
    'pake 4':
      'The member’s ciphertext to that key, and a challenge. Its reader can test one password, so it is counted as a guess.',
    'pake 5': 'The proof of the password, and beside it the newcomer’s entry: name and keys, sealed.',
    'admission 2':
      'The member’s own entry, sealed, and its first step of the handshake in which the newcomer proves its keys.',
    'admission 3': 'The newcomer’s step of that handshake. If it is right, the newcomer is listed.',
    'handshake 1':
      'Two members who have each other’s entry meet: fresh keys, and a ciphertext to the other’s identity key. No password in it.',
    'handshake 2':
      'The other side’s fresh keys and ciphertexts. Only the two holders of the identity keys get the session key.',
    pair: 'Sealed by the session of this pair, with a key of its own.',
    'group message':
      'Sealed once for everybody under the key of an epoch, with a tag that proves its sender to this recipient.',
    'pre-key answer': 'A newcomer answers a key that a sleeping member had left at the relay.',
    letter: 'A member writes to one who is asleep, by a key that it had left at the relay.',
    busy: 'Too many wrong passwords: the door is shut for a while. A hint, not proved.',
    'pre-key used': 'That key from the relay had been used before. A hint, not proved.',
    'file chunk': 'A piece of a file, sealed under that file’s own key.',
    malformed: 'No frame of this protocol.',
  } as Readonly<Record<string, string>>,
  /** As its two ends can tell. */
  insides: {
    message: 'Something said to the group.',
    roster: 'To a newcomer: who is in, and who let it in.',
    ids: 'Who is in, as far as the sender knows.',
    ask: 'Asks for entries that the sender has not seen.',
    entries: 'Entries of members: names and keys, with who let them in.',
    removals: 'Who was removed, and by whom.',
    'not-by-me': 'The sender is named for something, and it was not its doing.',
    expiring: 'A member was away for longer than it said: in 10 s it is removed.',
    heard: 'The sender heard that member recently.',
    epoch: 'The secret of a new group key.',
    ack: 'The new group key has arrived, with fresh random bytes for the next one.',
    signal: 'How to connect directly: sealed, so that the relay learns no address.',
    heartbeat: 'Still here; the epoch, the roster and the number of the last message.',
    said: 'A message through this pair alone: again, or because there is no common group key just now.',
    receipt: 'These messages have arrived.',
    missing: 'These messages have not come.',
    'not-yours': 'The recipient was not in the room when these messages were said.',
    gone: 'The sender no longer keeps these messages.',
    password: 'The password in force: what a door needs to check it, not the password itself.',
    'password-held': 'Which password the sender holds, by a hash.',
    'failed-tries': 'How often somebody tried a wrong password at the sender’s door.',
    roots: 'Hashes over the pre-keys that members left at the relay, so that the relay cannot swap them.',
    'letter-named': 'That letter was written by the sender.',
    returned: 'Back after an expiry, under a new entry.',
    removed: 'To somebody who was removed: by whom, and why.',
    file: 'About a file: its offer with name, size and key, an answer, or how far it is.',
  } as Readonly<Record<string, string>>,
} as const
