import { expect, test } from 'vitest'
import { createLateMesh } from './late-mesh.ts'
import type { Mesh, MeshCommand } from './mesh.ts'

const connect = (member: string): MeshCommand => ({ kind: 'connect', member, initiator: true })
const signal = (member: string): MeshCommand => ({ kind: 'signal', member, data: new Uint8Array(1) })

/** `tries` of fetching fail before it is there. */
const setUp = (failures = 0) => {
  const executed: MeshCommand[] = []
  const timers: (() => void)[] = []
  let fetched = 0
  const mesh: Mesh = {
    execute: (command) => void executed.push(command),
    nudge: () => undefined,
    sendChunk: () => true,
    paths: async () => [],
  }
  const late = createLateMesh(
    async () => {
      if (fetched++ < failures) throw new TypeError('not found')
      return mesh
    },
    (run) => {
      timers.push(run)
      return () => undefined
    },
  )
  return { late, executed, timers, fetched: () => fetched }
}
const settle = () => new Promise((resolve) => setTimeout(resolve, 0))

test('commands wait for the code, in their order, and go straight through afterwards', async () => {
  const { late, executed, fetched } = setUp()
  late.execute(connect('a'))
  late.execute(signal('a'))
  expect(late.sendChunk('a', new Uint8Array(1))).toBe(false)
  expect(executed).toEqual([])
  await settle()
  expect(executed).toEqual([connect('a'), signal('a')])
  late.execute(connect('b'))
  expect(executed).toHaveLength(3)
  expect(late.sendChunk('a', new Uint8Array(1))).toBe(true)
  expect(fetched()).toBe(1)
})

test('what could not be fetched is fetched again, and nothing that waited is lost', async () => {
  const { late, executed, timers } = setUp(2)
  late.execute(connect('a'))
  for (let i = 0; i < 2; i++) {
    await settle()
    expect(executed).toEqual([])
    timers.shift()?.()
  }
  await settle()
  expect(executed).toEqual([connect('a')])
})

test('signals of others wait in bounded number, and leave room for commands of this page', async () => {
  const { late, executed } = setUp()
  for (let i = 0; i < 5_000; i++) late.execute(signal('a'))
  late.execute(connect('b'))
  await settle()
  expect(executed).toHaveLength(1_025)
  expect(executed.at(-1)).toEqual(connect('b'))
})

test('what waits for links that are all given up is dropped', async () => {
  const { late, executed } = setUp()
  late.execute(connect('a'))
  late.execute({ kind: 'disconnect-all' })
  await settle()
  expect(executed).toEqual([])
})
