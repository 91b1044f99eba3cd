/** The least that a React page is: one form with one field, drawn by React. */
import { createElement } from 'react'
import { createRoot } from 'react-dom/client'

const root = document.body.appendChild(document.createElement('div'))
createRoot(root).render(createElement('form', null, createElement('input', { 'aria-label': 'Display name' })))
