import { utf8 } from '../../codec/index.ts'
import type { Crypto } from '../../crypto/index.ts'

/** The primitives with stretching that costs nothing, for tests that need many passwords. */
export const withQuickStretch = (crypto: Crypto): Crypto => ({
  ...crypto,
  stretch: ({ name }, message, salt, length) => crypto.derive(salt, message, utf8(`quick ${name}`), length),
})
