/**
 * Runs one target for some time: draws an input from the pool, changes it, and hands it over. An input that led to
 * something new (another refusal, at another place) joins the pool, so that later ones begin behind it.
 */

import { getHeapStatistics } from 'node:v8'
import { toHex } from '../src/codec/index.ts'
import { seededDraw } from '../src/peer/simulation/draw.ts'
import { minimize } from './minimize.ts'
import { mutate } from './mutate.ts'
import type { Input, Target } from './target.ts'

/** Processor time that one input may take: far above what any does, far below a tab that hangs. */
const mostMs = 10_000
/** Memory that one input may take before it is collected, and all together after any number of them. */
const mostBytes = 384 * 2 ** 20
const mostPool = 2_000
const mostFindings = 20

export interface Finding {
  /** What was broken: the same for inputs that break the same. */
  readonly what: string
  readonly input: Input
}

export interface Report {
  readonly executions: number
  readonly findings: readonly Finding[]
  /** How often each outcome came. */
  readonly outcomes: ReadonlyMap<string, number>
  /** Processor time of the slowest input, and its bytes. */
  readonly slowestMs: number
  readonly slowestBytes: number
  /** Greatest growth of memory within one input. */
  readonly largestBytes: number
}

export interface Options {
  readonly seed: number
  /** Looked at before each input. */
  readonly isOver: (executions: number) => boolean
  /** Told each input before it runs, so that one which ends the process is known. */
  readonly note?: (input: Input) => void
  /** Inputs kept from before. */
  readonly kept?: readonly Input[]
}

const memory = (): number => {
  const { used_heap_size, external_memory } = getHeapStatistics()
  return used_heap_size + external_memory
}

const sizeOf = (input: Input): number => input.reduce((sum, { length }) => sum + length, 0)

/** Name and message without what varies, and the place in our code. */
const describe = (error: unknown): string => {
  if (!(error instanceof Error)) return `threw ${String(error)}`
  const place = error.stack?.split('\n').find((line) => /\/(src|signaling)\//.test(line)) ?? ''
  const where =
    error.name === 'Broken' ? '' : place.replace(/^.*\/((?:src|signaling)\/[^:]+):(\d+).*$/, ' at $1:$2')
  return `${error.name}: ${error.message.replaceAll(/\d+/g, 'N')}${where}`
}

interface Tried {
  readonly outcomes: readonly string[]
  readonly what: string | null
  readonly ms: number
  readonly bytes: number
}

/** One input, measured. */
const attempt = async (target: Target, input: Input): Promise<Tried> => {
  const [before, start] = [memory(), process.cpuUsage()]
  let outcomes: readonly string[] = []
  let what: string | null = null
  try {
    outcomes = await target.run(input)
  } catch (error) {
    what = describe(error)
  }
  const { user, system } = process.cpuUsage(start)
  const [ms, bytes] = [(user + system) / 1000, memory() - before]
  if (ms > mostMs) what ??= 'took too long'
  if (bytes > mostBytes) what ??= 'took too much memory'
  return { outcomes, what, ms, bytes }
}

/** @returns what came of a target under a seed; the same inputs for the same seed, kept ones and number of executions */
export const fuzz = async (target: Target, { seed, isOver, note, kept = [] }: Options): Promise<Report> => {
  const draw = seededDraw(seed)
  const first: Input[] = [...target.seeds.map((bytes) => [bytes]), ...kept]
  const pool: Input[] = [...first]
  const findings: Finding[] = []
  const outcomes = new Map<string, number>()
  let [executions, slowestMs, slowestBytes, largestBytes] = [0, 0, 0, 0]
  while (!isOver(executions) && findings.length < mostFindings) {
    const input = first[executions] ?? mutate(draw, target, pool)
    executions += 1
    note?.(input)
    const tried = await attempt(target, input)
    // The first inputs compile the code that they run.
    if (executions > first.length && tried.ms > slowestMs)
      [slowestMs, slowestBytes] = [tried.ms, sizeOf(input)]
    largestBytes = Math.max(largestBytes, tried.bytes)
    const isNew = tried.outcomes.some((outcome) => !outcomes.has(outcome))
    for (const outcome of tried.outcomes) outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
    if (isNew && executions > first.length && pool.length < mostPool) pool.push(input)
    const { what } = tried
    if (what === null || findings.some((known) => known.what === what)) continue
    const breaks = async (smaller: Input) => (await attempt(target, smaller)).what === what
    findings.push({ what, input: await minimize(input, breaks) })
  }
  return { executions, findings, outcomes, slowestMs, slowestBytes, largestBytes }
}

/** A finding as it stands in the corpus. */
export const show = ({ what, input }: Finding) => ({ about: what, input: input.map(toHex) })
