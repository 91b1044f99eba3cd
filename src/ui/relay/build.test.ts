import { expect, test } from 'vitest'
import { readList } from './build.ts'

test('reads what the build writes', () => {
  const [a, b] = ['0a'.repeat(32), '1b'.repeat(32)]
  const list = readList(`${a}  assets/a b.js\n${b}  index.html\n`)
  expect([...(list ?? [])]).toEqual([
    ['assets/a b.js', a],
    ['index.html', b],
  ])
})

test.each(['', '<!doctype html>', `${'0'.repeat(63)}  a`, `${'0'.repeat(64)} a`, `${'0'.repeat(64)}  a\nb`])(
  'is no list: %j',
  (text) => expect(readList(text)).toBeNull(),
)
