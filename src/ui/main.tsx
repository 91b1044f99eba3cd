import './tokens.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { connectPeer } from '../host/index.ts'
import { App } from './app.tsx'
import { ServicesProvider } from './context.tsx'
import { initialLanguage } from './language.ts'
import { RecordLog } from './records.ts'
import { createUiStore } from './store.ts'

const root = document.getElementById('root')
if (root === null) throw new Error('the page has no #root')

const client = connectPeer()
const records = new RecordLog()
client.onRecords((batch) => records.append(batch))

createRoot(root).render(
  <StrictMode>
    <ServicesProvider client={client} store={createUiStore(client, initialLanguage())} records={records}>
      <App />
    </ServicesProvider>
  </StrictMode>,
)
