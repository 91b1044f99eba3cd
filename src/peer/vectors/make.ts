/** Writes `forms.json` and `room-session.json`: `npx tsx src/peer/vectors/make.ts`. */
import { writeFileSync } from 'node:fs'
import { makeForms } from './forms.ts'
import { makeRoomSession } from './session.ts'

const subtle = globalThis.crypto.subtle as never
const write = (name: string, content: object): void =>
  writeFileSync(new URL(name, import.meta.url), `${JSON.stringify(content, null, 1)}\n`)

write('forms.json', await makeForms(subtle))
write('room-session.json', await makeRoomSession(subtle))
