/** What the page's own address asks for. */
export interface Address {
  /** `null` when the address names a relay that cannot be one. */
  readonly relayUrl: string | null
  readonly transport: 'any' | 'relay'
}

const relayUrlOf = (text: string): string | null => {
  if (!URL.canParse(text)) return null
  const url = new URL(text)
  // A WebSocket address has no fragment.
  return (url.protocol === 'ws:' || url.protocol === 'wss:') && url.hash === '' ? url.href : null
}

export const readAddress = ({
  protocol,
  host,
  search,
}: Pick<Location, 'protocol' | 'host' | 'search'>): Address => {
  const query = new URLSearchParams(search)
  const relay = query.get('relay')
  return {
    relayUrl: relay === null ? `${protocol === 'https:' ? 'wss' : 'ws'}://${host}/ws` : relayUrlOf(relay),
    transport: query.get('transport') === 'relay' ? 'relay' : 'any',
  }
}
