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
from primitives import Refused, same
from ratchet import Session

EPOCHS_KEPT = 4
REPEATS_OF_MESSAGE = (2, 5, 15, 60)
HEARTBEATS = (5, 10, 20, 40, 60)
NEXT_SECONDS = 30
FORMER_SECONDS = 120


def now_ms():
    return int(time.time() * 1000)


class Peer:
    """Another member: its entry, and the sessions with it by their state."""

    def __init__(self, entry):
        self.entry, self.id = entry, entry.id
        self.current = self.next = self.former = None
        self.initiator = None
        self.meet_at, self.meet_pause = 0, 20
        self.heard_at, self.interval = None, 5
        self.shown, self.receipts = set(), []
        self.ids_at, self.owes = 0, False

    def sessions(self):
        return [session for session in (self.current, self.next, self.former) if session is not None]

    def speaking(self):
        """The session for new things; `next` only where there is no other and this side may speak."""
        if self.current is not None:
            return self.current
        return self.next if self.next is not None and self.next.can_seal() else None

    def within_reach(self, now):
        return self.heard_at is not None and now - self.heard_at <= 2.5 * self.interval


class Room:
    """`send(address, payload)` gives a frame to the relay; `tell(event, **fields)` reports to the user."""

    def __init__(self, own, verifier, seed, send, tell):
        self.own, self.group, self.id = own, own.group, own.entry.id
        self.verifier, self.seed, self.send, self.tell = verifier, seed, send, tell
        self.present, self.asked, self.knock = [], {}, None
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
        waiting = [address for address in self.present if now >= self.asked.get(address, 0)]
        if not waiting:
            return
        address = waiting[0]
        self.asked[address] = now + 62
        self.knock_until, self.run_until = now + 1.5, now + 60
        send = lambda to, payload, again: self.repeat("knock", to, payload, again)
        self.knock = Knock(self.own, self.verifier, self.seed, address, send)

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

    def _removals(self, items):
        gone = []
        for id, by, reason, teller in items:
            self.removed.setdefault(id, (id, by, reason, teller))
            if self.hashes.pop(id, None) is not None:
                gone.append((self.peers.pop(id, None), reason))
        for peer, reason in gone:
            if peer is None:
                self.ended = True
                self.tell("removed")
            else:
                self.tell("gone", name=peer.entry.name, reason=("left", "evicted", "expired")[reason])
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

    # Pair sessions

    def _control(self, peer, plaintext, policy="minute", padding="control"):
        session = peer.speaking()
        if session is None or peer.entry.address not in self.present:
            return False
        first = session.sending.turn == 0
        payload = frames.pair(session.seal(plaintext, padding, policy, now_ms()))
        if first and peer.initiator is not None:
            self.repeat(peer.id, peer.entry.address, payload, (1, 2, 4))
        else:
            self.send(peer.entry.address, payload)
        peer.owes = False
        return True

    def _meet(self, now):
        """Starts a handshake with each member that is present and has no session here, or is not within reach."""
        for peer in self.peers.values():
            due = peer.current is None or not peer.within_reach(now)
            if not due or peer.next is not None or now < peer.meet_at or peer.entry.address not in self.present:
                continue
            peer.meet_at, peer.meet_pause = now + 20 + peer.meet_pause, min(3600, peer.meet_pause * 2)
            run = peer.initiator = identity.Initiator(self.own, peer.entry)
            payload = frames.handshake(self.id, peer.id, 1, run.flow1)
            self.repeat(peer.id, peer.entry.address, payload, (2, 5))
            self.after(20, lambda peer=peer, run=run: self._give_up(peer, run))

    def _give_up(self, peer, run):
        if peer.initiator is run and peer.next is None:
            peer.initiator = None
            self.settle(peer.id)

    def _handshake(self, address, sender, to, flow, body):
        if to != self.id or sender in self.removed:
            return
        peer = self.peers.get(sender)
        if peer is None:
            if len(self.early_flows) < 64:
                self.early_flows[address, sender] = body
        elif peer.entry.address != address:
            raise Refused("frame/unexpected")
        elif flow == 1:
            self._answer_flow1(peer, body)
        elif peer.initiator is not None and peer.next is None:
            key, transcript, *keys = peer.initiator.finish(body)
            ids = (self.group, self.id, peer.id)
            self._wait(peer, Session(key, transcript, *ids, True, keys))
            peer.current, peer.former = None, peer.current
            self._control(peer, self._heartbeat(5), "never")

    def _answer_flow1(self, peer, flow1):
        if flow1 == self.answers.get(peer.id, (None,))[0] and peer.next is not None:
            self.send(peer.entry.address, self.answers[peer.id][1])
            return
        if peer.initiator is not None and self.id > peer.id:
            return
        peer.initiator = None
        self.settle(peer.id)
        flow2, key, transcript, *keys = identity.respond(self.own, peer.entry, flow1)
        ids = (self.group, peer.id, self.id)
        self._wait(peer, Session(key, transcript, *ids, False, keys))
        payload = frames.handshake(self.id, peer.id, 2, flow2)
        self.answers[peer.id] = flow1, payload
        self.send(peer.entry.address, payload)

    def _wait(self, peer, session):
        peer.next = session

        def drop():
            if peer.next is session:
                peer.next = peer.initiator = None

        self.after(NEXT_SECONDS, drop)

    def _pair(self, address, sealed):
        for peer in list(self.peers.values()):
            if peer.entry.address != address:
                continue
            for session in peer.sessions():
                try:
                    plaintext, turned = session.open(sealed, now_ms())
                except Refused:
                    continue
                first = session is peer.next
                if first:
                    peer.former = peer.current or peer.former
                    peer.current, peer.next = session, None
                    former = peer.former
                    self.after(FORMER_SECONDS, lambda: peer.former is former and setattr(peer, "former", None))
                    self.settle(peer.id)
                    peer.initiator, peer.meet_pause = None, 20
                self._heard(peer)
                self._obey(peer, plaintext)
                if first or turned:
                    peer.owes = True
                    self.after(0 if first else 1, lambda: self._pay(peer))
                return
        raise Refused("pair/none")

    def _pay(self, peer):
        if peer.owes and self.peers.get(peer.id) is peer:
            self._control(peer, self._heartbeat(self._interval()), "never")

    def _heard(self, peer):
        peer.heard_at = time.monotonic()

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
            self._removals(fields[0])
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
            epoch.contribution = os.urandom(32)
            self.epochs[header.id] = epoch
            kept = sorted(self.epochs.values(), key=group.Epoch.rank)[-EPOCHS_KEPT:]
            self.epochs = {one.id: one for one in kept}
            self._current_changed()
        epoch = self.epochs.get(header.id)
        if epoch is not None:
            contribution = epoch.contribution
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

    # Heartbeats

    def _interval(self):
        return HEARTBEATS[min(self.beats, len(HEARTBEATS) - 1)]

    def _heartbeat(self, interval):
        hashed = group.roster_hash(self.group, self.hashes.values())
        return frames.heartbeat(interval * 1000, self.current(), hashed, self.number)

    def _beat(self):
        self.beats += 1
        interval = self._interval()
        self.next_beat = time.monotonic() + interval
        for peer in self.peers.values():
            self._control(peer, self._heartbeat(interval), "never")

    # Messages

    def say(self, text):
        self.number += 1
        message = frames.message(self.number, now_ms(), text)
        self.messages[self.number] = message, set(self.peers)
        epoch = self.sendable()
        members = []
        if epoch is not None:
            members = [peer for peer in self.peers.values() if peer.id in epoch.members and peer.speaking()]
            padded = frames.pad_message(message)
            sealed = group.seal_message(self.group, epoch, self.id, padded)
            for peer in members:
                tag = group.tag(peer.speaking().sending_auth(), self.id, peer.id, sealed)
                self.send(peer.entry.address, frames.group(sealed, tag))
        number = self.number
        for delay in REPEATS_OF_MESSAGE if epoch else (1, *REPEATS_OF_MESSAGE):
            self.after(delay, lambda: self._say_again(number))

    def _say_again(self, number):
        for id in self.messages[number][1]:
            if id in self.peers:
                self._said(self.peers[id], number)

    def _said(self, peer, number):
        self._control(peer, bytes([frames.SAID]) + self.messages[number][0], "minute", "message")

    def _resend(self, peer, numbers):
        for number in numbers[:32]:
            if number in self.messages and peer.id in self.messages[number][1]:
                self._said(peer, number)

    def _confirmed(self, peer, numbers):
        for number in numbers:
            if number in self.messages and peer.id in self.messages[number][1]:
                self.messages[number][1].discard(peer.id)
                self.tell("confirmed", number=number, by=peer.entry.name)

    def _group_message(self, address, sealed, tag):
        for peer in self.peers.values():
            for session in peer.sessions() if peer.entry.address == address else ():
                for turn, auth in session.receiving_auths():
                    if same(tag, group.tag(auth, peer.id, self.id, sealed)):
                        session.confirm(turn, now_ms())
                        self.after(30, lambda: session.expire(now_ms()))
                        padded = group.open_message(self.group, self.epochs.values(), peer.id, sealed)
                        self._show(peer, *frames.read_group_message(padded))
                        return
        raise Refused("pair/bad-tag")

    def _show(self, peer, number, at, text):
        if number not in peer.shown:
            peer.shown.add(number)
            self.tell("message", sender=peer.entry.name, number=number, text=text)
        if not peer.receipts:
            self.after(0.2, lambda: self._receipt(peer))
        peer.receipts.append(number)

    def _receipt(self, peer):
        numbers, peer.receipts = peer.receipts[:128], []
        self._control(peer, frames.numbers(frames.RECEIPT, numbers), "seldom")

    # What the relay brings

    def presence(self, address, here):
        if address in self.present:
            self.present.remove(address)
        if here:
            self.present.append(address)

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
