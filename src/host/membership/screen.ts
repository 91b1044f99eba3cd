/** The view that the page draws. Every change replaces it as a whole. */

import { type ErrorCode, emptyView, type View } from '../page/view.ts'

export interface Screen {
  readonly view: () => View
  show(change: Partial<View>): void
  /** Starts over from an empty view that keeps the group's name. */
  restart(change: Partial<View>): void
  /** `retryAt`: milliseconds since 1970. */
  fail(code: ErrorCode, retryAt?: number | null): void
}

export const createScreen = (showView: (view: View) => void): Screen => {
  let view: View = emptyView
  const draw = (next: View): void => {
    view = next
    showView(view)
  }
  return {
    view: () => view,
    show: (change) => draw({ ...view, ...change }),
    restart: (change) => draw({ ...emptyView, group: view.group, ...change }),
    fail: (code, retryAt = null) => draw({ ...view, error: { code, retryAt } }),
  }
}
