/** The SQLite file: one process at a time, mode 600, migrated and checked on opening. */

import { randomBytes } from 'node:crypto'
import { closeSync, openSync } from 'node:fs'
import Database from 'libsql'

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
  `CREATE INDEX prekeys_taken ON prekeys (slot, id) WHERE item IS NULL;
   ALTER TABLE owners ADD COLUMN holder TEXT NOT NULL DEFAULT '';
   ALTER TABLE letters ADD COLUMN stranger INTEGER NOT NULL DEFAULT 0;
   CREATE TABLE tokens (room BLOB NOT NULL, token BLOB NOT NULL, class BLOB NOT NULL, founder TEXT NOT NULL,
     active INTEGER NOT NULL, until INTEGER NOT NULL, PRIMARY KEY (room, token)) WITHOUT ROWID;
   CREATE INDEX tokens_until ON tokens (until);
   CREATE TABLE checks (id INTEGER PRIMARY KEY, record BLOB NOT NULL);`,
]
const PAGE_SIZE = 4096
/** As large as a letter and a few pre-keys, since a disk that takes a byte may still be full. */
const CHECK_BYTES = 40_000

/** A store that cannot be opened, for a reason that the operator can act on. */
export class StoreError extends Error {
  override readonly name = 'StoreError'
}

/**
 * Locks the file for this process by an open transaction on another file beside it. The system releases it with the
 * process, however that ends.
 */
export function lockFile(path: string): () => void {
  const lock = new Database(`${path}-lock`)
  try {
    lock.exec('BEGIN EXCLUSIVE')
  } catch {
    lock.close()
    throw new StoreError('another process uses the file')
  }
  return () => lock.close()
}

/** Opens or creates the file and migrates it. Throws if it is damaged or of a later version. */
export function openDatabase(path: string, storeBytes: number): Database.Database {
  // SQLite gives its other files the mode of this one.
  closeSync(openSync(path, 'a', 0o600))
  const db = new Database(path)
  db.pragma('journal_mode = WAL')
  // Acknowledged writes must survive a power loss, not just a crash of the process.
  db.pragma('synchronous = FULL')
  db.pragma('secure_delete = ON')
  db.pragma(`max_page_count = ${Math.ceil(storeBytes / PAGE_SIZE)}`)
  const one = (sql: string): Record<string, unknown> => db.prepare(sql).get() as Record<string, unknown>
  if (one('PRAGMA quick_check').quick_check !== 'ok') throw new StoreError('the file is damaged')
  const version = Number(one('PRAGMA user_version').user_version)
  if (version > migrations.length) throw new StoreError('the file was written by a later version')
  db.transaction(() => {
    for (const sql of migrations.slice(version)) db.exec(sql)
    db.pragma(`user_version = ${migrations.length}`)
  })()
  return db
}

/** Writes, reads and deletes a record of real size. Throws if the file takes no data. */
export function checkFile(db: Database.Database): void {
  const record = randomBytes(CHECK_BYTES)
  db.prepare('INSERT OR REPLACE INTO checks VALUES (1, ?)').run([record])
  const row = db.prepare('SELECT record FROM checks WHERE id = 1').get() as
    | { record?: ArrayBuffer }
    | undefined
  if (!Buffer.from(row?.record ?? new ArrayBuffer(0)).equals(record))
    throw new StoreError('the file lost a record')
  db.prepare('DELETE FROM checks').run()
}
