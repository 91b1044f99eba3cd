/** What may happen to a group, as data: a history is a list of these, so that a failing one can be made shorter. */
export type Action = { readonly wait: number } & (
  | { readonly kind: 'join' | 'heal' | 'intrude' }
  /** `who`: a place in the list of those inside, taken modulo its length. */
  | { readonly kind: 'say' | 'leave' | 'evict' | 'kill' | 'crash'; readonly who: number }
  | { readonly kind: 'partition'; readonly mask: number }
  | { readonly kind: 'restart-relay'; readonly forMs: number }
  | { readonly kind: 'bad-relay'; readonly will: RelayWill; readonly who: number }
  | { readonly kind: 'good-relay' }
  | { readonly kind: 'insider'; readonly trick: Trick; readonly who: number }
)

/** What a malicious relay does to the frames that it carries. */
export const relayWills = ['drop', 'replay', 'forge', 'swap', 'withhold'] as const
export type RelayWill = (typeof relayWills)[number]

/** What a malicious member does with its own sessions. */
export const tricks = ['equivocate', 'pin', 'flood', 'misdeliver', 'two-secrets'] as const
export type Trick = (typeof tricks)[number]

/** Uniform in [0, 1): mulberry32, apart from the members' randomness. */
export const seededDraw = (seed: number): ((below: number) => number) => {
  let state = seed >>> 0
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below)
  }
}

const maxJoins = 6

/** The schedule of a seed: two join first, and the rest follows by chance. */
export const scheduleOf = (seed: number, actions = 14): readonly Action[] => {
  const draw = seededDraw(seed)
  const schedule: Action[] = [
    { kind: 'join', wait: 1_000 },
    { kind: 'join', wait: draw(1_500) },
  ]
  let joins = 2
  let cut = false
  let bad = false
  const next = (): Action => {
    const wait = draw(1_500)
    const who = draw(64)
    const choice = draw(100)
    if (cut && choice < 35) {
      cut = false
      return { kind: 'heal', wait }
    }
    if (bad && choice < 35) {
      bad = false
      return { kind: 'good-relay', wait }
    }
    if (choice < 16 && joins < maxJoins) {
      joins += 1
      return { kind: 'join', wait }
    }
    if (choice < 48) return { kind: 'say', wait, who }
    if (choice < 54) return { kind: 'leave', wait, who }
    if (choice < 59) return { kind: 'evict', wait, who }
    if (choice < 64) return { kind: 'kill', wait, who }
    if (choice < 70) return { kind: 'crash', wait, who }
    if (choice < 75) return { kind: 'intrude', wait }
    if (choice < 81) {
      cut = true
      return { kind: 'partition', wait, mask: 1 + draw(62) }
    }
    if (choice < 85) return { kind: 'restart-relay', wait, forMs: 200 + draw(400) }
    if (choice < 92) {
      bad = true
      return { kind: 'bad-relay', wait, will: relayWills[draw(relayWills.length)]!, who }
    }
    return { kind: 'insider', wait, trick: tricks[draw(tricks.length)]!, who }
  }
  while (schedule.length < actions + 2) schedule.push(next())
  return schedule
}

/** The shortest schedule found that still fails: leaves out one action after the other while it does. */
export const shrink = async (
  schedule: readonly Action[],
  fails: (candidate: readonly Action[]) => Promise<boolean>,
): Promise<readonly Action[]> => {
  let shortest = schedule
  for (let size = Math.ceil(schedule.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < shortest.length; ) {
      const candidate = shortest.filter((_, i) => i < at || i >= at + size)
      if (await fails(candidate)) shortest = candidate
      else at += size
    }
  }
  return shortest
}
