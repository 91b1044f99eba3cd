/** What the text of a message means: plain, a reply, or a reaction (SPEC.md). */

export const reactions = ['👍', '❤️', '😂', '🎉', '😮', '🙏'] as const
export type Reaction = (typeof reactions)[number]

export type Body =
  | { readonly kind: 'plain'; readonly text: string }
  | { readonly kind: 'reply'; readonly to: string; readonly text: string }
  | { readonly kind: 'reaction'; readonly to: string; readonly reaction: Reaction }

const mark = '\u2063'
const form = /^\u2063([qr])([0-9a-f]{32}-(?:0|[1-9]\d{0,14}))\u2063([\s\S]+)$/

export const parseBody = (text: string): Body => {
  const [, kind, to, rest] = form.exec(text) ?? []
  if (to === undefined || rest === undefined) return { kind: 'plain', text }
  if (kind === 'q') return { kind: 'reply', to, text: rest }
  const reaction = reactions.find((one) => one === rest)
  return reaction === undefined ? { kind: 'plain', text } : { kind: 'reaction', to, reaction }
}

const withoutMark = (text: string): string => text.replace(/^\u2063+/, '')

export const encodeBody = (body: Body): string => {
  switch (body.kind) {
    case 'plain':
      return withoutMark(body.text)
    case 'reply':
      return `${mark}q${body.to}${mark}${body.text}`
    case 'reaction':
      return `${mark}r${body.to}${mark}${body.reaction}`
  }
}

/** Each message is parsed once: a conversation asks for all of its lines with every view. */
const parsed = new WeakMap<object, Body>()
export const bodyOf = (message: { readonly text: string }): Body => {
  const known = parsed.get(message)
  if (known !== undefined) return known
  const body = parseBody(message.text)
  parsed.set(message, body)
  return body
}
export const textOf = (message: { readonly text: string }): string => {
  const body = bodyOf(message)
  return body.kind === 'reaction' ? body.reaction : body.text
}
