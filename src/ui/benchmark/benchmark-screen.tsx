/** The Benchmark tab: measures chosen operations by engine in the Worker, beside the room. */

import { useEffect, useRef, useState, useSyncExternalStore } from 'react'
import {
  type BenchmarkOperation,
  type BenchmarkResult,
  type BenchmarkView,
  benchmarkOperations,
} from '../../host/index.ts'
import { useServices, useWording } from '../app/context.tsx'
import { download, downloadJson } from '../shared/download.ts'
import { FactList } from '../shared/fact-list.tsx'
import { useFormats } from '../shared/format.ts'
import { Nothing, Panel } from '../shared/panel.tsx'
import screen from '../shared/screen.module.css'
import styles from './benchmark.module.css'
import { type Environment, readEnvironment } from './environment.ts'
import { baselinesOf, benchmarkCsv, benchmarkJson, figuresOf } from './results.ts'
import { ResultsPanel } from './results-panel.tsx'

const groups: Readonly<Record<'kem' | 'primitives' | 'protocols', (name: string) => boolean>> = {
  kem: (name) => name.startsWith('kem'),
  primitives: (name) => !/^(kem|pake|ratchet)/.test(name),
  protocols: (name) => /^(pake|ratchet)/.test(name),
}
const sampleCounts = [20, 100, 500] as const
/** Runs kept for comparison, in this tab's memory only. */
const maxRuns = 10

interface Run {
  readonly at: number
  readonly environment: Environment
  readonly results: readonly BenchmarkResult[]
}

const useBenchmark = (): BenchmarkView => {
  const { benchmark } = useServices().client
  return useSyncExternalStore(benchmark.subscribe, benchmark.view)
}

export function BenchmarkScreen() {
  const { benchmark: words } = useWording()
  const { client } = useServices()
  const view = useBenchmark()
  const [environment] = useState(readEnvironment)
  const [chosen, choose] = useState<ReadonlySet<BenchmarkOperation>>(
    () => new Set(benchmarkOperations.filter((name) => !name.includes('1024') && name !== 'argon2id')),
  )
  const [samples, setSamples] = useState<number>(100)
  const [runs, setRuns] = useState<readonly Run[]>([])
  const [shown, show] = useState<number | null>(null)
  const wasRunning = useRef(false)
  useEffect(() => {
    if (wasRunning.current && !view.running && view.results.length > 0) {
      const run = { at: Date.now(), environment, results: view.results }
      setRuns((before) => [run, ...before].slice(0, maxRuns))
    }
    wasRunning.current = view.running
  }, [view, environment])
  const results = runs.find(({ at }) => at === shown)?.results ?? view.results
  const toggle = (name: BenchmarkOperation): void => {
    const next = new Set(chosen)
    if (!next.delete(name)) next.add(name)
    choose(next)
  }
  const start = (): void => {
    show(null)
    client.benchmark.dispatch({ operations: [...chosen], samples })
  }
  return (
    <div className={screen.screen}>
      <h1>{words.title}</h1>
      <p className={screen.hint}>{words.lead}</p>
      <Panel title={words.choice}>
        <div className={styles.groups}>
          {Object.entries(groups).map(([group, isIn]) => (
            <fieldset key={group} className={styles.group}>
              <legend>{words.groups[group as keyof typeof groups]}</legend>
              {benchmarkOperations.filter(isIn).map((name) => (
                <label key={name} className={styles.choice}>
                  <input type="checkbox" checked={chosen.has(name)} onChange={() => toggle(name)} />
                  {words.operations[name]}
                </label>
              ))}
            </fieldset>
          ))}
        </div>
        <div className={styles.bar}>
          <button type="button" onClick={() => choose(new Set(benchmarkOperations))}>
            {words.all}
          </button>
          <button type="button" onClick={() => choose(new Set())}>
            {words.none}
          </button>
          <label className={styles.choice}>
            {words.samples}
            <select value={samples} onChange={({ target }) => setSamples(Number(target.value))}>
              {sampleCounts.map((count) => (
                <option key={count} value={count}>
                  {count}
                </option>
              ))}
            </select>
          </label>
          {view.running ? (
            <button type="button" onClick={() => client.benchmark.dispatch(null)}>
              {words.stop}
            </button>
          ) : (
            <button type="button" className={styles.go} disabled={chosen.size === 0} onClick={start}>
              {words.run}
            </button>
          )}
          {view.of > 0 && (
            <>
              <progress aria-label={words.progress} value={view.done} max={view.of} />
              <output>{words.progressOf(view.done, view.of)}</output>
            </>
          )}
        </div>
      </Panel>
      <ResultsPanel figures={figuresOf(results)} />
      <div className={styles.pair}>
        <Baselines results={results} />
        <EnvironmentPanel environment={environment} />
      </div>
      <History runs={runs} shown={shown} show={show} />
      <div className={styles.bar}>
        <button
          type="button"
          disabled={results.length === 0}
          onClick={() => downloadJson('mlwe-pake-benchmark.json', benchmarkJson({ environment, results }))}
        >
          {words.saveJson}
        </button>
        <button
          type="button"
          disabled={results.length === 0}
          onClick={() =>
            download(
              'mlwe-pake-benchmark.csv',
              new Blob([benchmarkCsv({ environment, results })], { type: 'text/csv' }),
            )
          }
        >
          {words.saveCsv}
        </button>
      </div>
    </div>
  )
}

function Baselines({ results }: { readonly results: readonly BenchmarkResult[] }) {
  const { benchmark: words } = useWording()
  const { significant } = useFormats()
  const baselines = baselinesOf(figuresOf(results))
  return (
    <Panel title={words.baseline}>
      <p className={screen.hint}>{words.baselineHint}</p>
      {baselines.length === 0 ? (
        <Nothing>{words.noBaseline}</Nothing>
      ) : (
        <ul className={styles.list}>
          {baselines.map(({ operation, ratio }) => (
            <li key={operation}>{words.times(words.operations[operation], significant(ratio))}</li>
          ))}
        </ul>
      )}
    </Panel>
  )
}

function EnvironmentPanel({ environment }: { readonly environment: Environment }) {
  const { benchmark: words } = useWording()
  const { significant, dateTime } = useFormats()
  const { browser, cores, nativeKem, isolated, clockStep, date } = environment
  const facts: readonly (readonly [string, string])[] = [
    [words.browser, browser],
    [words.cores, String(cores)],
    [words.nativeKem, nativeKem ? words.yes : words.no],
    [words.isolated, isolated ? words.yes : words.no],
    [words.clock, words.ms(significant(clockStep))],
    [words.date, dateTime(Date.parse(date))],
  ]
  return (
    <Panel title={words.environment}>
      <FactList facts={facts} />
    </Panel>
  )
}

interface HistoryProps {
  readonly runs: readonly Run[]
  readonly shown: number | null
  readonly show: (at: number) => void
}

function History({ runs, shown, show }: HistoryProps) {
  const { benchmark: words } = useWording()
  const { clock } = useFormats()
  if (runs.length === 0) return null
  const current = shown ?? runs[0]?.at
  return (
    <fieldset className={styles.group}>
      <legend>{words.history}</legend>
      {runs.map(({ at, results }) => (
        <label key={at} className={styles.choice}>
          <input type="radio" name="benchmark-run" checked={at === current} onChange={() => show(at)} />
          {words.historyOf(clock(at), results.length)}
        </label>
      ))}
    </fieldset>
  )
}
