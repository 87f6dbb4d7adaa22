# SPDX-License-Identifier: MIT
"""transfer.py take | transfer.py give ADDRESS BYTES SECONDS: TCP, port 5000.

Both print the SHA-256 of what passed; give spreads the bytes over the time.
"""
import hashlib
import os
import socket
import sys
import time

PORT, CHUNK = 5000, 65536
checksum = hashlib.sha256()
if sys.argv[1] == "take":
    server = socket.create_server(("", PORT))
    server.settimeout(30)
    print("ready", file=sys.stderr, flush=True)
    peer, _ = server.accept()
    peer.settimeout(30)
    while data := peer.recv(CHUNK):
        checksum.update(data)
else:
    total, seconds = int(sys.argv[3]), float(sys.argv[4])
    peer = socket.create_connection((sys.argv[2], PORT), 30)
    start, sent = time.time(), 0
    while sent < total:
        data = os.urandom(min(CHUNK, total - sent))
        checksum.update(data)
        peer.sendall(data)
        sent += len(data)
        early = start + seconds * sent / total - time.time()
        if early > 0:
            time.sleep(early)
    peer.close()
print(checksum.hexdigest())
