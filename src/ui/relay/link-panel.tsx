import type { RelayView } from '../../host/index.ts'
import { useWording } from '../app/context.tsx'
import { useFormats } from '../shared/format.ts'
import { Sparkline } from '../shared/sparkline.tsx'
import { Fact, Facts } from './facts.tsx'
import styles from './relay.module.css'
import { summarise } from './round-trips.ts'
import { useClock } from './use-clock.ts'

const socketMood = (socket: RelayView['socket']): 'good' | 'bad' | 'wait' => {
  if (socket === 'open') return 'good'
  return socket === 'ended' ? 'bad' : 'wait'
}

/** Whether there is a link, how far the relay is, and what may be sent. */
export function LinkPanel({ view }: { readonly view: RelayView }) {
  const { relay: words } = useWording()
  const format = useFormats()
  const clock = useClock()
  const { socket, roundTrips, retryAt } = view
  const trips = summarise(roundTrips)
  return (
    <section className={styles.panel} aria-labelledby="relay-link">
      <h2 id="relay-link">{words.link}</h2>
      {view.url === null ? (
        <p className={styles.none}>{words.noLink}</p>
      ) : (
        <Facts>
          <Fact
            name={words.socket}
            state={socketMood(socket)}
            testId="relay-socket"
            hint={
              retryAt === null ? words.since(clock.time(view.since)) : words.nextTry(clock.until(retryAt))
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
    </section>
  )
}

/** What one socket may send. */
export function QuotaPanel({ view: { limits, quota } }: { readonly view: RelayView }) {
  const { relay: words } = useWording()
  const format = useFormats()
  return (
    <section className={styles.panel} aria-labelledby="relay-quota">
      <h2 id="relay-quota">{words.quota}</h2>
      <p className={styles.muted}>{words.quotaHint}</p>
      {limits === null ? (
        <p className={styles.none}>{words.noLimits}</p>
      ) : (
        <Facts>
          {quota !== null && (
            <>
              <Fact name={words.messages} testId="relay-quota">
                <meter
                  className={styles.meter}
                  aria-label={words.messages}
                  max={limits.messageBurst}
                  low={limits.messageBurst / 10}
                  value={quota.messages}
                />
                {words.messagesOf(
                  format.count(Math.floor(quota.messages)),
                  format.count(limits.messageBurst),
                  format.count(limits.messagesPerSecond),
                )}
              </Fact>
              <Fact name={words.bytes}>
                <meter
                  className={styles.meter}
                  aria-label={words.bytes}
                  max={limits.byteBurst}
                  low={limits.byteBurst / 10}
                  value={quota.bytes}
                />
                {words.messagesOf(
                  format.bytes(quota.bytes),
                  format.bytes(limits.byteBurst),
                  format.bytes(limits.bytesPerSecond),
                )}
              </Fact>
            </>
          )}
          <Fact name={words.frameLimit}>{format.bytes(limits.frameBytes)}</Fact>
          <Fact name={words.roomLimit}>{format.count(limits.roomMembers)}</Fact>
        </Facts>
      )}
    </section>
  )
}
