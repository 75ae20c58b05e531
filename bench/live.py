#!/usr/bin/env python3
"""How fast mssql-extract reads a server, beside a bare loop over FreeTDS.

  bench/live.py BUILD [OBJECTS [ROWS]]

The server of the tests serves a made-up catalogue (3,000 bytes a definition)
from memory. mssql-extract and odbc_loop send the same statements and get the
same bytes, in turn, so that both meet the same machine; the medians of seven
runs each count. Prints seconds by the clock and of the processors, how much of
the bare loop's rate that is by each, and the most memory used. On a machine
with other work, or with fewer processors than threads, the clock tells more of
the machine than of the program.
"""
import glob
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
RUNS = 7


def run(argv, env, out=subprocess.DEVNULL):
    """(seconds, of the processors, KiB at most) of a child."""
    start = time.monotonic()
    pid = os.posix_spawnp(argv[0], argv, env, file_actions=[
        (os.POSIX_SPAWN_OPEN, 1, os.devnull if out == subprocess.DEVNULL
         else out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
        (os.POSIX_SPAWN_OPEN, 2, "bench.err", os.O_WRONLY | os.O_CREAT |
         os.O_TRUNC, 0o600)])
    _, status, usage = os.wait4(pid, 0)
    if status:
        with open("bench.err", encoding="utf-8") as f:
            sys.exit("%s: status %d: %s" % (argv[0], status, f.read()[-800:]))
    return (time.monotonic() - start, usage.ru_utime + usage.ru_stime,
            usage.ru_maxrss)


def compare(name, ours, bare, env):
    runs = [(run(ours, env), run(bare, env)) for _ in range(RUNS)]
    wall, cpu, loop_wall, loop_cpu = (
        statistics.median(r[who][what] for r in runs)
        for who in (0, 1) for what in (0, 1))
    print("%-34s %5.2f s, processors %5.2f s, %4d MiB; bare loop %5.2f s, "
          "%5.2f s: %3.0f%% of its rate, %3.0f%% by processors" %
          (name, wall, cpu, max(r[0][2] for r in runs) // 1024, loop_wall,
           loop_cpu, 100 * loop_wall / wall, 100 * loop_cpu / cpu))
    sys.stdout.flush()


def statements(log, wanted):
    """The logged batches as a file for odbc_loop."""
    out = []
    with open(log, encoding="utf-8") as f:
        for line in f:
            e = json.loads(line)
            if e["event"] == "batch" and wanted(e["sql"]):
                out.append(e["sql"])
    return "\nGO\n".join(out)


def serve(objects, rows):
    """A server that is ready, and its port."""
    for name in ("port", "log"):
        if os.path.exists(name):
            os.unlink(name)
    server = subprocess.Popen(
        [sys.executable, os.path.join(TOP, "t/servers/tds_server.py"),
         "--synthetic", str(objects), "--definition-bytes", "3000",
         "--rows", str(rows), "--cache", "--port-file", "port",
         "--log", "log", "--seconds", "1500"])
    while not os.path.exists("port"):
        time.sleep(0.1)
        if server.poll() is not None:
            sys.exit("the server did not start")
    with open("port", encoding="ascii") as f:
        return server, f.read().strip()


def bench(build, env, objects, rows, cases):
    """Each case: a name and options of mssql-extract."""
    driver = (glob.glob("/usr/lib/*/odbc/libtdsodbc.so") + ["FreeTDS"])[0]
    server, port = serve(objects, rows)
    try:
        bare = [os.path.join(build, "bench", "odbc_loop"),
                "DRIVER=%s;SERVER=127.0.0.1;PORT=%s;UID=u;PWD=p;"
                "TDS_Version=7.4;ClientCharset=UTF-8" % (driver, port),
                "sent.sql"]
        tool = [os.path.join(build, "bin", "mssql-extract"), "--server",
                "127.0.0.1," + port, "--encrypt", "off"]
        for name, options in cases:
            os.truncate("log", 0)
            run(tool + options, env, "out.jsonl")
            with open("sent.sql", "w", encoding="utf-8") as f:
                f.write(statements("log", lambda s: True))
            compare(name, tool + options, bare, env)
    finally:
        server.terminate()
        server.wait()


def main():
    build = os.path.abspath(sys.argv[1])
    objects = int(sys.argv[2]) if len(sys.argv) > 2 else 50000
    rows = int(sys.argv[3]) if len(sys.argv) > 3 else 500000
    folder = tempfile.TemporaryDirectory()
    os.chdir(folder.name)
    env = dict(os.environ, MSSQL_USER="u", MSSQL_PASSWORD="p",
               TMPDIR=folder.name)
    print("a catalogue of %d objects; a table of %d rows; %d processors" %
          (objects, rows, os.cpu_count()))
    bench(build, env, objects, 0, [
        ("catalogue, definitions not parsed", ["--no-parse"]),
        ("catalogue, definitions parsed", [])])
    bench(build, env, 0, rows, [("rows", ["--rows", "rows"])])


main()
