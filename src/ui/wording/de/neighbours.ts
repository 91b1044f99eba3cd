/** Texts about other tabs of this browser, on the Metrics tab, in German. */

import type { NeighboursWording } from '../en/neighbours.ts'

export const neighboursGerman: NeighboursWording = {
  compare: 'Mit anderen Tabs vergleichen',
  tab: (name, id) => (name === '' ? `Tab ${id}` : `${name} (Tab ${id})`),
  p95Of: (tab) => `p95 von ${tab}`,
  source: 'Tab',
  own: 'dieser Tab',
  all: 'alle gewählten Tabs zusammen',
}
