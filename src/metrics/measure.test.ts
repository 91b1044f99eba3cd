import { describe, expect, it } from 'vitest'
import { measure } from './measure.ts'
import type { OperationRecord } from './record.ts'

const subject = { operation: 'aead_seal', algorithm: 'AES-256-GCM', bytesIn: 5 }

const createLog = () => {
  let time = 100
  const entries: OperationRecord[] = []
  return {
    entries,
    pass: (ms: number) => {
      time += ms
    },
    recorder: { now: () => time, record: (entry: OperationRecord) => void entries.push(entry) },
  }
}
const coded = (code: unknown) => Object.assign(new Error('no'), { code })

describe('measure', () => {
  it('records a call once, with its time and sizes', () => {
    const { recorder, entries, pass } = createLog()
    const result = measure(
      recorder,
      subject,
      () => {
        pass(7)
        return 'abc'
      },
      (text) => text.length,
    )
    expect(result).toBe('abc')
    expect(entries).toEqual([{ ...subject, start: 100, duration: 7, bytesOut: 3, error: null }])
  })

  it('records a promise once, when it settles', async () => {
    const { recorder, entries, pass } = createLog()
    let resolve: (text: string) => void = () => {}
    const promise = new Promise<string>((settle) => {
      resolve = settle
    })
    const result = measure(
      recorder,
      subject,
      () => promise,
      (text) => text.length,
    )
    expect(entries).toEqual([])
    pass(9)
    resolve('abcd')
    expect(await result).toBe('abcd')
    expect(entries).toEqual([{ ...subject, start: 100, duration: 9, bytesOut: 4, error: null }])
  })

  it.each([
    [coded('pake/failed'), 'pake/failed'],
    [{ code: 'plain' }, 'plain'],
    [coded(5), 'error'],
    [new Error('no'), 'error'],
    [null, 'error'],
  ])('records a failure once, by its code, and throws it on: %s', async (error, code) => {
    const { recorder, entries } = createLog()
    const expected = { ...subject, start: 100, duration: 0, bytesOut: 0, error: code }
    let thrown: unknown
    try {
      measure(
        recorder,
        subject,
        (): string => {
          throw error
        },
        (text) => text.length,
      )
    } catch (caught) {
      thrown = caught
    }
    expect(thrown).toBe(error)
    await expect(
      measure(
        recorder,
        subject,
        () => Promise.reject<string>(error),
        (text) => text.length,
      ),
    ).rejects.toBe(error)
    expect(entries).toEqual([expected, expected])
  })
})
