#!/usr/bin/env python3
"""A proxy on 127.0.0.1: passes CONNECT and whole addresses on, logs the heads.

proxy.py PORT-FILE LOG [STATUS]: with STATUS it refuses everything with it.
Ends after two minutes.
"""

import os
import socket
import sys
import threading
import urllib.parse

PORT_FILE, LOG = sys.argv[1:3]
REFUSE = sys.argv[3] if len(sys.argv) > 3 else None


def pump(a, b):
    try:
        while data := a.recv(65536):
            b.sendall(data)
    except OSError:
        pass
    for s in (a, b):
        try:
            s.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def serve(client):
    head = b""
    while b"\r\n\r\n" not in head:
        data = client.recv(65536)
        if not data:
            return
        head += data
    head, rest = head.split(b"\r\n\r\n", 1)
    with open(LOG, "ab") as f:
        f.write(head + b"\n\n")
    method, target, _ = head.split(b"\r\n")[0].decode().split(" ")
    if REFUSE:
        client.sendall(f"HTTP/1.1 {REFUSE} No\r\ncontent-length: 0\r\n"
                       "connection: close\r\n\r\n".encode())
        client.close()
        return
    if method == "CONNECT":
        host, port = target.rsplit(":", 1)
        server = socket.create_connection((host, int(port)))
        client.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
        server.sendall(rest)
    else:
        url = urllib.parse.urlsplit(target)
        server = socket.create_connection((url.hostname, url.port))
        head = head.replace(target.encode(), url.path.encode(), 1)
        server.sendall(head + b"\r\n\r\n" + rest)
    threading.Thread(target=pump, args=(server, client), daemon=True).start()
    pump(client, server)


listener = socket.create_server(("127.0.0.1", 0))
with open(PORT_FILE + ".new", "w") as f:
    f.write(str(listener.getsockname()[1]))
os.rename(PORT_FILE + ".new", PORT_FILE)
threading.Timer(120, os._exit, (0,)).start()
while True:
    one, _ = listener.accept()
    threading.Thread(target=serve, args=(one,), daemon=True).start()
