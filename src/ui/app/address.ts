import { readRelayUrl } from '../../host/index.ts'

/** What the page's own address asks for. */
export interface Address {
  /** The relay that is named first, or the page's own; `null` when the address names one that cannot be a relay. */
  readonly relayUrl: string | null
  /** All that are named, in the order to try them; empty if none is, or one of them cannot be a relay. */
  readonly namedRelays: readonly string[]
  readonly transport: 'any' | 'relay'
}

export const readAddress = ({
  protocol,
  host,
  search,
}: Pick<Location, 'protocol' | 'host' | 'search'>): Address => {
  const query = new URLSearchParams(search)
  const named = query.getAll('relay').map(readRelayUrl)
  const valid = named.filter((url) => url !== null)
  const areAllValid = valid.length === named.length
  const [first = `${protocol === 'https:' ? 'wss' : 'ws'}://${host}/ws`] = valid
  return {
    relayUrl: areAllValid ? first : null,
    namedRelays: areAllValid ? valid : [],
    transport: query.get('transport') === 'relay' ? 'relay' : 'any',
  }
}
