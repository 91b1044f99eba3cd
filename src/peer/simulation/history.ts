import { createWorld, type Member } from './network.ts'

/** What one history did, for the report. */
export interface Tally {
  joins: number
  leaves: number
  kills: number
  refusals: number
  messages: number
  relayRestarts: number
}

export interface HistoryResult {
  /** `null` when every promise held. */
  readonly violation: string | null
  readonly tally: Tally
}

const settleMs = 30_000

/**
 * One random history under one seed: tabs join, talk, leave, die or fail the password, while frames are lost,
 * doubled and overtaken and the relay restarts. After a quiet half minute all who are left must share one
 * epoch and fingerprint, and hold every message that was said to them.
 */
export const runHistory = async (seed: number, events = 14): Promise<HistoryResult> => {
  const world = await createWorld({ seed, loss: 0.05, duplicate: 0.05, reorder: 0.1, maxDelay: 40 })
  const draw = (below: number): number => new DataView(world.crypto.random(4).buffer).getUint32(0) % below
  const tally: Tally = { joins: 0, leaves: 0, kills: 0, refusals: 0, messages: 0, relayRestarts: 0 }
  /** Text, and who was joined when it was said. */
  const said: { text: string; by: Member; to: readonly Member[] }[] = []
  const intruders: Member[] = []
  const inside = (): Member[] =>
    world.members.filter((member) => !member.gone && member.state.joined && member.state.ended === 'no')

  const join = (): void => {
    tally.joins += 1
    world.open(`member ${tally.joins}`)
  }
  const act = async (): Promise<void> => {
    const members = inside()
    const someone = members[draw(Math.max(1, members.length))]
    const choice = draw(100)
    if (someone === undefined || (choice < 25 && world.members.length < 7)) return join()
    if (choice < 65) {
      tally.messages += 1
      const text = `message ${tally.messages}`
      const listed = new Set(world.view(someone).members.map(({ id }) => id))
      said.push({
        text,
        by: someone,
        to: members.filter((member) => member !== someone && listed.has(member.id)),
      })
      return world.say(someone, text)
    }
    if (choice < 75 && members.length > 1) {
      tally.leaves += 1
      return world.leave(someone)
    }
    if (choice < 82 && members.length > 2) {
      tally.kills += 1
      return world.close(someone)
    }
    if (choice < 90 && intruders.length < 2) {
      tally.refusals += 1
      intruders.push(world.open('intruder', `wrong ${tally.refusals}`))
    }
    if (choice >= 95) {
      tally.relayRestarts += 1
      world.network.restartRelay(200 + draw(400))
    }
  }

  join()
  await world.pass(1_000)
  for (let i = 0; i < events; i++) {
    await act()
    await world.pass(draw(1_500))
  }
  await world.pass(settleMs)
  return { violation: violationOf(), tally }

  function violationOf(): string | null {
    for (const intruder of intruders) {
      if (intruder.state.pairs.size > 0) return 'an intruder has a pair session'
      if (intruder.heard.length > 0) return 'an intruder heard something'
    }
    const staying = world.members.filter(({ gone, state }) => !gone && state.ended === 'no')
    const members = staying.filter((member) => !intruders.includes(member))
    for (const member of members) {
      if (!member.state.joined) return `${member.name} never got in`
      const roster = world.view(member).members.map(({ id }) => id)
      if (intruders.some(({ id }) => roster.includes(id))) return 'an intruder is in a roster'
    }
    const standings = new Set(members.map((member) => world.standingOf(member)))
    if (standings.size > 1) return `split: ${[...standings].join(' | ')}`
    for (const { text, by, to } of said) {
      // What a member said and did not live to see confirmed may be lost.
      if (by.gone || by.state.ended !== 'no') continue
      for (const member of to) {
        if (member.gone || member.state.ended !== 'no') continue
        const times = member.heard.filter((heard) => heard === text).length
        if (times !== 1) return `${member.name} heard "${text}" of ${by.name} ${times} times`
      }
    }
    return null
  }
}
