import { useEffect, useRef, useState, useSyncExternalStore } from 'react'
import {
  type BenchmarkOperation,
  type BenchmarkResult,
  type BenchmarkView,
  benchmarkOperations,
} from '../../host/index.ts'
import { useServices, useUi, useWording } from '../app/context.tsx'
import { download, downloadJson } from '../shared/download.ts'
import panel from '../shared/panel.module.css'
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

/** Measures on purpose: operations by engines, beside the room. */
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
    <div className={styles.screen}>
      <h1>{words.title}</h1>
      <p className={styles.hint}>{words.lead}</p>
      <section className={panel.panel} aria-labelledby="choice-title">
        <h2 id="choice-title" className={panel.title}>
          {words.choice}
        </h2>
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
      </section>
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
  const language = useUi((state) => state.language)
  const baselines = baselinesOf(figuresOf(results))
  return (
    <section className={panel.panel} aria-labelledby="baseline-title">
      <h2 id="baseline-title" className={panel.title}>
        {words.baseline}
      </h2>
      <p className={styles.hint}>{words.baselineHint}</p>
      {baselines.length === 0 ? (
        <p className={panel.none}>{words.noBaseline}</p>
      ) : (
        <ul className={styles.list}>
          {baselines.map(({ operation, ratio }) => (
            <li key={operation}>
              {words.times(
                words.operations[operation],
                ratio.toLocaleString(language, { maximumSignificantDigits: 3 }),
              )}
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

function EnvironmentPanel({ environment }: { readonly environment: Environment }) {
  const { benchmark: words } = useWording()
  const language = useUi((state) => state.language)
  const { browser, cores, nativeKem, isolated, clockStep, date } = environment
  const facts: readonly (readonly [string, string])[] = [
    [words.browser, browser],
    [words.cores, String(cores)],
    [words.nativeKem, nativeKem ? words.yes : words.no],
    [words.isolated, isolated ? words.yes : words.no],
    [words.clock, words.ms(clockStep.toLocaleString(language, { maximumSignificantDigits: 2 }))],
    [words.date, new Date(date).toLocaleString(language)],
  ]
  return (
    <section className={panel.panel} aria-labelledby="environment-title">
      <h2 id="environment-title" className={panel.title}>
        {words.environment}
      </h2>
      <dl className={styles.facts}>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}

interface HistoryProps {
  readonly runs: readonly Run[]
  readonly shown: number | null
  readonly show: (at: number) => void
}

function History({ runs, shown, show }: HistoryProps) {
  const { benchmark: words } = useWording()
  const language = useUi((state) => state.language)
  if (runs.length === 0) return null
  const current = shown ?? runs[0]?.at
  return (
    <fieldset className={styles.group}>
      <legend>{words.history}</legend>
      {runs.map(({ at, results }) => (
        <label key={at} className={styles.choice}>
          <input type="radio" name="benchmark-run" checked={at === current} onChange={() => show(at)} />
          {words.historyOf(new Date(at).toLocaleTimeString(language), results.length)}
        </label>
      ))}
    </fieldset>
  )
}
