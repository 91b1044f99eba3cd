/** The invitation as a link or as a QR code. */

import { useState } from 'react'
import { encode } from 'uqr'
import { useWording } from '../app/context.tsx'
import { type Invitation, invitationLink } from '../app/invitation.ts'
import screen from '../shared/screen.module.css'
import styles from './invite.module.css'

interface Props {
  readonly group: string
  /** `null` where the page no longer knows it. */
  readonly password: string | null
  /** This member, if it is in the room already: whom a newcomer asks first. */
  readonly inviter: Invitation['inviter']
}

/** Hands out the invitation: as a link, or for another device's camera. */
export function Invite({ group, password, inviter }: Props) {
  const { invite } = useWording()
  const [withPassword, setWithPassword] = useState(false)
  const [showing, setShowing] = useState(false)
  const [copied, setCopied] = useState<'yes' | 'failed' | null>(null)
  const included = withPassword && password !== null ? password : null
  const link = invitationLink(location, { group, password: included, inviter })
  const copy = (): void => {
    navigator.clipboard.writeText(link).then(
      () => setCopied('yes'),
      () => setCopied('failed'),
    )
  }
  return (
    <div className={styles.invite}>
      {password !== null && (
        <label className={styles.tick}>
          <input
            type="checkbox"
            checked={withPassword}
            onChange={({ target }) => {
              setWithPassword(target.checked)
              setCopied(null)
            }}
          />
          {invite.withPassword}
        </label>
      )}
      <p className={screen.hint}>{included === null ? invite.without : invite.with}</p>
      <div className={screen.bar}>
        <button type="button" onClick={copy}>
          {invite.copyLink}
        </button>
        <button type="button" aria-expanded={showing} onClick={() => setShowing(!showing)}>
          {invite.showQr}
        </button>
      </div>
      <output className={screen.hint}>{copied === 'yes' && invite.copied}</output>
      {copied === 'failed' && (
        <input readOnly value={link} aria-label={invite.link} onFocus={({ target }) => target.select()} />
      )}
      {showing && <QrCode text={link} label={invite.qr(group)} />}
    </div>
  )
}

function QrCode({ text, label }: { readonly text: string; readonly label: string }) {
  const { data, size } = encode(text, { ecc: 'M', border: 4 })
  const path = data.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ''))).join('')
  return (
    <svg className={styles.qr} viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label}>
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  )
}
