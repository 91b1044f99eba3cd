// @vitest-environment happy-dom

import { act, cleanup, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { type Part, partOf, useLoaded } from './loaded.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => {
  cleanup()
  vi.useRealTimers()
})

function Shown({ part, wanted }: { readonly part: Part<string>; readonly wanted: boolean }) {
  return <p>{useLoaded(part, wanted) ?? 'nothing'}</p>
}

/** The first `failures` of fetching it fail. */
const setUp = (failures: number, wanted: boolean) => {
  let tries = 0
  const part = partOf(async () => {
    if (tries++ < failures) throw new TypeError('no server')
    return 'the part'
  })
  const page = render(<Shown part={part} wanted={wanted} />)
  const pass = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms))
  const want = () => page.rerender(<Shown part={part} wanted />)
  return { pass, want, tries: () => tries, text: () => screen.getByText(/./).textContent }
}

it('comes early, and at once where it is wanted', async () => {
  const early = setUp(0, false)
  await early.pass(900)
  expect(early.text()).toBe('nothing')
  await early.pass(200)
  expect(early.text()).toBe('the part')
  cleanup()
  const wanted = setUp(0, true)
  await wanted.pass(1)
  expect(wanted.text()).toBe('the part')
})

it('is tried again while it is wanted, and says so meanwhile', async () => {
  const { pass, text, tries } = setUp(2, true)
  await pass(1)
  expect(text()).toBe('failed')
  await pass(3_000)
  expect([text(), tries()]).toEqual(['failed', 2])
  await pass(3_000)
  expect(text()).toBe('the part')
})

it('that could not be fetched early comes at once when it is wanted', async () => {
  const { pass, want, text, tries } = setUp(1, false)
  await pass(5_000)
  expect([text(), tries()]).toEqual(['nothing', 1])
  want()
  await pass(1)
  expect(text()).toBe('the part')
})
