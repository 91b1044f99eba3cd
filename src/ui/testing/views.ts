/** Views of a room as the member shows them, with the usual values where a test does not care. */

import type { MemberView, MessageView, NoticeView } from '../../host/index.ts'

export const memberView = (id: string, change: Partial<MemberView> = {}): MemberView => ({
  id,
  address: id.padEnd(64, '0'),
  name: id,
  digits: null,
  link: 'direct',
  trust: 'let-in',
  letInBy: null,
  verified: false,
  asleep: false,
  split: false,
  number: null,
  ...change,
})

export const messageView = (number: number, change: Partial<MessageView> = {}): MessageView => {
  const senderId = change.senderId ?? (change.mine === true ? 'a' : 'b').repeat(32)
  return {
    id: `${senderId}-${number}`,
    senderId,
    senderName: change.mine === true ? 'Alice' : 'Bob',
    mine: false,
    text: `line ${number}`,
    at: number,
    delivery: { state: 'delivered', confirmed: 1, of: 1, mailed: [], missing: [] },
    ...change,
  }
}

export const noticeView = (id: string, change: Partial<NoticeView> = {}): NoticeView => ({
  id,
  code: 'member-joined',
  name: 'Bob',
  by: null,
  count: 1,
  at: 0,
  ...change,
})
