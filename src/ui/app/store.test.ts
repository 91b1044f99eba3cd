import { describe, expect, it } from 'vitest'
import { emptyView } from '../../host/index.ts'
import { testClient } from '../testing/page.tsx'
import { memberView } from '../testing/views.ts'
import { errorOf } from './session.ts'
import { createUiStore } from './store.ts'

describe('the ui store', () => {
  it('follows the views and keeps what the form holds', () => {
    const { client, show } = testClient()
    const store = createUiStore(client, 'en')
    store.setState({ form: { name: 'Alice', group: 'book club' } })
    show({ phase: 'refused' })
    expect(store.getState().view.phase).toBe('refused')
    expect(store.getState().form).toEqual({ name: 'Alice', group: 'book club' })
  })

  it('remembers of a stay whether it was one, and whether anybody else was there', () => {
    const { client, show } = testClient()
    const store = createUiStore(client, 'en')
    const session = () => store.getState().session
    show({ phase: 'hardening' })
    show({ phase: 'left' })
    expect(session()).toEqual({ joined: false, metOthers: false, ended: null })
    show({ phase: 'finding' })
    show({ phase: 'joined', members: [memberView('a')] })
    expect(session()).toEqual({ joined: true, metOthers: false, ended: null })
    show({ members: [memberView('a'), memberView('b')] })
    show({ members: [memberView('a')] })
    show({ phase: 'left' })
    expect(session()).toEqual({ joined: true, metOthers: true, ended: null })
    show({ phase: 'hardening' })
    expect(session()).toEqual({ joined: false, metOthers: false, ended: null })
  })

  it('keeps the same session object while nothing of it changes', () => {
    const { client, show } = testClient()
    const store = createUiStore(client, 'en')
    show({ phase: 'joined' })
    const { session } = store.getState()
    show({ epoch: 2 })
    expect(store.getState().session).toBe(session)
  })
})

describe('errorOf', () => {
  it('prefers what the view says, and never leaves an ending unexplained', () => {
    const error = { code: 'relay/full', retryAt: 5 } as const
    expect(errorOf({ ...emptyView, phase: 'refused', error })).toEqual(error)
    expect(errorOf({ ...emptyView, phase: 'refused' })?.code).toBe('pake/failed')
    expect(errorOf({ ...emptyView, phase: 'failed' })?.code).toBe('host/failed')
    expect(errorOf({ ...emptyView, phase: 'left' })).toBeNull()
  })
})
