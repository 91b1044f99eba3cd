/** A test of what works from this computer, in plain words. */

import { useState } from 'react'
import type { ConnectionTest } from '../../host/index.ts'
import { useServices, useWording } from '../app/context.tsx'
import { Panel } from '../shared/panel.tsx'
import screen from '../shared/screen.module.css'
import { Fact, Facts } from './facts.tsx'

const moodOf = (result: string): 'good' | 'bad' | undefined => {
  if (result === 'ok') return 'good'
  return result === 'not-configured' || result === 'members-only' ? undefined : 'bad'
}

export function ConnectionCard() {
  const { relay: words } = useWording()
  const { client } = useServices()
  const [found, setFound] = useState<ConnectionTest | 'running' | null>(null)
  const run = (): void => {
    setFound('running')
    client.testConnection().then(setFound, () => setFound(null))
  }
  const results = words.testResults
  const rows =
    found === null || found === 'running'
      ? []
      : ([
          ['relay', found.relay, results.relay[found.relay]],
          ['computer', found.computer, results.computer[found.computer]],
          ['stun', found.stun, results.stun[found.stun]],
          ['turn', found.turn, results.turn[found.turn]],
        ] as const)
  return (
    <Panel title={words.connectionTest}>
      <p className={screen.hint}>{words.connectionHint}</p>
      <div className={screen.bar}>
        <button type="button" disabled={found === 'running'} onClick={run}>
          {words.runTest}
        </button>
        <span role="status">{found === 'running' && words.testing}</span>
      </div>
      {rows.length > 0 && (
        <Facts>
          {rows.map(([part, code, text]) => (
            <Fact key={part} name={words.testParts[part]} state={moodOf(code)} testId={`test-${part}`}>
              {text}
            </Fact>
          ))}
        </Facts>
      )}
    </Panel>
  )
}
