#!/usr/bin/env python3
"""How fast mssql-extract reads a server, beside a bare loop over FreeTDS.

  bench/live.py BUILD [OBJECTS [ROWS]]

The server of the tests serves a made-up catalogue (3,000 bytes a definition)
from memory. mssql-extract and odbc_loop send the same statements and get the
same bytes, in turn, so that both meet the same machine; the medians of seven
runs each count. Prints seconds by the clock and of the processors, how much of
the bare loop's rate that is by each (and by the clock of the best runs), the
server's processor time, and the most memory used. On a machine with other work
(see its load), or with fewer processors than threads, the clock tells more of
the machine than of the program. What parsing costs beyond reading is then set
against the processors that there are: no way of spreading the same work over
them is faster than that.
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


def processor_seconds(pid):
    """What a running process has used so far."""
    with open("/proc/%d/stat" % pid, encoding="ascii") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def compare(name, ours, bare, env, server):
    """Processor seconds of ours, of the server's part in it, and of the bare
    loop."""
    runs, served = [], 0
    for _ in range(RUNS):
        before = processor_seconds(server)
        us = run(ours, env)
        served += processor_seconds(server) - before
        runs.append((us, run(bare, env)))
    wall, cpu, loop_wall, loop_cpu = (
        statistics.median(r[who][what] for r in runs)
        for who in (0, 1) for what in (0, 1))
    best, loop_best = (min(r[who][0] for r in runs) for who in (0, 1))
    print("%-34s %5.2f s, processors %5.2f s, %4d MiB; bare loop %5.2f s, "
          "%5.2f s: %3.0f%% of its rate (best runs %3.0f%%), %3.0f%% by "
          "processors; server %.2f s" %
          (name, wall, cpu, max(r[0][2] for r in runs) // 1024, loop_wall,
           loop_cpu, 100 * loop_wall / wall, 100 * loop_best / best,
           100 * loop_cpu / cpu, served / RUNS))
    sys.stdout.flush()
    return cpu, served / RUNS, loop_cpu


def bounds(reading, parsing):
    """What the same work could be at best on some numbers of processors with
    nothing else to do: the bare loop is one thread's, so is our reading, the
    rest divides. (The objects are read before the first definition, which no
    bound here counts.)"""
    alone = reading[0]
    total, loop = parsing[0] + parsing[1], parsing[2]
    print("parsing, dependencies and their records: %.2f s of processors, "
          "beside %.2f s for reading and %.2f s of the server; spread evenly "
          "that is at best" % (parsing[0] - alone, alone, parsing[1]),
          ", ".join("%3.0f%% on %d processors" % (
              100 * loop / max(total / n, alone), n)
              for n in sorted({os.cpu_count(), 2, 4, 8})))


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
        results = []
        for name, options in cases:
            os.truncate("log", 0)
            run(tool + options, env, "out.jsonl")
            with open("sent.sql", "w", encoding="utf-8") as f:
                f.write(statements("log", lambda s: True))
            results.append(
                compare(name, tool + options, bare, env, server.pid))
        return results
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
    print("a catalogue of %d objects; a table of %d rows; %d processors, load "
          "%.1f" % (objects, rows, os.cpu_count(), os.getloadavg()[0]))
    bounds(*bench(build, env, objects, 0, [
        ("catalogue, definitions not parsed", ["--no-parse"]),
        ("catalogue, definitions parsed", [])]))
    bench(build, env, 0, rows, [("rows", ["--rows", "rows"])])
    print("load at the end: %.1f" % os.getloadavg()[0])


main()
