"""How this client gets in: one knock after the other (src/peer/admission/SPEC.md)."""

import os

import frames
import identity
import pake
from primitives import Refused, seal, unseal
from ratchet import Session

LABEL = b"mlwe-pake v2 admission"
NONCE = bytes(12)


class Knock:
    """One run with the doorkeeper at `address`. `send` repeats a frame until the next one replaces it."""

    def __init__(self, own, verifier, seed, address, send):
        self.own, self.address, self.send = own, address, send
        self.run = os.urandom(16)
        self.pake = pake.Newcomer(verifier, seed, own.entry.address[:16], address[:16])
        self.waiting_for = 2
        self.entry = self.session = None
        send(address, frames.pake(self.run, 1, self.pake.flow1), (2, 6, 14, 30))

    def receive(self, tag, fields):
        if tag == frames.PAKE and fields[0] == frames.BY_PASSWORD and fields[1] == self.run:
            self._flow(fields[2], fields[3])
        elif tag == frames.ADMIT and fields[0] == self.run and self.waiting_for == "admit":
            self._admitted(fields[1], fields[2])

    def _flow(self, flow, body):
        if flow != self.waiting_for:
            return
        if flow == 2:
            reply = frames.pake(self.run, 3, self.pake.flow3(body), self.pake.flow1 + body)
            self.waiting_for = 4
        else:
            self.waiting_for = "admit"
            try:
                flow5, a1 = self.pake.flow5(body), None
                a1 = seal(self.pake.a1, NONCE, self.own.entry.padded(), LABEL)
            except Refused:
                # A wrong password: the other side sees a flow 5 of the usual size, and no more comes of this.
                self.waiting_for = "nothing"
                flow5, a1 = os.urandom(96), os.urandom(1356)
            reply = frames.pake(self.run, 5, flow5, a1)
        self.send(self.address, reply, (2, 5))

    def _admitted(self, sealed, flow1):
        padded = unseal(self.pake.a2, NONCE, sealed, LABEL)
        entry = identity.read_padded_entry(padded, self.own.group)
        if entry.address != self.address:
            raise Refused("entry")
        flow2, key, transcript, *keys = identity.respond(self.own, entry, flow1, self.pake.psk)
        self.entry = entry
        ids = (self.own.group, entry.id, self.own.entry.id)
        self.session = Session(key, transcript, *ids, False, keys)
        self.waiting_for = "roster"
        self.send(self.address, frames.enter(self.run, flow2), (2, 5))
