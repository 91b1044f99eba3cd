import { expect, test } from 'vitest'
import { hostPattern, networkOf } from './origin.ts'

test('valid hosts pass, everything else is refused', () => {
  for (const host of ['localhost', 'localhost:8000', 'a-b.example:443', '127.0.0.1', '[::1]:8000']) {
    expect(hostPattern.test(host), host).toBe(true)
  }
  for (const text of ['', 'a b', 'a;b', "'self'", '*', 'a/b', 'a:b', '-a', 'a,b', '[::1', 'a\nb']) {
    expect(hostPattern.test(text), text).toBe(false)
  }
})

test('IPv4 counts by address, IPv6 by its /64', () => {
  expect(networkOf('192.0.2.1')).toBe('192.0.2.1')
  expect(networkOf('2001:db8:0:1:aaaa::1')).toBe(networkOf('2001:db8::1:0:0:0:2'))
  expect(networkOf('2001:db8:0:1::1')).not.toBe(networkOf('2001:db8:0:2::1'))
  expect(networkOf('::1')).toBe('0:0:0:0')
  expect(networkOf('fe80::1%eth0')).toBe('fe80:0:0:0')
})
