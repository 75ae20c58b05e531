#!/usr/bin/env python3
"""Parse the same scripts with sqlglot and polyglot-sql, batch by batch.

    bench/peers.py PARSE_MB_S RESOLVE_MB_S FILE...

Prints each peer's rate (by processor time), how many batches it refused, its
peak memory, and how many times its rate ours are: parsing, and parsing with
names and dependencies resolved. A peer that isn't installed is left out.
"""
import os
import re
import resource
import sys
import time


def sqlglot_parse():
    import logging
    import sqlglot
    from sqlglot import errors
    logging.disable(logging.CRITICAL)
    return lambda s: sqlglot.parse(s, read="tsql"), errors.SqlglotError


def polyglot_parse():
    import polyglot_sql
    return lambda s: polyglot_sql.parse(s, "tsql"), Exception


def measure(name, load, batches, ours):
    parse, error = load()
    size = sum(len(b.encode()) for b in batches)
    refused = 0
    start = time.process_time()
    for batch in batches:
        try:
            parse(batch)
        except error:
            refused += 1
    took = time.process_time() - start
    rate = size / 1e6 / took
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"{name}\t{rate:.2f} MB/s\t{refused} of {len(batches)} batches "
          f"refused\tpeak {peak} KiB\twe: {ours[0] / rate:.0f} times its "
          f"rate, {ours[1] / rate:.0f} times with names and dependencies",
          flush=True)


def main():
    ours = [float(rate) for rate in sys.argv[1:3]]
    batches = []
    for path in sys.argv[3:]:
        with open(path, encoding="utf-8") as f:
            batches += [b for b in re.split(r"(?m)^GO$", f.read())
                        if b.strip()]
    for name, load in (("polyglot-sql", polyglot_parse),
                       ("sqlglot", sqlglot_parse)):
        pid = os.fork()  # each has its own peak
        if not pid:
            try:
                measure(name, load, batches, ours)
            except ImportError:
                print(f"{name}\tnot installed")
            os._exit(0)
        os.waitpid(pid, 0)


main()
