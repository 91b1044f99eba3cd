import { describe, expect, test } from 'vitest'
import { type Bytes, concat } from '../codec/index.ts'
import { seededCrypto } from '../crypto/testing/seeded.ts'
import { fieldsOf } from './flow-fields.ts'
import { suite } from './suite.ts'
import { members, newcomer, play, publicKeyOf } from './testing/play.ts'

const { crypto } = await seededCrypto('fields', globalThis.crypto.subtle as never)
const publicKey = await publicKeyOf(crypto)
const numbers = [1, 2, 3, 4, 5] as const

const shape = (fields: ReturnType<typeof fieldsOf>) => fields.map(({ name, bytes }) => [name, bytes.length])

describe('fields', () => {
  test.each([
    ['seed', newcomer(crypto, publicKey)],
    ['verifier', members(crypto)],
  ] as const)('the fields of a run (%s) are all of its bytes, in order', async (proof, sides) => {
    const { messages } = await play(crypto, sides)
    for (const number of numbers) {
      const message = messages[number - 1] as Bytes
      const fields = fieldsOf(proof, number, message)
      expect(concat(...fields.map(({ bytes }) => bytes))).toEqual(message)
      expect(fields.some(({ name }) => name === 'unreadable')).toBe(false)
    }
  })

  test('CPaceOQUAKE+ has the fields of SPEC.md', async () => {
    const { messages } = await play(crypto, newcomer(crypto, publicKey))
    const shapes = numbers.map((number) => shape(fieldsOf('seed', number, messages[number - 1] as Bytes)))
    const { ciphertext } = suite.kem
    expect(shapes).toEqual([
      [
        ['s1', 32],
        ['length', 2],
        ['Ya', 32],
      ],
      [
        ['s2', 32],
        ['length', 2],
        ['Yb', 32],
      ],
      [
        ['s', 96],
        ['T', suite.vectorBytes],
        ['rho', 32],
      ],
      [
        ['ct', ciphertext],
        ['h', 64],
        ['enc_c', 1120],
        ['client_confirm', 64],
        ['mac_r', 32],
      ],
      [
        ['server_confirm', 64],
        ['mac_i', 32],
      ],
    ])
  })

  test('what no run reads is one field', async () => {
    const { messages } = await play(crypto, newcomer(crypto, publicKey))
    for (const number of numbers) {
      const message = messages[number - 1] as Bytes
      for (const bad of [message.slice(1), concat(message, new Uint8Array(1)), new Uint8Array(0)])
        expect(shape(fieldsOf('seed', number, bad))).toEqual([['unreadable', bad.length]])
    }
  })
})
