# SPDX-License-Identifier: MIT
"""send.py INTERFACE COUNT LENGTH [PER-SECOND]: numbered frames."""
import socket
import struct
import sys
import time

interface, count, length = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
pause = 1 / float(sys.argv[4]) if len(sys.argv) > 4 else 0
wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
wire.bind((interface, 0))
head = bytes.fromhex("02000000000a" "02000000000b" "88b5")
for number in range(count):
    frame = head + struct.pack(">I", number)
    wire.send(frame + bytes((i + number) & 255
                            for i in range(length - len(frame))))
    if pause:
        time.sleep(pause)
