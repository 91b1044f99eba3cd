"""The pair sessions of a member: how they begin, which one speaks, and what opens (src/peer/SPEC.md)."""

import time

import frames
import group
import identity
from primitives import Refused
from ratchet import Session

HEARTBEATS = (5, 10, 20, 40, 60)
MEET_PAUSES = (20, 60)
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
        self.meet_at, self.meet_pause = 0, MEET_PAUSES[0]
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


class Pairs:
    """The part of a Room that has to do with single pairs."""

    def _control(self, peer, plaintext, policy="minute", padding="control"):
        session = peer.speaking()
        if session is None or peer.entry.address not in self.present:
            return False
        self.send(peer.entry.address, frames.pair(session.seal(plaintext, padding, policy, now_ms())))
        peer.owes = False
        return True

    def _meet(self, now):
        """Starts a handshake with each member that is present and has no session here, or is not within reach."""
        for peer in self.peers.values():
            due = peer.current is None or not peer.within_reach(now)
            if not due or peer.next is not None or now < peer.meet_at or peer.entry.address not in self.present:
                continue
            peer.meet_at = now + peer.meet_pause
            peer.meet_pause = min(3600, max(MEET_PAUSES[1], 2 * peer.meet_pause))
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
            session = Session(key, transcript, *ids, True, keys)
            self._wait(peer, session)
            first = frames.pair(session.seal(self._heartbeat(HEARTBEATS[0]), "control", "never", now_ms()))
            self.repeat(peer.id, address, first, (1, 2, 4))

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
                    peer.initiator, peer.meet_pause = None, MEET_PAUSES[0]
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

    def _heard(self, peer):
        peer.heard_at = time.monotonic()
