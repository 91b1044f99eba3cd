/** Texts about other tabs of this browser, on the Metrics tab. */

export const neighboursEnglish = {
  compare: 'Compare with other tabs',
  tab: (name: string, id: string) => (name === '' ? `tab ${id}` : `${name} (tab ${id})`),
  p95Of: (tab: string) => `p95 of ${tab}`,
  source: 'Tab',
  own: 'this tab',
  all: 'all chosen tabs together',
}

export type NeighboursWording = typeof neighboursEnglish
