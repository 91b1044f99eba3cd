import { expect, test } from 'vitest'
import { readPolicy } from './policy.ts'

const parts = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "worker-src 'self'",
  "require-trusted-types-for 'script'",
]
const whole = parts.join('; ')

test('a strict policy is one, and lists what it says', () => {
  expect(readPolicy(whole)).toEqual({ directives: parts, strict: true, demandsTrustedTypes: true })
})

test.each([null, '', ' ; '])('%j is none', (header) => expect(readPolicy(header)).toBeNull())

test('every hole is one', () => {
  for (const [part, hole] of [
    ["default-src 'none'", "default-src 'self'"],
    ["script-src 'self'", "script-src 'self' 'unsafe-inline'"],
    ["script-src 'self'", "script-src 'self' https:"],
    ["style-src 'self'", "style-src 'self' 'unsafe-inline'"],
    ["worker-src 'self'", 'worker-src blob:'],
  ] as const)
    expect(readPolicy(whole.replace(part, hole))?.strict, hole).toBe(false)
  for (const part of parts.slice(0, 4)) expect(readPolicy(whole.replace(part, ''))?.strict, part).toBe(false)
  expect(readPolicy(whole.replace(/require.*/, ''))).toMatchObject({ demandsTrustedTypes: false })
})
