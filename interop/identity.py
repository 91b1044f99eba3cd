"""Entries, the handshake and the numbers that people compare (src/identity/SPEC.md)."""

import os

from mlkem import ml_kem_768
from primitives import (
    H, Reader, Refused, check_x25519, expand, extract, lv, mac, pad, same, uint, unpad, x25519, x25519_public,
)
from typed import code_points

REFUSED_IN_NAMES = code_points(
    "0000–001F, 007F–009F, 2028–2029, 061C, 200E–200F, 202A–202E, 2066–2069, 00AD, 034F, 115F–1160, 17B4–17B5, "
    "180B–180F, 200B–200D, 2060–2065, 206A–206F, 2800, 3164, FE00–FE0F, FEFF, FFA0, FFF0–FFFB, 1BCA0–1BCA3, 1D159, "
    "1D173–1D17A, E0000–E0FFF, 00A0, 1680, 2000–200A, 202F, 205F, 3000"
)


def accepts_name(name):
    spaced = name.startswith(" ") or name.endswith(" ") or "  " in name
    return 1 <= len(name.encode()) <= 64 and not spaced and not any(ord(c) in REFUSED_IN_NAMES for c in name)


class Entry:
    """A member as all see it: decoded strictly from its bytes, named by its hash within a group."""

    def __init__(self, data, group):
        self.data = data
        reader = Reader(data)
        try:
            self.name = reader.lv(64).decode()
        except UnicodeDecodeError:
            raise Refused("name") from None
        self.lease = reader.uint(6)
        self.address, self.dh, self.kem = reader.take(32), reader.take(32), reader.take(1184)
        reader.take(16)
        reader.end()
        if not accepts_name(self.name) or not 300_000 <= self.lease <= 2_592_000_000:
            raise Refused("entry")
        check_x25519(self.dh)
        ml_kem_768.check(self.kem)
        self.hash = H(b"mlwe-pake v2 member", group, data)
        self.id = self.hash[:16]

    def padded(self):
        return pad(self.data, 1340)


def read_padded_entry(padded, group):
    if len(padded) != 1340:
        raise Refused("entry")
    return Entry(unpad(padded), group)


class Self:
    """One's own entry and its private keys: X25519 32 bytes, ML-KEM seed 64."""

    def __init__(self, name, lease, address, group, draw=os.urandom):
        self.dh, self.kem_seed = draw(32), draw(64)
        public = x25519_public(self.dh) + ml_kem_768.public(self.kem_seed)
        data = lv(name.encode()) + uint(lease, 6) + address + public + draw(16)
        self.group, self.entry = group, Entry(data, group)


def _finish(group, i, r, flow1, head2, psk, agreements, secrets):
    """(key, transcript, mac_r) from what both sides have."""
    prologue = b"mlwe-pake v2 handshake\2" + group + i.hash + r.hash
    salt = H(lv(prologue), lv(flow1), lv(head2))
    prk = extract(salt, psk + b"".join(agreements) + b"".join(secrets))
    mac_r = mac(expand(prk, b"mlwe-pake v2 handshake responder", 32), salt)
    return expand(prk, b"mlwe-pake v2 handshake session", 32), salt, mac_r


class Initiator:
    """A run that this side starts: `flow1` goes out, `finish` takes flow 2."""

    def __init__(self, own, peer, psk=bytes(32), draw=os.urandom):
        self.own, self.peer, self.psk = own, peer, psk
        self.run, self.dh, self.kem_seed = draw(16), draw(32), draw(64)
        ct, self.k1 = ml_kem_768.encaps(peer.kem, draw(32))
        self.flow1 = self.run + x25519_public(self.dh) + ml_kem_768.public(self.kem_seed) + ct

    def finish(self, flow2):
        """(key, transcript, first ratchet keys of the responder: X25519 32, ML-KEM 1,184)."""
        if len(flow2) != 3472 or flow2[:16] != self.run:
            raise Refused("handshake/malformed")
        reader = Reader(flow2)
        _, e, f, ek, ct_e, ct_i, mac_r = map(reader.take, (16, 32, 32, 1184, 1088, 1088, 32))
        for public in (f, e):
            check_x25519(public)
        ml_kem_768.check(ek)
        agreements = [x25519(self.dh, self.peer.dh), x25519(self.dh, e), x25519(self.own.dh, e)]
        secrets = [self.k1, ml_kem_768.decaps(self.kem_seed, ct_e), ml_kem_768.decaps(self.own.kem_seed, ct_i)]
        key, transcript, expected = _finish(
            self.own.group, self.own.entry, self.peer, self.flow1, flow2[:-32], self.psk, agreements, secrets
        )
        if not same(mac_r, expected):
            raise Refused("handshake/bad-mac")
        return key, transcript, f, ek


def respond(own, peer, flow1, psk=bytes(32), draw=os.urandom):
    """(flow 2, key, transcript, private X25519 key F_r 32, ML-KEM seed ek_r 64)."""
    if len(flow1) != 2320:
        raise Refused("handshake/malformed")
    if peer.id == own.entry.id:
        raise Refused("handshake/bad-keys")
    reader = Reader(flow1)
    run, e_i, ek_i, ct_r = map(reader.take, (16, 32, 1184, 1088))
    check_x25519(e_i)
    ml_kem_768.check(ek_i)
    e, f, kem_seed = draw(32), draw(32), draw(64)
    ct_e, k2 = ml_kem_768.encaps(ek_i, draw(32))
    ct_i, k3 = ml_kem_768.encaps(peer.kem, draw(32))
    head = run + x25519_public(e) + x25519_public(f) + ml_kem_768.public(kem_seed) + ct_e + ct_i
    agreements = [x25519(own.dh, e_i), x25519(e, e_i), x25519(e, peer.dh)]
    secrets = [ml_kem_768.decaps(own.kem_seed, ct_r), k2, k3]
    key, transcript, mac_r = _finish(own.group, peer, own.entry, flow1, head, psk, agreements, secrets)
    return head + mac_r, key, transcript, f, kem_seed


def _number(seed, groups, words):
    stream = b"".join(H(b"mlwe-pake v2 number", seed, bytes([i])) for i in range(4))
    values = [int.from_bytes(stream[6 * i : 6 * i + 6], "big") for i in range(groups + words)]
    digits = " ".join(f"{value % 1_000_000:06}" for value in values[:groups])
    return digits, [value % 7776 for value in values[groups:]]


def room_number(hashes):
    """(48 digits in groups of six, 12 indexes of words) of a roster."""
    return _number(H(b"mlwe-pake v2 room number", *sorted(set(hashes))), 8, 12)
