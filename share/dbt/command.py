"""Any other dbt, as a program: slower, for each request starts it anew.

What it says is read from its artifacts (manifest.json, run_results.json) and,
for rows, from `dbt show`. Rows are loaded by a macro of a project of our own
in target/, which uses the same profile. A file that this dbt can't parse fails
the whole project.
"""

import json
import os
import re
import shutil
import subprocess
import tempfile
from types import SimpleNamespace

import errors
import tables
import values
from project import Failure, Project

ANSI = re.compile(r"\x1b\[[0-9;]*m")
STAMP = re.compile(r"^\d\d:\d\d:\d\d\s+", re.M)
NOISE = re.compile(r"^(Running with dbt|Registered adapter|Unable to do par|"
                   r"Performance info|Encountered an error|Found \d+).*\n?", re.M)


def shaped(value):
    """JSON with attributes, as dbt-core's own objects have."""
    if isinstance(value, dict):
        return SimpleNamespace(
            **{str(k): shaped(v) for k, v in value.items()}
        )
    if isinstance(value, list):
        return [shaped(v) for v in value]
    return value


class Manifest:
    def __init__(self, text):
        data = json.loads(text)
        self.metadata = shaped(data["metadata"])
        self.nodes = {k: shaped(v) for k, v in data["nodes"].items()}
        self.unit_tests = {
            k: shaped(v) for k, v in data.get("unit_tests", {}).items()
        }
        self.sources = {}
        for key, value in data["sources"].items():
            source = shaped(value)
            # meta stays as it is in the file: its keys are anyone's
            source.meta = value.get("meta") or value.get(
                "config", {}
            ).get("meta")
            source.config = None
            source.columns = {
                k: shaped(v) for k, v in value.get("columns", {}).items()
            }
            self.sources[key] = source
        for node in list(self.nodes.values()) + list(
            self.unit_tests.values()
        ):
            for field in ("relation_name", "depends_on", "raw_code"):
                if not hasattr(node, field):
                    setattr(node, field, None)
            if not hasattr(node.depends_on, "nodes"):
                node.depends_on = SimpleNamespace(nodes=[])


class CommandEngine(Project):
    mode = "command"

    def __init__(self, dbt, target=None):
        super().__init__()
        self.dbt = dbt
        self.target = ["--target", target] if target else []
        self.there = None  # (schema, name) of the warehouse's relations

    def _run(self, args, project=None):
        """The exit status and what was said."""
        environment = dict(os.environ, NO_COLOR="1", DBT_USE_COLORS="false")
        where = ["--project-dir", project] if project else []
        try:
            done = subprocess.run(
                [self.dbt] + args + where + self.target,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=environment,
                text=True,
                errors="replace",
                check=False,
            )
        except OSError as e:
            raise Failure(f"{self.dbt}: {e.strerror}") from None
        return done.returncode, done.stdout, done.stderr

    @staticmethod
    def _message(out, err):
        text = STAMP.sub("", ANSI.sub("", out + "\n" + err))
        return NOISE.sub("", text).strip() or "dbt failed"

    def parse_once(self):
        code, out, err = self._run(["parse"])
        if code != 0:
            return None, self._message(out, err), []
        with open("target/manifest.json", encoding="utf-8") as f:
            return Manifest(f.read()), None, []

    def command(self, args):
        self.parse()
        self.there = None
        path = "target/run_results.json"
        if os.path.exists(path):
            os.unlink(path)
        code, out, err = self._run(args)
        if not os.path.exists(path):
            return None, self._message(out, err)
        with open(path, encoding="utf-8") as f:
            data = json.load(f)
        results = []
        for value in data["results"]:
            result = shaped(value)
            key = value["unique_id"]
            node = self.manifest.nodes.get(key)
            if node is None:
                node = self.manifest.unit_tests.get(key)
            if node is None:
                continue
            node.compiled_code = value.get("compiled_code")
            if not hasattr(result, "failures"):
                result.failures = None
            result.node = node
            results.append(result)
        return results, None

    @staticmethod
    def seconds(timing):
        def parsed(text):
            hours, minutes, seconds = text[11:].rstrip("Z").split(":")
            return int(hours) * 3600 + int(minutes) * 60 + float(seconds)

        try:
            spent = parsed(timing.completed_at) - parsed(timing.started_at)
        except (AttributeError, TypeError, ValueError):
            return 0.0
        return round(max(spent, 0.0), 3)

    # -- rows --------------------------------------------------------------

    def _show(self, sql):
        """Rows as dictionaries; values as `dbt show` prints them."""
        code, out, err = self._run(
            ["show", "--quiet", "--output", "json", "--limit", "-1",
             "--inline", "{% raw %}" + sql + "{% endraw %}"]
        )
        begin = min(
            (i for i in (out.find("{"), out.find("[")) if i >= 0), default=-1
        )
        if code != 0 or begin < 0:
            raise Failure(errors.short(self._message(out, err)))
        data = json.loads(out[begin:])
        return data["show"] if isinstance(data, dict) else data

    def exists(self, node):
        if self.there is None:
            got = self._show(
                "select table_schema as s, table_name as n"
                " from information_schema.tables"
            )
            rows = [{k.lower(): v for k, v in r.items()} for r in got]
            self.there = {
                (r["s"].casefold(), r["n"].casefold()) for r in rows
            }
        key = (node.schema.casefold(), node.alias.casefold())
        return key in self.there

    def relation_sql(self, name):
        node = self.node(name)
        if node.config.materialized == "ephemeral":
            raise Failure("an ephemeral model can't be read by this dbt")
        return f"select * from {node.relation_name}"

    def _columns(self, sql):
        """Names and types of a relation, for what `dbt show` prints has
        neither when there are no rows."""
        name = re.fullmatch(r"select \* from (\S.*)", sql)
        if not name:
            raise Failure("only whole relations can be read by this dbt")
        parts = [
            p.replace('""', '"')
            for p in re.findall(r'"((?:[^"]|"")*)"', name.group(1))
        ] or name.group(1).replace("`", "").split(".")
        schema, table = parts[-2], parts[-1]
        got = self._show(
            "select column_name as n, data_type as t"
            " from information_schema.columns"
            f" where table_schema = {tables.literal(schema)}"
            f" and table_name = {tables.literal(table)}"
            " order by ordinal_position"
        )
        rows = [{k.lower(): v for k, v in r.items()} for r in got]
        if not rows:
            raise Failure(f"no relation {name.group(1)}")
        return [
            {"name": r["n"], "type": r["t"].lower(), "nullable": True}
            for r in rows
        ]

    def rows(self, sql, limit=None):
        self.parse()
        columns = self._columns(sql)
        yield columns
        relation = sql.split(" from ", 1)[1]
        # `dbt show` makes floats of decimals: everything comes as text.
        picks = []
        for i, c in enumerate(columns):
            name = tables.quote(c["name"])
            if c["type"] in ("bytea", "blob"):
                text = f"encode({name}, 'hex')" if c["type"] == "bytea" \
                    else f"hex({name})"
                picks.append(f"'x' || {text} as c{i}")
            else:
                # the mark keeps numbers from being taken for such again
                picks.append(f"'x' || cast({name} as varchar) as c{i}")
        end = f" limit {int(limit)}" if limit is not None else ""
        got = self._show(f"select {', '.join(picks)} from {relation}{end}")
        lines = []
        for row in got:
            row = {k.lower(): v for k, v in row.items()}
            lines.append(values.line([
                _typed(row[f"c{i}"], c["type"])
                for i, c in enumerate(columns)
            ]))
        if lines:
            yield lines

    # -- load --------------------------------------------------------------

    def load(self, path, wanted, columns, database=None):
        self.parse()
        source = self._source(wanted, database)
        if source is None:
            return None
        declared = {
            c.name.casefold(): c.data_type
            for c in source.columns.values()
            if getattr(c, "data_type", None)
        }
        columns = tables.complete(columns, declared, path)
        count = 0
        scratch = tempfile.mkdtemp(prefix="mig-load-", dir="target")
        try:
            self._macro_project(scratch)
            statements = tables.statements(
                self.manifest.metadata.adapter_type, source, columns, path
            )
            batch = []
            for sql, rows in statements:
                batch.append(sql)
                count += rows
                if sum(map(len, batch)) > 90000:
                    self._operation(scratch, batch)
                    batch = []
            if batch:
                self._operation(scratch, batch)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
        return {"source": source.unique_id,
                "relation": source.relation_name, "rows": count}

    def _macro_project(self, scratch):
        name = self.manifest.metadata.project_name
        with open("dbt_project.yml", encoding="utf-8") as f:
            profile = re.search(r"^profile:.*$", f.read(), re.M)
        with open(os.path.join(scratch, "dbt_project.yml"), "w",
                  encoding="utf-8") as f:
            f.write(f"name: {name}\n")
            if profile:
                f.write(profile.group(0) + "\n")
        os.mkdir(os.path.join(scratch, "macros"))
        with open(os.path.join(scratch, "macros", "mig_run.sql"), "w",
                  encoding="utf-8") as f:
            f.write(
                "{% macro mig_run(statements) %}\n"
                "{% for s in fromjson(statements) %}"
                "{% do run_query(s) %}{% endfor %}\n"
                "{% endmacro %}\n"
            )

    def _operation(self, scratch, batch):
        if self.manifest.metadata.adapter_type in ("postgres", "redshift"):
            batch = batch + ["commit"]
        profiles = []
        if os.path.exists("profiles.yml"):
            profiles = ["--profiles-dir", "."]
        code, out, err = self._run(
            ["run-operation", "mig_run", "--args",
             # JSON in JSON: YAML, as which dbt reads it, knows no surrogates
             json.dumps({"statements": json.dumps(batch)})] + profiles,
            project=scratch,
        )
        if code != 0:
            raise Failure(errors.short(self._message(out, err)))

    def release(self):
        self.there = None


INTEGERS = ("tinyint", "smallint", "integer", "bigint", "int", "int2",
            "int4", "int8", "int64", "hugeint")


def _typed(marked, type_):
    """A value that was cast to text behind a mark, as a rowset has it."""
    if marked is None:
        return None
    text = str(marked)[1:]
    if type_ in ("boolean", "bool"):
        return text in ("true", "t", "True")
    if type_ in INTEGERS:
        return int(text)
    if type_ in ("bytea", "blob"):
        return "0x" + text.upper()
    if type_.startswith("timestamp"):
        return text.replace(" ", "T", 1)
    return text
