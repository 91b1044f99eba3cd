/**
 * A long visit under real load: three tabs, two of which talk to the third at a set rate while it visits its own tabs.
 * `npm run soak -- --minutes 10 --rate 200` prints the cost: heap after collection, tasks of the main thread, CPU. It
 * reports and never fails on a figure.
 */

import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type CDPSession, chromium, type Page } from 'playwright/test'
import config from '../playwright.config.ts'
import { Member, waitForAgreement } from './fixtures/member.ts'
import { startRelay } from './fixtures/relay.ts'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    rate: { type: 'string', default: '200' },
    visit: { type: 'string', default: '20' },
  },
})
const minutes = Number(values.minutes)
/** Records a second in the observed tab. */
const rate = Number(values.rate)
/** Seconds on each tab of the page. */
const visit = Number(values.visit)
const mebibyte = 2 ** 20

const wait = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms))

/** Types and sends as a person does, but in a background tab, where a click would wait forever. */
const say = (page: Page, text: string): Promise<void> =>
  page.evaluate((value) => {
    const field = document.querySelector<HTMLTextAreaElement | HTMLInputElement>('form textarea, form input')
    if (field === null) throw new Error('no composer')
    const set = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), 'value')?.set
    set?.call(field, value)
    field.dispatchEvent(new Event('input', { bubbles: true }))
    field.form?.requestSubmit()
  }, text)

/** Sends so often that the observed tab records `rate` operations a second. */
const talk = (speakers: readonly Member[], recorded: () => Promise<number>) => {
  let over = false
  let interval = 200
  const running = (async () => {
    let [sent, seen, since] = [0, await recorded(), performance.now()]
    while (!over) {
      const speaker = speakers[sent % speakers.length]
      sent += 1
      if (speaker !== undefined && !over) await say(speaker.page, `message ${sent}`)
      if (performance.now() - since > 5_000) {
        const [now, at] = [await recorded(), performance.now()]
        const measured = ((now - seen) * 1_000) / (at - since)
        if (measured > 0) interval = Math.min(2_000, Math.max(20, interval * (measured / rate)))
        seen = now
        since = at
      }
      await wait(interval)
    }
    return sent
  })()
  // Told by `stop`. Where a step of the visit fails first, that is the cause to be seen.
  running.catch(() => undefined)
  return {
    async stop(): Promise<number> {
      over = true
      return running
    },
  }
}

interface Costs {
  /** Seconds of CPU. */
  readonly task: number
  readonly at: number
}

const costs = async (session: CDPSession): Promise<Costs> => {
  const { metrics } = await session.send('Performance.getMetrics')
  const of = (name: string): number => metrics.find((metric) => metric.name === name)?.value ?? Number.NaN
  return { task: of('TaskDuration'), at: performance.now() / 1_000 }
}

const heap = async (session: CDPSession): Promise<number> => {
  for (let i = 0; i < 3; i++) await session.send('HeapProfiler.collectGarbage')
  return (await session.send('Runtime.getHeapUsage')).usedSize / mebibyte
}

declare global {
  interface Window {
    soak: { tasks: number[]; drawn: number; records: number }
  }
}

const observe = (): void => {
  window.soak = { tasks: [], drawn: 0, records: 0 }
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) window.soak.tasks.push(duration)
  }).observe({ type: 'longtask' })
  new MutationObserver((changes) => {
    window.soak.drawn += changes.filter(({ target }) => target instanceof SVGElement).length
  }).observe(document, { subtree: true, childList: true, attributes: true })
  // What the Worker tells its page, counted where it arrives.
  const own = window.Worker
  window.Worker = class extends own {
    constructor(url: string | URL, options?: WorkerOptions) {
      super(url, options)
      this.addEventListener('message', ({ data }) => {
        if (data.kind === 'records') window.soak.records += data.batch.length
      })
    }
  }
}

const report = (name: string, text: string): void => console.log(`${name.padEnd(44)} ${text}`)

const app = mkdtempSync(join(tmpdir(), 'mlwe-pake-soak-'))
// A build meanwhile does not change what is looked at.
cpSync('dist/app', app, { recursive: true })
const relay = await startRelay({ appDirectory: app })
const browser = await chromium.launch(config.use?.launchOptions ?? {})
try {
  const options = { group: `soak-${Date.now()}`, password: `soak-${Math.random()}` }
  const members: Member[] = []
  for (const name of ['Alice', 'Bob', 'Carol']) {
    const page = await (await browser.newContext()).newPage()
    await page.addInitScript(observe)
    await page.goto(relay.url)
    members.push(new Member(page, name, options))
  }
  for (const member of members) await member.join()
  await waitForAgreement(members)
  const [alice, ...speakers] = members
  if (alice === undefined) throw new Error('nobody is there')
  const { page } = alice
  const session = await page.context().newCDPSession(page)
  // CPU time: what other processes take of the machine does not count.
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  const recorded = () => page.evaluate(() => window.soak.records)
  const drawn = () => page.evaluate(() => window.soak.drawn)
  const open = async (name: string): Promise<void> => {
    await page.bringToFront()
    await page.getByRole('tab', { name, exact: true }).click()
  }
  const tabs = (await page.getByRole('tab').allInnerTexts()).filter((name) => name !== '')
  console.log(`tabs: ${tabs.join(', ')}; ${minutes} min at ${rate} records/s, ${visit} s a visit`)

  const talking = talk(speakers, recorded)
  // Each tab once, so that all code is loaded and the first slices exist.
  for (const name of tabs) {
    await open(name)
    await wait(3_000)
  }
  await page.evaluate(() => void window.soak.tasks.splice(0))
  const before = { heap: await heap(session), records: await recorded(), at: performance.now() }
  const perTab = new Map<string, { busy: number; time: number; longest: number; drawn: number }>()
  const end = performance.now() + minutes * 60_000
  for (let i = 0; performance.now() < end; i++) {
    const name = tabs[i % tabs.length] ?? ''
    await open(name)
    await wait(300)
    const [start, drawnBefore] = [await costs(session), await drawn()]
    await wait(visit * 1_000)
    const [stop, drawnAfter] = [await costs(session), await drawn()]
    const tasks = await page.evaluate(() => window.soak.tasks.splice(0))
    const so = perTab.get(name) ?? { busy: 0, time: 0, longest: 0, drawn: 0 }
    so.busy += stop.task - start.task
    so.time += stop.at - start.at
    so.longest = Math.max(so.longest, ...tasks)
    so.drawn += drawnAfter - drawnBefore
    perTab.set(name, so)
    const { usedSize } = await session.send('Runtime.getHeapUsage')
    console.log(
      `${((performance.now() - before.at) / 1000).toFixed(0).padStart(4)} s  ${name.padEnd(12)} ` +
        `busy ${((100 * (stop.task - start.task)) / (stop.at - start.at)).toFixed(1)} %  ` +
        `tasks over 50 ms: ${tasks.map((ms) => ms.toFixed(0)).join(' ') || 'none'}  heap ${(usedSize / mebibyte).toFixed(1)} MiB`,
    )
  }
  const sent = await talking.stop()
  await open(tabs[0] ?? '')
  const after = { heap: await heap(session), records: await recorded(), at: performance.now() }
  const share = (name: string): number => {
    const of = perTab.get(name)
    return of === undefined ? Number.NaN : (100 * of.busy) / of.time
  }
  report('records a second', (((after.records - before.records) * 1000) / (after.at - before.at)).toFixed(0))
  report('messages sent by the others', String(sent))
  report(
    'heap after collection, before and after',
    `${before.heap.toFixed(1)} and ${after.heap.toFixed(1)} MiB`,
  )
  report('heap growth', `${(after.heap - before.heap).toFixed(1)} MiB`)
  for (const [name, { longest, drawn: changes }] of perTab) {
    const long = longest === 0 ? 'no task over 50 ms' : `longest task ${longest.toFixed(0)} ms`
    report(
      `main thread on ${name}`,
      `${share(name).toFixed(1)} % of a core, ${long}, ${changes} changes in charts`,
    )
  }
} finally {
  await browser.close()
  await relay.stop()
  rmSync(app, { recursive: true, force: true })
}
