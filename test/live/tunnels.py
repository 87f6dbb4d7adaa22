# SPDX-License-Identifier: MIT
"""What GRO merges: TCP and UDP, bare and in tunnels.

tunnels.py send|want|spy: send all from eth0; print all that is sent; print
what arrives at eth0, until the last of it. A line a frame.
"""
import logging
import socket
import sys
import time

SEGMENTS, BYTES = 8, 600
LAST = bytes.fromhex("02000000000b02000000000a88b5") + bytes(46)


def kinds():
    logging.getLogger("scapy").setLevel(logging.ERROR)
    from scapy.all import (GRE, IP, UDP, Dot1AD, Dot1Q, Ether, IPv6, Raw, TCP)
    from scapy.contrib.geneve import GENEVE
    from scapy.layers.vxlan import VXLAN

    ether = Ether(dst="02:00:00:00:00:0b", src="02:00:00:00:00:0a")
    inside = Ether(dst="02:00:00:00:01:0b", src="02:00:00:00:01:0a")

    def ip(six, layer, i):
        if six:
            return IPv6(src=f"fd0{layer}::1", dst=f"fd0{layer}::2", hlim=9)
        return IP(src=f"10.{layer}.0.1", dst=f"10.{layer}.0.2", flags="DF",
                  id=1000 * layer + i)

    def outer(make):
        for six in 0, 1:
            for inner in 0, 1:
                yield lambda i, p: ether / ip(six, 2, i) / make(p), inner

    def vxlan(port, header, check):
        return lambda p: UDP(sport=50000, dport=port,
                             **({} if check else {"chksum": 0})) \
            / header / inside / p

    ways = [(lambda i, p: ether / p, 0), (lambda i, p: ether / p, 1),
            (lambda i, p: ether / Dot1Q(vlan=5) / p, 0),
            (lambda i, p: ether / Dot1AD(vlan=7) / Dot1Q(vlan=5) / p, 1)]
    for make in (lambda p: p, lambda p: GRE() / p,
                 lambda p: GRE(key_present=1, key=7) / p,
                 lambda p: GRE(chksum_present=1) / p,
                 lambda p: GRE(proto=0x6558) / inside / p):
        ways += outer(make)
    ways += [(lambda i, p: ether / ip(0, 2, i) / vxlan(
        4789, VXLAN(vni=7, flags=8), 0)(p), 0),
             (lambda i, p: ether / ip(0, 2, i) / vxlan(
                 4789, VXLAN(vni=7, flags=8), 1)(p), 1),
             (lambda i, p: ether / ip(0, 2, i) / vxlan(
                 6081, GENEVE(vni=7, proto=0x6558), 1)(p), 0)]
    for way, six in ways:
        for udp in 0, 1:
            frames = []
            for i in range(SEGMENTS):
                data = Raw(bytes((i * 7 + j) & 255 for j in range(BYTES)))
                if udp:
                    data = UDP(sport=4000, dport=5000) / data
                else:
                    data = TCP(sport=4000, dport=5000, flags="A", ack=1,
                               seq=0xfffff800 + BYTES * i & 0xffffffff) / data
                frames.append(bytes(way(i, ip(six, 1, i) / data)))
            yield frames


def main(what):
    if what == "want":
        for frames in kinds():
            for frame in frames:
                print(frame.hex())
        return
    s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
                      socket.htons(3) if what == "spy" else 0)
    s.bind(("eth0", 0 if what == "send" else 3))
    if what == "send":
        for n, line in enumerate(open(sys.argv[2])):
            s.send(bytes.fromhex(line))
            if n % SEGMENTS == SEGMENTS - 1:
                time.sleep(0.004)  # what was merged goes on
        time.sleep(0.2)
        s.send(LAST)
        return
    s.setsockopt(socket.SOL_SOCKET, 33, 1 << 24)  # SO_RCVBUFFORCE
    s.setsockopt(263, 8, 1)  # PACKET_AUXDATA: tags that were taken out
    s.settimeout(5)
    print("ready", file=sys.stderr, flush=True)
    while True:
        frame, told, _, address = s.recvmsg(70000, 100)
        if address[2] == 4:
            continue
        if frame == LAST:
            break
        for _, _, data in told:
            status = int.from_bytes(data[:4], sys.byteorder)
            if status & 0x10:
                tci, tpid = data[16:18], data[18:20]
                if sys.byteorder == "little":
                    tci, tpid = tci[::-1], tpid[::-1]
                frame = frame[:12] + tpid + tci + frame[12:]
        if frame[6:12] == LAST[6:12]:
            print(frame.hex(), flush=True)


main(sys.argv[1])
