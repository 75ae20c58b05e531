#!/usr/bin/env python3
"""How fast mssql-extract reads a server, beside a bare loop over FreeTDS.

  bench/live.py BUILD [OBJECTS [ROWS]]

The server of the tests serves a made-up catalogue (2,000 bytes a definition)
from memory. mssql-extract and odbc_loop send the same statements and get the
same bytes; the best of five runs each, in turn. Prints seconds, the share of
the bare loop's rate, and the most memory used.
"""
import glob
import json
import os
import subprocess
import sys
import tempfile
import time

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
RUNS = 5


def run(argv, env, out=subprocess.DEVNULL):
    """(seconds, KiB at most) of a child."""
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
    return time.monotonic() - start, usage.ru_maxrss


def compare(name, ours, bare, env):
    best = {}
    for _ in range(RUNS):  # in turn, so that both meet the same machine
        for who, argv in ((name, ours), ("bare loop", bare)):
            got = run(argv, env)
            old = best.get(who, got)
            best[who] = (min(got[0], old[0]), max(got[1], old[1]))
    mine, loop = best[name], best["bare loop"]
    print("%-34s %6.2f s  %5d MiB   bare loop %6.2f s   %3.0f%% of its rate" %
          (name, mine[0], mine[1] // 1024, loop[0], 100 * loop[0] / mine[0]))
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


def main():
    build = os.path.abspath(sys.argv[1])
    objects = int(sys.argv[2]) if len(sys.argv) > 2 else 50000
    rows = int(sys.argv[3]) if len(sys.argv) > 3 else 200000
    driver = (glob.glob("/usr/lib/*/odbc/libtdsodbc.so") + ["FreeTDS"])[0]
    folder = tempfile.TemporaryDirectory()
    os.chdir(folder.name)
    env = dict(os.environ, MSSQL_USER="u", MSSQL_PASSWORD="p",
               TMPDIR=folder.name)
    server = subprocess.Popen(
        [sys.executable, os.path.join(TOP, "t/servers/tds_server.py"),
         "--synthetic", str(objects), "--rows", str(rows), "--cache",
         "--port-file", "port", "--log", "log", "--seconds", "1500"])
    try:
        while not os.path.exists("port"):
            time.sleep(0.1)
            if server.poll() is not None:
                sys.exit("the server did not start")
        with open("port", encoding="ascii") as f:
            port = f.read().strip()
        bare = [os.path.join(build, "bench", "odbc_loop"),
                "DRIVER=%s;SERVER=127.0.0.1;PORT=%s;UID=u;PWD=p;"
                "TDS_Version=7.4;ClientCharset=UTF-8" % (driver, port)]
        tool = [os.path.join(build, "bin", "mssql-extract"), "--server",
                "127.0.0.1," + port, "--encrypt", "off"]
        print("catalogue of %d objects, %d rows" % (objects, rows))
        run(tool, env, "out.jsonl")
        print("%-34s %6.1f MiB of records" % (
            "", os.path.getsize("out.jsonl") / 2 ** 20))
        with open("catalogue.sql", "w", encoding="utf-8") as f:
            f.write(statements("log", lambda s: True))
        compare("catalogue, definitions not parsed", tool + ["--no-parse"],
                bare + ["catalogue.sql"], env)
        compare("catalogue, definitions parsed", tool,
                bare + ["catalogue.sql"], env)
        if rows:
            run(tool + ["--no-parse", "--schema", "bench", "--rows", "r"],
                env)
            with open("rows.sql", "w", encoding="utf-8") as f:
                f.write(statements("log", lambda s: "[bench].[wide]" in s
                                   ).split("\nGO\n")[0])
            few = tool + ["--no-parse", "--include", "bench.wide"]
            with_rows = few + ["--rows", "r"]
            base = min(run(few, env)[0] for _ in range(3))
            mine = min(run(with_rows, env)[0] for _ in range(RUNS)) - base
            loop = min(run(bare + ["rows.sql"], env)[0] for _ in range(RUNS))
            peak = run(with_rows, env)[1]
            print("%-34s %6.2f s  %5d MiB   bare loop %6.2f s   %3.0f%% of "
                  "its rate" % ("rows into a rowset file", mine,
                                peak // 1024, loop, 100 * loop / mine))
    finally:
        server.terminate()
        server.wait()


main()
