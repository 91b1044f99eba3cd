/** The password that a member chooses for the group, stretched. */
import type { Bytes } from '../../codec/index.ts'
import type { Crypto } from '../../crypto/index.ts'
import { generateVerifier, preparePassword } from '../../pake/index.ts'
import type { NewPassword } from '../../peer/index.ts'
import type { ErrorCode } from '../page/view.ts'

/**
 * Stretches what the user typed; takes about a second.
 *
 * @param text - `null` where the password stays as it is
 * @returns `null` where it stays, `refused` where it is no possible password: `refuse` was then called with the problem
 */
export const stretchPassword = async (
  crypto: Crypto,
  groupId: Bytes,
  text: string | null,
  { door, refuse }: { readonly door: 'strict' | 'open'; readonly refuse: (problem: ErrorCode) => void },
): Promise<NewPassword | null | 'refused'> => {
  if (text === null) return null
  const prepared = preparePassword(text)
  if ('problem' in prepared) {
    refuse(prepared.problem)
    return 'refused'
  }
  const { verifier, seed, publicKey } = await generateVerifier(crypto, prepared.prepared, groupId)
  for (const used of [prepared.prepared, seed]) used.wipe() // FS
  return { verifier, publicKey, door }
}
