import { expect, test } from 'vitest'
import type { PeerView } from '../../peer/index.ts'
import { addMessages, emptyConversation, messageOf, updateDelivery } from './conversation.ts'

const self = 'aa'.repeat(16)
const [zoe, adam, bob] = ['01', '02', '03'].map((digits) => digits.repeat(16))

test('whose mailbox holds a message, and who misses it, is told in the order of the alphabet', () => {
  const message = { number: 1, at: 0, text: 'hello' }
  const said = messageOf({ kind: 'message', from: self, name: 'Me', message } as never, { self, now: 0 })
  const outgoing = {
    number: 1,
    state: 'waiting',
    audience: 3,
    confirmed: 0,
    mailed: [zoe, bob],
    missing: [zoe, adam],
  }
  const members = Object.entries({ Zoë: zoe, adam, Bob: bob }).map(([name, id]) => ({ id, name }))
  const view = { members, delivery: { outgoing: [outgoing] } } as unknown as PeerView
  const { messages } = updateDelivery(addMessages(emptyConversation, [said]), view)
  expect(messages[0]?.delivery).toMatchObject({ mailed: ['Bob', 'Zoë'], missing: ['adam', 'Zoë'] })
})
