import { expect, test } from 'vitest'
import { playExchange } from './simulation/scripted-exchange.ts'
import pinned from './vectors/pair-exchange.json' with { type: 'json' }

test('the pinned exchange is reproduced byte for byte', async () => {
  expect(await playExchange(globalThis.crypto.subtle as never, pinned.seed)).toEqual(pinned)
})
