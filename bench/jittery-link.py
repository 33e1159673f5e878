"""Puts jitter on a rehearsal machine's link: every frame of it waits 0 to MS milliseconds, whichever way it goes.

jittery-link.py LINK BRIDGE MS: takes LINK, the host's end of the machine's cable, out of the bridge and passes its frames on
by itself, through a pair of virtual cables whose other end is in the bridge. Says "ready". When standard input ends, also
because whoever started it was killed, it puts the link back and says what it did, as JSON.

Frames of one direction keep their order, as they do on a real link. Where a kernel has netem, `tc` does the same.
"""

import collections
import json
import os
import random
import select
import socket
import subprocess
import sys
import time

LINK, BRIDGE, JITTER = sys.argv[1], sys.argv[2], float(sys.argv[3]) / 1000
INNER, OUTER = "qj-relay", "qj-bridge"

# linux/if_packet.h: frames as large as the sender's kernel made them, with what is still to do to them in front.
SOL_PACKET, PACKET_VNET_HDR, PACKET_IGNORE_OUTGOING = 263, 15, 23
VNET_HEADER = 10
VRRP = 112


def ip(*words):
    subprocess.run(["ip", *words], check=True)


def put_back():
    subprocess.run(["ip", "link", "delete", "dev", INNER], stderr=subprocess.DEVNULL)
    if os.path.exists(f"/sys/class/net/{BRIDGE}"):
        subprocess.run(["ip", "link", "set", "dev", LINK, "promisc", "off", "master", BRIDGE], stderr=subprocess.DEVNULL)


def tap(link):
    """All that comes in over a link. Its name may be an alternative one, which sockets do not know."""
    said = subprocess.run(["ip", "-json", "link", "show", "dev", link], check=True, capture_output=True, text=True)
    tapped = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    tapped.setsockopt(SOL_PACKET, PACKET_VNET_HDR, 1)
    tapped.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
    tapped.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
    tapped.bind((json.loads(said.stdout)[0]["ifname"], 0))
    tapped.setblocking(False)
    return tapped


def is_vrrp(frame):
    packet = frame[VNET_HEADER:]
    return (packet[12:14] == b"\x08\x00" and packet[23] == VRRP) or (packet[12:14] == b"\x86\xdd" and packet[20] == VRRP)


put_back()
ip("link", "add", "name", INNER, "type", "veth", "peer", "name", OUTER)
try:
    for link in (INNER, OUTER):
        ip("link", "set", "dev", link, "up", "addrgenmode", "none", "promisc", "on")
    ip("link", "set", "dev", OUTER, "master", BRIDGE)
    machine, network = tap(LINK), tap(INNER)
    ip("link", "set", "dev", LINK, "promisc", "on")
    ip("link", "set", "dev", LINK, "nomaster")
    try:
        # The relay is the link, not a program on the busy machine: it must not be what comes late.
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(20))
    except OSError:
        os.nice(-20)
    print("ready", flush=True)

    other = {machine: network, network: machine}
    waiting = {machine: collections.deque(), network: collections.deque()}
    frames, lost, delays = 0, 0, []
    while True:
        now = time.monotonic()
        for end, queue in waiting.items():
            while queue and queue[0][0] <= now:
                due, came, frame = queue.popleft()
                try:
                    end.send(frame)
                except OSError:
                    lost += 1
                if is_vrrp(frame):
                    delays.append(time.monotonic() - came)
        next_due = min((queue[0][0] for queue in waiting.values() if queue), default=now + 1)
        ready, _, _ = select.select([0, machine, network], [], [], max(0, next_due - time.monotonic()))
        if 0 in ready:
            break
        for end in ready:
            while True:
                try:
                    frame = end.recv(1 << 17)
                except BlockingIOError:
                    break
                except OSError:
                    break
                came = time.monotonic()
                queue = waiting[other[end]]
                frames += 1
                due = came + random.uniform(0, JITTER)
                queue.append((max(due, queue[-1][0]) if queue else due, came, frame))
finally:
    put_back()
delays.sort()
ms = lambda share: round(delays[min(len(delays) - 1, int(len(delays) * share))] * 1000, 1) if delays else None
print(json.dumps({"frames": frames, "lost": lost, "adverts": len(delays), "p50": ms(0.5), "p99": ms(0.99), "max": ms(1)}), flush=True)
