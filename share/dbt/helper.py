#!/usr/bin/env python3
"""The dbt helper: one process for each project, shared by the stages of a pipe
and the jobs of make.

    helper.py PROJECT SOCKET [--dbt PATH] [--target NAME]

SOCKET is a name in PROJECT/target/. Starts in the background, prints one line
({"ready":true} or {"ready":false,"error":...}) when clients can connect, and
ends with its last client. Requests and replies are JSON Lines over the socket;
a request's last reply has "done". lib/dbt/helper.h is the other side and says
what there is to ask.

Clients are served one request at a time, in the order of their requests.
"""

import argparse
import fcntl
import json
import os
import queue
import socket
import struct
import sys
import threading
import time
import traceback

FIRST = 30  # seconds to wait for a first client
IDLE = 900  # seconds without a request after which clients may come again
LINGER = float(os.environ.get("MIG_DBT_LINGER", "2"))
SLOW = 600  # seconds after which a client that doesn't read is dropped
RELEASE = 0.3  # seconds of quiet after which the warehouse is given back
MAX_REQUEST = 64 << 20


class Gone(Exception):
    """The client went away."""


def request_name(line):
    try:
        return json.loads(line).get("op")
    except (ValueError, AttributeError):
        return "bad request"


class Client:
    def __init__(self, sock, jobs, left):
        self.sock = sock
        self.sock.settimeout(None)
        self.jobs = jobs
        self.left = left
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        try:
            with self.sock.makefile("rb") as lines:
                while True:
                    line = lines.readline(MAX_REQUEST)
                    if not line.endswith(b"\n"):
                        break
                    self.jobs.put((self, line))
        except OSError:
            pass
        self.left(self)

    def send(self, data):
        try:
            self.sock.sendall(data)
        except OSError as e:
            raise Gone(str(e)) from None

    def reply(self, value):
        text = json.dumps(
            value, ensure_ascii=False, separators=(",", ":"), default=str
        )
        self.send(text.encode() + b"\n")


class Server:
    def __init__(self, sock, path, engine):
        self.sock = sock
        self.path = path
        self.inode = os.stat(path).st_ino
        self.engine = engine
        self.jobs = queue.Queue()
        self.clients = set()
        self.lock = threading.Lock()
        self.last = time.monotonic()  # of a request, or a client leaving
        self.served = False

    def accept(self):
        while True:
            try:
                sock, _ = self.sock.accept()
            except OSError:
                return
            sock.setsockopt(
                socket.SOL_SOCKET, socket.SO_SNDTIMEO,
                struct.pack("ll", SLOW, 0),
            )
            with self.lock:
                self.served = True
                self.clients.add(Client(sock, self.jobs, self.left))

    def left(self, client):
        with self.lock:
            self.clients.discard(client)
            self.last = time.monotonic()
        # not closed here: the worker may be writing to it

    def finished(self):
        """Time to end? Also when the project went away below us."""
        quiet = time.monotonic() - self.last
        try:
            if os.stat(self.path).st_ino != self.inode:
                return True
        except OSError:
            return True
        with self.lock:
            if self.clients:
                return quiet > IDLE
            return quiet > (LINGER if self.served else FIRST)

    def run(self):
        threading.Thread(target=self.accept, daemon=True).start()
        held = False
        while True:
            try:
                client, line = self.jobs.get(timeout=RELEASE)
            except queue.Empty:
                if held:
                    self.engine.release()
                    held = False
                if self.finished():
                    return
                continue
            held = True
            self.serve(client, line)
            self.last = time.monotonic()

    def serve(self, client, line):
        begin = time.monotonic()
        done = {"done": True, "ok": True}
        try:
            request = json.loads(line)
            done.update(self.answer(client, request))
        except Gone:
            return
        except Exception as e:
            print(f"{request_name(line)}: {type(e).__name__}: {e}")
            if isinstance(e, (AttributeError, TypeError, KeyError)):
                traceback.print_exc()  # a mistake of ours
            done["ok"] = False
            done["error"] = str(e) or type(e).__name__
            done["errors"] = getattr(e, "found", [])
        done["seconds"] = round(time.monotonic() - begin, 3)
        try:
            client.reply(done)
        except Gone:
            pass
        sys.stdout.flush()

    def answer(self, client, request):
        engine = self.engine
        op = request.get("op")
        if op == "hello":
            return engine.hello()
        if op == "parse":
            seconds = engine.parse()
            return {"errors": engine.found, "warnings": engine.warnings,
                    "models": engine.listing(), "parse": round(seconds, 3)}
        if op == "compile":
            for result in engine.compile(request["select"]):
                client.reply({"result": result})
            return {"errors": engine.found}
        if op == "build":
            for result in engine.build(
                request["select"],
                full_refresh=request.get("full_refresh", True),
                tests=request.get("tests", True),
            ):
                client.reply({"result": result})
            return {"errors": engine.found}
        if op == "rows":
            return self.rows(client, request)
        if op == "load":
            loaded = engine.load(
                request["path"], request["object"], request["columns"],
                request.get("database"),
            )
            return {"loaded": loaded}
        raise ValueError(f"unknown request '{op}'")

    def rows(self, client, request):
        engine = self.engine
        if "model" in request:
            engine.parse()
            sql = engine.relation_sql(request["model"])
        else:
            sql = request["sql"]
        got = engine.rows(sql, request.get("limit"))
        client.reply({"kind": "rowset", "columns": next(got)})
        count = 0
        for lines in got:
            count += len(lines)
            client.send(("\n".join(lines) + "\n").encode())
        return {"rows": count}


def ready(out, **fields):
    """The one line that our starter waits for."""
    os.write(out, json.dumps(fields).encode() + b"\n")
    os.close(out)


def background(log):
    """Leaves the starter's session, its pipes and its terminal; returns the
    descriptor for the ready line."""
    out = os.dup(1)
    if os.fork():
        os._exit(0)
    os.setsid()
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    if out != 3:
        os.dup2(out, 3)
    os.closerange(4, min(os.sysconf("SC_OPEN_MAX"), 65536))
    return 3


def take_lock(name):
    """Only one helper for a socket: the lock lives as long as we do."""
    fd = os.open(name, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(fd)
        return None
    os.ftruncate(fd, 0)
    os.write(fd, b"%d\n" % os.getpid())  # for people who look
    return fd


def listen(name):
    """Binds under a temporary name, so that whoever sees the socket can
    connect. Relative names: a path of a socket has 107 bytes at most."""
    temporary = f"{name}.{os.getpid()}"
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    mask = os.umask(0o177)
    try:
        if os.path.lexists(temporary):
            os.unlink(temporary)
        sock.bind(temporary)
    finally:
        os.umask(mask)
    sock.listen(64)
    os.rename(temporary, name)
    return sock


def make_engine(dbt, target):
    os.environ["DBT_SEND_ANONYMOUS_USAGE_STATS"] = "false"
    os.environ["DO_NOT_TRACK"] = "1"
    try:
        import dbt.cli.main  # noqa: F401
    except ImportError:
        from command import CommandEngine

        return CommandEngine(dbt or "dbt", target)
    from engine import Engine

    return Engine(target)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("project")
    options.add_argument("socket")
    options.add_argument("--dbt")
    options.add_argument("--target")
    args = options.parse_args()
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    os.chdir(args.project)
    os.makedirs("target", exist_ok=True)
    name = os.path.join("target", args.socket)
    log = os.open(
        name + ".log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600
    )
    out = background(log)
    lock = take_lock(name + ".lock")
    if lock is None:
        ready(out, ready=True)  # another one is, or will be soon
        return
    os.ftruncate(1, 0)
    try:
        # Listen first: other starters connect and wait for their turn.
        sock = listen(name)
        engine = make_engine(args.dbt, args.target)
        server = Server(sock, name, engine)
    except BaseException as e:
        traceback.print_exc()
        ready(out, ready=False, error=f"{type(e).__name__}: {e}")
        return
    ready(out, ready=True)
    try:
        server.run()
    finally:
        try:
            if os.stat(name).st_ino == server.inode:
                os.unlink(name)
        except OSError:
            pass
        sock.close()
        engine.release()
        sys.stdout.flush()
        os._exit(0)  # threads of clients are of no interest any more


if __name__ == "__main__":
    main()
