/** The safety number of a pair, to be compared on both screens. */

import type { MemberView } from '../../host/index.ts'
import { useServices, useUi, useWording } from '../app/context.tsx'
import { Dialog } from '../shared/dialog.tsx'
import screen from '../shared/screen.module.css'
import styles from './verify-dialog.module.css'

interface Props {
  readonly name: string
  readonly safety: NonNullable<MemberView['safety']>
  readonly onClose: () => void
}

export function VerifyDialog({ name, safety: { digits, words }, onClose }: Props) {
  const { room } = useWording()
  const { store } = useServices()
  const compared = useUi((state) => state.compared.has(digits))
  const mark = (): void =>
    store.setState((state) => {
      const marked = new Set(state.compared)
      if (!marked.delete(digits)) marked.add(digits)
      return { compared: marked }
    })
  return (
    <Dialog title={room.verifyName(name)} onClose={onClose}>
      <p>{room.verifyLead(name)}</p>
      <dl className={styles.facts}>
        <div>
          <dt>{room.safetyNumber}</dt>
          <dd className={styles.digits} data-testid="safety-number">
            {digits}
          </dd>
        </div>
        <div>
          <dt>{room.safetyWords}</dt>
          <dd data-testid="safety-words">{words}</dd>
        </div>
      </dl>
      <output>{compared && room.comparedNow}</output>
      <div className={screen.bar}>
        <button type="button" aria-pressed={compared} onClick={mark}>
          {room.iCompared}
        </button>
        <button type="button" onClick={onClose}>
          {room.close}
        </button>
      </div>
    </Dialog>
  )
}
