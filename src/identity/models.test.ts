/**
 * The models of docs/models say what the code does: labels, the order of what enters each hash, the fields of each flow.
 * Each is compared with the text of a SPEC.md, and what belongs to this folder with what its code computes.
 *
 *   model (docs/models) == table or formula (SPEC.md) == bytes (code)
 */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Crypto, expose, Secret } from '../crypto/index.ts'
import { seededCrypto } from '../crypto/testing/seeded.ts'
import type { EntryHash } from './entry.ts'
import { encodeFlow1, encodeFlow2Body } from './flows.ts'
import { deriveKeys, prologueOf, saltOf } from './schedule.ts'

const src = dirname(dirname(fileURLToPath(import.meta.url)))
const models = join(dirname(src), 'docs', 'models')
const readModel = (name: string): string => readFileSync(join(models, name), 'utf8')
const readSpec = (folder: string): string => readFileSync(join(src, folder, 'SPEC.md'), 'utf8')
const names = readdirSync(models).filter((name) => name.endsWith('.pv'))

/** What stays of a model when no option is set. */
const preprocess = (text: string): string => {
  const kept: boolean[] = []
  return text
    .split('\n')
    .filter((line) => {
      const isOn = kept.every(Boolean)
      if (/^#(ifdef|if defined)/.test(line)) kept.push(false)
      else if (/^#(ifndef|if !defined)/.test(line)) kept.push(true)
      else if (/^#else/.test(line)) kept.push(kept.pop() === false)
      else if (/^#endif/.test(line)) kept.pop()
      else return isOn
      return false
    })
    .join('\n')
}

/** The parts of every `(…)` that follows `head`, split at its own commas. */
const tuplesAfter = (text: string, head: string): string[][] => {
  const found: string[][] = []
  for (let at = text.indexOf(head); at >= 0; at = text.indexOf(head, at + 1)) {
    const parts: string[] = ['']
    let depth = 1
    for (let i = at + head.length; depth > 0 && i < text.length; i++) {
      const letter = text[i]!
      if (letter === '(') depth += 1
      if (letter === ')') depth -= 1
      if (depth === 0) break
      if (letter === ',' && depth === 1) parts.push('')
      else parts.push(`${parts.pop()}${letter}`)
    }
    found.push(parts.map((part) => part.replace(/\s+/g, ' ').trim()))
  }
  return found
}

/** A formula of a SPEC.md, `name = a 16 || b || …`, without sizes. */
const formula = (text: string, name: string): string[] => {
  const line = text.split('\n').find((one) => new RegExp(`^${name}\\s+=`).test(one))
  if (line === undefined) throw new Error(`no formula of ${name}`)
  return line
    .slice(line.indexOf('=') + 1)
    .split(/\s{3,}/)[0]!
    .split('||')
    .map((part) => part.trim().replace(/ [\d,]+$/, ''))
}

/** The fields of a row of a table, `a 16 · b 32`, without sizes. */
const fieldsOf = (text: string, start: RegExp): string[] => {
  const row = text.split('\n').find((line) => start.test(line))
  if (row === undefined) throw new Error(`no row ${start}`)
  const cells = row.split('|').map((cell) => cell.trim())
  const joined = cells.length > 6 ? cells.slice(2, -2) : cells[2]!.split('·')
  return joined.map((field) => field.trim().replace(/ [\d,]+$/, ''))
}

/** What the terms of the models stand for. Both sides compute each, each from its own keys. */
const meaning: Readonly<Record<string, string>> = {
  psk: 'psk',
  'pskOf(p)': 'psk',
  zero: 'psk',
  'dhL(base(), eI, EI, SR)': 'DH(E_i, S_R)',
  'dhR(base(), sR, EI, SR)': 'DH(E_i, S_R)',
  'dhL(base(), eI, EI, ER)': 'DH(E_i, E_r)',
  'dhR(base(), eR, EI, ER)': 'DH(E_i, E_r)',
  'dhL(base(), sI, SI, ER)': 'DH(S_I, E_r)',
  'dhR(base(), eR, SI, ER)': 'DH(S_I, E_r)',
  'kss(KR, r1)': 'k1',
  'decaps(kR, ctR)': 'k1',
  'decaps(dI, cte)': 'k2',
  'kss(ekI, r2)': 'k2',
  'decaps(kI, ctI)': 'k3',
  'kss(KI, r3)': 'k3',
}
const letterMeaning: Readonly<Record<string, string>> = {
  'dhL(base(), eI, EI, SR)': 'DH(E, S_R)',
  'dhR(base(), sR, EI, SR)': 'DH(E, S_R)',
  'dhL(base(), eI, EI, P)': 'DH(E, P)',
  'dhR(base(), p, EI, P)': 'DH(E, P)',
  'dhL(base(), sI, SI, P)': 'DH(S_I, P)',
  'dhR(base(), p, SI, P)': 'DH(S_I, P)',
  'kss(KR, r1)': 'k1',
  'decaps(kR, ctR)': 'k1',
  'kss(ekP, r2)': 'k2',
  'decaps(dP, ctP)': 'k2',
}
const field: Readonly<Record<string, string>> = {
  run: 'run',
  EI: 'E_i',
  ekI: 'ek_i',
  'pk(dI)': 'ek_i',
  'kct(KR, r1)': 'ct_R',
  ER: 'E_r',
  FR: 'F_r',
  'exp(base(), fR)': 'F_r',
  ekR: 'ek_r',
  'pk(dR)': 'ek_r',
  'kct(ekI, r2)': 'ct_e',
  'kct(KI, r3)': 'ct_I',
}
const named = (parts: readonly string[], by: Readonly<Record<string, string>>): string[] =>
  parts.map((part) => by[part] ?? part)

let crypto: Crypto
beforeAll(async () => {
  crypto = (await seededCrypto('models', globalThis.crypto.subtle as never)).crypto
})

const filled = (byte: number, size = 32): Uint8Array<ArrayBuffer> => new Uint8Array(size).fill(byte)

/** The bytes of a concatenation by what they were filled with, each once, in order. */
const orderOf = (bytes: Uint8Array, fills: readonly string[]): string[] =>
  [...new Set(bytes)].filter((byte) => byte > 0 && byte <= fills.length).map((byte) => fills[byte - 1]!)

describe('labels', () => {
  const table = [...readModel('labels.pvh').matchAll(/^const (\w+): bitstring\. *\(\* (.*) \*\)$/gm)]
  const constants = table.map(([, constant]) => constant!)
  const sections = readModel('labels.pvh')
    .split(/^\(\* src\//m)
    .slice(1)

  test('every label of a model is in the table, once', () => {
    expect(new Set(constants).size).toBe(constants.length)
    const used = names.flatMap((name) => readModel(name).match(/\bl_\w+/g) ?? [])
    expect([...new Set(used)].filter((label) => !constants.includes(label))).toEqual([])
    expect(constants.filter((label) => !used.includes(label))).toEqual([])
  })

  const folders = ['identity', 'ratchet', 'pake', 'prekeys', 'peer']
  test.each(folders)('those of %s are in its code and in a SPEC.md', (folder) => {
    const section = sections.find((one) => one.startsWith(folder))!.split(/^\(\* (?!")/m)[0]!
    const labels = [...section.matchAll(/\(\* "([^"]+)" \*\)/g)].map(([, label]) => label!)
    expect(labels.length).toBeGreaterThan(0)
    const files = readdirSync(join(src, folder), { recursive: true, encoding: 'utf8' })
    const isOwn = (file: string) => /\.ts$/.test(file) && !/test|vectors|simulation/.test(file)
    const code = files.filter(isOwn).map((file) => readFileSync(join(src, folder, file), 'utf8'))
    const texts = files.filter((file) => file.endsWith('SPEC.md'))
    const spec = texts.map((file) => readFileSync(join(src, folder, file), 'utf8')).join('\n')
    // The code puts some together: `${role} confirmation`, utf8('_ISK').
    const endOf = (label: string) => label.slice(Math.max(0, label.search(/[ _]/)))
    const forms = (label: string) => [`'${label}`, `\`${label}`, `}${endOf(label)}`, `'${endOf(label)}`]
    const isIn = (label: string) => code.some((text) => forms(label).some((form) => text.includes(form)))
    expect(labels.filter((label) => !isIn(label))).toEqual([])
    expect(labels.filter((label) => !spec.includes(label))).toEqual([])
  })
})

describe('the handshake', () => {
  const spec = readSpec('identity')
  const inSpec = formula(spec, 'ikm')

  test.each(['handshake.pv', 'admission.pv'])('%s: both sides agree in the order of SPEC.md', (name) => {
    const found = tuplesAfter(preprocess(readModel(name)), 'let ikm = (')
    expect(found.length).toBeGreaterThanOrEqual(2)
    for (const parts of found) expect(named(parts, meaning)).toEqual(inSpec)
  })

  test('and so does the code', async () => {
    const inputs: Uint8Array[] = []
    const extract: Crypto['extract'] = (salt, ikm) => {
      inputs.push(expose(ikm).slice())
      return crypto.extract(salt, ikm)
    }
    const secret = (byte: number): Secret => new Secret(filled(byte))
    const secrets = {
      psk: secret(1),
      ephemeralStatic: secret(2),
      ephemeralEphemeral: secret(3),
      staticEphemeral: secret(4),
      k1: secret(5),
      k2: secret(6),
      k3: secret(7),
    }
    await deriveKeys({ ...crypto, extract }, filled(9), secrets)
    const fills = ['psk', 'DH(E_i, S_R)', 'DH(E_i, E_r)', 'DH(S_I, E_r)', 'k1', 'k2', 'k3']
    expect(inputs.map(({ length }) => length)).toEqual([224])
    expect(orderOf(inputs[0]!, fills)).toEqual(inSpec)
  })

  test('the salt covers label, group, both entries and both flows, in this order', () => {
    const order = ['l_handshake', 'groupId', 'idI', 'idR', 'f1', 'f2']
    for (const name of ['handshake.pv', 'admission.pv'])
      expect(tuplesAfter(preprocess(readModel(name)), 'f2: bitstring) = H((')).toEqual([order])
    expect(formula(spec, 'prologue')).toEqual([
      '"mlwe-pake v2 handshake"',
      'version 1 (02)',
      'groupId',
      'entryHash_I',
      'entryHash_R',
    ])
    expect(formula(spec, 'salt')).toEqual(['H(lv(prologue)', 'lv(flow 1)', 'lv(flow 2 without mac_r))'])
    const hex = (byte: string): EntryHash => byte.repeat(32) as EntryHash
    const sides = { groupId: filled(3, 16), initiator: hex('04'), responder: hex('05') }
    const hashed: Uint8Array[] = []
    const hash: Crypto['hash'] = (...parts) => {
      hashed.push(...parts)
      return crypto.hash(...parts)
    }
    saltOf({ ...crypto, hash }, sides, filled(6, 2_320), filled(7, 3_440))
    const prologue = prologueOf(sides)
    expect(Buffer.from(prologue.subarray(0, 22)).toString()).toBe('mlwe-pake v2 handshake')
    expect(prologue[22]).toBe(2)
    const fills = ['', '', 'groupId', 'idI', 'idR', 'f1', 'f2']
    expect(
      orderOf(
        Buffer.concat([prologue.subarray(23), ...hashed.slice(1).map((one) => one.subarray(2))]),
        fills,
      ),
    ).toEqual(order.slice(1))
    expect(Buffer.from(hashed[0]!.subarray(2))).toEqual(Buffer.from(prologue))
  })

  test('flows have the fields of SPEC.md', () => {
    const [first, second] = [fieldsOf(spec, /^\| 1, I to R/), fieldsOf(spec, /^\| 2, R to I/)]
    expect(second.at(-1)).toBe('mac_r')
    for (const name of ['handshake.pv', 'admission.pv']) {
      const text = preprocess(readModel(name))
      const flows1 = tuplesAfter(text, 'let f1 = (')
      const flows2 = tuplesAfter(text, 'let f2 = (')
      expect(flows1.length * flows2.length).toBeGreaterThan(0)
      for (const flow of flows1) expect(named(flow, field)).toEqual(first)
      for (const flow of flows2) expect(named(flow, field)).toEqual(second.slice(0, -1))
    }
    const flow1 = { run: filled(1, 16), dh: filled(2), kem: filled(3, 1184), toIdentity: filled(4, 1088) }
    expect(orderOf(encodeFlow1(flow1), ['run', 'E_i', 'ek_i', 'ct_R'])).toEqual(first)
    const body = {
      run: filled(1, 16),
      dh: filled(2),
      nextDh: filled(3),
      nextKem: filled(4, 1184),
      toEphemeral: filled(5, 1088),
      toIdentity: filled(6, 1088),
    }
    const fills = ['run', 'E_r', 'F_r', 'ek_r', 'ct_e', 'ct_I']
    expect(orderOf(encodeFlow2Body(body), fills)).toEqual(second.slice(0, -1))
  })

  test('mac_r, key and transcript are those of SPEC.md', () => {
    expect(spec).toContain('mac_r    = HMAC(Expand(prk, "mlwe-pake v2 handshake responder", 32), salt)')
    expect(spec).toContain('key      = Expand(prk, "mlwe-pake v2 handshake session", 32)')
    for (const name of ['handshake.pv', 'admission.pv']) {
      const text = preprocess(readModel(name))
      expect(text).toContain('= H((l_hmac, H((l_responder, prk)), salt)).')
      expect(text).toContain('let key = H((l_session, prk)) in')
    }
  })
})

test('a turn covers its new values, then those of the receiver’s key set, as the ratchet’s SPEC.md says', () => {
  const spec = readSpec('ratchet')
    .replace(/\n\s+\|\|/g, ' ||')
    .replace(/^\s+values/m, 'values')
  const bound = formula(spec, 'values').map((part) => part.replace(/ \d+$/, ''))
  expect(bound.slice(4)).toEqual([
    'new dh',
    'new kem',
    'ct',
    "receiver's key set number",
    'its dh',
    'its kem',
  ])
  const turns = ['handshake.pv', 'admission.pv', 'letter.pv'].flatMap((name) =>
    tuplesAfter(preprocess(readModel(name)), 'H((l_turn, '),
  )
  expect(turns.length).toBeGreaterThanOrEqual(8)
  // root, dh, kem, the new values (a block, or its three parts), the receiver's two keys
  const receivers = ['FR, ekR', 'TI, ekT', 'P, ekP']
  for (const parts of turns) {
    expect(parts[3]).toMatch(/^(block2?|\(T[IR], ekT?R?2?T?, ct[FT]\))$/)
    expect(receivers).toContain(parts.slice(4).join(', '))
  }
})

describe('pre-keys', () => {
  const spec = readSpec('prekeys')
  const letter = preprocess(readModel('letter.pv'))

  test('a letter: head, salt and secrets in the order of SPEC.md', () => {
    const order = formula(spec.slice(spec.indexOf("## A member's letter")), 'ikm')
    const found = tuplesAfter(letter, 'let ikm = (')
    expect(found).toHaveLength(2)
    for (const parts of found) expect(named(parts, letterMeaning)).toEqual(order)
    const head = fieldsOf(spec, /^\| letter head /)
    const letterField = { ...field, EI: 'E', pid: 'id', 'kct(ekP, r2)': 'ct_P' }
    expect(tuplesAfter(letter, 'let f1 = (').map((flow) => named(flow, letterField))).toEqual([head])
    expect(formula(spec.slice(spec.indexOf("## A member's letter")), 'salt')).toEqual([
      'H(lv(prologue)',
      'lv(leaf)',
      'lv(letter head))',
    ])
    for (const parts of tuplesAfter(letter, 'let salt = H(('))
      expect(parts.map((part) => part.replace(/^H\(\(l_leaf.*$/, 'leaf'))).toEqual([
        'l_letter',
        'groupId',
        'idI',
        'idR',
        'leaf',
        'f1',
      ])
  })

  test('an answer: head, transcript, root and session', () => {
    const answer = preprocess(readModel('answer.pv'))
    const head = fieldsOf(spec, /^\| answer /)
    expect(head.slice(1, -1)).toEqual(['id', "OQUAKE's response", 'X', 'entryHash'])
    expect(tuplesAfter(answer, 'let head = (')).toEqual([
      ['pid', 'ct', 'H((l_confirm, prk))', 'X', 'idOf(entry)'],
    ])
    expect(formula(spec, 'transcript').slice(2)).toEqual([
      'groupId',
      'address of the owner',
      'address of N',
      'leaf',
      'head)',
    ])
    for (const parts of tuplesAfter(answer, 'let transcript = H(('))
      expect(parts).toEqual(['l_answer', 'groupId', 'address', 'addressN', 'H((l_leaf, published))', 'head'])
    expect(spec).toContain('HKDF(transcript, OQUAKE key || DH(x, P), "mlwe-pake v2 pre-key root")')
    for (const parts of tuplesAfter(answer, 'let root = H(('))
      expect(parts.slice(0, 3)).toEqual(['l_answerRoot', 'transcript', 'H((l_sk, prk))'])
    expect(spec).toContain('HKDF(transcript, root || DH(S_N, P), "mlwe-pake v2 pre-key session")')
  })
})

test('the password exchange: what its key schedule, macs and key cover', () => {
  const spec = readSpec('pake')
  const pake = preprocess(readModel('pake.pv'))
  expect(spec).toContain('Extract(e, DST || "OQUAKE" || fullsid || s || T || upk || ct || k\')')
  for (const parts of tuplesAfter(pake, 'let prk = H((')) {
    expect(parts.slice(0, 4)).toEqual(['l_oquake', 'e', 'full', 'm3'])
    expect(parts[4]).toMatch(/^(pk\(d\)|eph)$/)
    expect(parts[5]).toBe('ct')
    expect(parts[6]).toMatch(/^(decaps\(d, ct\)|kss\(eph, m\))$/)
  }
  const covered = [
    ['mac_r', 'responder confirmation', 'm1, m2, m3, head4'],
    ['mac_i', 'initiator confirmation', 'm1, m2, m3, m4, head5'],
  ] as const
  for (const [mac, label, flows] of covered)
    expect(spec).toMatch(
      new RegExp(`${mac}\\s+= HMAC\\(Expand\\(SK, DST \\|\\| "${label}", 32\\), transcript\\(${flows}\\)\\)`),
    )
  expect(spec).toContain('final      = transcript(m1, m2, m3, m4, m5)')
  // `head5` is server_confirm, sc in the model.
  for (const part of [
    'macR(sk3, transcript(plus, U, S, (m1, m2, m3, head4)))',
    'macI(sk3, transcript(plus, U, S, (m1, m2, m3, m4, sc)))',
    'keyOf(sk3, transcript(plus, U, S, (m1, m2, m3, m4, m5)))',
  ])
    expect(pake.split(part)).toHaveLength(3)
})

test('every case names a model and options that it has', () => {
  const cases = readModel('cases.txt').trim().split('\n')
  for (const line of cases) {
    const [run, results] = line.split(' = ')
    const [model, ...options] = run!.split(' ')
    expect(names, line).toContain(`${model}.pv`)
    const text = readModel(`${model}.pv`) + readModel('primitives.pvh')
    for (const option of options)
      expect(text, line).toMatch(new RegExp(`^#(ifn?def|if|elif)\\b.*\\b${option}\\b`, 'm'))
    expect(results, line).toMatch(/^[TF-]( [TF-])*$/)
  }
  expect(new Set(cases.map((line) => line.split(' = ')[0])).size).toBe(cases.length)
  for (const name of names) expect(cases.some((line) => line.startsWith(name.replace('.pv', ' ')))).toBe(true)
})
