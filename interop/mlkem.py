"""ML-KEM-768 and ML-KEM-1024 (FIPS 203), and X-Wing. Plain and slow; nothing here runs in constant time."""

import hashlib
import os

from primitives import Refused, same, x25519, x25519_public

Q = 3329


def _brv7(i):
    return int(f"{i:07b}"[::-1], 2)


ZETAS = [pow(17, _brv7(i), Q) for i in range(128)]
GAMMAS = [pow(17, 2 * _brv7(i) + 1, Q) for i in range(128)]


def pack(values, bits):
    """ByteEncode of FIPS 203, Algorithm 5, for any number of values."""
    number = 0
    for value in reversed(values):
        number = number << bits | value
    return number.to_bytes(len(values) * bits // 8, "little")


def unpack(data, bits):
    number, mask = int.from_bytes(data, "little"), (1 << bits) - 1
    return [number >> shift & mask for shift in range(0, len(data) * 8, bits)]


def _ntt(f):
    f, i, length = list(f), 1, 128
    while length >= 2:
        for start in range(0, 256, 2 * length):
            zeta = ZETAS[i]
            i += 1
            for j in range(start, start + length):
                t = zeta * f[j + length] % Q
                f[j + length] = (f[j] - t) % Q
                f[j] = (f[j] + t) % Q
        length //= 2
    return f


def _inverse_ntt(f):
    f, i, length = list(f), 127, 2
    while length <= 128:
        for start in range(0, 256, 2 * length):
            zeta = ZETAS[i]
            i -= 1
            for j in range(start, start + length):
                t = f[j]
                f[j] = (t + f[j + length]) % Q
                f[j + length] = zeta * (f[j + length] - t) % Q
        length *= 2
    return [x * 3303 % Q for x in f]


def _dot(a, b):
    """The sum of the products of two vectors of polynomials in the NTT domain."""
    out = [0] * 256
    for f, g in zip(a, b):
        for i, gamma in enumerate(GAMMAS):
            a0, a1, b0, b1 = f[2 * i], f[2 * i + 1], g[2 * i], g[2 * i + 1]
            out[2 * i] += a0 * b0 + a1 * b1 % Q * gamma
            out[2 * i + 1] += a0 * b1 + a1 * b0
    return [x % Q for x in out]


def _add(*polynomials):
    return [sum(column) % Q for column in zip(*polynomials)]


def _sample_ntt(seed):
    stream = hashlib.shake_128(seed).digest(1344)
    values = [v for v in unpack(stream, 12) if v < Q]
    return values[:256]


def _sample_cbd2(seed, n):
    bits = unpack(hashlib.shake_256(seed + bytes([n])).digest(128), 4)
    return [((b & 1) + (b >> 1 & 1) - (b >> 2 & 1) - (b >> 3)) % Q for b in bits]


def _compress(f, d):
    return [((x << d) + Q // 2) // Q % (1 << d) for x in f]


def _decompress(f, d):
    return [(x * Q + (1 << d - 1)) >> d for x in f]


def _matrix(rho, k):
    return [[_sample_ntt(rho + bytes([j, i])) for j in range(k)] for i in range(k)]


def _split(data, size):
    return [data[i : i + size] for i in range(0, len(data), size)]


class MlKem:
    """One parameter set. Private keys are kept as their seed `d || z` of 64 bytes."""

    def __init__(self, k, du, dv):
        self.k, self.du, self.dv = k, du, dv
        self.public_bytes = 384 * k + 32
        self.ciphertext_bytes = 32 * (du * k + dv)

    def check(self, ek):
        """The modulus check of FIPS 203 §7.2; a key of zeros is refused, too."""
        if len(ek) != self.public_bytes or not any(ek):
            raise Refused("ML-KEM key")
        if any(value >= Q for value in unpack(ek[:-32], 12)):
            raise Refused("ML-KEM key")

    def _expand(self, seed):
        k = self.k
        g = hashlib.sha3_512(seed[:32] + bytes([k])).digest()
        rho, sigma = g[:32], g[32:]
        s = [_ntt(_sample_cbd2(sigma, i)) for i in range(k)]
        e = [_ntt(_sample_cbd2(sigma, k + i)) for i in range(k)]
        t = [_add(_dot(row, s), e[i]) for i, row in enumerate(_matrix(rho, k))]
        return b"".join(pack(f, 12) for f in t) + rho, s

    def public(self, seed):
        return self._expand(seed)[0]

    def _encrypt(self, ek, m, r):
        k, du, dv = self.k, self.du, self.dv
        t = [unpack(part, 12) for part in _split(ek[:-32], 384)]
        a = _matrix(ek[-32:], k)
        y = [_ntt(_sample_cbd2(r, i)) for i in range(k)]
        u = [
            _add(_inverse_ntt(_dot([a[i][j] for i in range(k)], y)), _sample_cbd2(r, k + j)) for j in range(k)
        ]
        mu = _decompress(unpack(m, 1), 1)
        v = _add(_inverse_ntt(_dot(t, y)), _sample_cbd2(r, 2 * k), mu)
        return b"".join(pack(_compress(f, du), du) for f in u) + pack(_compress(v, dv), dv)

    def encaps(self, ek, m=None):
        """(ciphertext, secret of 32 bytes); `m` of 32 bytes is drawn unless given."""
        self.check(ek)
        m = m or os.urandom(32)
        g = hashlib.sha3_512(m + hashlib.sha3_256(ek).digest()).digest()
        return self._encrypt(ek, m, g[32:]), g[:32]

    def decaps(self, seed, ct):
        if len(ct) != self.ciphertext_bytes:
            raise Refused("ML-KEM ciphertext")
        ek, s = self._expand(seed)
        split = 32 * self.du * self.k
        u = [_decompress(unpack(part, self.du), self.du) for part in _split(ct[:split], 32 * self.du)]
        v = _decompress(unpack(ct[split:], self.dv), self.dv)
        w = _add(v, [-x for x in _inverse_ntt(_dot(s, [_ntt(f) for f in u]))])
        m = pack(_compress(w, 1), 1)
        g = hashlib.sha3_512(m + hashlib.sha3_256(ek).digest()).digest()
        if same(self._encrypt(ek, m, g[32:]), ct):
            return g[:32]
        return hashlib.shake_256(seed[32:] + ct).digest(32)


ml_kem_768 = MlKem(3, 10, 4)
ml_kem_1024 = MlKem(4, 11, 5)


def x_wing_public(seed):
    d_z, x = _x_wing_keys(seed)
    return ml_kem_768.public(d_z) + x25519_public(x)


def _x_wing_keys(seed):
    stream = hashlib.shake_256(seed).digest(96)
    return stream[:64], stream[64:]


def x_wing_decaps(seed, ct):
    d_z, x = _x_wing_keys(seed)
    try:
        ss_x = x25519(x, ct[1088:])
    except Refused:
        ss_x = bytes(32)
    ss_m = ml_kem_768.decaps(d_z, ct[:1088])
    return hashlib.sha3_256(ss_m + ss_x + ct[1088:] + x25519_public(x) + b"\\.//^\\").digest()
