/**
 * The transfers of one membership: carries out what their machines decide (`src/files`). Reads, seals and sends chunks at
 * one end; opens, stores and checks them at the other.
 *
 *   user, other end, paths, timers ──> machine of the transfer ──> controls · chunks · storage · screen
 */

import { type Bytes, equal, toHex } from '../../codec/index.ts'
import { Secret } from '../../crypto/index.ts'
import {
  answerUnknown,
  type ChunkFrame,
  decodeChunk,
  encodeChunk,
  type FileControl,
  type FileEffect,
  type FileEvent,
  type FileId,
  type FileOffer,
  type FileState,
  idOf,
  neutralName,
  neutralType,
  offered,
  offering,
  openChunk,
  progressOf,
  rangeOf,
  saltBytes,
  sealChunk,
  stepFile,
  streamKey,
} from '../../files/index.ts'
import type { MemberId } from '../../identity/index.ts'
import type {
  FileSink,
  FileSource,
  FoundChunks,
  KeptTransfer,
  RunningHash,
  TransferPorts,
  TransferView,
} from './file-ports.ts'

/** Offers of one member that wait for an answer; more are declined. */
const maxOffers = 16
/** Chunks of one transfer that wait to be opened: twice the window. */
const maxPending = 128
/** Transfers kept, ended ones included: the oldest that ended goes first. */
const maxTransfers = 128

export type TransferCommand = 'accept' | 'decline' | 'pause' | 'resume' | 'cancel'

export interface Transfers {
  /** Offers a file to each of these. Rejects where it cannot be read. */
  offer(source: FileSource, to: readonly MemberId[], options: OfferOptions): Promise<void>
  command(id: string, command: TransferCommand): void
  /** A file that was being received before a reload goes on. */
  restore(kept: KeptTransfer, found: FoundChunks): void
  /** A control came from a member. */
  hear(from: MemberId, control: FileControl): void
  /** A chunk came from a member, by any path. */
  receive(from: MemberId, bytes: Bytes): void
  /** This many chunks left the queue of the data channel to a member. */
  chunksSent(to: MemberId, count: number): void
  /** A path may have changed. */
  follow(): void
  /** A member is gone for good: its transfers end. */
  memberGone(member: MemberId): void
  close(): void
}

export interface OfferOptions {
  readonly audience: 'group' | 'member'
  /** Names these transfers together. */
  readonly batch: string
  /** Bytes read so far, for the hash that the offer names. False: the user has enough. */
  readonly onRead: (bytes: number) => boolean
}

/** Bytes read at once for the hash. */
const hashStep = 1024 * 1024

type Untimed<T> = T extends unknown ? Omit<T, 'now'> : never

interface Transfer {
  readonly member: MemberId
  readonly batch: string
  readonly at: number
  readonly source: FileSource | null
  readonly key: Secret
  state: FileState
  cancelTimer: () => void
  /** What is done one after the other: reading and sealing, or opening and storing. */
  work: Promise<void>
  salt: Bytes
  stream: { readonly salt: string; readonly key: Secret } | null
  sink: FileSink | null
  hash: RunningHash | null
  stored: number
  /** The chunk that just opened. */
  opened: Bytes | null
  /** Chunks that wait to be opened. */
  pending: number
}

const isRunning = ({ state }: Transfer): boolean => state.phase === 'sending' || state.phase === 'receiving'
const hasEnded = ({ state }: Transfer): boolean =>
  state.phase === 'done' || state.phase === 'declined' || state.phase === 'cancelled'

export const createTransfers = (ports: TransferPorts): Transfers => {
  const { crypto, now, setTimer } = ports
  const transfers = new Map<FileId, Transfer>()
  /** By member: the transfers whose chunks are in the channel's queue, and chunks that found no room there. */
  const inQueue = new Map<MemberId, FileId[]>()
  const waiting = new Map<MemberId, { readonly id: FileId; readonly bytes: Bytes }[]>()
  let closed = false

  const viewOf = (transfer: Transfer): TransferView => {
    const { state, member, batch, at } = transfer
    const { id, name, type, size, audience } = state.offer
    const { role, phase, heldBySelf, heldByOther, path, reason } = state
    const { bytes, bytesPerSecond, secondsLeft } = progressOf(state, now())
    const about = { id, batch, at, role, member, name, type, size, audience }
    return { ...about, phase, heldBySelf, heldByOther, path, bytes, bytesPerSecond, secondsLeft, reason }
  }
  const show = (): void => ports.show([...transfers.values()].map(viewOf))

  const feed = (transfer: Transfer, event: Untimed<FileEvent>): void => {
    if (closed) return
    const before = transfer.state
    const { state, effects, wakeAt } = stepFile(before, { ...event, now: now() } as FileEvent)
    transfer.state = state
    if (state.role === 'receiver' && state.phase === 'receiving')
      if (before.phase !== 'receiving' || before.heldBySelf !== state.heldBySelf)
        ports.keep({ member: transfer.member, at: transfer.at, state })
    transfer.cancelTimer()
    transfer.cancelTimer =
      wakeAt === null
        ? () => undefined
        : setTimer(() => feed(transfer, { kind: 'wake' }), Math.max(0, wakeAt - now()))
    for (const effect of effects) carryOut(transfer, effect)
    if (hasEnded(transfer)) retire(transfer)
    show()
  }

  /** What an ended transfer does not need; its state stays, so that it can answer. */
  const retire = (transfer: Transfer): void => {
    transfer.cancelTimer()
    transfer.stream?.key.wipe() // FS
    transfer.stream = null
    transfer.key.wipe() // FS
    if (!closed && transfer.state.role === 'receiver') ports.forget(transfer.state.offer.id)
  }

  const inTurn = (transfer: Transfer, run: () => Promise<void>, failed: Untimed<FileEvent>): void => {
    transfer.work = transfer.work.then(run).catch(() => feed(transfer, failed))
  }

  const carryOut = (transfer: Transfer, effect: FileEffect): void => {
    switch (effect.kind) {
      case 'control':
        return ports.sendControl(transfer.member, effect.control)
      case 'send':
        return inTurn(transfer, () => send(transfer, effect), { kind: 'unreadable' })
      case 'store':
        return store(transfer)
      case 'check':
        return inTurn(transfer, () => check(transfer), { kind: 'storage-failed' })
      case 'finished':
        return
      case 'discard':
        void transfer.work.then(() => transfer.sink?.discard()).catch(() => undefined)
        return
      default:
        return effect satisfies never
    }
  }

  const keyFor = async (transfer: Transfer, salt: Bytes): Promise<Secret> => {
    const name = toHex(salt)
    if (transfer.stream?.salt === name) return transfer.stream.key
    transfer.stream?.key.wipe() // FS
    const key = await streamKey(crypto, transfer.key, transfer.state.offer.id, salt)
    transfer.stream = { salt: name, key }
    return key
  }

  const send = async (
    transfer: Transfer,
    { index, fresh, path }: Extract<FileEffect, { kind: 'send' }>,
  ): Promise<void> => {
    const { source, state, member } = transfer
    if (fresh) transfer.salt = crypto.random(saltBytes)
    if (source === null || hasEnded(transfer)) return
    const { id, size } = state.offer
    const { start, end } = rangeOf(index, size)
    const { salt } = transfer
    const key = await keyFor(transfer, salt)
    const sealed = await sealChunk(crypto, key, { id, index, size }, await source.read(start, end))
    const bytes = encodeChunk({ id, salt, index, sealed })
    if (path === 'relay') return ports.relayChunk(member, bytes)
    enqueue(member, { id, bytes })
  }

  const enqueue = (member: MemberId, chunk: { readonly id: FileId; readonly bytes: Bytes }): void => {
    const queued = waiting.get(member) ?? []
    if (queued.length === 0 && ports.sendChunk(member, chunk.bytes))
      inQueue.set(member, [...(inQueue.get(member) ?? []), chunk.id])
    else waiting.set(member, [...queued, chunk])
  }

  const store = (transfer: Transfer): void => {
    const bytes = transfer.opened
    if (bytes === null) return
    // Begun while the chunk's own turn goes on: the write is the rest of that turn.
    transfer.opened = null
    inTurn(
      transfer,
      async () => {
        transfer.sink ??= await ports.createSink(transfer.state.offer)
        await transfer.sink.write(bytes)
        transfer.hash ??= ports.createHash()
        transfer.hash.update(bytes)
        transfer.stored += 1
        feed(transfer, { kind: 'stored', next: transfer.stored })
      },
      { kind: 'storage-failed' },
    )
  }

  const check = async (transfer: Transfer): Promise<void> => {
    const digest = (transfer.hash ?? ports.createHash()).digest()
    const right = equal(digest, transfer.state.offer.hash)
    if (right) await transfer.sink?.finish()
    feed(transfer, { kind: 'checked', right })
  }

  const open = async (transfer: Transfer, { salt, index, sealed }: ChunkFrame): Promise<void> => {
    const { id, size } = transfer.state.offer
    if (transfer.state.phase !== 'receiving') return
    const key = await keyFor(transfer, salt)
    const opened = await openChunk(crypto, key, { id, index, size }, sealed)
    if (opened === null) return
    transfer.opened = opened
    feed(transfer, { kind: 'opened', index })
    transfer.opened = null
  }

  const add = (
    member: MemberId,
    state: FileState,
    about: Pick<Transfer, 'source' | 'batch'> & Partial<Transfer>,
  ): void => {
    const transfer: Transfer = {
      member,
      at: now(),
      key: new Secret(state.offer.key.slice()),
      state,
      cancelTimer: () => undefined,
      work: Promise.resolve(),
      salt: new Uint8Array(saltBytes),
      stream: null,
      sink: null,
      hash: null,
      stored: 0,
      opened: null,
      pending: 0,
      ...about,
    }
    for (const [id, old] of transfers) {
      if (transfers.size < maxTransfers) break
      if (hasEnded(old)) transfers.delete(id)
    }
    transfers.set(state.offer.id, transfer)
    feed(transfer, { kind: 'path', path: ports.pathOf(member), share: shareOf() })
  }

  /** Transfers of this end that go by the relay now, and share its rate. */
  const shareOf = (): number =>
    [...transfers.values()].filter(
      (transfer) =>
        transfer.state.role === 'sender' && isRunning(transfer) && transfer.state.path === 'relay',
    ).length || 1

  const follow = (): void => {
    for (const transfer of transfers.values()) {
      if (hasEnded(transfer)) continue
      const path = ports.pathOf(transfer.member)
      if (path !== transfer.state.path) {
        // What waits belongs to the channel before.
        waiting.delete(transfer.member)
        inQueue.delete(transfer.member)
      }
    }
    const share = shareOf()
    for (const transfer of transfers.values())
      if (!hasEnded(transfer)) feed(transfer, { kind: 'path', path: ports.pathOf(transfer.member), share })
  }

  const hearOffer = (from: MemberId, offer: FileOffer): void => {
    const open = [...transfers.values()].filter(
      ({ member, state }) => member === from && state.role === 'receiver' && state.phase === 'offered',
    )
    if (open.length >= maxOffers || transfers.size >= 2 * maxTransfers)
      return ports.sendControl(from, { kind: 'decline', id: offer.id })
    add(from, offered(offer), { source: null, batch: offer.id })
  }

  return {
    async offer(source, to, { audience, batch, onRead }) {
      const running = ports.createHash()
      for (let start = 0; start < source.size; start += hashStep) {
        running.update(await source.read(start, Math.min(source.size, start + hashStep)))
        if (!onRead(start)) return
      }
      const hash = running.digest()
      const about = { name: neutralName(source.name), type: neutralType(source.type), size: source.size }
      for (const member of to) {
        const id = toHex(crypto.random(16)) as FileId
        add(member, offering({ id, ...about, hash, key: crypto.random(32), audience }), { source, batch })
      }
    },
    restore({ member, at, state }, { sink, hash }) {
      if (transfers.has(state.offer.id)) return
      const { stored } = state
      add(member, state, { source: null, batch: state.offer.id, at, sink, hash, stored })
    },
    command(id, command) {
      const transfer = transfers.get(id as FileId)
      if (transfer !== undefined) feed(transfer, { kind: command })
    },
    hear(from, control) {
      const id = idOf(control)
      const transfer = transfers.get(id)
      if (transfer?.member === from) return feed(transfer, { kind: 'control', control })
      if (control.kind === 'offer' && transfer === undefined) return hearOffer(from, control.offer)
      const answer = transfer === undefined ? answerUnknown(control) : null
      if (answer !== null) ports.sendControl(from, answer)
    },
    receive(from, bytes) {
      const frame = decodeChunk(bytes)
      const transfer = frame === null ? undefined : transfers.get(frame.id)
      if (frame === null || transfer?.member !== from || transfer.state.role !== 'receiver') return
      // An honest sender keeps to its window.
      if (transfer.pending >= maxPending) return
      transfer.pending += 1
      inTurn(
        transfer,
        async () => {
          transfer.pending -= 1
          await open(transfer, frame)
        },
        { kind: 'storage-failed' },
      )
    },
    chunksSent(to, count) {
      const queue = inQueue.get(to) ?? []
      const left = queue.splice(0, count)
      for (const { id, bytes } of waiting.get(to)?.splice(0) ?? []) enqueue(to, { id, bytes })
      for (const id of left) {
        const transfer = transfers.get(id)
        if (transfer !== undefined) feed(transfer, { kind: 'room', count: 1 })
      }
    },
    follow,
    memberGone(member) {
      for (const [id, transfer] of transfers) {
        if (transfer.member !== member || hasEnded(transfer)) continue
        // Nothing is said to a member that is gone.
        transfer.state = { ...transfer.state, phase: 'cancelled', reason: 'unknown' }
        if (transfer.state.role === 'receiver') carryOut(transfer, { kind: 'discard' })
        retire(transfer)
        transfers.set(id, transfer)
      }
      show()
    },
    close() {
      closed = true
      for (const transfer of transfers.values()) retire(transfer)
    },
  }
}
