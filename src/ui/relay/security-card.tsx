/** What the page can check of its own security at run time. */

import { useEffect, useState } from 'react'
import { useUi, useWording } from '../app/context.tsx'
import { useValue } from '../records/store.ts'
import { useFormats } from '../shared/format.ts'
import { Panel } from '../shared/panel.tsx'
import screen from '../shared/screen.module.css'
import { type Attempt, type Outcomes, tryToBreakIn, violations } from './attempts.ts'
import { checkBuild } from './build.ts'
import { Fact, Facts } from './facts.tsx'
import { fetchPolicy } from './policy.ts'
import styles from './relay.module.css'

/** `undefined` until it is known; `null` where it cannot be. */
const useOnce = <T,>(find: () => Promise<T | null>): T | null | undefined => {
  const [found, setFound] = useState<T | null>()
  useEffect(() => {
    let gone = false
    const tell = (value: T | null): void => {
      if (!gone) setFound(value)
    }
    find().then(tell, () => tell(null))
    return () => {
      gone = true
    }
  }, [find])
  return found
}

const findPersisted = (): Promise<boolean> => navigator.storage.persisted()

export function SecurityCard() {
  const { relay: words } = useWording()
  const yesNo = (value: boolean): string => (value ? words.yes : words.no)
  const mood = (value: boolean): 'good' | 'bad' => (value ? 'good' : 'bad')
  return (
    <Panel title={words.security}>
      <div className={screen.pair}>
        <Facts>
          <PolicyRows />
          <Fact name={words.secure} state={mood(isSecureContext)} hint={words.secureHint}>
            {yesNo(isSecureContext)}
          </Fact>
          <Fact name={words.isolated} state={mood(crossOriginIsolated)} hint={words.isolatedHint}>
            {yesNo(crossOriginIsolated)}
          </Fact>
        </Facts>
        <Facts>
          <BuildRow />
          <GroupRows />
        </Facts>
      </div>
    </Panel>
  )
}

function PolicyRows() {
  const { relay: words } = useWording()
  const format = useFormats()
  const policy = useOnce(fetchPolicy)
  const seen = useValue(violations)
  if (policy === undefined) return <Fact name={words.policy}>{words.checking}</Fact>
  const strict = policy?.strict === true
  const typed = 'trustedTypes' in globalThis && policy?.demandsTrustedTypes === true
  return (
    <>
      <Fact name={words.policy} state={strict ? 'good' : 'bad'} testId="security-policy">
        {strict ? words.policySent : words.policyMissing}
        {policy !== null && (
          <details>
            <summary>{words.policyText}</summary>
            <ul className={styles.policy}>
              {policy.directives.map((directive) => (
                <li key={directive}>{directive}</li>
              ))}
            </ul>
          </details>
        )}
      </Fact>
      <Fact name={words.trustedTypes} state={typed ? 'good' : 'bad'} testId="security-types">
        {typed ? words.typesDemanded : words.typesAbsent}
      </Fact>
      <AttemptRow />
      <Fact name={words.violations} state={seen === 0 ? 'good' : 'bad'} testId="security-violations">
        {words.violationsOf(format.count(seen))}
      </Fact>
    </>
  )
}

function AttemptRow() {
  const { relay: words } = useWording()
  const [outcomes, setOutcomes] = useState<Outcomes | null>(null)
  const names: readonly Attempt[] = ['markup', 'code', 'style']
  return (
    <Fact name={words.attempt} hint={words.attemptHint} testId="security-attempts">
      <button type="button" onClick={() => void tryToBreakIn().then(setOutcomes)}>
        {words.try}
      </button>
      <ul className={styles.tries} aria-live="polite">
        {outcomes !== null &&
          names.map((name) => (
            <li key={name}>
              {words.attempts[name]}:{' '}
              <span data-state={outcomes[name] ? 'good' : 'bad'}>
                {outcomes[name] ? words.stopped : words.passed}
              </span>
            </li>
          ))}
      </ul>
    </Fact>
  )
}

function BuildRow() {
  const { relay: words } = useWording()
  const format = useFormats()
  const build = useOnce(checkBuild)
  if (build === undefined) return <Fact name={words.build}>{words.checking}</Fact>
  if (build === null) return <Fact name={words.build}>{words.noBuild}</Fact>
  const same = build.different.length === 0
  return (
    <Fact name={words.build} state={same ? 'good' : 'bad'} hint={words.buildHint} testId="security-build">
      {same ? words.filesMatch(format.count(build.files)) : words.filesDiffer(build.different.join(', '))}
      <br />
      <code>{build.hash}</code>
    </Fact>
  )
}

function GroupRows() {
  const { relay: words } = useWording()
  const format = useFormats()
  const { members, epoch, stored } = useUi(({ view }) => view)
  const lasting = useOnce(findPersisted)
  const others = members.filter(({ trust }) => trust !== 'self')
  const verified = others.filter((member) => member.verified).length
  if (epoch === null) return <Fact name={words.pairs}>{words.noGroup}</Fact>
  return (
    <>
      <Fact
        name={words.pairs}
        state={verified === others.length ? 'good' : 'wait'}
        hint={words.pairsHint}
        testId="security-pairs"
      >
        {words.pairsOf(format.count(verified), format.count(others.length))}
      </Fact>
      <Fact
        name={words.storage}
        hint={stored ? (lasting === true ? words.lasting : words.evictable) : undefined}
        testId="security-storage"
      >
        {stored ? words.stored : words.memoryOnly}
      </Fact>
    </>
  )
}
