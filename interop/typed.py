"""What people type: group names, passwords, and what follows from them (src/pake/SPEC.md)."""

import hashlib
import re
import unicodedata

from argon2 import argon2id
from primitives import H, Refused, expand

DST = H(b"mlwe-pake v2 suite")


def code_points(text):
    """Code points from a list such as `0041–0376, 037F`."""
    points = set()
    for part in text.split(","):
        ends = [int(end, 16) for end in part.strip().split("–")]
        points.update(range(ends[0], ends[-1] + 1))
    return points


WHITE = code_points("0009–000D, 0020, 0085, 00A0, 1680, 2000–200A, 2028, 2029, 202F, 205F, 3000")
SEPARATORS = WHITE - code_points("0009–000D, 0085, 2028, 2029")
IGNORABLE = code_points(
    "00AD, 034F, 061C, 115F–1160, 17B4–17B5, 180B–180F, 200B–200F, 202A–202E, 2060–206F, 3164, FE00–FE0F, FEFF, "
    "FFA0, FFF0–FFF8, 1BCA0–1BCA3, 1D173–1D17A, E0000–E0FFF"
) - code_points("200C, 200D, FE0F, E0020–E007F")
DISALLOWED = IGNORABLE | code_points("0000–001F, 007F–009F, 2028, 2029, D800–DFFF, E000–F8FF, F0000–10FFFF, FDD0–FDEF")
DISALLOWED |= {plane << 16 | end for plane in range(17) for end in (0xFFFE, 0xFFFF)}
LOWERED = code_points(
    "0041–0376, 037F, 0386–038A, 038C, 038E–03A1, 03A3–052E, 0531–0556, 10A0–10C5, 10C7, 10CD, 13A0–13F5, 1C90–1CBA, "
    "1CBD–1CBF, 1E00–1F0F, 1F18–1F1D, 1F28–1F3F, 1F48–1F4D, 1F59, 1F5B, 1F5D, 1F5F–1F6F, 1F88–1FAF, 1FB8–1FBC, "
    "1FC8–1FCC, 1FD8–1FDA, 1FE8–1FEC, 1FF8–1FFC, 2132–2183, 2C00–2C2E, 2C60–2CF2, A640–A69A, A722–A7BE, A7C2–A7C6, "
    "10400–10427, 104B0–104D3, 10C80–10CB2, 118A0–118BF, 16E40–16E5F, 1E900–1E921"
)


def _lower(character):
    """The simple mapping; where Python's full one gives two code points, the first is the simple one."""
    if character == "ς":
        return "σ"
    return character.lower()[0] if ord(character) in LOWERED else character


def _checked(text, maximum, what):
    if text == "":
        raise Refused(f"join/empty-{what}")
    if len(text.encode("utf-8", "surrogatepass")) > maximum:
        raise Refused(f"join/long-{what}")
    if any(ord(character) in DISALLOWED for character in text):
        raise Refused(f"join/bad-{what}")
    return text.encode()


def prepare_password(text):
    spaced = "".join(" " if ord(c) in SEPARATORS else c for c in text)
    return _checked(unicodedata.normalize("NFC", spaced), 1024, "password")


def normalize_group(text):
    text = unicodedata.normalize("NFKC", text)
    text = re.sub(" +", " ", "".join(" " if ord(c) in WHITE else c for c in text)).strip(" ")
    return _checked(unicodedata.normalize("NFKC", "".join(map(_lower, text))), 256, "group")


def group_id(name):
    return H(b"mlwe-pake v2 group", normalize_group(name))[:16]


def room_of(group):
    return H(b"mlwe-pake v2 room", group)


def stretch(password, group):
    """(verifier 32, seed 32) of a typed password: PBKDF2, then Argon2id."""
    salt = H(b"mlwe-pake v2 salt", group)
    once = hashlib.pbkdf2_hmac("sha256", DST + prepare_password(password) + group, salt, 600_000, 32)
    twice = argon2id(once, salt, 65536, 3, 32)
    return expand(twice, DST + b"verifier", 32), expand(twice, DST + b"seed", 32)
