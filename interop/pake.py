"""CPaceOQUAKE+ as its initiator, the newcomer, sees it (src/pake/SPEC.md)."""

import hashlib
import os

import ristretto
from mlkem import Q, ml_kem_1024, pack, unpack, x_wing_decaps
from primitives import H, Reader, Refused, expand, extract, lv, mac, same, uint
from typed import DST

NT = 1530
COEFFICIENTS = 1024


def _leb(data):
    length, out = len(data), b""
    while length >= 128:
        out += bytes([length & 127 | 128])
        length >>= 7
    return out + bytes([length]) + data


def generator(verifier, ids):
    zeros = bytes(max(0, 127 - len(_leb(verifier)) - 18))
    text = _leb(b"CPaceRistretto255") + _leb(verifier) + _leb(zeros) + _leb(ids) + _leb(b"")
    return ristretto.derive(hashlib.sha512(text).digest())


def share(scalar, base):
    return ristretto.encode(ristretto.multiply(int.from_bytes(scalar, "little"), base))


def isk(scalar, other, ya, yb):
    """The 64 bytes of CPace; `other` is the share of the other side."""
    element = share(scalar, ristretto.decode(other))
    if element == bytes(32) or other == bytes(32):
        raise Refused("identity")
    text = b"CPaceRistretto255_ISK"
    return hashlib.sha512(_leb(text) + b"\0" + _leb(element) + _leb(ya) + b"\0" + _leb(yb) + b"\0").digest()


def encode_vector(t, multiplier):
    """VectorEncodeNR of Kemeleon over the whole vector."""
    number = 0
    for digit in reversed(unpack(t, 12)):
        number = number * Q + digit
    count = (2 ** (8 * NT) - 1 - number) // Q**COEFFICIENTS + 1
    return uint(number + int.from_bytes(multiplier, "big") % count * Q**COEFFICIENTS, NT)


def decode_vector(encoded):
    number, digits = int.from_bytes(encoded, "big") % Q**COEFFICIENTS, []
    for _ in range(COEFFICIENTS):
        number, digit = divmod(number, Q)
        digits.append(digit)
    return pack(digits, 12)


def xor(a, b):
    return bytes(x ^ y for x, y in zip(a, b, strict=True))


def parse_share(flow):
    """(nonce 32, share 32) of flow 1 or 2; a share that is no element is refused."""
    reader = Reader(flow)
    nonce, encoded = reader.take(32), reader.lv(32)
    reader.end()
    if encoded == bytes(32):
        raise Refused("identity")
    ristretto.decode(encoded)
    return nonce, encoded


class Newcomer:
    """One run; `u` and `s` are the first 16 bytes of the addresses of newcomer and doorkeeper.

    After `flow5` it has `key`, `transcript`, and the three keys of an admission. Every fault is one Refused.
    """

    def __init__(self, verifier, seed, u, s, draw=os.urandom):
        self.verifier, self.seed, self.u, self.s, self.draw = verifier, seed, u, s, draw
        self.base = generator(verifier, u + s)
        scalar = draw(32)
        self.scalar = scalar[:31] + bytes([scalar[31] & 15])
        self.s1 = draw(32)
        self.ya = share(self.scalar, self.base)
        self.flow1 = self.s1 + lv(self.ya)

    def flow3(self, flow2):
        s2, yb = parse_share(flow2)
        self.flow2 = flow2
        self.isk = isk(self.scalar, yb, self.ya, yb)
        self.sid = expand(extract(self.s1 + s2, DST + b"CPaceOQUAKE"), DST + b"SID", 32)
        self.fullsid = lv(self.sid, 4) + lv(self.u, 4) + lv(self.s, 4)
        context = DST + b"OQUAKE-context" + self.fullsid + self.isk[:32]
        self.e = expand(extract(self.verifier, context), DST + b"effective_PRS", 32)
        self.kem_seed = self.draw(64)
        self.ek = ml_kem_1024.public(self.kem_seed)
        ut, rho = encode_vector(self.ek[:-32], self.draw(72)), self.ek[-32:]
        self.upk = ut + rho
        r = self.draw(96)
        label = DST + b"OQUAKE" + self.fullsid + rho
        self.t = xor(ut, expand(extract(self.e, label + r), DST + b"T_pad", NT))
        self.masked = xor(r, expand(extract(self.e, label + self.t), DST + b"s_pad", 96))
        self.flow3_bytes = self.masked + self.t + rho
        return self.flow3_bytes

    def _transcript(self, *messages):
        start = b"mlwe-pake v2 CPaceOQUAKE+ transcript\2" + self.u + self.s
        return H(start, uint(len(messages), 2), *map(lv, messages))

    def flow5(self, flow4):
        if len(flow4) != 2848:
            raise Refused("pake/failed")
        reader = Reader(flow4)
        ct, h, enc_c, client_confirm, mac_r = map(reader.take, (1568, 64, 1120, 64, 32))
        k = ml_kem_1024.decaps(self.kem_seed, ct)
        text = DST + b"OQUAKE" + self.fullsid + self.masked + self.t + self.upk + ct + k
        prk = extract(self.e, text)
        self.sk2 = expand(prk, DST + b"sk", 32)
        right = same(h, expand(prk, DST + b"confirm", 64))
        c = xor(enc_c, expand(self.sk2, DST + b"OTP", 1120))
        self.k = x_wing_decaps(self.seed, c)
        text = self.fullsid + enc_c + self.k
        h1, h2 = (extract(self.sk2, DST + name + text) for name in (b"h1", b"h2"))
        right &= same(client_confirm, expand(h1, DST + b"client_confirm", 64))
        self.sk3 = expand(h2, DST + b"key", 32)
        key_r = expand(self.sk3, DST + b"responder confirmation", 32)
        before = (self.flow1, self.flow2, self.flow3_bytes)
        right &= same(mac_r, mac(key_r, self._transcript(*before, flow4[:-32])))
        if not right:
            raise Refused("pake/failed")
        head = expand(h2, DST + b"server_confirm", 64)
        key_i = expand(self.sk3, DST + b"initiator confirmation", 32)
        flow5 = head + mac(key_i, self._transcript(*before, flow4, head))
        self.transcript = self._transcript(*before, flow4, flow5)
        self.key = expand(self.sk3, DST + b"session" + self.transcript, 32)
        self.a1, self.a2, self.psk = (expand(self.key, DST + name, 32) for name in (b"A1", b"A2", b"psk"))
        return flow5
