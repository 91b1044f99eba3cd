"""Saying and hearing: numbers, receipts and repeats (src/peer/delivery/SPEC.md)."""

import frames
import group
from pairs import now_ms
from primitives import Refused, same

REPEATS_OF_MESSAGE = (2, 5, 15, 60)


class Messages:
    """The part of a Room that has to do with messages."""

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
