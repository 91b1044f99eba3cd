import { type ErrorCode, emptyView, type View } from '../page/view.ts'

/** What the page is told to draw: replaced whole on every change. */
export interface Screen {
  readonly view: () => View
  show(change: Partial<View>): void
  /** Starts over from an empty view; the group's name stays. */
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
