/** The state of the screens: the latest views of the client, and what the reader chose. */

import { createStore, type StoreApi } from 'zustand/vanilla'
import type { MessageView, OneToOneView, PeerClient, StoredView, View } from '../../host/index.ts'
import type { Invitation } from './invitation.ts'
import type { Language } from './language.ts'
import { followSession, newSession, type Session } from './session.ts'

export interface UiState {
  readonly view: View
  readonly session: Session
  /** Memberships that this browser keeps. */
  readonly stored: readonly StoredView[]
  readonly oneToOne: OneToOneView
  readonly language: Language
  /** What the form keeps between tries. Never the password. */
  readonly form: { readonly name: string; readonly group: string }
  /** From the page's address, until the form has taken it over. */
  readonly invited: Invitation | null
  /** A text that was not sent yet, and where it was written. */
  readonly draft: { readonly group: string; readonly text: string }
  /** The message that the next text answers. */
  readonly reply: MessageView | null
  /** What came before is not shown any more, milliseconds since 1970. */
  readonly clearedAt: number
  /** Changes over to a newer version of the app, where there is one. */
  readonly changeVersion: (() => void) | null
}

export type UiStore = StoreApi<UiState>

/** The views of one client, for as long as the page lives. */
export const createUiStore = (client: PeerClient, language: Language): UiStore => {
  const store = createStore<UiState>(() => ({
    view: client.view(),
    session: newSession,
    stored: client.stored(),
    oneToOne: client.oneToOne.view(),
    language,
    form: { name: '', group: '' },
    invited: null,
    draft: { group: '', text: '' },
    reply: null,
    clearedAt: 0,
    changeVersion: null,
  }))
  client.subscribe(() => {
    const view = client.view()
    const stored = client.stored()
    store.setState((state) => ({ view, stored, session: followSession(state.session, state.view, view) }))
  })
  client.oneToOne.subscribe(() => store.setState({ oneToOne: client.oneToOne.view() }))
  return store
}
