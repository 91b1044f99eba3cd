/** Attempts at what the page's policy must stop, and a count of everything that it did stop. */

import { createValue, type Store } from '../records/store.ts'

/** What must fail on this page. Each returns whether it got through, or throws. */
const attempts = {
  markup: () => new DOMParser().parseFromString('<p>in</p>', 'text/html').body.textContent === 'in',
  code: () => new Function('return true')() === true,
  style: () => {
    const element = document.createElement('p')
    element.setAttribute('style', 'color: red')
    return element.style.color !== ''
  },
}
export type Attempt = keyof typeof attempts
/** Whether the policy stopped it, by the browser's own report. */
export type Outcomes = Readonly<Record<Attempt, boolean>>

const patienceMs = 1_000
/** While we try ourselves, violations are no news. */
let trying = false

const isStopped = async (attempt: () => boolean): Promise<boolean> => {
  const heard = new AbortController()
  const reported = new Promise<boolean>((tell) => {
    addEventListener('securitypolicyviolation', ({ disposition }) => tell(disposition === 'enforce'), {
      once: true,
      signal: heard.signal,
    })
    setTimeout(() => tell(false), patienceMs)
  })
  let through = false
  try {
    through = attempt()
  } catch {
    // As it should be. The report says whether it was the policy.
  }
  const enforced = await reported
  heard.abort()
  return enforced && !through
}

/** Tries each in turn. The browser reports each to the console, too. */
export const tryToBreakIn = async (): Promise<Outcomes> => {
  trying = true
  try {
    return {
      markup: await isStopped(attempts.markup),
      code: await isStopped(attempts.code),
      style: await isStopped(attempts.style),
    }
  } finally {
    trying = false
  }
}

const seen = createValue(0)
addEventListener('securitypolicyviolation', () => {
  if (!trying) seen.set(seen.get() + 1)
})
/** Violations since the page was opened, but for those that we tried ourselves. */
export const violations: Store<number> = seen
