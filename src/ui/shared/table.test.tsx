// @vitest-environment happy-dom

import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { Table } from './table.tsx'

afterEach(cleanup)

test('every column has a name in text, that of a drawing too', () => {
  render(
    <Table label="Errors" heads={['Code', { name: 'Relative share', silent: true }]}>
      <tr />
    </Table>,
  )
  const texts = screen.getAllByRole('columnheader').map(({ textContent }) => textContent)
  expect(texts).toEqual(['Code', 'Relative share'])
})
