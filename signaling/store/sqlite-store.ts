/**
 * A store in one SQLite file, for one process.
 *
 *   write ──> waiting ──end of the turn: one transaction of a few ms──> durable, or failed alone if the batch cannot commit
 */

import { createHash } from 'node:crypto'
import type Database from 'libsql'
import { type Bytes, toHex } from '../../src/codec/index.ts'
import { createBuckets, LETTERS, type Letter, type Stock } from '../../src/relay-protocol/index.ts'
import { checkFile, lockFile, openDatabase } from './sqlite-file.ts'
import {
  pageOf,
  type Slot,
  STRANGER_OWNERS,
  STRANGER_PART,
  type Store,
  type StoreLimits,
  TAKEN_FACTOR,
} from './store.ts'
import { type KeptToken, standingOf } from './tokens.ts'

/** Rows of each kind that one sweep deletes. */
const SWEPT_AT_ONCE = 500
/** Writes of one transaction take about so long, and frames wait meanwhile. */
const SLICE_MS = 5

const blob = (hex: string): Buffer => Buffer.from(hex, 'hex')
const slotKey = ({ room, address }: Slot): Buffer => blob(room + address)
const digestOf = (bytes: Bytes): Buffer => createHash('sha256').update(bytes).digest()
const bytesOf = (value: unknown): Bytes => new Uint8Array(value as ArrayBuffer)

interface Waiting {
  apply(): void
  fail(error: unknown): void
  settle(): void
}

/** Opens the store. Writes of one event loop turn share one transaction, so one disk flush. */
export function createSqliteStore(path: string, limits: StoreLimits, now: () => number): Store {
  const unlock = lockFile(path)
  const db = openDatabase(path, limits.storeBytes)
  const buckets = createBuckets(now)
  const sql = {
    owner: db.prepare('SELECT until FROM owners WHERE slot = ? AND until > ?'),
    owners: db.prepare('SELECT COUNT(*) AS n FROM owners WHERE room = ? AND until > ?'),
    setOwner: db.prepare(
      `INSERT INTO owners (slot, room, until, holder) VALUES (?, ?, ?, ?) ON CONFLICT (slot) DO UPDATE
       SET until = excluded.until, holder = CASE excluded.holder WHEN '' THEN '' ELSE holder END`,
    ),
    holders: db.prepare(
      "SELECT COUNT(*) AS n, COALESCE(SUM(holder = ?), 0) AS kin FROM owners WHERE room = ? AND until > ? AND holder <> ''",
    ),
    stays: db.prepare('UPDATE owners SET until = ? WHERE slot = ? AND until > ?'),
    stocks: db.prepare(
      `SELECT slot, (SELECT COUNT(*) FROM prekeys p WHERE p.slot = o.slot AND item IS NOT NULL AND p.until > ?) AS n
       FROM owners o WHERE room = ? AND until > ? ORDER BY slot`,
    ),
    stock: db.prepare('SELECT digest FROM prekeys WHERE slot = ? AND item IS NOT NULL AND until > ?'),
    known: db.prepare('SELECT 1 FROM prekeys WHERE slot = ? AND digest = ? AND until > ?'),
    // Only the newest taken ones are remembered.
    forgetTaken: db.prepare(
      `DELETE FROM prekeys WHERE slot = ?1 AND item IS NULL AND id <= (SELECT id FROM prekeys
       WHERE slot = ?1 AND item IS NULL ORDER BY id DESC LIMIT 1 OFFSET ${limits.preKeys * TAKEN_FACTOR})`,
    ),
    put: db.prepare('INSERT OR REPLACE INTO prekeys (slot, digest, item, until) VALUES (?, ?, ?, ?)'),
    drop: db.prepare('UPDATE prekeys SET item = NULL WHERE slot = ? AND digest = ?'),
    oldest: db.prepare(
      'SELECT id, item FROM prekeys WHERE slot = ? AND item IS NOT NULL AND until > ? ORDER BY id LIMIT 1',
    ),
    take: db.prepare('UPDATE prekeys SET item = NULL WHERE id = ?'),
    waits: db.prepare('SELECT id FROM letters WHERE slot = ? AND sender = ? AND digest = ? AND until > ?'),
    mailbox: db.prepare(
      `SELECT COUNT(*) AS n, COALESCE(SUM(LENGTH(payload)), 0) AS size, COALESCE(SUM(stranger), 0) AS fromStrangers,
       COALESCE(SUM(stranger * LENGTH(payload)), 0) AS strangerSize FROM letters WHERE slot = ? AND until > ?`,
    ),
    post: db.prepare(
      'INSERT OR REPLACE INTO letters (slot, sender, digest, payload, until, stranger) VALUES (?, ?, ?, ?, ?, ?)',
    ),
    tokens: db.prepare('SELECT * FROM tokens WHERE room = ? AND until > ?'),
    setToken: db.prepare('INSERT OR REPLACE INTO tokens VALUES (?, ?, ?, ?, ?, ?)'),
    letters: db.prepare(
      `SELECT id, sender, payload FROM letters WHERE slot = ? AND id > ? AND until > ? ORDER BY id LIMIT ${LETTERS + 1}`,
    ),
    acknowledge: db.prepare('DELETE FROM letters WHERE slot = ? AND id = ?'),
    forget: ['owners', 'prekeys', 'letters'].map((table) =>
      db.prepare(`DELETE FROM ${table} WHERE slot = ?`),
    ),
    // A part at a time, since frames wait meanwhile.
    sweep: [
      ['owners', 'slot'],
      ['prekeys', 'id'],
      ['letters', 'id'],
      ['tokens', 'token'],
    ].map(([table, key]) =>
      db.prepare(
        `DELETE FROM ${table} WHERE ${key} IN (SELECT ${key} FROM ${table} WHERE until <= ?1 LIMIT ${SWEPT_AT_ONCE}) AND until <= ?1`,
      ),
    ),
  }
  type Row = Record<string, unknown>
  // Always an array: libsql takes a lone Buffer for named parameters and aborts the process.
  const get = (statement: Database.Statement, ...values: unknown[]): Row | undefined =>
    statement.get(values) as Row | undefined
  const all = (statement: Database.Statement, ...values: unknown[]): Row[] => statement.all(values) as Row[]
  const run = (statement: Database.Statement, ...values: unknown[]): number => statement.run(values).changes
  const tokensOf = (room: string): KeptToken[] =>
    all(sql.tokens, blob(room), now()).map((row) => ({
      token: toHex(bytesOf(row.token)),
      memberOf: toHex(bytesOf(row.class)),
      founder: `${row.founder}`,
      active: row.active === 1,
      until: Number(row.until),
    }))

  const waiting: Waiting[] = []
  const commit = (one: Waiting): void => {
    try {
      db.transaction(one.apply)()
    } catch (error) {
      return one.fail(error)
    }
    one.settle()
  }
  /** Commits what waits, for a short while, so that frames do not wait for a burst of requests. */
  const flush = (): void => {
    const begin = performance.now()
    const batch: Waiting[] = []
    const isTime = (): boolean => batch.length === 0 || performance.now() - begin < SLICE_MS
    try {
      db.transaction(() => {
        for (let next = waiting[0]; next !== undefined && isTime(); next = waiting[0]) {
          batch.push(next)
          waiting.shift()
          next.apply()
        }
      })()
      for (const { settle } of batch) settle()
    } catch (error) {
      // One write cannot commit. Retry each alone, so that only that one fails.
      if (batch.length === 1) batch[0]?.fail(error)
      else for (const one of batch) commit(one)
    }
    if (waiting.length > 0) setImmediate(flush)
  }
  const write = <T>(work: () => T): Promise<T> =>
    new Promise((resolve, reject) => {
      let result: T
      if (waiting.length === 0) setImmediate(flush)
      waiting.push({
        apply: () => {
          result = work()
        },
        settle: () => resolve(result),
        fail: reject,
      })
    })

  return {
    limits,
    putPreKeys: (slot, items, replace, stranger = '') =>
      write(() => {
        const key = slotKey(slot)
        const time = now()
        const until = time + limits.keptMs
        const isNew = get(sql.owner, key, time) === undefined
        if (isNew && Number(get(sql.owners, blob(slot.room), time)?.n) >= limits.roomOwners)
          return 'room-full'
        if (isNew && stranger !== '') {
          const { n, kin } = get(sql.holders, stranger, blob(slot.room), time) ?? {}
          const share =
            tokensOf(slot.room).length > 0 ? limits.roomOwners / STRANGER_OWNERS : limits.roomOwners
          if (Number(n) >= share || Number(kin) >= limits.networkOwners) return 'room-full'
        }
        const named = new Map(items.map((item) => [digestOf(item).toString('hex'), item]))
        const stock = all(sql.stock, key, time).map(({ digest }) => toHex(bytesOf(digest)))
        const dropped = replace ? stock.filter((digest) => !named.has(digest)) : []
        for (const digest of named.keys()) {
          if (get(sql.known, key, blob(digest), time) !== undefined) named.delete(digest)
        }
        const count = stock.length - dropped.length + named.size
        if (count > limits.preKeys) return 'stock-full'
        for (const digest of dropped) run(sql.drop, key, blob(digest))
        for (const [digest, item] of named) run(sql.put, key, blob(digest), Buffer.from(item), until)
        run(sql.forgetTaken, key)
        run(sql.setOwner, key, blob(slot.room), until, stranger)
        return count
      }),
    takePreKey: (slot) =>
      write(() => {
        const row = get(sql.oldest, slotKey(slot), now())
        if (row === undefined) return null
        run(sql.take, row.id)
        return bytesOf(row.item)
      }),
    countPreKeys: (room) =>
      write(() =>
        all(sql.stocks, now(), blob(room), now()).map(
          ({ slot, n }): Stock => ({ address: toHex(bytesOf(slot).subarray(32)), count: Number(n) }),
        ),
      ),
    forget: (slot) =>
      write(() => {
        for (const statement of sql.forget) run(statement, slotKey(slot))
      }),
    deposit: (to, from, payload, stranger = false) =>
      write(() => {
        const key = slotKey(to)
        const time = now()
        const digest = digestOf(payload)
        if (get(sql.owner, key, time) === undefined) return 'no-mailbox'
        if (get(sql.waits, key, blob(from), digest, time) !== undefined) return 'mailed'
        const { n, size, fromStrangers, strangerSize } = get(sql.mailbox, key, time) ?? {}
        const fits = (letters: unknown, bytes: unknown, part: number): boolean =>
          Number(letters) < limits.mailboxLetters / part &&
          Number(bytes) + payload.length <= limits.mailboxBytes / part
        const apart = stranger && tokensOf(to.room).length > 0
        const isFull = !fits(n, size, 1) || (apart && !fits(fromStrangers, strangerSize, STRANGER_PART))
        if (isFull) return 'mailbox-full'
        const until = time + limits.keptMs
        run(sql.post, key, blob(from), digest, Buffer.from(payload), until, stranger ? 1 : 0)
        return 'mailed'
      }),
    fetchMail(slot, after) {
      // A write of its own, so that reading goes on if the disk is full.
      write(() => run(sql.stays, now() + limits.keptMs, slotKey(slot), now())).catch(() => {})
      return write(() => {
        const letters = all(sql.letters, slotKey(slot), after, now()).map(
          ({ id, sender, payload }): Letter => ({
            id: Number(id),
            from: toHex(bytesOf(sender)),
            payload: bytesOf(payload),
          }),
        )
        const fit = pageOf(letters.map(({ payload }) => payload.length))
        return { letters: letters.slice(0, fit), more: fit < letters.length }
      })
    },
    acknowledge: (slot, ids) =>
      write(() => {
        for (const id of ids) run(sql.acknowledge, slotKey(slot), id)
      }),
    standing: (room, token, founder) =>
      write(() => {
        const { keptMs } = limits
        const { memberOf, changed } = standingOf(tokensOf(room), token, founder, { now: now(), keptMs })
        for (const one of changed) {
          const { active, until } = one
          run(
            sql.setToken,
            blob(room),
            blob(one.token),
            blob(one.memberOf),
            one.founder,
            active ? 1 : 0,
            until,
          )
        }
        return memberOf
      }),
    spend: async (charges) => buckets.spend(charges),
    sweep() {
      buckets.sweep(SWEPT_AT_ONCE)
      return write(() => sql.sweep.map((statement) => run(statement, now())).some((n) => n >= SWEPT_AT_ONCE))
    },
    check: () => write(() => checkFile(db)),
    async close() {
      while (waiting.length > 0) flush()
      db.close()
      unlock()
    },
  }
}
