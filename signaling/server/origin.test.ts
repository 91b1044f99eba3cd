import { expect, test } from 'vitest'
import { hostPattern, isProxy, networkOf, readProxies } from './origin.ts'

test('valid hosts pass, everything else is refused', () => {
  for (const host of ['localhost', 'localhost:8000', 'a-b.example:443', '127.0.0.1', '[::1]:8000']) {
    expect(hostPattern.test(host), host).toBe(true)
  }
  for (const text of ['', 'a b', 'a;b', "'self'", '*', 'a/b', 'a:b', '-a', 'a,b', '[::1', 'a\nb']) {
    expect(hostPattern.test(text), text).toBe(false)
  }
})

test('IPv4 counts by address, IPv6 by its /64 and the /48 around it', () => {
  expect(networkOf('192.0.2.1')).toEqual({ name: '192.0.2.1', wide: null })
  expect(networkOf('2001:db8:0:1:aaaa::1')).toEqual(networkOf('2001:db8::1:0:0:0:2'))
  expect(networkOf('2001:db8:0:1::1').name).not.toBe(networkOf('2001:db8:0:2::1').name)
  expect(networkOf('2001:db8:0:1::1').wide).toBe(networkOf('2001:db8:0:2::1').wide)
  expect(networkOf('2001:db8:1:1::1').wide).not.toBe(networkOf('2001:db8:2:1::1').wide)
  expect(networkOf('::1').name).toBe('0:0:0:0')
  expect(networkOf('fe80::1%eth0').name).toBe('fe80:0:0:0')
})

test('proxies are listed by address or network; anything else is refused', () => {
  const proxies = readProxies(['10.0.0.0/8', '2001:db8::/32', '192.0.2.7'])
  const trusted = ['10.1.2.3', '::ffff:10.1.2.3', '2001:db8:9::1', '192.0.2.7']
  expect(trusted.filter((ip) => !isProxy(proxies, ip))).toEqual([])
  const others = ['11.0.0.1', '192.0.2.8', '2001:db9::1', '', 'unknown']
  expect(others.filter((ip) => isProxy(proxies, ip))).toEqual([])
  for (const bad of ['proxy.example', '10.0.0.0/33', '10.0.0.0/x', '/8']) {
    expect(() => readProxies([bad]), bad).toThrow()
  }
})
