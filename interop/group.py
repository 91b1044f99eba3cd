"""Roster hash, epochs and the sealed messages of the group (src/group/SPEC.md)."""

import os

from primitives import H, Reader, Refused, expand, extract, listed, mac, same, seal, uint, unseal

JUMP = 2048
KEPT = 64


def roster_hash(group, hashes):
    return H(b"mlwe-pake v2 roster", group, listed(sorted(hashes)))


class Header:
    """The public part of an epoch, decoded strictly."""

    def __init__(self, data, group):
        self.data = data
        reader = Reader(data)
        if reader.uint(1) != 2 or reader.take(16) != group:
            raise Refused("header of another group")
        self.counter, self.author = reader.uint(6), reader.take(16)
        self.members = reader.list(256, lambda: reader.take(16))
        self.commitment = reader.take(32)
        reader.end()
        if self.members != sorted(set(self.members)) or self.author not in self.members:
            raise Refused("members of an epoch")
        self.id = H(b"mlwe-pake v2 epoch", data)


def joint_secret(fresh, contributions):
    """J of an author: contributions are (member id 16, 32 bytes)."""
    return extract(b"mlwe-pake v2 epoch/joint", fresh + b"".join(c for _, c in sorted(contributions)))


class Epoch:
    """Everything that follows from a header and J; refused where the commitment differs."""

    def __init__(self, header, joint):
        hashed = H(b"mlwe-pake v2 epoch header", header.data[:-32])
        secret = expand(joint, b"mlwe-pake v2 epoch/secret" + hashed, 32)

        def part(name, length=32):
            return expand(secret, b"mlwe-pake v2 epoch/" + name, length)

        if not same(part(b"commit"), header.commitment):
            raise Refused("commitment of an epoch")
        self.header, self.id, self.members = header, header.id, header.members
        self.confirm, self.header_key, self.fingerprint = part(b"confirm"), part(b"header"), part(b"safety", 16)
        self.chains = {member: Chain(part(b"sender" + member)) for member in header.members}

    def rank(self):
        return self.header.counter, self.id

    def ack(self, member, contribution):
        text = b"mlwe-pake v2 epoch ack" + self.id + member + contribution
        return mac(self.confirm, text)


class Chain:
    """The message keys of one sender, those that were skipped included."""

    def __init__(self, key):
        self.key, self.number, self.skipped = key, 0, {}

    def step(self):
        message_key, self.key = mac(self.key, b"\1"), mac(self.key, b"\2")
        self.number += 1
        return message_key

    def key_of(self, number):
        """(message key, function that commits to having used it)."""
        if number in self.skipped:
            return self.skipped[number], lambda: self.skipped.pop(number)
        if not self.number <= number <= self.number + JUMP:
            raise Refused("position in a chain")
        trial = Chain(self.key)
        trial.number, trial.skipped = self.number, dict(self.skipped)
        while trial.number < number:
            at = trial.number
            trial.skipped[at] = trial.step()
        key = trial.step()
        trial.skipped = dict(sorted(trial.skipped.items())[-KEPT:])
        return key, lambda: self.__dict__.update(trial.__dict__)


def _aad(group, epoch):
    return b"mlwe-pake v2 group message\2" + group + epoch.id


def _body_key(message_key, salt):
    output = expand(extract(salt, message_key), b"mlwe-pake v2 group message key", 44)
    return output[:32], output[32:]


def seal_message(group, epoch, sender, padded, draw=os.urandom):
    nonce, chain = draw(12), epoch.chains[sender]
    position = uint(epoch.members.index(sender), 2) + uint(chain.number, 4)
    aad = _aad(group, epoch)
    start = b"\2" + epoch.id[:8] + nonce + seal(epoch.header_key, nonce, position, aad)
    salt = draw(16)
    key, body_nonce = _body_key(chain.step(), salt)
    return start + salt + seal(key, body_nonce, padded, aad + start)


def open_message(group, epochs, sender, sealed):
    """The padded plaintext of a message whose tag named `sender`; a refused one changes nothing."""
    reader = Reader(sealed)
    if reader.uint(1) != 2:
        raise Refused("version")
    named = reader.take(8)
    epoch = next((epoch for epoch in epochs if epoch.id[:8] == named), None)
    if epoch is None:
        raise Refused("no such epoch")
    nonce, position = reader.take(12), reader.take(22)
    start = sealed[: reader.at]
    salt, body = reader.take(16), reader.rest()
    aad = _aad(group, epoch)
    fields = Reader(unseal(epoch.header_key, nonce, position, aad))
    index, generation = fields.uint(2), fields.uint(4)
    if index >= len(epoch.members) or epoch.members[index] != sender:
        raise Refused("another sender")
    message_key, commit = epoch.chains[sender].key_of(generation)
    key, body_nonce = _body_key(message_key, salt)
    padded = unseal(key, body_nonce, body, aad + start)
    commit()
    return padded


def tag(auth, sender, recipient, sealed):
    return mac(auth, b"mlwe-pake v2 tag" + sender + recipient + H(sealed))[:16]
