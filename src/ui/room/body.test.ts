import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Body, encodeBody, parseBody, reactions } from './body.ts'

const to = `${'0123456789abcdef'.repeat(2)}-17`

describe('the body of a message', () => {
  it.each<Body>([
    { kind: 'plain', text: 'hello' },
    { kind: 'reply', to, text: 'to that:\nyes' },
    ...reactions.map((reaction): Body => ({ kind: 'reaction', to, reaction })),
  ])('%j comes out as it went in', (body) => {
    expect(parseBody(encodeBody(body))).toEqual(body)
  })

  it.each([
    '\u2063',
    `\u2063q${to}\u2063`,
    `\u2063x${to}\u2063text`,
    `\u2063q${to.toUpperCase()}\u2063text`,
    `\u2063q${to.replace('-17', '-017')}\u2063text`,
    `\u2063q${to}0000000000000000\u2063text`,
    `\u2063r${to}\u2063🐍`,
    `\u2063r${to}\u2063👍👍`,
    ` \u2063q${to}\u2063text`,
  ])('%j is no form of ours, and stays a text', (text) => {
    expect(parseBody(text)).toEqual({ kind: 'plain', text })
  })

  it('what is typed is never taken for anything else', () => {
    const typed = fc.oneof(
      fc.string(),
      fc.string().map((tail) => `\u2063q${to}\u2063${tail}`),
    )
    fc.assert(fc.property(typed, (text) => parseBody(encodeBody({ kind: 'plain', text })).kind === 'plain'))
  })
})
