import { describe, expect, it } from 'vitest'
import { piecesOf } from './rich-text.ts'

const shapes = (text: string) => piecesOf(text).map((piece) => [piece.kind, piece.text])

describe('a text in pieces', () => {
  it('finds links, and leaves the end of the sentence outside', () => {
    expect(shapes('see https://example.org/a?b=1. (or http://x.test/)!')).toEqual([
      ['text', 'see '],
      ['link', 'https://example.org/a?b=1'],
      ['text', '. (or '],
      ['link', 'http://x.test/'],
      ['text', ')!'],
    ])
  })

  it.each(['javascript:alert(1)', 'data:text/html,x', 'https://', 'ftp://x.test/', 'example.org'])(
    '“%s” is no link',
    (text) => {
      expect(shapes(text)).toEqual([['text', text]])
    },
  )

  it('shows code as it is', () => {
    expect(shapes('run `npm start` or\n```sh\nls https://x.test\n```')).toEqual([
      ['text', 'run '],
      ['code', 'npm start'],
      ['text', ' or\n'],
      ['block', 'ls https://x.test'],
    ])
  })

  it.each([
    ['https://example.org/', null, false],
    ['https://bank.example@evil.test/', 'evil.test', false],
    ['https://ex\u0430mple.org/', 'xn--exmple-4nf.org', true],
    ['https://xn--exmple-4nf.org/', 'xn--exmple-4nf.org', true],
  ])('“%s” says where it leads', (text, host, disguised) => {
    expect(piecesOf(text)).toMatchObject([{ kind: 'link', host, disguised }])
  })
})
