import { expect, test } from 'vitest'
import { words } from './safety-words.ts'

test('the safety words are 256 different ones', () => {
  expect(new Set(words).size).toBe(256)
  expect(words.length).toBe(256)
})
