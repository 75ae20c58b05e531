"""The oracle's procedures: first run, what changed, second run; see oracle.

Each call is a dbt run of the models that its procedure became, with the
call's parameters as variables. Calls whose variables agree share a run.
"""

import collections
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys


def arguments(call):
    """The variables of 'EXEC p @a = 1, @b = 'x''."""
    out = {}
    for name, text in re.findall(
            r"@(\w+)\s*=\s*('(?:[^']|'')*'|[^,\s]+)", call):
        out[name] = text[1:-1].replace("''", "'") \
            if text.startswith("'") else text
    return out


def groups(procs, run):
    """Calls in their order, cut where a variable would need two values."""
    found = []
    for p in procs:
        args = arguments(p[run])
        if not found or any(found[-1][1].get(k, v) != v
                            for k, v in args.items()):
            found.append(([], {}))
        found[-1][0].append(p)
        found[-1][1].update(args)
    return found


class Procedures:
    def __init__(self, o, part, ename):
        """o: the module of scripts/oracle, for its paths and comparison."""
        import tempfile
        self.o, self.part, self.name = o, part, ename
        self.dir = tempfile.mkdtemp(prefix="oracle-procs-")
        self.server = o.Postgres() if ename == "postgres" else None
        self.project = f"{self.dir}/dbt"
        self.env = {**os.environ, "MIG_DBT_LINGER": "0",
                    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
                    "VENV": str(pathlib.Path(sys.executable).parent.parent)}
        if self.server:
            self.env.update(PGHOST=self.server.dir, PGUSER="oracle",
                            PGDATABASE="postgres")
        with open(o.ORACLE / part / "procs.jsonl", encoding="utf-8") as f:
            self.procs = [json.loads(line) for line in f]
        scripts = [o.ORACLE / p / "schema.sql" for p in o.PARTS[part]]
        steps = [("mssql-extract", "--ddl", *scripts,
                  o.ORACLE / part / "procs.sql", "--rows",
                  f"{self.dir}/first"),
                 ("mig-assess",), ("mig-plan", "-d", ename),
                 ("mig-gen", "-C", self.project)]
        last = None
        for i, (name, *args) in enumerate(steps):
            path = f"{self.dir}/{i}.jsonl"
            with open(path, "w") as out:
                o.tool(name, *args, *([last] if last else []), stdout=out,
                       env=self.env, check=i < 3)
            last = path
        with open(last, encoding="utf-8") as f:
            self.models = [r for r in map(json.loads, f)
                           if r.get("kind") == "model"]
        self.load_rows("first", "")
        self.dbt("run", "--select", "staging")

    def load_rows(self, name, prefix):
        """The script's rows, and in their place the oracle's."""
        rows = pathlib.Path(self.dir, name)
        rows.mkdir(exist_ok=True)
        for p in self.o.PARTS[self.part]:
            for f in (self.o.ORACLE / p / "rows").glob(f"{prefix}*.jsonl"):
                base = f.name.removeprefix(prefix)
                if not re.match(r"(oracle|after_delta)\.|.*\.run\d\.", base):
                    shutil.copy(f, rows / base)
        self.load(rows)

    def load(self, rows):
        self.o.tool("mig-load", "-C", self.project, "-t", self.name, rows,
                    stdout=subprocess.DEVNULL, env=self.env, check=False)

    def dbt(self, *args):
        exe = pathlib.Path(sys.executable).parent / "dbt"
        return subprocess.run(
            [exe, "-q", *args, "--target", self.name], cwd=self.project,
            env={**self.env, "DBT_PROFILES_DIR": self.project},
            capture_output=True, text=True)

    def model(self, proc, target):
        mine = [r for r in self.models
                if r.get("target", "").casefold() == target.casefold()]
        for r in mine:
            if r["object"].casefold() == proc.casefold():
                return r
        return mine[0] if mine else None

    def names(self, proc):
        return [r["name"] for r in self.models
                if r["object"].casefold() == proc.casefold()]

    def relation(self, name):
        path = f"{self.project}/target/manifest.json"
        with open(path, encoding="utf-8") as f:
            nodes = json.load(f)["nodes"].values()
        return next((n["relation_name"] for n in nodes
                     if n["name"] == name and
                     n["resource_type"] == "model"), None)

    def open(self):
        if self.server:
            return self.server
        import duckdb
        db = self.o.DuckDB.__new__(self.o.DuckDB)
        db.db = duckdb.connect(f"{self.project}/migration.duckdb",
                               read_only=True)
        return db

    def verdicts(self, run, procs, verbose):
        """Of each target that the oracle has rows of."""
        db = self.open()
        try:
            for p in procs:
                short = p["name"].split(".")[-1]
                for target in p["targets"]:
                    path = self.o.ORACLE / self.part / "rows" / \
                        f"{short}.{run}.{target}.jsonl"
                    if not path.exists():
                        continue
                    head, rows = self.o.rowset(path)
                    r = self.model(p["name"], target)
                    claim = r["generated"].get("claim", "manual") \
                        if r else "manual"
                    why = self.compare(db, r, head, rows)
                    verdict = "equal" if why is None else \
                        "flagged" if claim != "exact" else "wrong"
                    if verbose and verdict != "equal":
                        print(f"{verdict}: {self.part} {self.name} "
                              f"{short} {run} {target} ({claim}): {why}")
                    yield verdict
        finally:
            if not self.server:
                db.close()

    def compare(self, db, r, head, rows):
        if not r:
            return "no model"
        cols = [c["name"] for c in head["columns"]]
        try:
            names, got = db.rows(
                f"select * from {self.relation(r['name'])}")
        except Exception as e:
            return "error: " + str(e).strip().split("\n")[0][:200]
        place = {n.casefold(): i for i, n in enumerate(names)}
        lost = [c for c in cols if c.casefold() not in place]
        if lost:
            return f"no column {lost[0]}"
        got = [tuple(g[place[c.casefold()]] for c in cols) for g in got]
        return self.o.same(head, rows, cols, got)

    def run(self, verbose):
        result = collections.defaultdict(collections.Counter)
        for run in "run1", "run2":
            if run == "run2":
                self.load_rows("delta", "after_delta.")
            for procs, values in groups(self.procs, run):
                self.dbt(
                    "run", "--vars", json.dumps(values), "--select",
                    *(n for p in procs for n in self.names(p["name"])))
                for v in self.verdicts(run, procs, verbose):
                    result[run][v] += 1
        return result

    def close(self):
        if self.server:
            self.server.close()
        shutil.rmtree(self.dir, ignore_errors=True)
