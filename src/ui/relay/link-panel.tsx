/** The link to the relay: its state, its round trips, and what this socket may still send. */

import type { RelayView } from '../../host/index.ts'
import { useWording } from '../app/context.tsx'
import { useFormats } from '../shared/format.ts'
import { Nothing, Panel } from '../shared/panel.tsx'
import screen from '../shared/screen.module.css'
import { Sparkline } from '../shared/sparkline.tsx'
import { Fact, Facts } from './facts.tsx'
import styles from './relay.module.css'
import { summarise } from './round-trips.ts'

const socketMood = (socket: RelayView['socket']): 'good' | 'bad' | 'wait' => {
  if (socket === 'open') return 'good'
  return socket === 'ended' ? 'bad' : 'wait'
}

export function LinkPanel({ view }: { readonly view: RelayView }) {
  const { relay: words } = useWording()
  const format = useFormats()
  const { socket, roundTrips, retryAt } = view
  const trips = summarise(roundTrips)
  return (
    <Panel title={words.link}>
      {view.url === null ? (
        <Nothing>{words.noLink}</Nothing>
      ) : (
        <Facts>
          <Fact
            name={words.socket}
            state={socketMood(socket)}
            testId="relay-socket"
            hint={
              retryAt === null
                ? words.since(format.clock(view.since))
                : words.nextTry(format.secondsUntil(retryAt))
            }
          >
            {words.states[socket]}
          </Fact>
          <Fact name={words.address}>
            <code>{view.url}</code>
          </Fact>
          <Fact
            name={words.roundTrip}
            testId="relay-round-trip"
            hint={
              trips === null
                ? undefined
                : words.roundTrips(
                    format.ms(trips.median),
                    format.ms(trips.slowest),
                    format.count(roundTrips.length),
                  )
            }
          >
            {trips === null ? words.noRoundTrip : `${format.ms(trips.last)} ms`}
            <Sparkline
              shape="line"
              points={roundTrips.map((y, i) => ({ x: i / Math.max(1, roundTrips.length - 1), y }))}
            />
          </Fact>
          <Fact name={words.reconnects} hint={words.opened(format.count(view.attempts))}>
            {format.count(Math.max(0, view.entered - 1))}
          </Fact>
          <Fact name={words.frames}>
            {words.sentReceived(format.count(view.frames.sent), format.count(view.frames.received))}
          </Fact>
          <Fact name={words.undelivered} hint={words.undeliveredHint}>
            {format.count(view.undelivered)}
          </Fact>
        </Facts>
      )}
    </Panel>
  )
}

/** What one socket may send. */
export function QuotaPanel({ view: { limits, quota } }: { readonly view: RelayView }) {
  const { relay: words } = useWording()
  const format = useFormats()
  return (
    <Panel title={words.quota}>
      <p className={screen.hint}>{words.quotaHint}</p>
      {limits === null ? (
        <Nothing>{words.noLimits}</Nothing>
      ) : (
        <Facts>
          {quota !== null && (
            <>
              <Allowance
                name={words.messages}
                testId="relay-quota"
                left={Math.floor(quota.messages)}
                burst={limits.messageBurst}
                perSecond={limits.messagesPerSecond}
                write={format.count}
              />
              <Allowance
                name={words.bytes}
                left={quota.bytes}
                burst={limits.byteBurst}
                perSecond={limits.bytesPerSecond}
                write={format.bytes}
              />
            </>
          )}
          <Fact name={words.frameLimit}>{format.bytes(limits.frameBytes)}</Fact>
          <Fact name={words.roomLimit}>{format.count(limits.roomMembers)}</Fact>
        </Facts>
      )}
    </Panel>
  )
}

interface AllowanceProps {
  readonly name: string
  readonly testId?: string
  readonly left: number
  readonly burst: number
  readonly perSecond: number
  readonly write: (value: number) => string
}

/** What is left of a burst, as a meter and in words. */
function Allowance({ name, testId, left, burst, perSecond, write }: AllowanceProps) {
  const { relay: words } = useWording()
  return (
    <Fact name={name} testId={testId}>
      <meter className={styles.meter} aria-label={name} max={burst} low={burst / 10} value={left} />
      {words.messagesOf(write(left), write(burst), write(perSecond))}
    </Fact>
  )
}
