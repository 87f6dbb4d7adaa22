# SPDX-License-Identifier: MIT
"""replay.py INTERFACE FILE: send the frames of a pcap file."""
import socket
import struct
import sys

wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
wire.bind((sys.argv[1], 0))
with open(sys.argv[2], "rb") as file:
    order = "<" if file.read(24)[0] in (0xd4, 0x4d) else ">"
    while head := file.read(16):
        wire.send(file.read(struct.unpack(order + "4I", head)[2]))
