"""A whole member of a room in a terminal: by the relay alone, in memory alone, for other implementers to read.

    python3 interop/client.py --relay ws://localhost:8000/ws --name Paul --group NAME    (password: first line of input)

Each further line of input is said to the room; the line `/leave`, or the end of input, leaves. Each line of output is
one event as JSON: `connected`, `joined`, `roster`, `epoch`, `message`, `confirmed`, `gone`, `left`, and what went wrong.
"""

import argparse
import json
import os
import select

import identity
import relay
import typed
from room import Room

LEASE_MS = 300_000


def tell(event, **fields):
    print(json.dumps({"event": event, **fields}, ensure_ascii=False), flush=True)


def handle(room, message):
    kind, fields = relay.read(message)
    if kind == "joined":
        room.present = list(fields[0])
        tell("connected", present=len(room.present))
    elif kind == "presence":
        room.presence(*fields)
    elif kind == "frame":
        room.receive(*fields)
    elif kind == "undelivered":
        room.undelivered(*fields)
    elif kind in ("error", "refused", "going-away"):
        tell(f"relay-{kind}", fields=fields)


class Lines:
    """Standard input by lines, without waiting for more than has come."""

    def __init__(self):
        self.rest = b""

    def read(self):
        data = os.read(0, 65_536) or b"\n/leave\n"
        *lines, self.rest = (self.rest + data).split(b"\n")
        return [line.decode() for line in lines]


def say(room, text):
    if text == "/leave":
        room.leave()
    elif text != "" and room.inside:
        room.say(text)


def main():
    parser = argparse.ArgumentParser()
    for name in ("relay", "name", "group"):
        parser.add_argument(f"--{name}", required=True)
    options = parser.parse_args()
    lines = Lines()
    password, *waiting = lines.read()
    group = typed.group_id(options.group)
    verifier, seed = typed.stretch(password, group)
    secret = os.urandom(32)
    own = identity.Self(options.name, LEASE_MS, relay.address_of(secret), group)
    line = relay.WebSocket(options.relay)
    room = Room(own, verifier, seed, lambda to, payload: line.send(relay.send(to, payload)), tell)
    line.send(relay.hello(secret))
    line.send(relay.join(typed.room_of(group)))
    while not room.ended:
        readable, _, _ = select.select([line.socket, 0], [], [], room.wake_in())
        if line.socket in readable:
            for message in line.receive():
                handle(room, message)
        if 0 in readable:
            waiting += lines.read()
        while waiting and not room.ended and (room.inside or "/leave" in waiting):
            say(room, waiting.pop(0))
        if not room.ended:
            room.tick()
    line.close()
    tell("left")


main()
