/**
 * A store in one SQLite file, for one process.
 *
 *   write ──> waiting ──end of the tick: one transaction──> durable, or failed alone if the whole batch cannot commit
 */

import { createHash } from 'node:crypto'
import Database from 'libsql'
import { type Bytes, toHex } from '../../src/codec/index.ts'
import { createNetworkBuckets, LETTERS, type Letter, type Stock } from '../../src/relay-protocol/index.ts'
import { pageOf, type Slot, type Store, type StoreLimits } from './store.ts'

/** Entry n migrates a file from version n to n + 1. Append only. */
const migrations = [
  `CREATE TABLE owners (slot BLOB PRIMARY KEY, room BLOB NOT NULL, until INTEGER NOT NULL) WITHOUT ROWID;
   CREATE INDEX owners_room ON owners (room);
   CREATE INDEX owners_until ON owners (until);
   CREATE TABLE prekeys (id INTEGER PRIMARY KEY AUTOINCREMENT, slot BLOB NOT NULL, digest BLOB NOT NULL,
     item BLOB, until INTEGER NOT NULL, UNIQUE (slot, digest));
   CREATE INDEX prekeys_stock ON prekeys (slot, id) WHERE item IS NOT NULL;
   CREATE INDEX prekeys_until ON prekeys (until);
   CREATE TABLE letters (id INTEGER PRIMARY KEY AUTOINCREMENT, slot BLOB NOT NULL, sender BLOB NOT NULL,
     digest BLOB NOT NULL, payload BLOB NOT NULL, until INTEGER NOT NULL, UNIQUE (slot, sender, digest));
   CREATE INDEX letters_slot ON letters (slot, id);
   CREATE INDEX letters_until ON letters (until);`,
]
const PAGE_SIZE = 4096

const blob = (hex: string): Buffer => Buffer.from(hex, 'hex')
const slotKey = ({ room, address }: Slot): Buffer => blob(room + address)
const digestOf = (bytes: Bytes): Buffer => createHash('sha256').update(bytes).digest()
const bytesOf = (value: unknown): Bytes => new Uint8Array(value as ArrayBuffer)

interface Waiting {
  apply(): void
  fail(error: unknown): void
  settle(): void
}

/** Opens or creates the file and migrates it. Throws if it is damaged or of a later version. */
function openDatabase(path: string, storeBytes: number): Database.Database {
  const db = new Database(path)
  db.pragma('journal_mode = WAL')
  // Acknowledged writes must survive a power loss, not just a crash of the process.
  db.pragma('synchronous = FULL')
  db.pragma('secure_delete = ON')
  db.pragma(`max_page_count = ${Math.ceil(storeBytes / PAGE_SIZE)}`)
  const one = (sql: string): Record<string, unknown> => db.prepare(sql).get() as Record<string, unknown>
  if (one('PRAGMA quick_check').quick_check !== 'ok') throw new Error('the file is damaged')
  const version = Number(one('PRAGMA user_version').user_version)
  if (version > migrations.length) throw new Error('the file was written by a later version')
  db.transaction(() => {
    for (const sql of migrations.slice(version)) db.exec(sql)
    db.pragma(`user_version = ${migrations.length}`)
  })()
  return db
}

/** Opens the store. Writes of one event loop turn share one transaction, so one disk flush. */
export function createSqliteStore(path: string, limits: StoreLimits, now: () => number): Store {
  const db = openDatabase(path, limits.storeBytes)
  const buckets = createNetworkBuckets(limits.networkPerSecond, limits.networkBurst, now)
  const sql = {
    owner: db.prepare('SELECT until FROM owners WHERE slot = ? AND until > ?'),
    owners: db.prepare('SELECT COUNT(*) AS n FROM owners WHERE room = ? AND until > ?'),
    setOwner: db.prepare(
      'INSERT INTO owners VALUES (?, ?, ?) ON CONFLICT (slot) DO UPDATE SET until = excluded.until',
    ),
    stays: db.prepare('UPDATE owners SET until = ? WHERE slot = ? AND until > ?'),
    stocks: db.prepare(
      `SELECT slot, (SELECT COUNT(*) FROM prekeys p WHERE p.slot = o.slot AND item IS NOT NULL AND p.until > ?) AS n
       FROM owners o WHERE room = ? AND until > ? ORDER BY slot`,
    ),
    preKeys: db.prepare('SELECT digest, item IS NOT NULL AS here FROM prekeys WHERE slot = ? AND until > ?'),
    put: db.prepare('INSERT OR REPLACE INTO prekeys (slot, digest, item, until) VALUES (?, ?, ?, ?)'),
    drop: db.prepare('UPDATE prekeys SET item = NULL WHERE slot = ? AND digest = ?'),
    oldest: db.prepare(
      'SELECT id, item FROM prekeys WHERE slot = ? AND item IS NOT NULL AND until > ? ORDER BY id LIMIT 1',
    ),
    take: db.prepare('UPDATE prekeys SET item = NULL WHERE id = ?'),
    waits: db.prepare('SELECT id FROM letters WHERE slot = ? AND sender = ? AND digest = ? AND until > ?'),
    mailbox: db.prepare(
      'SELECT COUNT(*) AS n, COALESCE(SUM(LENGTH(payload)), 0) AS size FROM letters WHERE slot = ? AND until > ?',
    ),
    post: db.prepare(
      'INSERT OR REPLACE INTO letters (slot, sender, digest, payload, until) VALUES (?, ?, ?, ?, ?)',
    ),
    letters: db.prepare(
      `SELECT id, sender, payload FROM letters WHERE slot = ? AND id > ? AND until > ? ORDER BY id LIMIT ${LETTERS + 1}`,
    ),
    acknowledge: db.prepare('DELETE FROM letters WHERE slot = ? AND id = ?'),
    forget: ['owners', 'prekeys', 'letters'].map((table) =>
      db.prepare(`DELETE FROM ${table} WHERE slot = ?`),
    ),
    sweep: ['owners', 'prekeys', 'letters'].map((table) =>
      db.prepare(`DELETE FROM ${table} WHERE until <= ?`),
    ),
  }
  type Row = Record<string, unknown>
  // Always an array: libsql takes a lone Buffer for named parameters and aborts the process.
  const get = (statement: Database.Statement, ...values: unknown[]): Row | undefined =>
    statement.get(values) as Row | undefined
  const all = (statement: Database.Statement, ...values: unknown[]): Row[] => statement.all(values) as Row[]
  const run = (statement: Database.Statement, ...values: unknown[]): void => void statement.run(values)

  let waiting: Waiting[] = []
  const commit = (batch: readonly Waiting[]): void => {
    try {
      db.transaction(() => {
        for (const { apply } of batch) apply()
      })()
    } catch (error) {
      // One write cannot commit. Retry each alone, so that only that one fails.
      if (batch.length === 1) return batch[0]?.fail(error)
      for (const one of batch) commit([one])
      return
    }
    for (const { settle } of batch) settle()
  }
  const flush = (): void => {
    const batch = waiting
    waiting = []
    if (batch.length > 0) commit(batch)
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
    putPreKeys: (slot, items, replace) =>
      write(() => {
        const key = slotKey(slot)
        const time = now()
        const until = time + limits.keptMs
        const isNew = get(sql.owner, key, time) === undefined
        if (isNew && Number(get(sql.owners, blob(slot.room), time)?.n) >= limits.roomOwners)
          return 'room-full'
        const named = new Map(items.map((item) => [digestOf(item).toString('hex'), item]))
        const known = all(sql.preKeys, key, time).map((row) => ({
          digest: toHex(bytesOf(row.digest)),
          here: row.here === 1,
        }))
        for (const { digest } of replace ? [] : known) named.delete(digest)
        const kept = known.filter(({ digest, here }) => here && (!replace || named.has(digest)))
        for (const { digest } of known) named.delete(digest)
        const dropped = known.filter((one) => replace && one.here && !kept.includes(one))
        if (kept.length + named.size > limits.preKeys) return 'stock-full'
        for (const { digest } of dropped) run(sql.drop, key, blob(digest))
        for (const [digest, item] of named) run(sql.put, key, blob(digest), Buffer.from(item), until)
        run(sql.setOwner, key, blob(slot.room), until)
        return kept.length + named.size
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
    deposit: (to, from, payload) =>
      write(() => {
        const key = slotKey(to)
        const time = now()
        const digest = digestOf(payload)
        if (get(sql.owner, key, time) === undefined) return 'no-mailbox'
        if (get(sql.waits, key, blob(from), digest, time) !== undefined) return 'mailed'
        const { n, size } = get(sql.mailbox, key, time) ?? {}
        const full = Number(n) >= limits.mailboxLetters || Number(size) + payload.length > limits.mailboxBytes
        if (full) return 'mailbox-full'
        run(sql.post, key, blob(from), digest, Buffer.from(payload), time + limits.keptMs)
        return 'mailed'
      }),
    fetchMail: (slot, after) =>
      write(() => {
        run(sql.stays, now() + limits.keptMs, slotKey(slot), now())
        const letters = all(sql.letters, slotKey(slot), after, now()).map(
          ({ id, sender, payload }): Letter => ({
            id: Number(id),
            from: toHex(bytesOf(sender)),
            payload: bytesOf(payload),
          }),
        )
        const fit = pageOf(letters.map(({ payload }) => payload.length))
        return { letters: letters.slice(0, fit), more: fit < letters.length }
      }),
    acknowledge: (slot, ids) =>
      write(() => {
        for (const id of ids) run(sql.acknowledge, slotKey(slot), id)
      }),
    spend: async (network, cost) => buckets.spend(network, cost),
    sweep: () =>
      write(() => {
        for (const statement of sql.sweep) run(statement, now())
        buckets.sweep()
      }),
    check: () => write(() => db.pragma(`user_version = ${migrations.length}`)).then(() => undefined),
    async close() {
      flush()
      db.close()
    },
  }
}
