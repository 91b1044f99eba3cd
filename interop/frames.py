"""Frames between members, and controls inside a pair session (src/peer/SPEC.md, src/group/SPEC.md)."""

from primitives import Reader, Refused, listed, lv, optional, pad, padme, uint, unpad

PAKE, ADMIT, ENTER, HANDSHAKE, PAIR, GROUP, BUSY = 1, 2, 3, 4, 5, 6, 9
BY_PASSWORD = 0
LEFT = 0
GROUP_CONTROL, SIGNAL, HEARTBEAT, SAID, RECEIPT, MISSING, NOT_YOURS, GONE, PASSWORD, PASSWORD_HELD = range(1, 11)
REMOVED = 15
ROSTER, IDS, ASK, ENTRIES, REMOVALS, NOT_BY_ME, EXPIRING, HEARD, EPOCH, ACK = range(1, 11)


def pake(run, flow, body, beside=b""):
    return bytes([PAKE, BY_PASSWORD]) + run + bytes([flow]) + lv(body) + lv(beside)


def enter(run, flow2):
    return bytes([ENTER]) + run + flow2


def handshake(own, peer, flow, body):
    return bytes([HANDSHAKE]) + own + peer + bytes([flow]) + lv(body)


def pair(frame):
    return bytes([PAIR]) + lv(frame)


def group(sealed, tag):
    return bytes([GROUP]) + lv(sealed) + tag


def read(data):
    """(tag, fields) of a frame; those that a client without mailbox and door never gets are refused."""
    reader = Reader(data)
    take, number = reader.take, reader.uint
    tables = {
        PAKE: lambda: (reader.choice(2), take(16), number(1), reader.lv(4096), reader.lv(1356)),
        ADMIT: lambda: (take(16), take(1356), take(2320)),
        HANDSHAKE: lambda: (take(16), take(16), _flow(number(1)), reader.lv(4096)),
        PAIR: lambda: (reader.lv(16_384),),
        GROUP: lambda: (reader.lv(16_384), take(16)),
        BUSY: lambda: (take(16), number(4)),
    }
    return _read(reader, tables)


def _flow(number):
    if number not in (1, 2):
        raise Refused("flow of a handshake")
    return number


def _read(reader, tables):
    tag = reader.uint(1)
    if tag not in tables:
        raise Refused(f"tag {tag}")
    fields = tables[tag]()
    reader.end()
    return tag, fields


def heartbeat(interval_ms, epoch, roster_hash, last_number):
    shown = None if epoch is None else epoch.id + uint(epoch.header.counter, 6)
    return bytes([HEARTBEAT]) + uint(interval_ms, 4) + optional(shown) + roster_hash + uint(last_number, 6)


def message(number, at, text):
    return uint(number, 6) + uint(at, 6) + lv(text.encode())


def pad_message(plaintext):
    return pad(plaintext, padme(len(plaintext) + 4))


def read_message(data):
    reader = Reader(data)
    number, at, text = reader.uint(6), reader.uint(6), reader.lv(8192)
    reader.end()
    try:
        return number, at, text.decode()
    except UnicodeDecodeError:
        raise Refused("text") from None


def read_group_message(padded):
    plaintext = unpad(padded)
    if len(padded) != padme(len(plaintext) + 4):
        raise Refused("padding of a message")
    return read_message(plaintext)


def numbers(tag, values):
    return bytes([tag]) + listed([uint(value, 6) for value in values])


def read_control(data):
    """(tag, fields) of a control in a pair session. Those that this client leaves aside have their bytes."""
    reader = Reader(data)
    take, number = reader.take, reader.uint
    listed_numbers = lambda: (reader.list(128, lambda: number(6)),)
    rest = lambda: (reader.rest(),)
    tables = {
        GROUP_CONTROL: rest,
        HEARTBEAT: lambda: (number(4), reader.optional(lambda: (take(32), number(6))), take(32), number(6)),
        SAID: rest,
        RECEIPT: listed_numbers,
        MISSING: listed_numbers,
        PASSWORD: rest,
        PASSWORD_HELD: lambda: (take(32),),
        REMOVED: lambda: (reader.optional(lambda: take(16)), reader.choice(3), number(2)),
    }
    aside = {tag: rest for tag in range(1, 17) if tag not in tables}
    return _read(reader, tables | aside)


def hashes(tag, values):
    return bytes([GROUP_CONTROL, tag]) + listed(values)


def entries(items):
    """Items are (entry bytes, id of who let it in)."""
    return bytes([GROUP_CONTROL, ENTRIES]) + listed([data + by for data, by in items])


def removals(items):
    """Items are (id, by, reason, teller)."""
    return bytes([GROUP_CONTROL, REMOVALS]) + listed([id + by + bytes([why]) + who for id, by, why, who in items])


def heard(id, ago_ms):
    return bytes([GROUP_CONTROL, HEARD]) + id + uint(ago_ms, 6)


def ack(epoch_id, mac, contribution):
    return bytes([GROUP_CONTROL, ACK]) + epoch_id + mac + contribution


def _entry(reader):
    """The bytes of a member entry, which stands without a length: its name has one, all else has fixed sizes."""
    return lv(reader.lv(64)) + reader.take(6 + 32 + 32 + 1184 + 16)


def _header(reader):
    """The bytes of an epoch's header, which stands without a length, too."""
    start = reader.take(1 + 16 + 6 + 16)
    return start + listed(reader.list(256, lambda: reader.take(16))) + reader.take(32)


def read_group_control(data):
    reader = Reader(data)
    take, number = reader.take, reader.uint
    hash_list = lambda: reader.list(256, lambda: take(32))
    tables = {
        ROSTER: lambda: (take(32), take(16), hash_list()),
        IDS: lambda: (hash_list(),),
        ASK: lambda: (hash_list(),),
        ENTRIES: lambda: (reader.list(9, lambda: (_entry(reader), take(16))),),
        REMOVALS: lambda: (reader.list(192, lambda: (take(16), take(16), reader.choice(3), take(16))),),
        NOT_BY_ME: lambda: (reader.choice(2), take(16)),
        EXPIRING: lambda: (take(16),),
        HEARD: lambda: (take(16), number(6)),
        EPOCH: lambda: (_header(reader), take(32)),
        ACK: lambda: (take(32), take(32), take(32)),
    }
    return _read(reader, tables)


def record_revision(record):
    """The revision of a password record, whose form is checked; this client keeps no door and no verifier."""
    reader = Reader(record)
    revision = reader.uint(6)
    reader.take(16)
    reader.list(192, lambda: reader.take(16))
    reader.take(32 + 1216)
    reader.choice(2)
    reader.take(32)
    reader.end()
    return revision
