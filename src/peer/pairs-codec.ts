/**
 * Sessions as a profile keeps them. Handshakes and sessions in which nobody spoke yet start over after a restart.
 */
import { type Bytes, bytes, type Codec, list, optional, struct, u48 } from '../codec/index.ts'
import { type Address, address, type MemberId, memberId } from '../identity/index.ts'
import { decodeSession, encodeSession, type Session } from '../ratchet/index.ts'
import { noPairs, type PairsState } from './pairs-state.ts'

const maxPairs = 4_096
/** About 13,000 bytes at most; the rest is room for the format to grow. */
const sealed: Codec<Bytes> = bytes(0xffff)

const session: Codec<Session> = {
  write: (out, value) => sealed.write(out, encodeSession(value)),
  read: (input) => decodeSession(sealed.read(input)),
}

interface StoredPair {
  readonly member: MemberId
  readonly address: Address
  readonly session: Session | null
  readonly former: { readonly session: Session; readonly until: number } | null
}

const pairs = list(
  struct<StoredPair>({
    member: memberId,
    address,
    session: optional(session),
    former: optional(struct({ session, until: u48 })),
  }),
  maxPairs,
)

export const pairsCodec: Codec<PairsState> = {
  write: (out, state) =>
    pairs.write(
      out,
      [...state.pairs]
        .filter(([, pair]) => pair.session !== null || pair.former !== null)
        .map(([member, { address, session, former }]) => ({ member, address, session, former })),
    ),
  read: (input) => ({
    ...noPairs,
    pairs: new Map(
      pairs
        .read(input)
        .map(({ member, address, session, former }) => [
          member,
          { address, session, next: null, former, unopened: 0, mendedAt: null },
        ]),
    ),
  }),
}
