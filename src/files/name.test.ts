import fc from 'fast-check'
import { expect, test } from 'vitest'
import { utf8 } from '../codec/index.ts'
import { isNeutralName, isNeutralType, maxNameBytes, neutralName, neutralType } from './name.ts'

test.each([
  ['report.pdf', 'report.pdf'],
  ['../../etc/passwd', 'passwd'],
  ['C:\\Windows\\system32\\cmd.exe', 'cmd.exe'],
  ['.bashrc', 'bashrc'],
  ['..', 'file'],
  ['', 'file'],
  ['a/', 'file'],
  ['con', '_con'],
  ['COM1.txt', '_COM1.txt'],
  ['console.log', 'console.log'],
  ['bill\u202Efdp.exe', 'billfdp.exe'],
  ['zero\u200Bwidth', 'zerowidth'],
  ['tab\tand\nline', 'tabandline'],
  ['a<b>:"|?*%c', 'a_b_______c'],
  ['ends with dots...  ', 'ends with dots'],
  ['no\u00A0break', 'no break'],
  ['u\u0308ber.txt', 'über.txt'],
  ['日本語.png', '日本語.png'],
  ['\uD800lone', 'lone'],
])('%j is kept as %j', (given, kept) => {
  expect(neutralName(given)).toBe(kept)
})

test('a long name keeps its ending and whole letters', () => {
  const name = neutralName(`${'é'.repeat(300)}.tar`)
  expect(name).toMatch(/^é+\.tar$/)
  expect(utf8(name).length).toBeLessThanOrEqual(maxNameBytes)
  expect(utf8(name).length).toBeGreaterThan(maxNameBytes - 4)
  expect(utf8(neutralName('x'.repeat(500))).length).toBe(maxNameBytes)
})

test('whatever is given, the result is neutral, short, and stays', () => {
  const names = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.string({ unit: 'grapheme', maxLength: 300 }),
  )
  fc.assert(
    fc.property(names, (given) => {
      const name = neutralName(given)
      expect(isNeutralName(name)).toBe(true)
      expect(utf8(name).length).toBeLessThanOrEqual(maxNameBytes)
      expect(name).not.toMatch(/[/\\:]|^\.|\.$/)
    }),
    { numRuns: 2000 },
  )
})

test.each([
  ['image/png', 'image/png'],
  ['Text/HTML; charset=utf-8', 'text/html'],
  ['', 'application/octet-stream'],
  ['nonsense', 'application/octet-stream'],
  ['a/b/c', 'application/octet-stream'],
  ['text/pl\u202Eain', 'application/octet-stream'],
])('type %j is kept as %j', (given, kept) => {
  expect(neutralType(given)).toBe(kept)
  expect(isNeutralType(kept)).toBe(true)
})
