"""Hashes, key derivation, sealing and the byte notation that all texts share (src/SPEC.md, "Notation")."""

import hashlib
import hmac as hmac_module

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


class Refused(Exception):
    """Input that the rules of the texts do not allow."""


def H(*parts):
    return hashlib.sha3_256(b"".join(parts)).digest()


def mac(key, *parts):
    return hmac_module.new(key, b"".join(parts), hashlib.sha256).digest()


extract = mac


def expand(prk, info, length):
    out, block, counter = b"", b"", 1
    while len(out) < length:
        block = mac(prk, block, info, bytes([counter]))
        out += block
        counter += 1
    return out[:length]


def hkdf(salt, ikm, info, length):
    return expand(extract(salt, ikm), info, length)


def same(a, b):
    return hmac_module.compare_digest(a, b)


def seal(key, nonce, plaintext, aad):
    return AESGCM(key).encrypt(nonce, plaintext, aad)


def unseal(key, nonce, sealed, aad):
    try:
        return AESGCM(key).decrypt(nonce, sealed, aad)
    except InvalidTag:
        raise Refused("does not open") from None


def x25519_public(private):
    key = X25519PrivateKey.from_private_bytes(private).public_key()
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def x25519(private, public):
    """The shared secret of 32 bytes; refused where it is all zero."""
    try:
        return X25519PrivateKey.from_private_bytes(private).exchange(X25519PublicKey.from_public_bytes(public))
    except ValueError:
        raise Refused("small order") from None


def check_x25519(public):
    if int.from_bytes(public, "little") >= 2**255 - 19:
        raise Refused("X25519 key is not reduced")
    x25519(b"\x40" * 32, public)


def uint(value, width):
    return value.to_bytes(width, "big")


def lv(data, width=2):
    return uint(len(data), width) + data


def listed(items):
    return uint(len(items), 2) + b"".join(items)


def optional(field):
    return b"\0" if field is None else b"\1" + field


def padme(length):
    """Padmé: the next length of which only the leading bits differ from zero."""
    if length < 2:
        return length
    exponent = length.bit_length() - 1
    mask = (1 << (exponent - exponent.bit_length())) - 1
    return (length + mask) & ~mask


def pad(plaintext, size):
    return (lv(plaintext, 4)).ljust(size, b"\0")


def unpad(padded):
    reader = Reader(padded)
    plaintext = reader.lv(len(padded), 4)
    if any(reader.rest()):
        raise Refused("padding is not zero")
    return plaintext


class Reader:
    """Takes fields off a byte string, strictly: what is missing or left over is refused."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, length):
        if self.at + length > len(self.data):
            raise Refused("too short")
        self.at += length
        return self.data[self.at - length : self.at]

    def uint(self, width):
        return int.from_bytes(self.take(width), "big")

    def lv(self, maximum, width=2):
        length = self.uint(width)
        if length > maximum:
            raise Refused("field too long")
        return self.take(length)

    def choice(self, count):
        value = self.uint(1)
        if value >= count:
            raise Refused("no such choice")
        return value

    def optional(self, read):
        return read() if self.choice(2) else None

    def list(self, maximum, read):
        count = self.uint(2)
        if count > maximum:
            raise Refused("list too long")
        return [read() for _ in range(count)]

    def rest(self):
        return self.take(len(self.data) - self.at)

    def end(self):
        if self.at != len(self.data):
            raise Refused("something follows")
