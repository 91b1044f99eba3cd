/**
 * The files of one room: what the page asks, and what comes from members, goes to the transfers; what they decide goes
 * to the pair sessions, the links and the page.
 *
 *   page: offer, accept … ─┐                ┌─> peer: controls, sealed
 *   peer: controls ────────┼─> transfers ──┼─> chunks: data channel, or relay
 *   chunks ────────────────┘                └─> view, and the blob of a whole file
 */

import { type Bytes, toHex } from '../../codec/index.ts'
import { runningSha256 } from '../../crypto/index.ts'
import { type FileControl, type FilePath, maxFileBytes, neutralName, neutralType } from '../../files/index.ts'
import { type Address, displayName, type MemberId } from '../../identity/index.ts'
import {
  chunkIn,
  encodeFrame,
  entryOf,
  hasSession,
  membersAt,
  otherMembers,
  type PeerState,
  pathTo,
} from '../../peer/index.ts'
import type { ChunkEvent } from '../../transport/index.ts'
import type { HostPorts } from '../membership/ports.ts'
import type { ErrorCode, FileCommand, FilePartView, FileView } from '../page/view.ts'
import type { ProfileFiles } from '../profile/profile-files.ts'
import { createBlobSink } from './blob-sink.ts'
import type { FileSource, TransferView } from './file-ports.ts'
import { createProfileSink, encodeKept, findKept } from './profile-sink.ts'
import { createTransfers } from './transfers.ts'

/** Fewer than the queue of a data channel holds (`src/transport/chunk-lane.ts`). */
const maxInFlight = 48

export interface RoomFilesPorts extends Pick<HostPorts, 'crypto' | 'now' | 'setTimer' | 'commandMesh'> {
  readonly state: () => PeerState
  readonly say: (member: MemberId, control: FileControl) => void
  readonly sendByRelay: (to: Address, bytes: Bytes) => void
  readonly showFile: HostPorts['showFile']
  /** Of a stored membership: what it keeps of files over a reload. */
  readonly kept: ProfileFiles | null
  readonly show: (files: readonly FileView[]) => void
  readonly fail: (code: ErrorCode) => void
}

export interface RoomFiles {
  command(command: FileCommand): void
  /** A member said something about a file. */
  hear(from: MemberId, control: FileControl): void
  /** From the data channels for chunks. */
  channelEvent(event: ChunkEvent): void
  /** Whether these bytes, which the relay brought, are a chunk: then they are taken. */
  takeFromRelay(from: Address, bytes: Bytes): boolean
  /** Paths and members may have changed. */
  follow(): void
  close(): void
}

const sourceOf = (file: Blob & { readonly name: string }): FileSource => ({
  name: file.name,
  type: file.type,
  size: file.size,
  read: async (start, end) => {
    const bytes = new Uint8Array(await file.slice(start, end).arrayBuffer())
    if (bytes.length !== end - start) throw new RangeError('the file is shorter now')
    return bytes
  },
})

export const createRoomFiles = (ports: RoomFilesPorts): RoomFiles => {
  const { crypto, state, kept } = ports
  /** Offers whose file is being read for its hash, oldest first. */
  const preparing = new Map<string, FileView>()
  let transferred: readonly TransferView[] = []
  let shown: readonly FileView[] = []

  const addressOf = (member: MemberId): Address | null => entryOf(state(), member)?.entry.address ?? null
  /** The last name of each, for those who are gone. */
  const names = new Map<MemberId, string>()
  const nameOf = (member: MemberId): string => {
    const name = entryOf(state(), member)?.entry.name
    if (name !== undefined) names.set(member, displayName(name))
    return names.get(member) ?? member.slice(0, 8)
  }

  const partOf = (transfer: TransferView): FilePartView => {
    const { id, member, phase, heldBySelf, heldByOther, path, bytes, bytesPerSecond, secondsLeft, reason } =
      transfer
    const progress = { path, bytes, bytesPerSecond, secondsLeft, reason }
    return { id, member, memberName: nameOf(member), phase, heldBySelf, heldByOther, ...progress }
  }

  const fileOf = (transfers: readonly [TransferView, ...TransferView[]]): FileView => {
    const [{ batch, role, member, name, type, size, audience, at }] = transfers
    const mine = role === 'sender'
    const senderId = mine ? state().self.id : member
    const about = { name, type, size, audience, at }
    const parts = transfers.map(partOf)
    return { id: batch, mine, senderId, senderName: nameOf(senderId), ...about, prepared: null, parts }
  }

  const show = (): void => {
    const batches = new Map<string, [TransferView, ...TransferView[]]>()
    for (const transfer of transferred) {
      const batch = batches.get(transfer.batch)
      if (batch === undefined) batches.set(transfer.batch, [transfer])
      else batch.push(transfer)
    }
    shown = [...[...batches.values()].map(fileOf), ...preparing.values()].sort((a, b) => a.at - b.at)
    ports.show(shown)
  }

  /** Chunks on their way to the page, or in its queue, for each member. */
  const inFlight = new Map<MemberId, number>()

  const pathOf = (member: MemberId): FilePath => {
    const address = addressOf(member)
    return address === null || !hasSession(state(), member) ? null : pathTo(state(), address)
  }

  const transfers = createTransfers({
    crypto,
    now: ports.now,
    setTimer: ports.setTimer,
    createHash: runningSha256,
    sendControl: ports.say,
    pathOf,
    sendChunk: (member, bytes) => {
      const address = addressOf(member)
      const before = inFlight.get(member) ?? 0
      if (address === null || before >= maxInFlight) return false
      inFlight.set(member, before + 1)
      ports.commandMesh({ kind: 'send-chunk', member: address, bytes })
      return true
    },
    relayChunk: (member, bytes) => {
      const address = addressOf(member)
      if (address !== null) ports.sendByRelay(address, encodeFrame({ kind: 'chunk', body: bytes }))
    },
    createSink: async ({ id, size }) => {
      const ready = (file: Blob): void => ports.showFile(id, file)
      return kept === null
        ? createBlobSink(size, ready)
        : createProfileSink(kept, id, { size, stored: 0, ready })
    },
    keep: (transfer) => {
      const record = encodeKept(transfer)
      // What cannot be kept now is received all the same; its chunks will say that there is no space.
      if (kept !== null && record !== null) kept.save(transfer.state.offer.id, record).catch(() => undefined)
    },
    forget: (id) => void kept?.forget(id).catch(() => undefined),
    show: (views) => {
      transferred = views
      show()
    },
  })

  if (kept !== null)
    findKept(kept, ports.showFile)
      .then((found) => {
        for (const [transfer, chunks] of found) transfers.restore(transfer, chunks)
      })
      // The browser took the database away: a new offer is needed.
      .catch(() => undefined)

  const offer = async (file: Blob & { readonly name: string }, to: readonly MemberId[], all: boolean) => {
    if (to.length === 0) return ports.fail('file/nobody')
    if (file.size > maxFileBytes) return ports.fail('file/too-large')
    const batch = toHex(crypto.random(16))
    const audience = all ? 'group' : 'member'
    const senderId = state().self.id
    const about = { name: neutralName(file.name), type: neutralType(file.type), size: file.size, audience }
    const by = { mine: true, senderId, senderName: nameOf(senderId), at: ports.now() } as const
    const prepare = (prepared: number): void => {
      preparing.set(batch, { id: batch, ...about, ...by, prepared, parts: [] } as FileView)
      show()
    }
    prepare(0)
    try {
      await transfers.offer(sourceOf(file), to, {
        audience,
        batch,
        onRead: (bytes) => {
          if (!preparing.has(batch)) return false
          prepare(bytes)
          return true
        },
      })
    } catch {
      ports.fail('file/unreadable')
    }
    preparing.delete(batch)
    show()
  }

  return {
    command(command) {
      if (command.kind === 'offer-files') {
        const others = otherMembers(state()).map(({ id }) => id)
        const to = command.to === null ? others : others.filter((id) => id === command.to)
        for (const file of command.files) void offer(file, to, command.to === null)
        return
      }
      if (command.action === 'cancel' && preparing.delete(command.file)) return show()
      for (const part of shown.find(({ id }) => id === command.file)?.parts ?? [])
        transfers.command(part.id, command.action)
    },
    hear: transfers.hear,
    channelEvent: (event) => {
      for (const member of membersAt(state(), event.member as Address)) {
        if (event.kind === 'chunk') transfers.receive(member, event.bytes)
        else {
          inFlight.set(member, Math.max(0, (inFlight.get(member) ?? 0) - event.count))
          transfers.chunksSent(member, event.count)
        }
      }
    },
    takeFromRelay: (from, bytes) => {
      const chunk = chunkIn(bytes)
      if (chunk === null) return false
      for (const member of membersAt(state(), from)) transfers.receive(member, chunk)
      return true
    },
    follow: () => {
      if (transferred.length === 0) return
      for (const { member, phase } of transferred) {
        const hasEnded = phase === 'done' || phase === 'declined' || phase === 'cancelled'
        if (!hasEnded && entryOf(state(), member) === null) transfers.memberGone(member)
      }
      for (const member of inFlight.keys()) if (pathOf(member) !== 'direct') inFlight.delete(member)
      transfers.follow()
    },
    close: transfers.close,
  }
}
