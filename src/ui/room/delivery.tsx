import type { MessageView } from '../../host/index.ts'
import { useWording } from '../app/context.tsx'
import { Named } from '../shared/named.tsx'

/** How far an own message has come: who has it, in whose mailbox it lies, who misses it. */
export function Delivery({ delivery }: { readonly delivery: MessageView['delivery'] }) {
  const { room } = useWording()
  const { state, confirmed, of, mailed, missing } = delivery
  if (state === 'delivered') return room.delivered
  if (state === 'nobody') return room.nobodyThere
  const parts = (mailedNames: string, missingNames: string): readonly string[] => [
    ...(confirmed > 0 ? [room.deliveredTo(confirmed, of)] : []),
    ...(mailed.length > 0 ? [room.mailed(mailedNames)] : []),
    ...(missing.length > 0 ? [room.missed(missingNames, missing.length)] : []),
  ]
  return (
    <Named
      names={[...mailed, ...missing]}
      text={(...names) => {
        const told = parts(names.slice(0, mailed.length).join(', '), names.slice(mailed.length).join(', '))
        return told.length === 0 ? room.sending : told.join(' · ')
      }}
    />
  )
}
