import { createStore, type StoreApi } from 'zustand/vanilla'
import type { OneToOneView, PeerClient, View } from '../host/index.ts'
import type { Invitation } from './invitation.ts'
import type { Language } from './language.ts'
import { followSession, newSession, type Session } from './session.ts'

export interface UiState {
  readonly view: View
  readonly session: Session
  readonly oneToOne: OneToOneView
  readonly language: Language
  /** Safety numbers that the user compared: the mark goes with the number, not with the name. */
  readonly compared: ReadonlySet<string>
  /** What the form keeps between tries. Never the password. */
  readonly form: { readonly name: string; readonly group: string }
  /** From the page's address, until the form has taken it over. */
  readonly invited: Invitation | null
}

export type UiStore = StoreApi<UiState>

/** The views of one client, for as long as the page lives. */
export const createUiStore = (client: PeerClient, language: Language): UiStore => {
  const store = createStore<UiState>(() => ({
    view: client.view(),
    session: newSession,
    oneToOne: client.oneToOne.view(),
    language,
    compared: new Set(),
    form: { name: '', group: '' },
    invited: null,
  }))
  client.subscribe(() => {
    const view = client.view()
    store.setState((state) => ({ view, session: followSession(state.session, state.view, view) }))
  })
  client.oneToOne.subscribe(() => store.setState({ oneToOne: client.oneToOne.view() }))
  return store
}
