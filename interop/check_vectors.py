"""Checks the modules of this folder against the JSON vectors of the project. Last line: `N passed, N failed`.

    python3 interop/check_vectors.py
"""

import json
import re
from pathlib import Path

import frames
import group
import identity
import mlkem
import pake
import relay
import typed
from primitives import Refused, expand, seal, unpad, x25519_public
from ratchet import Session

ROOT = Path(__file__).parent.parent
unhex = bytes.fromhex
counts = {"passed": 0, "failed": 0}


def check(name, actual, expected):
    actual = actual.hex() if isinstance(actual, bytes) else actual
    counts["passed" if actual == expected else "failed"] += 1
    if actual != expected:
        print(f"FAIL {name}: {str(actual)[:80]} instead of {str(expected)[:80]}")


def load(path):
    return json.loads((ROOT / path).read_text())


def outcome(function, *arguments):
    try:
        return function(*arguments)
    except Refused as refused:
        return str(refused)


def drawing(draws):
    """A source of randomness that gives the recorded draws, each once and only in the size that was recorded."""
    waiting = [unhex(draw["bytes"]) for draw in draws if not draw["name"].startswith("unused")]

    def draw(size):
        assert len(waiting[0]) == size
        return waiting.pop(0)

    return draw


def check_primitives():
    sets = {"768": mlkem.ml_kem_768, "1024": mlkem.ml_kem_1024}
    for size, name in (("768", "keygen-seed"), ("768", "encaps"), ("1024", "encaps")):
        path = f"src/crypto/vectors/wycheproof-mlkem-{size}-{name}.json"
        if not (ROOT / path).exists():
            continue
        for case in [case for part in load(path)["testGroups"] for case in part["tests"]]:
            label, kem = f"{path} {case['tcId']}", sets[size]
            if name == "keygen-seed":
                if len(case["seed"]) == 128:
                    check(label, kem.public(unhex(case["seed"])), case["ek"])
            elif case["result"] == "valid":
                ct, secret = kem.encaps(unhex(case["ek"]), unhex(case["m"]))
                check(label, ct.hex() + secret.hex(), case["c"] + case["K"])
            else:
                check(label, outcome(kem.encaps, unhex(case["ek"]), unhex(case["m"])), "ML-KEM key")
    for number, case in enumerate(load("src/crypto/vectors/x-wing.json")):
        check(f"X-Wing {number} key", mlkem.x_wing_public(unhex(case["seed"])), case["pk"])
        check(f"X-Wing {number} secret", mlkem.x_wing_decaps(unhex(case["seed"]), unhex(case["ct"])), case["ss"])


def utf16(digits):
    return unhex(digits).decode("utf-16-be", "surrogatepass")


def check_pake():
    vectors = load("src/pake/vectors/cpace-oquake.json")
    for case in vectors["typed passwords"]:
        check(case["about"], outcome(typed.prepare_password, utf16(case["utf16"])), case.get("prepared", case.get("problem")))
    for case in vectors["typed group names"]:
        name = utf16(case["utf16"])
        check(case["about"], outcome(typed.normalize_group, name), case.get("normalized", case.get("problem")))
        if "groupId" in case:
            check(case["about"], typed.group_id(name), case["groupId"])
            check(case["about"], typed.room_of(typed.group_id(name)), case["room"])
    stretched = vectors["stretched"]
    verifier, seed = typed.stretch(stretched["typed"], typed.group_id(stretched["group"]))
    check("verifier", verifier, stretched["verifier"])
    check("seed", seed, stretched["seed"])
    check("public key", mlkem.x_wing_public(seed), stretched["publicKey"])
    check_run(next(run for run in vectors["runs"] if run["protocol"] == "CPaceOQUAKE+"))
    for run in vectors["failed runs"]:
        check_failed_run(run)


def check_run(run):
    given, messages, between = run["inputs"], [unhex(flow) for flow in run["messages"]], run["intermediate"]
    inputs = [unhex(given[name]) for name in ("verifier", "seed", "U", "S")]
    newcomer = pake.Newcomer(*inputs, draw=drawing(run["draws"]["initiator"]))
    check("DST", typed.DST, given["DST"])
    check("flow 1", newcomer.flow1, messages[0].hex())
    check("flow 3", newcomer.flow3(messages[1]), messages[2].hex())
    check("flow 5", newcomer.flow5(messages[3]), messages[4].hex())
    ours = {
        "generator": pake.ristretto.encode(newcomer.base), "ISK": newcomer.isk, "extended_sid": newcomer.sid,
        "fullsid": newcomer.fullsid, "effective_PRS": newcomer.e, "ML-KEM encapsulation key": newcomer.ek,
        "upk": newcomer.upk, "OQUAKE key": newcomer.sk2, "k": newcomer.k, "server key": newcomer.sk3,
    }
    for name, expected in between.items():
        check(name, ours[name], expected)
    check("Kemeleon back", pake.decode_vector(newcomer.upk[:-32]), newcomer.ek[:-32].hex())
    check("transcript", newcomer.transcript, run["outputs"]["transcript"])
    check("key", newcomer.key, run["outputs"]["key"])
    admission = run["admission"]
    for name in ("a1", "a2", "psk"):
        check(name, getattr(newcomer, name), admission[name])
    sealed = seal(newcomer.a1, bytes(12), unhex(admission["entry"]), b"mlwe-pake v2 admission")
    check("entry under a1", sealed, admission["entry under a1"])
    damaged = pake.Newcomer(*inputs, draw=drawing(run["draws"]["initiator"]))
    damaged.flow3(messages[1])
    check("a damaged flow 4", outcome(damaged.flow5, bytes(1) + messages[3][1:]), "pake/failed")


def check_failed_run(run):
    given, flows = run["inputs"], [unhex(flow) for flow in run["messages"]]
    keys = unhex(given["initiator"]["verifier"]), unhex(given["initiator"]["seed"])
    newcomer = pake.Newcomer(*keys, unhex(given["U"]), unhex(given["S"]), draw=drawing(run["draws"]["initiator"]))
    check(f"flow 1, {run['about']}", newcomer.flow1, flows[0].hex())
    received = dict(enumerate(flows))
    if "changed" in run:
        received[run["changed"]["flow"] - 1] = unhex(run["changed"]["to"])
    flow3 = outcome(newcomer.flow3, received[1])
    if isinstance(flow3, bytes):
        check(f"flow 3, {run['about']}", flow3, flows[2].hex())
        flow5 = outcome(newcomer.flow5, received[3])
        ended = "done" if isinstance(flow5, bytes) else "failed"
        check(run["about"], ended, run["outcomes"]["initiator"])
    else:
        check(run["about"], run["outcomes"]["initiator"], "failed")


def check_identity():
    vectors = load("src/identity/vectors/identity.json")
    group_id = unhex(vectors["groupId"])
    members, keys = {}, {}
    for case in vectors["entries"]:
        arguments = (case["name"], case["lease"], unhex(case["address"]), group_id)
        # A renewed entry has the keys of the one before, and draws its nonce alone.
        keys.setdefault(case["dh"], case["draws"][:2])
        own = identity.Self(*arguments, draw=drawing(keys[case["dh"]] + case["draws"][-1:]))
        members[case["entryHash"]] = own
        check("entry", own.entry.data, case["entry"])
        check("padded entry", own.entry.padded(), case["padded"])
        check("entry hash", own.entry.hash, case["entryHash"])
        check("entry read", identity.read_padded_entry(unhex(case["padded"]), group_id).id, case["memberId"])
    for case in vectors["handshakes"]:
        i, r = members[case["initiator"]], members[case["responder"]]
        psk = unhex(case["psk"]) if case["psk"] else bytes(32)
        run = identity.Initiator(i, r.entry, psk, draw=drawing(case["draws"]["initiator"]))
        check("flow 1 of a handshake", run.flow1, case["flow1"])
        flow2, key, transcript, f, kem_seed = identity.respond(
            r, i.entry, run.flow1, psk, draw=drawing(case["draws"]["responder"])
        )
        check("flow 2 of a handshake", flow2, case["flow2"])
        finished = run.finish(flow2)
        for side in ((key, transcript), finished[:2]):
            check("key and transcript", side[0].hex() + side[1].hex(), case["key"] + case["transcript"])
        check("first ratchet keys", finished[2:], (x25519_public(f), mlkem.ml_kem_768.public(kem_seed)))
        check("a damaged flow 2", outcome(run.finish, flow2[:-1] + bytes([flow2[-1] ^ 1])), "handshake/bad-mac")
    for case in vectors["numbers"]["room"]:
        digits, words = identity.room_number([unhex(value) for value in case["entryHashes"]])
        check("room number", [digits, words], [case["digits"], case["words"]])
    for case in vectors["names"]["received"]:
        check(f"name {case['name']!r}", identity.accepts_name(case["name"]), case["accepted"])


def check_ratchet():
    vectors = load("src/ratchet/vectors/pair-exchange.json")
    given = {name: unhex(value) for name, value in vectors["inputs"].items() if isinstance(value, str)}
    keys = {name: unhex(value) for name, value in vectors["inputs"]["responderKeys"].items()}
    common = [given[name] for name in ("key", "transcript", "groupId", "initiator", "responder")]
    sides = [
        Session(*common, True, (keys["dhPublic"], keys["kemPublic"])),
        Session(*common, False, (keys["dhPrivate"], keys["kemSeed"])),
    ]
    for side, created in zip(sides, vectors["created"]):
        check_auths("created", side, created)
    sealed = []
    for number, step in enumerate(vectors["steps"]):
        name = f"step {number}"
        if step["kind"] == "seal":
            side = sides[step["from"]]
            draw = lambda value, size: unhex(step["values"][value])
            frame = side.seal(unhex(step["plaintext"]), step["padding"], step["turn"], step["now"], draw)
            check(name, frame, step["bytes"])
            sealed.append((step, frame))
        elif step["kind"] == "open":
            source, frame = sealed[step["frame"]]
            side = sides[1 - source["from"]]
            if step["what"] == "damaged":
                frame = frame[:-1] + bytes([frame[-1] ^ 1])
            opened = outcome(side.open, frame, step["now"])
            taken = (unhex(source["plaintext"]), step.get("turned")) if step["what"] == "taken" else None
            check(name, isinstance(opened, str) if taken is None else opened, True if taken is None else taken)
        else:
            side = sides[step["side"]]
            side.confirm(step["turn"], step["now"]) if step["kind"] == "confirm" else side.expire(step["now"])
        check_auths(name, side, step["state"])


def check_auths(name, side, state):
    check(f"{name}: key for tags", side.sending_auth(), state["sendingAuth"])
    expected = [(auth["turn"], auth["auth"]) for auth in state["receivingAuths"]]
    check(f"{name}: keys of tags", [(turn, key.hex()) for turn, key in side.receiving_auths()], expected)


def check_group():
    vectors = load("src/group/vectors/group.json")
    given, derived = vectors["given"], vectors["derived"]
    group_id, header = unhex(given["group"]), group.Header(unhex(derived["header"]), unhex(given["group"]))
    check("roster hash", group.roster_hash(group_id, [unhex(value) for value in derived["hashes"]]), derived["rosterHash"])
    others = list(zip(header.members[1:], map(unhex, given["contributions"])))
    joint = group.joint_secret(unhex(given["fresh"]), others)
    check("J", joint, derived["joint"])
    epoch = group.Epoch(header, joint)
    check("epoch id", epoch.id, derived["id"])
    for name, value in (("confirm", epoch.confirm), ("headerKey", epoch.header_key), ("fingerprint", epoch.fingerprint)):
        check(name, value, derived[name])
    check("chains", [chain.key.hex() for chain in epoch.chains.values()], derived["chains"])
    sealed = unhex(derived["message"])
    draws = [{"name": name, "bytes": given[name]} for name in ("nonce", "salt")]
    contribution = unhex(given["contribution"])
    check("MAC", epoch.ack(header.members[1], contribution), derived["mac"])
    auth = unhex(given["auth"])
    check("tag", group.tag(auth, *header.members[:2], sealed), derived["tag"])
    opened = group.open_message(group_id, [epoch], header.author, sealed)
    check("message opened", opened, given["body"])
    again = group.Epoch(header, joint)
    check("message sealed", group.seal_message(group_id, again, header.author, opened, drawing(draws)), derived["message"])
    check_controls(group_id, header, {one["kind"]: unhex(one["bytes"]) for one in derived["controls"]})


def check_controls(group_id, header, controls):
    """Reads each control, and writes again those that this client writes."""
    read = {kind: frames.read_group_control(data)[1] for kind, data in controls.items()}
    check("header in a control", read["epoch"][0], header.data.hex())
    entries = [identity.Entry(data, group_id).id for data, _ in read["entries"][0]]
    check("entries in a control", set(entries) <= set(header.members), True)
    written = {
        "ids": frames.hashes(frames.IDS, read["ids"][0]), "ask": frames.hashes(frames.ASK, read["ask"][0]),
        "entries": frames.entries(read["entries"][0]), "removals": frames.removals(read["removals"][0]),
        "heard": frames.heard(*read["heard"]), "ack": frames.ack(*read["ack"]),
    }
    for kind, control in written.items():
        check(f"control {kind}", control, frames.GROUP_CONTROL.to_bytes(1, "big").hex() + controls[kind].hex())
    for kind, data in controls.items():
        check(f"{kind}, cut", outcome(frames.read_group_control, data[:-1]), "too short")
        check(f"{kind}, extended", outcome(frames.read_group_control, data + bytes(1)), "something follows")


def check_relay():
    text = (ROOT / "signaling/PROTOCOL.md").read_text()
    writers = {
        "hello": lambda frame: relay.hello(unhex(frame["secret"])), "join": lambda frame: relay.join(unhex(frame["room"])),
        "leave": lambda frame: relay.leave(), "ping": lambda frame: relay.ping(),
        "send": lambda frame: relay.send(unhex(frame["to"]), unhex(frame["payload"])),
        "prekeys-count": lambda frame: relay.count_prekeys(frame["request"]),
    }
    readers = {
        "welcome": lambda frame: [frame["address"]], "joined": lambda frame: [frame["members"]],
        "presence": lambda frame: [frame["address"], frame["present"]], "frame": lambda frame: [frame["from"], frame["payload"]],
        "undelivered": lambda frame: [frame["to"]], "going-away": lambda frame: [frame["afterMs"]], "pong": lambda frame: [],
    }
    for side, frame, data in re.findall(r"```frame (client|relay)\n(.*)\n([0-9a-f\n]+)```", text):
        frame, data = json.loads(frame), unhex(data)
        if side == "client" and frame["kind"] in writers:
            check(f"frame {frame['kind']}", writers[frame["kind"]](frame), data.hex())
        elif side == "relay" and frame["kind"] in readers:
            kind, fields = relay.read(data)
            expected = readers[frame["kind"]](frame)
            check(f"frame {frame['kind']}", texts(fields[: len(expected)]), expected)
            check(f"kind of {frame['kind']}", kind, frame["kind"])
            check(f"{kind}, extended", outcome(relay.read, data + bytes(1)), "something follows")


def texts(value):
    """The fields of a frame as the examples write them."""
    if isinstance(value, (list, tuple)):
        return [texts(one) for one in value]
    return value.hex() if isinstance(value, bytes) else value



def check_forms():
    vectors = load("src/peer/vectors/forms.json")
    for kind, read in (("frames", frames.read), ("controls", frames.read_control)):
        for case in vectors[kind]:
            data, known = unhex(case["bytes"]), case["value"]["kind"] not in LEFT_ASIDE
            check(f"{kind} {case['value']['kind']}", not isinstance(outcome(read, data), str), known)
    written = {
        "receipt": lambda value: frames.numbers(frames.RECEIPT, value["numbers"]),
        "missing": lambda value: frames.numbers(frames.MISSING, value["numbers"]),
        "pair": lambda value: frames.pair(unhex(value["body"])),
        "group": lambda value: frames.group(unhex(value["body"]), unhex(value["tag"])) if "body" in value else None,
        "handshake": lambda value: frames.handshake(
            unhex(value["from"]), unhex(value["to"]), value["flow"], unhex(value["body"])
        ),
    }
    for case in vectors["frames"] + vectors["controls"]:
        made = written.get(case["value"]["kind"], lambda value: None)(case["value"])
        if made is not None:
            check(f"{case['value']['kind']} written", made, case["bytes"])
    for case in vectors["refused"]["frames"]:
        check(f"a frame: {case['why']}", isinstance(outcome(frames.read, unhex(case["bytes"])), str), True)


# Frames to a door, to a mailbox and of files: this client gets none.
LEFT_ASIDE = ("enter", "answer", "letter", "used", "chunk")


class Replay:
    """Follows `room-session.json` as a third party that was told the private keys: every pair session, both sides."""

    def __init__(self, session):
        self.frames, self.group_id = session["frames"], typed.group_id(session["given"]["group"])
        self.dh = {x25519_public(unhex(key)): unhex(key) for key in session["privateKeys"]["dh"]}
        self.kem = {mlkem.ml_kem_768.public(unhex(seed)): unhex(seed) for seed in session["privateKeys"]["kem"]}
        self.entries = {one["name"]: identity.Entry(unhex(one["entry"]), self.group_id) for one in session["members"]}
        self.secrets, self.sides, self.flow1, self.epochs, self.psk = iter(session["sessions"]), {}, {}, [], bytes(32)
        self.opened = {}

    def own(self, name):
        own = identity.Self.__new__(identity.Self)
        own.group, own.entry = self.group_id, self.entries[name]
        own.dh, own.kem_seed = self.dh[own.entry.dh], self.kem[own.entry.kem]
        return own

    def meet(self, initiator, responder, flow1, flow2, psk):
        """Ends the handshake as its initiator, and begins the session on both sides."""
        run = identity.Initiator.__new__(identity.Initiator)
        run.own, run.peer, run.psk, run.flow1, run.run = self.own(initiator), self.entries[responder], psk, flow1, flow1[:16]
        run.dh, run.kem_seed = self.dh[flow1[16:48]], self.kem[flow1[48:1232]]
        run.k1 = mlkem.ml_kem_768.decaps(self.own(responder).kem_seed, flow1[1232:])
        key, transcript, f, ek = run.finish(flow2)
        ids = run.own.entry.id, run.peer.id
        expected = next(self.secrets)
        check("a session of the room", [transcript.hex(), key.hex(), b"".join(ids).hex()], list(expected.values()))
        common = key, transcript, self.group_id, *ids
        self.sides[initiator, responder] = Session(*common, True, (f, ek))
        self.sides[responder, initiator] = Session(*common, False, (self.dh[f], self.kem[ek]))

    def send(self, number):
        sent = self.frames[number]
        at, who, whom, made_of = sent["at"], sent["from"], sent["to"], sent["madeOf"]
        tag, fields = self.read(unhex(sent["bytes"]))
        if tag == frames.PAKE and "runKey" in made_of:
            run_key = unhex(made_of["runKey"])
            check("A1 of a run", expand(run_key, typed.DST + b"A1", 32), made_of["a1"])
            self.psk = expand(run_key, typed.DST + b"psk", 32)
        elif tag == frames.ADMIT:
            self.flow1[fields[0]] = fields[2]
        elif tag == frames.ENTER:
            self.meet(whom, who, self.flow1[fields[0]], fields[1], self.psk)
        elif tag == frames.HANDSHAKE and fields[2] == 1:
            self.flow1[fields[3][:16]] = fields[3]
        elif tag == frames.HANDSHAKE:
            self.meet(whom, who, self.flow1[fields[3][:16]], fields[3], bytes(32))
        elif tag == frames.PAIR:
            self.seal(self.sides[who, whom], unhex(made_of["padded"]), fields[0], made_of, at)
        elif tag == frames.GROUP:
            self.check_message(self.entries[who].id, self.entries[whom].id, self.sides[who, whom], *fields, made_of)

    def read(self, data):
        """`enter` too, which a client without a door does not read."""
        return (frames.ENTER, (data[1:17], data[17:])) if data[0] == frames.ENTER else frames.read(data)

    def seal(self, session, padded, frame, made_of, at):
        header = unhex(made_of["header"])
        turned = int.from_bytes(header[:4], "big") > session.sending.turn
        end = 3 + int.from_bytes(frame[1:3], "big")
        draws = {"headerNonce": frame[3:15], "salt": frame[end : end + 16]}
        if turned:
            draws |= {
                "newDhPrivate": self.dh[header[17:49]], "newKemSeed": self.kem[header[49:1233]],
                "encapsulation": unhex(made_of["coins"]),
            }
        plaintext = unpad(padded)
        sealed = session.seal(plaintext, "control", "due" if turned else "never", at, lambda name, size: draws[name])
        check("a frame of the room", sealed, frame.hex())
        self.opened[sealed] = plaintext
        if plaintext[:2] == bytes([frames.GROUP_CONTROL, frames.EPOCH]):
            data, joint = frames.read_group_control(plaintext[1:])[1]
            self.epochs.append(group.Epoch(group.Header(data, self.group_id), joint))

    def check_message(self, sender, recipient, session, sealed, tag, made_of):
        check("a tag of the room", group.tag(session.sending_auth(), sender, recipient, sealed), tag.hex())
        if sealed not in self.opened:
            self.opened[sealed] = group.open_message(self.group_id, self.epochs, sender, sealed)
        check("a message of the room", self.opened[sealed], made_of["padded"])

    def receive(self, number, at):
        sent = self.frames[number]
        tag, fields = self.read(unhex(sent["bytes"]))
        if tag != frames.PAIR:
            return
        session = self.sides[sent["to"], sent["from"]]
        plaintext, _ = session.open(fields[0], at)
        check("a frame opened", plaintext, self.opened[fields[0]].hex())


def check_room_session():
    vectors = load("src/peer/vectors/room-session.json")
    given = vectors["given"]
    group_id = typed.group_id(given["group"])
    check("group", [group_id.hex(), typed.room_of(group_id).hex()], [given["groupId"], given["room"]])
    for password in given["passwords"]:
        verifier, seed = typed.stretch(password["typed"], group_id)
        check("password", [verifier.hex(), seed.hex()], [password["verifier"], password["seed"]])
    for member in vectors["members"]:
        entry = identity.Entry(unhex(member["entry"]), group_id)
        check(member["name"], [entry.hash.hex(), entry.id.hex()], [member["entryHash"], member["id"]])
        check("hello", relay.hello(unhex(member["relaySecret"])), member["hello"])
    replay = Replay(vectors)
    for step in vectors["steps"]:
        if step["event"]["kind"] == "received":
            replay.receive(step["event"]["frame"], step["at"])
        for number in step.get("sends", []):
            replay.send(number)
    for standing in vectors["standings"]:
        hashes = [replay.entries[one["name"]].hash for one in standing["members"]]
        check("roster of the room", group.roster_hash(group_id, hashes), standing["rosterHash"])
        if "roomNumber" in standing:
            check("number of the room", identity.room_number(hashes)[0], standing["roomNumber"])
            epoch = next(epoch for epoch in replay.epochs if epoch.id.hex() == standing["epochId"])
            check("fingerprint", epoch.fingerprint, standing["fingerprint"].replace(" ", ""))


for part in (check_forms, check_room_session, check_primitives, check_pake, check_identity, check_ratchet, check_group, check_relay):
    before = dict(counts)
    part()
    print(f"{part.__name__[6:]}: {counts['passed'] - before['passed']} passed", flush=True)
print(f"{counts['passed']} passed, {counts['failed']} failed")
raise SystemExit(counts["failed"] != 0)
