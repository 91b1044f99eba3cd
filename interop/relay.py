"""The relay's frames (signaling/PROTOCOL.md) and the WebSocket (RFC 6455) that carries them."""

import base64
import hashlib
import os
import socket
import ssl
from urllib.parse import urlsplit

from primitives import Reader, Refused, lv, uint

MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
LARGEST = 65_536


def address_of(secret):
    return hashlib.sha256(b"mlwe-pake relay address v1" + secret).digest()


def hello(secret):
    return b"\2\x01" + secret


def join(room):
    return b"\2\x02" + room + b"\0"


def leave():
    return b"\2\x03"


def send(to, payload):
    return b"\2\x04" + to + lv(payload)


def ping():
    return b"\2\x05"


def count_prekeys(request):
    return b"\2\x12" + uint(request, 4)


def read(data):
    """(kind, fields) of a frame of the relay; kinds that this client does not ask for are refused."""
    reader = Reader(data)
    if reader.uint(1) != 2:
        raise Refused("version of the relay")
    kinds = {
        0x81: ("welcome", lambda: (reader.take(32), [reader.uint(4) for _ in range(5)], reader.uint(2))),
        0x82: ("joined", lambda: (reader.list(1024, lambda: reader.take(32)),)),
        0x83: ("presence", lambda: (reader.take(32), reader.choice(2) == 1)),
        0x84: ("frame", lambda: (reader.take(32), reader.lv(61_440))),
        0x85: ("undelivered", lambda: (reader.take(32),)),
        0x86: ("error", lambda: (reader.choice(16), reader.uint(4))),
        0x87: ("going-away", lambda: (reader.uint(4),)),
        0x88: ("pong", lambda: ()),
        0x89: ("refused", lambda: (reader.uint(4), reader.choice(16), reader.uint(4))),
        0x92: ("prekeys-counted", lambda: (reader.uint(4), reader.list(1024, lambda: (reader.take(32), reader.uint(2))))),
    }
    kind, fields = kinds.get(reader.uint(1), (None, None))
    if kind is None:
        raise Refused("frame of the relay")
    values = fields()
    reader.end()
    return kind, values


class Closed(Exception):
    """The connection has ended."""


class WebSocket:
    """Binary messages over one connection, as the client's end."""

    def __init__(self, url):
        parts = urlsplit(url)
        secure = parts.scheme == "wss"
        self.socket = socket.create_connection((parts.hostname, parts.port or (443 if secure else 80)))
        if secure:
            self.socket = ssl.create_default_context().wrap_socket(self.socket, server_hostname=parts.hostname)
        key = base64.b64encode(os.urandom(16))
        lines = [
            f"GET {parts.path or '/'} HTTP/1.1", f"Host: {parts.netloc}", "Upgrade: websocket", "Connection: Upgrade",
            f"Sec-WebSocket-Key: {key.decode()}", "Sec-WebSocket-Version: 13", "", "",
        ]
        self.socket.sendall("\r\n".join(lines).encode())
        self.buffer, self.message = b"", b""
        while b"\r\n\r\n" not in self.buffer:
            self._fill()
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        accept = base64.b64encode(hashlib.sha1(key + MAGIC).digest())
        if not head.startswith(b"HTTP/1.1 101") or accept not in head:
            raise Closed(head.split(b"\r\n")[0].decode("ascii", "replace"))

    def _fill(self):
        data = self.socket.recv(65_536)
        if data == b"":
            raise Closed("socket closed")
        self.buffer += data

    def _write(self, opcode, payload):
        size = len(payload)
        if size < 126:
            length = bytes([128 | size])
        elif size < 65_536:
            length = bytes([128 | 126]) + uint(size, 2)
        else:
            length = bytes([128 | 127]) + uint(size, 8)
        mask = os.urandom(4)
        repeated = int.from_bytes((mask * (size // 4 + 1))[:size], "big")
        masked = (int.from_bytes(payload, "big") ^ repeated).to_bytes(size, "big")
        self.socket.sendall(bytes([128 | opcode]) + length + mask + masked)

    def send(self, message):
        self._write(2, message)

    def close(self):
        self._write(8, uint(1000, 2))
        self.socket.close()

    def receive(self):
        """All messages that have come whole; reads what the socket has."""
        self._fill()
        while isinstance(self.socket, ssl.SSLSocket) and self.socket.pending():
            self._fill()
        messages = []
        while (frame := self._next()) is not None:
            last, opcode, payload = frame
            if opcode == 8:
                raise Closed(f"closed with {int.from_bytes(payload[:2], 'big')}")
            if opcode == 9:
                self._write(10, payload)
            elif opcode in (0, 2):
                self.message += payload
                if len(self.message) > LARGEST:
                    raise Closed("message too long")
                if last:
                    messages.append(self.message)
                    self.message = b""
            elif opcode != 10:
                raise Closed("unexpected frame")
        return messages

    def _next(self):
        if len(self.buffer) < 2:
            return None
        first, size, at = self.buffer[0], self.buffer[1] & 127, 2
        if size >= 126:
            at = 4 if size == 126 else 10
            size = int.from_bytes(self.buffer[2:at], "big")
            if size > LARGEST:
                raise Closed("frame too long")
        if len(self.buffer) < at + size:
            return None
        payload, self.buffer = self.buffer[at : at + size], self.buffer[at + size :]
        return first >> 7, first & 15, payload
