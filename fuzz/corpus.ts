/** Inputs that once broke something, or reach what mutation reaches rarely: `corpus/TARGET.json`, replayed by a test. */

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fromHex } from '../src/codec/index.ts'
import type { Input } from './target.ts'

export interface Kept {
  readonly about: string
  readonly input: Input
}

const directory = join(import.meta.dirname, 'corpus')

export const readCorpus = (name: string): readonly Kept[] => {
  const file = join(directory, `${name}.json`)
  if (!existsSync(file)) return []
  const kept = JSON.parse(readFileSync(file, 'utf8')) as { about: string; input: string[] }[]
  return kept.map(({ about, input }) => ({ about, input: input.map(fromHex) }))
}
