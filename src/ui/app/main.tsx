/** Starts the page: connects the Worker, fills the logs, draws the app. */

import '@fontsource-variable/inter/wght.css'
import './tokens.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { connectPeer, createOffline } from '../../host/index.ts'
import { createMetricsView } from '../metrics/metrics-view.ts'
import { newTabId } from '../metrics/neighbours/message.ts'
import { createNeighbours } from '../metrics/neighbours/neighbours.ts'
import { createMarkLog } from '../records/marks.ts'
import { RecordLog } from '../records/record-log.ts'
import { createTraceLog } from '../records/trace-log.ts'
import { createWireLog } from '../records/wire-log.ts'
import { readAddress } from './address.ts'
import { App } from './app.tsx'
import { ServicesProvider } from './context.tsx'
import { takeInvitation } from './invitation.ts'
import { initialLanguage, type Language, loadLanguage } from './language.ts'
import { rememberThroughReload } from './remembered.ts'
import { createUiStore } from './store.ts'
import { startTheme } from './theme.ts'

startTheme()
const root = document.getElementById('root')
if (root === null) throw new Error('the page has no #root')

const client = connectPeer(readAddress(location).namedRelays)
const records = new RecordLog()
client.onRecords((batch) => records.append(batch))
const wire = createWireLog()
client.onFrames(wire.append)
const traces = createTraceLog()
client.onTrace((batch) => traces.append(batch))

const draw = (language: Language): void => {
  const store = createUiStore(client, language)
  rememberThroughReload(store)
  const followKept = createOffline((changeVersion) => store.setState({ changeVersion }))
  store.subscribe(({ view, stored }) => followKept(view.stored || stored.length > 0))
  const marks = createMarkLog()
  store.subscribe(({ view }, before) => marks.follow(before.view, view, performance.now()))
  const follow = (): void => marks.show(!document.hidden, performance.now())
  follow()
  document.addEventListener('visibilitychange', follow)
  const channel = new BroadcastChannel('mlwe-pake neighbours')
  const neighbours = createNeighbours({
    post: (message) => channel.postMessage(message),
    listen: (hear) => channel.addEventListener('message', ({ data }) => hear(data)),
    id: newTabId(crypto.getRandomValues(new Uint8Array(8))),
    log: records,
    name: () => store.getState().view.members.find(({ link }) => link === 'self')?.name ?? '',
    origin: performance.timeOrigin,
    now: () => performance.now(),
    after: (ms, run) => {
      const timer = setTimeout(run, ms)
      return () => clearTimeout(timer)
    },
  })
  const services = {
    client,
    store,
    records,
    marks,
    traces,
    wire,
    neighbours,
    metricsView: createMetricsView(performance.now()),
  }

  // A link that is opened while a group is joined is for another time.
  const welcome = (): void => {
    const invited = takeInvitation()
    const { phase } = store.getState().view
    if (invited !== null && ['idle', 'left', 'refused', 'failed'].includes(phase)) store.setState({ invited })
  }
  welcome()
  addEventListener('hashchange', welcome)

  createRoot(root).render(
    <StrictMode>
      <ServicesProvider services={services}>
        <App />
      </ServicesProvider>
    </StrictMode>,
  )
}

void loadLanguage(initialLanguage()).then(draw)
