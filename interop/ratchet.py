"""The pair session: a hybrid double ratchet with encrypted headers (src/ratchet/SPEC.md)."""

import copy
import os

from mlkem import ml_kem_768
from primitives import (
    H, Reader, Refused, check_x25519, expand, hkdf, lv, mac, pad, padme, seal, uint, unpad, unseal, x25519, x25519_public,
)

JUMP = 2048
KEPT = 64
PAUSES = {"due": 0, "minute": 60_000, "seldom": 600_000}


class Chain:
    def __init__(self, header_key, key):
        self.header_key, self.key, self.number = header_key, key, 0

    def step(self):
        message_key, self.key = mac(self.key, b"\1"), mac(self.key, b"\2")
        self.number += 1
        return message_key


class Direction:
    """What both ends hold of one way: `auths` are (turn, key), the newest first."""

    def __init__(self, output):
        self.root, self.next_header = output[:32], output[32:64]
        self.auths = [(0, output[64:96])]
        self.turn, self.chain = 0, None

    def advance(self, agreement, values):
        output = hkdf(self.root, agreement, b"mlwe-pake v2 pair turn" + values, 128)
        self.chain = Chain(self.next_header, output[32:64])
        self.root, self.next_header = output[:32], output[64:96]
        self.turn += 1
        self.auths = [(self.turn, output[96:]), self.auths[0]]


class Session:
    """`own_set` is (number, X25519 private, ML-KEM seed), `peer_set` (number, X25519 public, ML-KEM public)."""

    def __init__(self, key, transcript, group, initiator, responder, initiating, keys):
        text = b"mlwe-pake v2 pair" + group + initiator + responder
        output = hkdf(transcript, key, text, 192)
        directions = [Direction(output[:96]), Direction(output[96:])]
        self.sending, self.receiving = directions if initiating else reversed(directions)
        self.own, self.peer = (initiator, responder) if initiating else (responder, initiator)
        self.group = group
        self.own_set, self.peer_set = (None, (0, *keys)) if initiating else ((0, *keys), None)
        self.lowest_unused = 0
        self.acknowledged = self.previous_length = 0
        self.last_turn_at, self.block = None, None
        self.skipped = {}
        self.ended = {}
        self.confirmed_at = None

    def can_seal(self):
        return self.sending.chain is not None or self.peer_set is not None

    def is_due(self):
        return self.peer_set is not None and self.peer_set[0] >= self.lowest_unused

    def _may_turn(self, policy, now):
        if not self.is_due():
            return False
        if self.sending.turn == 0:
            return True
        return policy in PAUSES and now - self.last_turn_at >= PAUSES[policy]

    def _values(self, sender, receiver, turn, dh, kem, ct, target):
        number, target_dh, target_kem = target
        return H(
            self.group, sender, receiver, uint(turn, 4), dh, kem, ct, uint(number, 4), target_dh, target_kem
        )

    def _turn(self, now, draw):
        number, peer_dh, peer_kem = self.peer_set
        kem_seed, private = draw("newKemSeed", 64), draw("newDhPrivate", 32)
        dh, kem = x25519_public(private), ml_kem_768.public(kem_seed)
        ct, secret = ml_kem_768.encaps(peer_kem, draw("encapsulation", 32))
        self.previous_length = self.sending.chain.number if self.sending.chain else 0
        turn = self.sending.turn + 1
        values = self._values(self.own, self.peer, turn, dh, kem, ct, self.peer_set)
        self.sending.advance(x25519(private, peer_dh) + secret, values)
        self.own_set = (turn, private, kem_seed)
        self.lowest_unused, self.last_turn_at = number + 1, now
        self.block = dh + kem + ct + uint(number, 4)

    def seal(self, plaintext, padding, policy, now, draw=lambda name, size: os.urandom(size)):
        if self._may_turn(policy, now):
            self._turn(now, draw)
        chain = self.sending.chain
        numbers = (self.sending.turn, chain.number, self.previous_length, self.receiving.turn)
        header = b"".join(uint(n, 4) for n in numbers) + (b"\0" if self.block is None else b"\1" + self.block)
        aad = b"\2" + self.group + self.own + self.peer
        nonce = draw("headerNonce", 12)
        sealed_header = nonce + seal(chain.header_key, nonce, header, aad)
        size = len(plaintext) + 4
        size = max(256, padme(size)) if padding == "message" else -(-size // 256) * 256
        salt = draw("salt", 16)
        body_key = expand(chain.step(), b"mlwe-pake v2 pair message" + salt, 32)
        body = seal(body_key, salt[:12], pad(plaintext, size), aad + sealed_header)
        return b"\2" + lv(sealed_header) + salt + body

    def open(self, frame, now):
        """(plaintext, whether the peer turned); a refused frame changes nothing."""
        trial = copy.deepcopy(self)
        outcome = trial._open(frame, now)
        self.__dict__ = trial.__dict__
        return outcome

    def _open(self, frame, now):
        reader = Reader(frame)
        if reader.uint(1) != 2:
            raise Refused("ratchet/malformed")
        sealed_header, salt, body = reader.lv(2353), reader.take(16), reader.rest()
        aad = b"\2" + self.group + self.peer + self.own
        turn, header = self._open_header(sealed_header, aad)
        fields = Reader(header)
        named, number, previous, ack = (fields.uint(4) for _ in range(4))
        block = fields.optional(lambda: fields.take(2308))
        fields.end()
        if named != turn or ack > self.sending.turn:
            raise Refused("ratchet/malformed")
        turned = turn == self.receiving.turn + 1
        if turned:
            if block is None:
                raise Refused("ratchet/malformed")
            self._follow(block, turn, previous, ack, now)
        self._acknowledge(ack)
        key = expand(self._message_key(turn, number, now), b"mlwe-pake v2 pair message" + salt, 32)
        padded = unseal(key, salt[:12], body, aad + sealed_header)
        plaintext = unpad(padded)
        if len(padded) % 256 != 0 and len(padded) != max(256, padme(len(plaintext) + 4)):
            raise Refused("ratchet/malformed")
        return plaintext, turned

    def _open_header(self, sealed, aad):
        keys = [(turn, key) for turn, key in self.ended.items()]
        if len(sealed) > 45:
            keys.append((self.receiving.turn + 1, self.receiving.next_header))
        if self.receiving.chain:
            keys.append((self.receiving.turn, self.receiving.chain.header_key))
        for turn, key in reversed(keys):
            try:
                return turn, unseal(key, sealed[:12], sealed[12:], aad)
            except Refused:
                continue
        raise Refused("ratchet/unreadable")

    def _follow(self, block, turn, previous, ack, now):
        reader = Reader(block)
        dh, kem, ct, number = reader.take(32), reader.take(1184), reader.take(1088), reader.uint(4)
        if self.own_set is None or number != self.own_set[0] or ack != number:
            raise Refused("ratchet/malformed")
        check_x25519(dh)
        ml_kem_768.check(kem)
        _, private, seed = self.own_set
        target = (number, x25519_public(private), ml_kem_768.public(seed))
        chain = self.receiving.chain
        if chain:
            if not chain.number <= previous <= chain.number + JUMP:
                raise Refused("ratchet/jump")
            self._skip(chain, self.receiving.turn, previous, now)
            self.ended[self.receiving.turn] = chain.header_key
        agreement = x25519(private, dh) + ml_kem_768.decaps(seed, ct)
        self.receiving.advance(agreement, self._values(self.peer, self.own, turn, dh, kem, ct, target))
        self.confirmed_at = None
        self.own_set, self.peer_set = None, (turn, dh, kem)

    def _acknowledge(self, ack):
        if ack > self.acknowledged:
            self.acknowledged = ack
            if ack == self.sending.turn:
                self.block = None

    def _skip(self, chain, turn, until, now):
        first = until - KEPT
        while chain.number < until:
            number = chain.number
            key = chain.step()
            if number >= first:
                self.skipped[turn, number] = key, now

    def _message_key(self, turn, number, now):
        if (turn, number) in self.skipped:
            key = self.skipped.pop((turn, number))[0]
            if not any(skipped_turn == turn for skipped_turn, _ in self.skipped):
                self.ended.pop(turn, None)
            return key
        chain = self.receiving.chain
        if turn != self.receiving.turn or number < chain.number:
            raise Refused("ratchet/unreadable")
        if number > chain.number + JUMP:
            raise Refused("ratchet/jump")
        self._skip(chain, turn, number, now)
        return chain.step()

    def sending_auth(self):
        return next(key for turn, key in self.sending.auths if turn <= self.acknowledged)

    def receiving_auths(self):
        return list(self.receiving.auths)

    def confirm(self, turn, now):
        """A tag under the key of `turn` verified."""
        if turn == self.receiving.turn and len(self.receiving.auths) > 1 and self.confirmed_at is None:
            self.confirmed_at = now

    def expire(self, now):
        if self.confirmed_at is not None and now - self.confirmed_at >= 30_000:
            del self.receiving.auths[1:]
            self.confirmed_at = None
