# SPDX-License-Identifier: MIT
"""datagrams.py COUNT BYTES: over lo, 100 a second."""
import socket
import sys
import time

taker = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
taker.bind(("127.0.0.1", 0))
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for _ in range(int(sys.argv[1])):
    sender.sendto(bytes(int(sys.argv[2])), taker.getsockname())
    taker.recv(65536)
    time.sleep(0.01)
