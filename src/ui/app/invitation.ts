/** What an invitation link carries, all of it in the fragment, which browsers send to nobody. */
export interface Invitation {
  readonly group: string
  /** Only where the sender ticked it. */
  readonly password: string | null
  /** The member that invites: its relay address and the hash of its entry, 64 hexadecimal digits each. */
  readonly inviter: { readonly address: string; readonly entryHash: string } | null
}

const path = '#/room?'
const maxHash = 8_192

export const invitationLink = (
  { origin, pathname, search }: Pick<Location, 'origin' | 'pathname' | 'search'>,
  { group, password, inviter }: Invitation,
): string => {
  const fields = new URLSearchParams({
    group,
    ...(password === null ? {} : { password }),
    ...(inviter === null ? {} : { address: inviter.address, entry: inviter.entryHash }),
  })
  return `${origin}${pathname}${search}${path}${fields}`
}

const isHash = (text: string | null): text is string => text !== null && /^[0-9a-f]{64}$/.test(text)

/** `null` where the fragment is no invitation. */
export const readInvitation = (hash: string): Invitation | null => {
  if (!hash.startsWith(path) || hash.length > maxHash) return null
  const fields = new URLSearchParams(hash.slice(path.length))
  const group = fields.get('group')
  if (group === null || group === '') return null
  const [address, entryHash] = [fields.get('address'), fields.get('entry')]
  const inviter = isHash(address) && isHash(entryHash) ? { address, entryHash } : null
  return { group, password: fields.get('password'), inviter }
}

/** Takes an invitation out of the page's address, so that it stays in no history and on no screen. */
export const takeInvitation = (): Invitation | null => {
  const invitation = readInvitation(location.hash)
  if (location.hash.startsWith(path)) history.replaceState(null, '', '#/room')
  return invitation
}
