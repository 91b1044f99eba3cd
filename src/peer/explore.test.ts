/** A small part of what `npm run explore` visits: every order of two events, a loss and a crash among them. */
import { expect, test } from 'vitest'
import { explore } from './simulation/explorer/explore.ts'
import { scenarios } from './simulation/explorer/scenarios.ts'

test.each(scenarios.map((scenario) => [scenario.name, scenario] as const))(
  '%s: in every order all agree',
  async (_, scenario) => {
    const { violations, states, merged } = await explore(scenario, { depth: 2 })
    expect(violations).toEqual([])
    expect(states).toBeGreaterThan(50)
    // Deliveries to different members commute.
    expect(merged).toBeGreaterThan(0)
  },
)
