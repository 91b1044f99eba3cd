/** A text in pieces: code, links, and the rest. Nothing else is markup. */

export type Piece =
  | { readonly kind: 'text' | 'code' | 'block'; readonly text: string; readonly at: number }
  | {
      readonly kind: 'link'
      readonly text: string
      readonly href: string
      /** Where it leads, if that is not what the text shows. */
      readonly host: string | null
      /** The name holds letters that only look like others: it is shown in its plain form. */
      readonly disguised: boolean
      readonly at: number
    }

const pattern = /```(?:[\w+-]*\n)?([\s\S]+?)```|`([^`\n]+)`|(https?:\/\/[^\s<>"'`]+)/gu
/** What ends a sentence does not belong to the link before it. */
const tail = /[.,:;!?)\]}»“”]+$/u

const linkOf = (text: string, at: number): Piece => {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || url.hostname === '') return { kind: 'text', text, at }
  const shown = /^https?:\/\/([^/?#:]*)/iu.exec(text)?.[1]?.toLowerCase() ?? ''
  const disguised = url.hostname.split('.').some((label) => label.startsWith('xn--'))
  const host = shown === url.hostname && !disguised ? null : url.hostname
  return { kind: 'link', text, href: url.href, host, disguised, at }
}

export const piecesOf = (text: string): readonly Piece[] => {
  const pieces: Piece[] = []
  let from = 0
  const plain = (until: number): void => {
    if (until > from) pieces.push({ kind: 'text', text: text.slice(from, until), at: from })
  }
  for (const match of text.matchAll(pattern)) {
    const [whole, block, code, found] = match
    const at = match.index
    plain(at)
    from = at + whole.length
    if (block !== undefined) pieces.push({ kind: 'block', text: block.replace(/\n$/, ''), at })
    else if (code !== undefined) pieces.push({ kind: 'code', text: code, at })
    else if (found !== undefined) {
      const address = found.replace(tail, '')
      pieces.push(linkOf(address, at))
      from = at + address.length
    }
  }
  plain(text.length)
  return pieces
}
