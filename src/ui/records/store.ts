/** The one shape of what lives outside of React: a value that is replaced, never changed, and a word when it was. */

import { useState, useSyncExternalStore } from 'react'

export interface Store<T> {
  /** The same value until the next change. */
  readonly get: () => T
  /** Calls back after every change; returns the unsubscriber. */
  readonly subscribe: (listener: () => void) => () => void
}

/** Adds `set`, which is for the store's owner. */
export const createValue = <T>(first: T): Store<T> & { readonly set: (next: T) => void } => {
  const listeners = new Set<() => void>()
  let value = first
  return {
    get: () => value,
    set: (next) => {
      value = next
      for (const listener of listeners) listener()
    },
    subscribe: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

export const useValue = <T>({ subscribe, get }: Store<T>): T => useSyncExternalStore(subscribe, get)

/** The value as of one moment, the same until `at` is another: for what is drawn less often than it changes. */
export const useValueAt = <T>(store: Store<T>, at: number): T => {
  const [held, setHeld] = useState(() => ({ store, at, value: store.get() }))
  if (held.store === store && held.at === at) return held.value
  const next = { store, at, value: store.get() }
  setHeld(next)
  return next.value
}
