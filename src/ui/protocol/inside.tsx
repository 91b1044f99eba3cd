/** The state of this member’s own protocols: agreement, epochs, ratchets and links. */

import { type ReactNode, useEffect, useState } from 'react'
import type { InsideView, LinkPath } from '../../host/index.ts'
import type { TraceEvent } from '../../metrics/index.ts'
import { useServices, useUi, useWording } from '../app/context.tsx'
import { useVisible } from '../app/page-state.ts'
import { useFormats } from '../shared/format.ts'
import { Panel } from '../shared/panel.tsx'
import screen from '../shared/screen.module.css'
import { Table } from '../shared/table.tsx'
import styles from './protocol-screen.module.css'

const useInside = (): InsideView | null => {
  const { client } = useServices()
  const visible = useVisible()
  const [inside, setInside] = useState<InsideView | null>(null)
  useEffect(() => (visible ? client.watchInside(setInside) : undefined), [client, visible])
  return inside
}

/** How the direct links run, refreshed every second while the page is visible. */
const usePaths = (): readonly LinkPath[] => {
  const { client } = useServices()
  const visible = useVisible()
  const [paths, setPaths] = useState<readonly LinkPath[]>([])
  useEffect(() => {
    if (!visible) return
    let over = false
    const ask = (): void => {
      client.paths().then((found) => {
        if (!over) setPaths(found)
      })
    }
    ask()
    const timer = setInterval(ask, 1000)
    return () => {
      over = true
      clearInterval(timer)
    }
  }, [client, visible])
  return paths
}

/** Members by the name that they go by on this screen. */
const useNames = (): ((id: string) => string) => {
  const { protocol } = useWording()
  const members = useUi(({ view }) => view.members)
  return (id) => {
    const found = members.find((member) => member.id === id)
    return found === undefined ? id.slice(0, 8) : found.trust === 'self' ? protocol.lane('me') : found.name
  }
}

export function Inside({ events }: { readonly events: readonly TraceEvent[] }) {
  const { protocol } = useWording()
  const inside = useInside()
  if (inside === null) return <p className={screen.hint}>{protocol.notInside}</p>
  return (
    <div className={styles.panels}>
      <Agreement inside={inside} />
      <Epochs inside={inside} />
      <Ratchets inside={inside} />
      <Links events={events} />
    </div>
  )
}

interface GridProps {
  readonly title: string
  readonly hint: string
  readonly heads: readonly string[]
  readonly children: ReactNode
}

function Grid({ title, hint, heads, children }: GridProps) {
  return (
    <Panel title={title}>
      <p className={screen.hint}>{hint}</p>
      <Table label={title} heads={heads}>
        {children}
      </Table>
    </Panel>
  )
}

function Agreement({ inside }: { readonly inside: InsideView }) {
  const { protocol } = useWording()
  const nameOf = useNames()
  const self = useUi(({ view }) => view.selfId)
  const own = inside.epochs.find(({ current }) => current)
  const rows = [
    { id: self ?? '', epoch: own?.id ?? null, differs: false },
    ...inside.standings.filter(({ id }) => id !== self),
  ]
  return (
    <Grid
      title={protocol.agreement}
      hint={protocol.agreementHint}
      heads={[protocol.member, protocol.epochId, protocol.same]}
    >
      {rows.map(({ id, epoch, differs }) => (
        <tr key={id} data-differs={differs} className={styles.standing}>
          <th scope="row">{nameOf(id)}</th>
          <td>{epoch ?? '–'}</td>
          <td>{differs ? protocol.differs : protocol.agrees}</td>
        </tr>
      ))}
    </Grid>
  )
}

function Epochs({ inside }: { readonly inside: InsideView }) {
  const { protocol } = useWording()
  const nameOf = useNames()
  const { preciseTime: time } = useFormats()
  return (
    <Grid
      title={protocol.epochs}
      hint={protocol.epochsHint}
      heads={[protocol.counter, protocol.epochId, protocol.author, protocol.memberCount, protocol.since]}
    >
      {inside.epochs.toReversed().map(({ id, counter, author, members, since, current }) => (
        <tr key={id} aria-current={current}>
          <th scope="row">{counter}</th>
          <td>{id}</td>
          <td>{nameOf(author)}</td>
          <td>{members}</td>
          <td>{time(since)}</td>
        </tr>
      ))}
    </Grid>
  )
}

function Ratchets({ inside }: { readonly inside: InsideView }) {
  const { protocol } = useWording()
  const nameOf = useNames()
  return (
    <Grid
      title={protocol.ratchets}
      hint={protocol.ratchetsHint}
      heads={[
        protocol.member,
        protocol.turnsSent,
        protocol.turnsReceived,
        protocol.chainSent,
        protocol.chainReceived,
        protocol.skipped,
        protocol.heals,
      ]}
    >
      {inside.pairs.map(({ id, turnsSent, turnsReceived, sent, received, skipped, awaitingAck }) => (
        <tr key={id}>
          <th scope="row">{nameOf(id)}</th>
          <td>{turnsSent}</td>
          <td>{turnsReceived}</td>
          <td>{sent}</td>
          <td>{received}</td>
          <td>{skipped}</td>
          <td>{awaitingAck ? protocol.turnUnderWay : protocol.turnTaken}</td>
        </tr>
      ))}
    </Grid>
  )
}

function Links({ events }: { readonly events: readonly TraceEvent[] }) {
  const { protocol, links, room, trusts } = useWording()
  const members = useUi(({ view }) => view.members)
  const paths = usePaths()
  const format = useFormats()
  const others = members.filter(({ trust }) => trust !== 'self')
  const changes = events.filter(
    (event) => event.kind === 'mark' && ['link-lost', 'reconnect', 'relay-link'].includes(event.mark),
  ).length
  /** Browsers tell it in whole milliseconds. */
  const roundTripOf = (ms: number | null | undefined): string =>
    typeof ms !== 'number' ? '–' : ms < 1 ? '< 1 ms' : `${format.ms(ms)} ms`
  return (
    <Grid
      title={protocol.mesh}
      hint={protocol.meshHint(changes)}
      heads={[protocol.member, protocol.path, protocol.roundTrip, protocol.attempts, protocol.trust]}
    >
      {others.map(({ id, address, name, link, trust, verified }) => {
        const path = paths.find(({ member }) => member === address)
        return (
          <tr key={id}>
            <th scope="row">
              <bdi>{name}</bdi>
            </th>
            <td>
              {links[link]}
              {path?.turned && `, ${protocol.turned}`}
            </td>
            <td>{roundTripOf(path?.roundTripMs)}</td>
            <td>{path?.attempts ?? '–'}</td>
            <td>{verified ? room.verified : trusts[trust]}</td>
          </tr>
        )
      })}
    </Grid>
  )
}
