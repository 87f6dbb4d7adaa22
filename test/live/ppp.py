# SPDX-License-Identifier: MIT
"""ppp.py NAME COUNT: a device that says it is ppp, for as long as there is
standard input. For each line of it, COUNT datagrams to port 2000 and as many
to port 2001 come in."""
import fcntl
import os
import struct
import subprocess
import sys

TUNSETIFF, TUNSETLINK = 0x400454ca, 0x400454cd
TUN_NO_PI = 0x1001
ARPHRD_PPP = 512

name, count = sys.argv[1], int(sys.argv[2])
tun = os.open("/dev/net/tun", os.O_RDWR)
fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH22x", name.encode(), TUN_NO_PI))
fcntl.ioctl(tun, TUNSETLINK, ARPHRD_PPP)
subprocess.run(["ip", "link", "set", name, "up"], check=True)
print("ready", flush=True)
for _ in sys.stdin:
    for port in (2000, 2001) * count:
        udp = struct.pack(">HHHH", 3000, port, 8 + 20, 0) + bytes(20)
        os.write(tun, struct.pack(">BBHIBBH4s4s", 0x45, 0, 20 + len(udp), 0,
                                  64, 17, 0, bytes([192, 0, 2, 1]),
                                  bytes([192, 0, 2, 2])) + udp)
    print("sent", flush=True)
