"""Argon2id, version 0x13, one lane (RFC 9106). In plain Python 64 MiB take minutes, once for each room."""

import hashlib
from struct import Struct

MASK = 2**64 - 1
LOW = 2**32 - 1
BLOCK = Struct("<128Q")


def _hash(data, length):
    """H' of RFC 9106 §3.3."""
    prefix = length.to_bytes(4, "little") + data
    if length <= 64:
        return hashlib.blake2b(prefix, digest_size=length).digest()
    out, v = b"", hashlib.blake2b(prefix).digest()
    while length - len(out) > 64:
        out += v[:32]
        size = min(64, length - len(out))
        v = hashlib.blake2b(v, digest_size=size).digest()
    return out + v


def _round_source(names):
    """One BLAKE2b round with multiplications over sixteen local variables, unrolled for speed."""

    def mix(a, b, c, d):
        for b_shift, d_shift in ((24, 32), (63, 16)):
            for x, y, z, shift in ((a, b, d, d_shift), (c, d, b, b_shift)):
                yield f"{x} = ({x} + {y} + 2 * ({x} & L) * ({y} & L)) & M"
                yield f"{z} ^= {x}"
                yield f"{z} = {z} >> {shift} | {z} << {64 - shift} & M"

    for a, b, c, d in ((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15)):
        yield from mix(names[a], names[b], names[c], names[d])
    for a, b, c, d in ((0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14)):
        yield from mix(names[a], names[b], names[c], names[d])


def _permutation():
    words = [f"w{i}" for i in range(128)]
    lines = [f"def permute(block, M={MASK}, L={LOW}):", f"    {', '.join(words)} = block"]
    rows = [words[16 * i : 16 * i + 16] for i in range(8)]
    columns = [[words[16 * j + 2 * i + k] for j in range(8) for k in range(2)] for i in range(8)]
    for names in rows + columns:
        lines += [f"    {line}" for line in _round_source(names)]
    lines.append(f"    return ({', '.join(words)})")
    scope = {}
    exec("\n".join(lines), scope)  # the source above, with nothing from outside in it
    return scope["permute"]


_permute = _permutation()


def _compress(x, y):
    """G of RFC 9106 §3.5 over two blocks of 1,024 bytes as integers."""
    r = x ^ y
    words = BLOCK.pack(*_permute(BLOCK.unpack(r.to_bytes(1024, "little"))))
    return int.from_bytes(words, "little") ^ r


def _addresses(run, segment_length, prefix):
    """The pseudorandom words of a data-independent segment (§3.4.1.1)."""
    words = []
    counter = 0
    while len(words) < segment_length:
        counter += 1
        block = BLOCK.pack(*prefix, counter, *[0] * 121)
        inner = _compress(0, int.from_bytes(block, "little"))
        words += BLOCK.unpack(_compress(0, inner).to_bytes(1024, "little"))
    return words


def argon2id(password, salt, memory_kib, passes, length):
    field = lambda data: len(data).to_bytes(4, "little") + data
    numbers = [1, length, memory_kib, passes, 0x13, 2]
    start = b"".join(n.to_bytes(4, "little") for n in numbers) + field(password) + field(salt) + bytes(8)
    seed = hashlib.blake2b(start).digest()
    lane = memory_kib // 4 * 4
    segment = lane // 4
    blocks = [0] * lane
    for i in range(2):
        data = _hash(seed + i.to_bytes(4, "little") + bytes(4), 1024)
        blocks[i] = int.from_bytes(data, "little")
    for run in range(passes):
        for slice_ in range(4):
            independent = run == 0 and slice_ < 2
            if independent:
                words = _addresses(run, segment, (run, 0, slice_, lane, passes, 2))
            for index in range(2 if run == 0 and slice_ == 0 else 0, segment):
                at = slice_ * segment + index
                previous = blocks[at - 1]
                j1 = (words[index] if independent else previous) & LOW
                size = slice_ * segment + index - 1 if run == 0 else lane - segment + index - 1
                relative = size - 1 - (size * (j1 * j1 >> 32) >> 32)
                first = 0 if run == 0 or slice_ == 3 else (slice_ + 1) * segment
                made = _compress(previous, blocks[(first + relative) % lane])
                blocks[at] = made if run == 0 else made ^ blocks[at]
    return _hash(blocks[lane - 1].to_bytes(1024, "little"), length)
