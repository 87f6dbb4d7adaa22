# SPDX-License-Identifier: MIT
"""frames.py FILE: a frame of each kind, in a pcap file."""
import logging
import sys

logging.getLogger("scapy").setLevel(logging.ERROR)
from scapy.all import (ARP, Dot1AD, Dot1Q, Ether, ICMP, IP, IPv6, Raw, TCP,
                       UDP, wrpcap)

ether = Ether(dst="02:00:00:00:00:0a", src="02:00:00:00:00:0b")
ip = IP(src="10.9.0.2", dst="10.9.0.1")
udp = ip / UDP(sport=1000, dport=2000) / Raw(b"datagram" * 4)
kinds = [
    ether / udp,
    ether / ip / TCP(sport=1, dport=80, flags="S"),
    ether / ip / ICMP(),
    ether / IPv6(src="fd00::2", dst="fd00::1") / UDP(sport=5, dport=6),
    Ether(dst="ff:ff:ff:ff:ff:ff", src=ether.src) / ARP(pdst="10.9.0.1"),
    ether / Dot1Q(vlan=5) / udp,
    ether / Dot1Q(vlan=0) / udp,
    ether / Dot1Q(vlan=0, prio=5) / udp,
    ether / Dot1Q(vlan=4095, prio=7, id=1) / udp,
    ether / Dot1AD(vlan=100) / Dot1Q(vlan=200) / udp,
    ether / Dot1Q(vlan=1) / Dot1Q(vlan=2) / udp,
    Ether(dst=ether.dst, src=ether.src, type=0x9100) / Raw(b"\0\7\x08\0" * 9),
    Ether(dst=ether.dst, src=ether.src, type=0x88B5),
    Ether(dst=ether.dst, src=ether.src, type=0x88B5) / Raw(bytes(range(9))),
    ether / ip / UDP(sport=3, dport=4) / Raw(bytes(1472)),
    ether / Dot1Q(vlan=9) / ip / UDP(sport=3, dport=4) / Raw(b"v" * 1472),
]
wrpcap(sys.argv[1], [Ether(bytes(kind)) for kind in kinds])
