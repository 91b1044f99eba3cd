"""One member in its room, from the first knock to its leave: roster, pair sessions, epochs and messages.

Follows src/peer/SPEC.md, src/group/SPEC.md and src/peer/delivery/SPEC.md. It authors no epoch, keeps no door and no
mailbox, asks for no direct link and no hole. `step` methods take what came; `tick` does what is due.
"""

import os
import time

import frames
import group
import identity
from admission import Knock
from messages import Messages
from pairs import HEARTBEATS, Pairs, Peer, now_ms
from primitives import Refused

EPOCHS_KEPT = 4


class Room(Pairs, Messages):
    """`send(address, payload)` gives a frame to the relay; `tell(event, **fields)` reports to the user."""

    def __init__(self, own, verifier, seed, send, tell):
        self.own, self.group, self.id = own, own.group, own.entry.id
        self.verifier, self.seed, self.send, self.tell = verifier, seed, send, tell
        self.present, self.asked, self.refused, self.knock = [], {}, set(), None
        self.inside = self.ended = False
        self.peers, self.hashes, self.by, self.removed = {}, {}, {}, {}
        self.early_flows, self.epochs, self.answers = {}, {}, {}
        self.last_sendable = self.shown_current = None
        self.record_revision = 0
        self.number, self.messages = 0, {}
        self.beats, self.next_beat = 0, None
        self.timers, self.repeats = [], {}

    # Time

    def after(self, seconds, action):
        self.timers.append((time.monotonic() + seconds, action))

    def tick(self):
        now = time.monotonic()
        due = [action for at, action in self.timers if at <= now]
        self.timers = [timer for timer in self.timers if timer[0] > now]
        for action in due:
            action()
        if not self.inside:
            self._knock_next()
            return
        if self.next_beat is not None and now >= self.next_beat:
            self._beat()
        self._meet(now)

    def wake_in(self):
        """Seconds until the next tick at the latest."""
        now = time.monotonic()
        return max(0, min([1.0] + [at - now for at, _ in self.timers]))

    def repeat(self, key, address, payload, seconds):
        """Sends at once, and again after `seconds` until another frame with this key, or `settle`."""
        self.repeats[key] = payload
        self.send(address, payload)
        for delay in seconds:
            self.after(delay, lambda: self.repeats.get(key) is payload and self.send(address, payload))

    def settle(self, key):
        self.repeats.pop(key, None)

    # Getting in

    def _knock_next(self):
        now = time.monotonic()
        if self.knock and (now < self.knock_until or self.knock.waiting_for not in (2, "nothing")):
            if now < self.run_until and self.knock.address in self.present:
                return
        due = [one for one in self.present if one not in self.refused and now >= self.asked.get(one, 0)]
        if not due:
            return
        address = due[0]
        self.asked[address] = now + 62
        self.knock_until, self.run_until = now + 1.5, now + 60
        send = lambda to, payload, again: self.repeat("knock", to, payload, again)
        self.knock = Knock(self.own, self.verifier, self.seed, address, send)

    def _pass_over(self, seconds):
        """The doorkeeper that was asked gives no answer: the next one is due, this one after a while."""
        self.asked[self.knock.address] = time.monotonic() + seconds
        self.settle("knock")
        self.knock = None

    def _admission_frame(self, address, tag, fields):
        if self.inside or self.knock is None or address != self.knock.address:
            return
        if tag == frames.PAIR and self.knock.session is not None:
            plaintext, _ = self.knock.session.open(fields[0], now_ms())
            kind, control = frames.read_control(plaintext)
            if kind == frames.REMOVED:
                raise Refused("refused by the doorkeeper")
            self._enter(control[0])
        else:
            self.knock.receive(tag, fields)
            if tag == frames.BUSY and fields[0] == self.knock.run:
                self._pass_over(min(60, max(2, fields[1] / 1000)))
            elif self.knock.waiting_for == "nothing" and address not in self.refused:
                self.refused.add(address)
                self.tell("wrong-password")

    def _enter(self, control):
        tag, fields = frames.read_group_control(control)
        keeper = self.knock.entry
        if tag != frames.ROSTER or keeper.hash not in fields[2]:
            raise Refused("a roster without its doorkeeper")
        self.settle("knock")
        self.seed = self.verifier = None
        self.inside = True
        self.hashes[self.id], self.by[self.id] = self.own.entry.hash, keeper.id
        peer = self._list(keeper, fields[1])
        peer.current = self.knock.session
        self._heard(peer)
        self.tell("joined", doorkeeper=keeper.name)
        self._ask(peer, fields[2])
        self._roster_changed()

    # Roster

    def _list(self, entry, by):
        self.hashes[entry.id], self.by[entry.id] = entry.hash, by
        peer = self.peers[entry.id] = Peer(entry)
        flow1 = self.early_flows.pop((entry.address, entry.id), None)
        if flow1 is not None:
            self._answer_flow1(peer, flow1)
        return peer

    def _ask(self, peer, hashes):
        missing = [value for value in hashes if value[:16] not in self.hashes and value[:16] not in self.removed]
        if missing:
            self._control(peer, frames.hashes(frames.ASK, missing))

    def _roster_changed(self):
        names = sorted([self.own.entry.name] + [peer.entry.name for peer in self.peers.values()])
        self.tell("roster", members=names, room=identity.room_number(self.hashes.values())[0])
        self._current_changed()

    def _current_changed(self):
        self.beats, self.next_beat = 0, time.monotonic() + HEARTBEATS[0]
        epoch = self.current()
        if epoch is not None and epoch.id != self.shown_current:
            self.shown_current = epoch.id
            self.tell("epoch", number=epoch.header.counter, fingerprint=epoch.fingerprint.hex())

    def _entries(self, peer, items):
        before = len(self.hashes)
        for data, by in items:
            entry = identity.Entry(data, self.group)
            if entry.id not in self.removed and entry.id not in self.hashes and len(self.hashes) < 256:
                self._list(entry, by)
        if len(self.hashes) != before:
            self._roster_changed()

    def _removals(self, peer, items):
        gone = []
        for id, by, reason, teller in items:
            self.removed.setdefault(id, (id, by, reason, teller))
            if id == self.id:
                # One that hears of its own removal passes it on, and names its teller.
                for other in self.peers.values():
                    self._control(other, frames.removals([(id, by, reason, peer.id)]))
            if self.hashes.pop(id, None) is not None:
                gone.append((self.peers.pop(id, None), reason))
        for other, reason in gone:
            if other is None:
                self.ended = True
                self.tell("removed")
            else:
                self.tell("gone", name=other.entry.name, reason=("left", "evicted", "expired")[reason])
        if gone:
            self._roster_changed()

    def _compare(self, peer, hashes):
        """The answer to a list of another roster."""
        known = [self.removed[value[:16]] for value in hashes if value[:16] in self.removed]
        if known:
            self._control(peer, frames.removals(known))
        self._ask(peer, hashes)
        if set(self.hashes.values()) - set(hashes):
            self._show_ids(peer)

    def _show_ids(self, peer):
        if time.monotonic() >= peer.ids_at:
            peer.ids_at = time.monotonic() + 5
            self._control(peer, frames.hashes(frames.IDS, sorted(self.hashes.values())))

    def _asked(self, peer, hashes):
        entries = [self.own.entry] + [other.entry for other in self.peers.values()]
        held = [(entry.data, self.by[entry.id]) for entry in entries if entry.hash in hashes]
        for start in range(0, len(held), 9):
            self._control(peer, frames.entries(held[start : start + 9]))

    # Controls

    def _obey(self, peer, plaintext):
        tag, fields = frames.read_control(plaintext)
        if tag == frames.GROUP_CONTROL:
            self._group_control(peer, *frames.read_group_control(fields[0]))
        elif tag == frames.HEARTBEAT:
            peer.interval = min(60, max(5, fields[0] / 1000))
            if fields[2] != group.roster_hash(self.group, self.hashes.values()):
                self._show_ids(peer)
        elif tag == frames.SAID:
            self._show(peer, *frames.read_message(fields[0]))
        elif tag == frames.RECEIPT:
            self._confirmed(peer, fields[0])
        elif tag == frames.MISSING:
            self._resend(peer, fields[0])
        elif tag == frames.PASSWORD:
            self._record(peer, fields[0])
        elif tag == frames.REMOVED:
            self.tell("told-removed")

    def _group_control(self, peer, tag, fields):
        if tag == frames.IDS:
            self._compare(peer, fields[0])
        elif tag == frames.ASK:
            self._asked(peer, fields[0])
        elif tag == frames.ENTRIES:
            self._entries(peer, fields[0])
        elif tag == frames.REMOVALS:
            self._removals(peer, fields[0])
        elif tag == frames.EXPIRING:
            other = self.peers.get(fields[0])
            if other is not None and other.heard_at is not None:
                self._control(peer, frames.heard(other.id, int((time.monotonic() - other.heard_at) * 1000)))
        elif tag == frames.EPOCH:
            self._epoch(peer, *fields)

    def _record(self, peer, record):
        frames.record_revision(record)
        held = group.H(b"mlwe-pake v2 password record", self.group, record)
        self._control(peer, bytes([frames.PASSWORD_HELD]) + held)

    # Epochs

    def _epoch(self, peer, data, joint):
        header = group.Header(data, self.group)
        if header.author != peer.id or self.id not in header.members:
            raise Refused("epoch of another author")
        if header.id not in self.epochs:
            epoch = group.Epoch(header, joint)
            self.epochs[header.id] = epoch
            kept = sorted(self.epochs.values(), key=group.Epoch.rank)[-EPOCHS_KEPT:]
            self.epochs = {one.id: one for one in kept}
            self._current_changed()
        epoch = self.epochs.get(header.id)
        if epoch is not None:
            contribution = os.urandom(32)
            self._control(peer, frames.ack(epoch.id, epoch.ack(self.id, contribution), contribution), "due")

    def current(self):
        """The greatest epoch whose members are exactly the live ones."""
        live = sorted(self.hashes)
        usable = [epoch for epoch in self.epochs.values() if epoch.members == live]
        best = max(usable, key=group.Epoch.rank, default=None)
        self.last_sendable = best or self.last_sendable
        return best

    def sendable(self):
        best = self.current() or self.last_sendable
        return best if best is not None and set(best.members) <= set(self.hashes) else None

    # What the relay brings

    def presence(self, address, here):
        if address in self.present:
            self.present.remove(address)
        if here:
            self.present.append(address)

    def undelivered(self, address):
        if not self.inside and self.knock is not None and self.knock.address == address:
            self._pass_over(2)

    def receive(self, address, payload):
        """Takes one frame; what is refused changes nothing, and is only reported."""
        try:
            tag, fields = frames.read(payload)
            if not self.inside:
                self._admission_frame(address, tag, fields)
            elif tag == frames.PAIR:
                self._pair(address, *fields)
            elif tag == frames.GROUP:
                self._group_message(address, *fields)
            elif tag == frames.HANDSHAKE:
                self._handshake(address, *fields)
        except Refused as refused:
            self.tell("refused", frame=payload[0] if payload else None, why=str(refused))

    def leave(self):
        goodbye = frames.removals([(self.id, self.id, frames.LEFT, self.id)])
        for peer in self.peers.values():
            self._control(peer, goodbye)
        self.ended = True
