# SPDX-License-Identifier: MIT
"""What two hosts say to each other for a while: TCP, UDP, fragments, tunnels.

soak.py answer ADDRESS...          until SIGTERM, then tells of the datagrams
soak.py talk SECONDS ADDRESS...    and tells of both
"""
import hashlib
import os
import random
import signal
import socket
import struct
import sys
import threading
import time
import zlib

PORT = 5000
HEAD = struct.Struct("!IQI")  # flow, number, CRC-32 of the rest
LENGTHS = (20, 64, 599, 1400, 1472, 1473, 4000, 9000)
lock = threading.Lock()
counts = {}


def count(what, n=1):
    with lock:
        counts[what] = counts.get(what, 0) + n


def tell():
    print(" ".join(f"{what}={n}" for what, n in sorted(counts.items())),
          flush=True)


def family(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def receive(peer, length):
    checksum = hashlib.sha256()
    while length:
        data = peer.recv(min(length, 1 << 16))
        if not data:
            raise OSError("cut")
        checksum.update(data)
        length -= len(data)
    return checksum.digest()


def give(peer, length):
    data = os.urandom(length)
    peer.sendall(data)
    return hashlib.sha256(data).digest()


def whole(peer):
    data = b""
    while len(data) < 32:
        part = peer.recv(32 - len(data))
        if not part:
            raise OSError("cut")
        data += part
    return data


def session(peer):
    """One that was called: take, give the same number, each with its hash."""
    with peer:
        peer.settimeout(60)
        length, = struct.unpack("!I", peer.recv(4, socket.MSG_WAITALL))
        peer.sendall(receive(peer, length))
        peer.sendall(give(peer, length))


def listen(address):
    server = socket.create_server((address, PORT), family=family(address))
    while True:
        peer, _ = server.accept()
        threading.Thread(target=session, args=(peer,), daemon=True).start()


def hear(address):
    """Every datagram says whether it is whole, and none comes twice."""
    taker = socket.socket(family(address), socket.SOCK_DGRAM)
    taker.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 23)
    taker.bind((address, PORT))
    seen = set()
    while True:
        data = taker.recv(65536)
        flow, number, crc = HEAD.unpack_from(data)
        if zlib.crc32(data[HEAD.size:]) != crc:
            count("wrong")
        elif (flow, number) in seen:
            count("double")
        else:
            seen.add((flow, number))
            count("datagrams")


def say(address, end, flow):
    sender = socket.socket(family(address), socket.SOCK_DGRAM)
    sender.connect((address, PORT))
    number = 0
    while time.monotonic() < end:
        for length in LENGTHS:
            data = random.randbytes(length - HEAD.size)
            try:
                sender.send(HEAD.pack(flow, number, zlib.crc32(data)) + data)
                count("said")
            except OSError:
                count("unsaid")  # the link is down, or its queue full
            number += 1
        time.sleep(0.02)


def transfer(address, end):
    while time.monotonic() < end:
        length = random.choice((1, 1000, 100000, 1000000))
        try:
            with socket.create_connection((address, PORT), 60) as peer:
                peer.settimeout(60)
                peer.sendall(struct.pack("!I", length))
                good = give(peer, length) == whole(peer)
                good = receive(peer, length) == whole(peer) and good
            count("transfers" if good else "wrong")
        except OSError:
            count("broken")
        time.sleep(0.01)


def start(function, *arguments):
    thread = threading.Thread(target=function, args=arguments, daemon=True)
    thread.start()
    return thread


def main(what, *words):
    if what == "answer":
        for address in words:
            start(listen, address)
            start(hear, address)
        print("ready", os.getpid(), file=sys.stderr, flush=True)
        signal.sigwait([signal.SIGTERM])
        tell()
        return
    end = time.monotonic() + float(words[0])
    threads = []
    for i, address in enumerate(words[1:]):
        flow = os.getpid() << 4 | i
        threads.append(start(say, address, end, flow))
        threads.append(start(transfer, address, end))
    for thread in threads:
        thread.join()
    tell()


signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
main(*sys.argv[1:])
