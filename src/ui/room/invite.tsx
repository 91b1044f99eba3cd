/** The invitation: as a link, as a QR code, through the system's own sharing, and as words to read out. */

import { useState } from 'react'
import { useWording } from '../app/context.tsx'
import { type Invitation, invitationLink } from '../app/invitation.ts'
import button from '../shared/button.module.css'
import { CopyButton } from '../shared/copy-button.tsx'
import { Icon } from '../shared/icon.tsx'
import { partOf, useLoaded } from '../shared/loaded.ts'
import screen from '../shared/screen.module.css'
import styles from './invite.module.css'
import { groupLabel } from './passphrase.ts'

const qrCode = partOf(async () => (await import('./qr-code.tsx')).QrCode)

interface Props {
  readonly group: string
  /** `null` where the page does not know it. */
  readonly password: string | null
  /** This member, if it is in the room already: whom a newcomer asks first. */
  readonly inviter: Invitation['inviter']
}

export function Invite({ group, password, inviter }: Props) {
  const { invite } = useWording()
  const [withPassword, setWithPassword] = useState(false)
  const [showing, setShowing] = useState(false)
  const QrCode = useLoaded(qrCode, showing)
  const included = withPassword && password !== null ? password : null
  const link = invitationLink(location, { group, password: included, inviter })
  const canShare = 'share' in navigator
  return (
    <div className={styles.invite}>
      <div className={screen.bar}>
        {password !== null && (
          <CopyButton
            text={invitationLink(location, { group, password, inviter })}
            label={invite.copyWithPassword}
            primary
          />
        )}
        <CopyButton text={link} label={invite.copyLink} />
        <button type="button" aria-expanded={showing} onClick={() => setShowing(!showing)}>
          {invite.showQr}
        </button>
        {canShare && (
          <button
            type="button"
            className={button.labelled}
            onClick={() => {
              // Refused or put away: nothing was sent.
              navigator.share({ url: link }).catch(() => undefined)
            }}
          >
            <Icon name="share" />
            {invite.share}
          </button>
        )}
      </div>
      {password !== null && (
        <label className={styles.tick}>
          <input
            type="checkbox"
            checked={withPassword}
            onChange={({ target }) => setWithPassword(target.checked)}
          />
          {invite.withPassword}
        </label>
      )}
      <p className={screen.hint}>{included === null ? invite.without : invite.with}</p>
      {showing && typeof QrCode === 'function' && <QrCode text={link} label={invite.qr(groupLabel(group))} />}
      {showing && QrCode === 'failed' && <p role="alert">{invite.noQr}</p>}
    </div>
  )
}
