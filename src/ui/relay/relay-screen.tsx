/** The Relay tab: the link, what the relay stores, and what the page can check of its own security. */

import { useWording } from '../app/context.tsx'
import screen from '../shared/screen.module.css'
import { ConnectionCard } from './connection-card.tsx'
import { LinkPanel, QuotaPanel } from './link-panel.tsx'
import { EndsPanel, RefusalsPanel } from './refusals-panel.tsx'
import { SecurityCard } from './security-card.tsx'
import { StockPanel } from './stock-panel.tsx'
import { useRelay } from './use-relay.ts'

export function RelayScreen() {
  const { relay: words } = useWording()
  const view = useRelay()
  return (
    <div className={screen.screen}>
      <header>
        <h1>{words.title}</h1>
        <p className={screen.hint}>{words.lead}</p>
      </header>
      <div className={screen.pair}>
        <LinkPanel view={view} />
        <QuotaPanel view={view} />
      </div>
      <ConnectionCard />
      <SecurityCard />
      <div className={screen.pair}>
        <RefusalsPanel refusals={view.refusals} />
        <EndsPanel ends={view.ends} />
      </div>
      <StockPanel view={view} />
    </div>
  )
}
