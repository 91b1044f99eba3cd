import { describe, expect, it } from 'vitest'
import { measure, measureWhole } from './measure.ts'
import type { OperationRecord } from './record.ts'
import { createTracer, recordCostNs, within } from './tracer.ts'

const createLog = (thread: 'worker' | 'page' = 'worker') => {
  let time = 0
  const entries: OperationRecord[] = []
  const tracer = createTracer(
    thread,
    () => time++,
    (entry) => void entries.push(entry),
  )
  const subject = (operation: string) => ({ operation, algorithm: 'test', bytesIn: 0 })
  const leaf = (operation: string) =>
    measure(
      tracer,
      subject(operation),
      async () => 0,
      () => 0,
    )
  const whole = (operation: string, work: () => Promise<unknown>) =>
    measureWhole(tracer, subject(operation), work, () => 0)
  const end = (operation: string, span: number) =>
    tracer.record({ ...subject(operation), start: 0, duration: 1, bytesOut: 0, error: null }, span)
  /** `join > pake_run > kem`, by operation. */
  const paths = () =>
    entries.map((entry) => {
      const path = [entry.operation]
      for (let at = entry; at.parent !== null; ) {
        const above = entries.find(({ id }) => id === at.parent)
        if (above === undefined) return `? > ${path.join(' > ')}`
        path.unshift(above.operation)
        at = above
      }
      return path.join(' > ')
    })
  return { tracer, entries, leaf, whole, end, paths }
}

describe('createTracer', () => {
  it('says what lies in what, and which whole all of it belongs to', async () => {
    const { tracer, entries, leaf, whole, end, paths } = createLog()
    const join = tracer.spans.open(true)
    let run = 0
    await within(tracer, join, async () => {
      await whole('step', async () => {
        await leaf('open')
        run = tracer.spans.open(true)
        await within(tracer, run, () => leaf('encaps'))
        await whole('seal', () => Promise.all([leaf('hash'), leaf('mac')]))
      })
      await whole('step', () => within(tracer, run, () => leaf('decaps')))
    })
    end('pake_run', run)
    end('join', join)
    await leaf('alone')
    expect(paths()).toEqual([
      'join > step > open',
      'join > pake_run > encaps',
      'join > step > seal > hash',
      'join > step > seal > mac',
      'join > step > seal',
      'join > step',
      'join > pake_run > decaps',
      'join > step',
      'join > pake_run',
      'join',
      'alone',
    ])
    const alone = entries.at(-1)
    expect(new Set(entries.slice(0, -1).map(({ trace }) => trace))).toEqual(new Set([join]))
    expect(alone?.trace).toBe(alone?.id)
    expect(new Set(entries.map(({ id }) => id)).size).toBe(entries.length)
  })

  it('comes out of a span that fails', async () => {
    const { whole, leaf, paths, entries } = createLog()
    const failing = whole('step', () => Promise.reject(Object.assign(new Error(), { code: 'pake/failed' })))
    await expect(failing).rejects.toThrow()
    await leaf('next')
    expect(paths()).toEqual(['step', 'next'])
    expect(entries[0]?.error).toBe('pake/failed')
  })

  it('puts the circumstances on every record', async () => {
    const { tracer, leaf, entries } = createLog('page')
    await leaf('before')
    tracer.note({ phase: 'joined', epoch: 3, peer: 'peer-1' })
    tracer.note({ queueWait: 2, throttled: true })
    await leaf('after')
    expect(entries[0]).toMatchObject({ phase: null, epoch: null, peer: null, queueWait: 0, throttled: false })
    expect(entries[1]).toMatchObject({
      phase: 'joined',
      epoch: 3,
      peer: 'peer-1',
      queueWait: 2,
      throttled: true,
      thread: 'page',
    })
  })

  it('never mixes up the ids of the two threads', async () => {
    const [worker, page] = [createLog('worker'), createLog('page')]
    for (let i = 0; i < 5; i++) for (const log of [worker, page]) await log.leaf('x')
    const ids = [...worker.entries, ...page.entries].map(({ id }) => id)
    expect(new Set(ids).size).toBe(10)
  })

  it('keeps no more than some hundred spans that never end, and drops those that are given up', async () => {
    const { tracer, end, entries, leaf } = createLog()
    const lasting = tracer.spans.open(true)
    for (let i = 0; i < 10_000; i++) tracer.spans.drop(tracer.spans.open(false))
    await within(tracer, lasting, () => leaf('inside'))
    for (let i = 0; i < 300; i++) tracer.spans.open(false)
    end('forgotten', lasting)
    expect(entries).toMatchObject([
      { parent: lasting, trace: lasting },
      { id: lasting, parent: null, trace: lasting },
    ])
  })

  it('knows what a record costs', () => {
    expect(recordCostNs(() => performance.now(), 100)).toBeGreaterThanOrEqual(0)
  })
})
