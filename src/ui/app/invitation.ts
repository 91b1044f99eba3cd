/** What an invitation link carries, all of it in the fragment, which browsers send to nobody. */
export interface Invitation {
  readonly group: string
  /** Only where the sender ticked it. */
  readonly password: string | null
}

const path = '#/room?'
const maxHash = 8_192

export const invitationLink = (
  { origin, pathname, search }: Pick<Location, 'origin' | 'pathname' | 'search'>,
  { group, password }: Invitation,
): string => {
  const fields = new URLSearchParams({ group, ...(password === null ? {} : { password }) })
  return `${origin}${pathname}${search}${path}${fields}`
}

/** `null` where the fragment is no invitation. */
export const readInvitation = (hash: string): Invitation | null => {
  if (!hash.startsWith(path) || hash.length > maxHash) return null
  const fields = new URLSearchParams(hash.slice(path.length))
  const group = fields.get('group')
  return group === null || group === '' ? null : { group, password: fields.get('password') }
}

/** Takes an invitation out of the page's address, so that it stays in no history and on no screen. */
export const takeInvitation = (): Invitation | null => {
  const invitation = readInvitation(location.hash)
  if (location.hash.startsWith(path)) history.replaceState(null, '', '#/room')
  return invitation
}
