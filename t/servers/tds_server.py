#!/usr/bin/env python3
"""A TDS 7.4 server for tests, standard library only.

Speaks PRELOGIN (with and without TLS 1.2), LOGIN7, SQL batch, RPC
(sp_executesql, sp_prepexec, sp_execute), attention, and every row type.
Answers come from, in this order:

  1. a fixture's answers (answers/*.json), keyed by normalised query text or
     a regular expression: columns and rows, errors, infos, faults;
  2. the fixture's databases: a catalogue and rows built from mig's own
     records and rowset files, asked through SQLite (tds_catalog.py).

An answer with "cut": N lets the second one begin and ends the connection
after N bytes of it.

Faults: hang, drop, goodbye (drop with an end of TLS), garbage, slow.
Every batch is logged as a JSON line, so that a test can read what was sent.

  tds_server.py --fixture DIR --port-file F [--log F] [--tls CERT KEY] ...

Protocol: [MS-TDS]. Listens on 127.0.0.1 only.
"""
import argparse
import json
import os
import re
import select
import signal
import socket
import ssl
import struct
import sys
import threading
import time

import tds_types as T
from tds_catalog import Server, SqlError

BATCH, RPC, ATTENTION, LOGIN7, PRELOGIN, REPLY = 1, 3, 6, 0x10, 0x12, 4
DONE_MORE, DONE_ERROR, DONE_COUNT, DONE_ATTN = 1, 2, 0x10, 0x20
CHUNK = 4096 - 8


class Closed(Exception):
    pass


class Attention(Exception):
    pass


def normalise(sql):
    """Query text as a key: no comments, one space, lower case."""
    sql = re.sub(r"--[^\n]*", " ", sql)
    sql = re.sub(r"/\*.*?\*/", " ", sql, flags=re.S)
    return re.sub(r"\s+", " ", sql).strip(" ;").lower()


class Log:
    def __init__(self, path):
        self.out = open(path, "a", encoding="utf-8") if path else None
        self.lock = threading.Lock()

    def __call__(self, event, **fields):
        if self.out:
            with self.lock:
                self.out.write(json.dumps(dict(event=event, **fields)) + "\n")
                self.out.flush()


class Wire:
    """Packets over a socket, in clear or through TLS."""

    def __init__(self, sock):
        self.sock, self.tls, self.raw = sock, None, b""
        self.size, self.cut_at = CHUNK, None

    def _recv(self, n):
        while len(self.raw) < n:
            if self.tls:
                try:
                    data = self.tls.read(65536)
                except ssl.SSLWantReadError:
                    data = self.sock.recv(65536)
                    if not data:
                        raise Closed()
                    self.incoming.write(data)
                    continue
            else:
                data = self.sock.recv(65536)
            if not data:
                raise Closed()
            self.raw += data
        out, self.raw = self.raw[:n], self.raw[n:]
        return out

    def message(self):
        """(packet type, payload) of the next whole message."""
        body = b""
        while True:
            kind, status, size = struct.unpack(">BBH", self._recv(8)[:4])
            body += self._recv(size - 8)
            if status & 1:
                return kind, body

    def pending(self):
        return bool(self.raw) or bool(
            select.select([self.sock], [], [], 0)[0])

    def send(self, data):
        if self.tls:
            self.tls.write(data)
            data = self.outgoing.read()
        if self.cut_at is not None:
            if len(data) > self.cut_at:
                self.sock.sendall(data[:self.cut_at])
                raise Closed("cut")
            self.cut_at -= len(data)
        self.sock.sendall(data)

    def packets(self, data, last, start=0):
        out = bytearray()
        n = max(1, -(-len(data) // self.size))
        for i in range(n):
            part = data[i * self.size:(i + 1) * self.size]
            end = 1 if last and i == n - 1 else 0
            out += struct.pack(">BBHHBB", REPLY, end, len(part) + 8, 0,
                               (start + i) & 255, 0) + part
        return out

    def reply(self, data):
        self.send(self.packets(data, True))

    def begin_with_tls(self, context):
        """TDS 8: the handshake is not wrapped in packets."""
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = context.wrap_bio(self.incoming, self.outgoing, server_side=True)
        done = False
        while not done:
            try:
                tls.do_handshake()
                done = True
            except ssl.SSLWantReadError:
                pass
            out = self.outgoing.read()
            if out:
                self.sock.sendall(out)
            if not done:
                data = self.sock.recv(65536)
                if not data:
                    raise Closed()
                self.incoming.write(data)
        self.tls = tls

    def start_tls(self, context):
        """The handshake's records travel inside PRELOGIN packets."""
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = context.wrap_bio(self.incoming, self.outgoing, server_side=True)
        while True:
            try:
                tls.do_handshake()
                done = True
            except ssl.SSLWantReadError:
                done = False
            out = self.outgoing.read()
            if out:
                self.sock.sendall(struct.pack(
                    ">BBHHBB", PRELOGIN, 1, len(out) + 8, 0, 0, 0) + out)
            if done:
                break
            self.incoming.write(self.message()[1])
        self.tls = tls


class Reply:
    """A token stream that goes out in packets while it grows."""

    def __init__(self, wire):
        self.wire, self.buf, self.n, self.tape = wire, bytearray(), 0, None

    def add(self, data):
        self.buf += data
        if len(self.buf) >= 65536:
            self.flush(False)

    def flush(self, last):
        w = self.wire
        keep = 0 if last else len(self.buf) % w.size
        cut = len(self.buf) - keep
        out = w.packets(bytes(self.buf[:cut]), last, self.n)
        self.n += cut // w.size
        del self.buf[:cut]
        if self.tape is not None:
            self.tape.append(bytes(out))
        w.send(out)
        if not last and w.pending():
            kind, _ = w.message()
            if kind == ATTENTION:
                raise Attention()

    def done(self, status=0, count=0, token=0xFD):
        self.add(struct.pack("<BHHQ", token, status, 0xC1, count))


def message_token(token, number, text, level, state=1, line=1, proc=""):
    body = struct.pack("<iBB", number, state, level) + T.usvar(text) + \
        T.bvar("testserver") + T.bvar(proc) + struct.pack("<I", line)
    return bytes([token]) + struct.pack("<H", len(body)) + body


def error_token(e):
    return message_token(0xAA, e.get("number", 50000), e.get("message", ""),
                         e.get("class", 16), e.get("state", 1),
                         e.get("line", 1))


def envchange(kind, new, old=""):
    body = bytes([kind]) + (
        T.bvar(new) + T.bvar(old) if isinstance(new, str)
        else bytes([len(new)]) + new + b"\0")
    return b"\xE3" + struct.pack("<H", len(body)) + body


class Connection(threading.Thread):
    daemon = True

    def __init__(self, server, sock, number):
        super().__init__()
        self.server, self.number = server, number
        self.sock, self.wire = sock, Wire(sock)
        self.prepared, self.next_handle = {}, 1

    def log(self, event, **fields):
        self.server.log(event, connection=self.number, **fields)

    def run(self):
        try:
            self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.login():
                while True:
                    self.serve(*self.wire.message())
        except (Closed, OSError, ssl.SSLError) as e:
            self.log("closed", why=str(e))
        except Exception as e:  # a defect of the server: say so, loudly
            self.log("defect", why=repr(e))
            sys.stderr.write("tds_server: %r\n" % e)
            raise
        finally:
            self.sock.close()

    # -- login ---------------------------------------------------------
    def login(self):
        fault = self.server.login_fault
        if self.server.tls_first:
            self.wire.begin_with_tls(self.server.tls)
        kind, body = self.wire.message()
        if fault == "drop":
            return False
        if fault == "hang":
            self.hang()
        if fault == "garbage":
            self.sock.sendall(os.urandom(512))
            return False
        if kind != PRELOGIN:
            raise Closed("no PRELOGIN")
        context = None if self.server.tls_first else self.server.tls
        asked = self.prelogin_encryption(body)
        answer = 1 if context and asked != 2 else 2
        head, data = b"", b""
        options = [(0, struct.pack(">BBHH", 16, 0, 4135, 0)),
                   (1, bytes([answer])), (2, b"\0"), (3, b""), (4, b"\0")]
        at = 5 * len(options) + 1
        for token, value in options:
            head += struct.pack(">BHH", token, at + len(data), len(value))
            data += value
        self.wire.reply(head + b"\xFF" + data)
        if answer == 1:
            self.wire.start_tls(context)
        kind, body = self.wire.message()
        if kind != LOGIN7:
            raise Closed("no LOGIN7")
        who = self.parse_login(body)
        untrusted = self.accept_ticket(who)
        self.user, self.database = who["user"], who["database"]
        self.log("login", tls=bool(self.wire.tls), **{
            k: who[k] for k in ("user", "database", "app", "read_only",
                                "integrated")})
        refused = untrusted or self.server.refuse(who)
        if refused:
            r = Reply(self.wire)
            r.add(error_token(refused))
            r.done(DONE_ERROR)
            r.flush(True)
            return False
        self.database = self.database or self.server.default_database(
            self.user)
        self.session = self.server.session(self.user, self.database)
        r = Reply(self.wire)
        r.add(envchange(1, self.database, "master"))
        r.add(message_token(0xAB, 5701, "Changed database context to '%s'." %
                            self.database, 0, 2))
        r.add(envchange(7, T.COLLATION))
        r.add(envchange(2, "us_english"))
        r.add(message_token(0xAB, 5703,
                            "Changed language setting to us_english.", 0))
        body = b"\x01\x74\x00\x00\x04" + T.bvar("Microsoft SQL Server") + \
            struct.pack(">BBH", *self.server.version_triple())
        r.add(b"\xAD" + struct.pack("<H", len(body)) + body)
        r.add(envchange(4, "4096", "4096"))
        r.done()
        r.flush(True)
        return True

    def accept_ticket(self, who):
        """Whose Kerberos ticket it is becomes the user; None, or an error."""
        if not who["integrated"]:
            return None
        try:
            if not self.server.tickets:
                raise PermissionError("no keytab")
            self.ticket = self.server.tickets(who["ticket"])
            who["user"] = str(self.ticket.initiator_name)
        except (PermissionError, self.server.ticket_errors) as e:
            self.log("ticket", why=str(e))
            return {"number": 18452, "class": 14, "message":
                    "Login failed. The login is from an untrusted domain and "
                    "cannot be used with Integrated authentication."}
        return None

    @staticmethod
    def prelogin_encryption(body):
        at = 0
        while body[at] != 0xFF:
            token, off, size = struct.unpack_from(">BHH", body, at)
            if token == 1 and size:
                return body[off]
            at += 5
        return 2

    @staticmethod
    def parse_login(b):
        def field(at, width=2):
            off, n = struct.unpack_from("<HH", b, at)
            return b[off:off + width * n]

        def text(at):
            return field(at).decode("utf-16-le", "replace")
        secret = bytes(((c ^ 0xA5) << 4 & 0xF0) | ((c ^ 0xA5) >> 4)
                       for c in field(44))
        return {"user": text(40), "app": text(48), "server": text(52),
                "password": secret.decode("utf-16-le", "replace"),
                "database": text(68), "read_only": bool(b[26] & 0x20),
                "ticket": field(78, 1), "integrated": bool(b[25] & 0x80)}

    # -- requests ------------------------------------------------------
    def hang(self):
        """Says nothing until the client gives up; True on attention."""
        while True:
            kind, _ = self.wire.message()
            if kind == ATTENTION and self.server.answer_attention:
                return True

    def serve(self, kind, body):
        if kind == ATTENTION:
            self.attention()
            return
        if kind == BATCH:
            skip = struct.unpack_from("<I", body)[0]
            sql = body[skip:].decode("utf-16-le", "surrogatepass")
            self.answer(sql, {})
        elif kind == RPC:
            self.rpc(body)
        else:
            raise Closed("packet type 0x%02x" % kind)

    def attention(self):
        self.log("attention")
        r = Reply(self.wire)
        r.done(DONE_ATTN)
        r.flush(True)

    def rpc(self, body):
        at = struct.unpack_from("<I", body)[0]
        n = struct.unpack_from("<H", body, at)[0]
        at += 2
        if n == 0xFFFF:
            name = {10: "sp_executesql", 11: "sp_prepare", 12: "sp_execute",
                    13: "sp_prepexec", 15: "sp_unprepare"}.get(
                        struct.unpack_from("<H", body, at)[0], "?")
            at += 2
        else:
            name = body[at:at + 2 * n].decode("utf-16-le").lower()
            at += 2 * n
        at += 2
        params = []
        while at < len(body) and body[at] not in (0x80, 0xFE, 0xFF):
            pname, value, at = T.read_param(body, at)
            params.append((pname, value))
        values = [v for _, v in params]
        self.log("rpc", name=name)
        if name == "sp_executesql":
            names = [n for n, _ in params[2:]]
            self.answer(values[0], dict(zip(names, values[2:])), rpc=True)
        elif name in ("sp_prepexec", "sp_prepare"):
            handle, self.next_handle = self.next_handle, self.next_handle + 1
            names = re.findall(r"@\w+", values[1] or "")
            self.prepared[handle] = (values[2], names)
            args = dict(zip(names, values[3:])) if name == "sp_prepexec" \
                else None
            self.answer(values[2] if args is not None else "", args or {},
                        rpc=True, handle=handle)
        elif name == "sp_execute":
            sql, names = self.prepared.get(values[0], ("", []))
            self.answer(sql, dict(zip(names, values[1:])), rpc=True)
        else:
            self.answer("", {}, rpc=True)

    def answer(self, sql, args, rpc=False, handle=None):
        key = normalise(sql)
        self.log("batch", sql=sql, user=self.user, database=self.database)
        r = Reply(self.wire)
        done = 0xFE if rpc else 0xFD
        try:
            canned = self.server.canned(key, self.database)
            self.wire.cut_at = None
            if canned and "cut" in canned:
                # the true answer up to this byte; each time `step` more
                self.wire.cut_at = canned["cut"]
                canned["cut"] += canned.get("step", 0)
                canned = None
            if canned is not None:
                self.play(r, canned, done)
            elif self.server.cache is not None and key in self.server.cache:
                for part in self.server.cache[key]:
                    self.wire.send(part)
                return
            else:
                if self.server.cache is not None:
                    r.tape = []
                self.execute(r, sql, args, done)
            if handle is not None:
                r.add(b"\xAC\0\0" + T.bvar("") + b"\1" + struct.pack(
                    "<IH", 0, 0) + b"\x26\4\4" + struct.pack("<i", handle))
                r.done(0, 0, 0xFE)
            r.flush(True)
            if r.tape is not None and self.server.cache is not None:
                self.server.cache[key] = r.tape
        except Attention:
            self.log("attention", during=key)
            tail = Reply(self.wire)
            tail.n = r.n
            tail.done(DONE_ATTN)
            tail.flush(True)

    def execute(self, r, sql, args, done):
        """Statements through SQLite; an error ends the batch."""
        try:
            results = list(self.session.statements(sql))
            if not results:
                r.done(0, 0, done)
            for i, statement in enumerate(results):
                more = DONE_MORE if i < len(results) - 1 else 0
                columns, rows = self.session.run(statement, args)
                self.database = self.session.database
                if columns is None:
                    r.done(more, 0, done)
                    continue
                self.rows(r, columns, rows, more, done)
        except SqlError as e:
            r.add(error_token(e.args[0]))
            r.done(DONE_ERROR, 0, done)

    @staticmethod
    def rows(r, columns, rows, more, done):
        r.add(T.colmetadata(columns))
        n = 0
        for values in rows:
            r.add(T.row(columns, values))
            n += 1
        r.done(more | DONE_COUNT, n, done)

    def play(self, r, canned, done):
        """A fixture's answer, with whatever goes wrong in it."""
        if canned.get("delay"):
            time.sleep(canned["delay"])
        for text in canned.get("info", []):
            r.add(message_token(0xAB, 0, text, 0))
        fault, after = canned.get("fault"), canned.get("after_rows", 0)
        sets = canned.get("results")
        if sets is None and "columns" in canned:
            sets = [canned]
        for i, one in enumerate(sets or []):
            columns = [(c[0], T.Type(c[1], c[2] if len(c) > 2 else True))
                       for c in one["columns"]]
            rows = one["rows"] * one.get("repeat", 1)
            more = DONE_MORE if i < len(sets) - 1 or "error" in canned else 0
            if not fault:
                self.rows(r, columns, rows, more, done)
                continue
            r.add(T.colmetadata(columns))
            for n, values in enumerate(rows):
                if n == after:
                    break
                r.add(T.row(columns, values))
        if fault:
            self.fault(r, fault)
        if "error" in canned:
            r.add(error_token(canned["error"]))
            r.done(DONE_ERROR, 0, done)
        elif not sets:
            r.done(0, 0, done)

    def fault(self, r, fault):
        self.log("fault", fault=fault)
        if fault == "garbage":
            r.add(bytes(range(1, 200)) * 4)
        if r.buf:
            r.flush(fault == "garbage")
        if fault == "goodbye" and self.wire.tls:
            try:  # ends the TLS session, then the connection
                self.wire.tls.unwrap()
            except ssl.SSLWantReadError:
                self.sock.sendall(self.wire.outgoing.read())
        if fault == "hang":
            self.hang()
            raise Attention()
        if fault == "slow":
            while True:  # a byte a second, never the end
                time.sleep(0.5)
                if self.wire.pending() and \
                        self.wire.message()[0] == ATTENTION:
                    raise Attention()
        raise Closed("fault " + fault)


def ticket_reader(keytab):
    """A function that accepts a Kerberos ticket, and what it may raise."""
    if not keytab:
        return None, ()
    import gssapi  # not in the standard library: only for --keytab
    mine = gssapi.Credentials(usage="accept", store={"keytab": keytab})

    def accept(token):
        context = gssapi.SecurityContext(creds=mine, usage="accept")
        context.step(token)  # an error is kept for the next step
        if not context.complete:
            raise PermissionError("a ticket for another key")
        return context
    return accept, gssapi.exceptions.GSSError


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--fixture", help="folder with server.json")
    p.add_argument("--synthetic", type=int, metavar="N",
                   help="serve a catalogue of N made-up objects")
    p.add_argument("--definition-bytes", type=int, default=2000)
    p.add_argument("--rows", type=int, default=0, metavar="N",
                   help="a table bench.wide of N rows")
    p.add_argument("--catalog", metavar="DIR",
                   help="the query files, for the types of their columns")
    p.add_argument("--version", help="e.g. 10.50.6000.34; over the fixture")
    p.add_argument("--engine-edition", type=int)
    p.add_argument("--port", type=int, default=0)
    p.add_argument("--port-file", help="where the port is written when ready")
    p.add_argument("--log", help="JSON lines: logins, batches, attentions")
    p.add_argument("--tls", nargs=2, metavar=("CERT", "KEY"))
    p.add_argument("--tls-first", action="store_true",
                   help="TDS 8: TLS before the first packet")
    p.add_argument("--keytab", help="take Kerberos tickets for its keys")
    p.add_argument("--login-fault", choices=["hang", "drop", "garbage"])
    p.add_argument("--ignore-attention", action="store_true")
    p.add_argument("--cache", action="store_true",
                   help="replay the bytes of an answer once given")
    p.add_argument("--seconds", type=float, default=3600,
                   help="end after this time whatever happens")
    a = p.parse_args()
    server = Server(a)
    server.log = Log(a.log)
    server.login_fault = a.login_fault
    server.answer_attention = not a.ignore_attention
    server.cache = {} if a.cache else None
    server.tls_first = a.tls_first
    server.tickets, server.ticket_errors = ticket_reader(a.keytab)
    server.tls = None
    if a.tls:
        server.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.tls.maximum_version = ssl.TLSVersion.TLSv1_2
        server.tls.load_cert_chain(*a.tls)
        if a.tls_first:
            server.tls.set_alpn_protocols(["tds/8.0"])
    server.normalise = normalise
    server.load()
    listener = socket.create_server(("127.0.0.1", a.port), backlog=64)
    port = listener.getsockname()[1]
    if a.port_file:
        with open(a.port_file + ".tmp", "w", encoding="ascii") as f:
            f.write("%d\n" % port)
        os.rename(a.port_file + ".tmp", a.port_file)
    else:
        print(port, flush=True)

    def stop(*_):  # without waiting for connections that hang
        server.temp.cleanup()
        os._exit(0)
    signal.signal(signal.SIGTERM, stop)
    parent, end = os.getppid(), time.time() + a.seconds
    listener.settimeout(1)
    number = 0
    while time.time() < end and os.getppid() == parent:
        try:
            sock, _ = listener.accept()
        except socket.timeout:
            continue
        number += 1
        sock.settimeout(None)
        Connection(server, sock, number).start()


if __name__ == "__main__":
    main()
