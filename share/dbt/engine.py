"""dbt in this process: one parsed project, reused until a file changes."""

import os
import re
import time

import errors
import tables

from dbt.adapters.factory import get_adapter_by_type
from dbt.cli.main import dbtRunner

FLAGS = [
    "--quiet",
    "--no-print",
    "--no-use-colors",
    "--log-level-file",
    "none",
    "--no-send-anonymous-usage-stats",
    "--no-version-check",
]
SKIP_DIRS = {"target", "logs", ".git", "dbt_packages", "__pycache__", ".venv"}
WATCHED = (".sql", ".yml", ".yaml", ".csv", ".md", ".py", ".dbtignore")
BUSY = re.compile(r"could not set lock|conflicting lock", re.I)
BUSY_WAIT = 30  # seconds


class Failure(Exception):
    """A request can't be done; args[1] may hold errors[] for the records."""

    def __init__(self, message, found=None):
        super().__init__(message)
        self.found = found or []


class _Ignore:
    """Files that dbt must not read, added to .dbtignore without touching it.

    One file with a Jinja error fails a whole parse; leaving it out lets the
    rest of the project be compiled, run and judged.
    """

    def __init__(self):
        self.paths = []
        try:
            import dbt.parser.read_files as read_files
            import pathspec

            original = read_files.generate_dbt_ignore_spec
        except (ImportError, AttributeError):
            self.works = False
            return
        self.works = True

        def spec(root):
            if not self.paths:
                return original(root)
            lines = ["/" + re.sub(r"([*?\[\]!#\\ ])", r"\\\1", p)
                     for p in self.paths]
            name = os.path.join(root, ".dbtignore")
            if os.path.exists(name):
                with open(name, encoding="utf-8") as f:
                    lines = f.read().splitlines() + lines
            return pathspec.PathSpec.from_lines(
                pathspec.patterns.GitWildMatchPattern, lines
            )

        read_files.generate_dbt_ignore_spec = spec


class Engine:
    mode = "process"

    def __init__(self, target=None):
        self.target = ["--target", target] if target else []
        self.ignore = _Ignore()
        self.seen = None
        self.manifest = None
        self.found = []  # errors of the last parse
        self.warnings = []
        self.dead = None  # a parse failed as a whole: the Failure
        self.adapter_type = None
        self.used = False  # a connection may be open

    # -- parsing -----------------------------------------------------------

    def _signature(self):
        out = []
        for base, dirs, names in os.walk("."):
            dirs[:] = [d for d in dirs if d not in SKIP_DIRS]
            for name in names:
                if name.endswith(WATCHED):
                    path = os.path.join(base, name)
                    try:
                        st = os.stat(path)
                    except OSError:
                        continue
                    out.append((path, st.st_mtime_ns, st.st_ctime_ns,
                                st.st_size, st.st_ino))
        home = os.environ.get("DBT_PROFILES_DIR") or "~/.dbt"
        for path in ("dbt_packages", os.path.join(home, "profiles.yml")):
            try:
                st = os.stat(os.path.expanduser(path))
            except OSError:
                continue
            out.append((path, st.st_mtime_ns, st.st_size))
        return sorted(out)

    def _invoke(self, args, manifest=None, heard=None):
        callbacks = [] if heard is None else [heard]
        runner = dbtRunner(manifest=manifest, callbacks=callbacks)
        self.used = True
        return runner.invoke(FLAGS + args + self.target)

    def _parse_once(self):
        heard = []

        def hear(event):
            if event.info.level == "warn":
                heard.append(event.info.msg)

        result = self._invoke(
            ["--show-all-deprecations", "parse"], heard=hear
        )
        if not result.success and not self._is_dbt_error(result.exception):
            # A stale partial_parse.msgpack can break dbt itself.
            heard.clear()
            result = self._invoke(
                ["--no-partial-parse", "--show-all-deprecations", "parse"],
                heard=hear,
            )
        return result, heard

    @staticmethod
    def _is_dbt_error(e):
        return type(e).__module__.startswith("dbt")

    def parse(self):
        """Brings the manifest up to date; errors of single files are kept in
        self.found, an error of the project as a whole is raised."""
        seen = self._signature()
        if seen == self.seen:
            if self.dead:
                raise self.dead
            return 0.0
        begin = time.monotonic()
        self.seen = None
        self.manifest = None
        self.dead = None
        self.found = []
        self.ignore.paths = []
        names = {}  # model left out -> file
        while True:
            result, heard = self._parse_once()
            if result.success:
                break
            message = str(result.exception)
            found = self._parse_error(message, names)
            path = found.get("file")
            if (
                not self.ignore.works
                or path is None
                or path in self.ignore.paths
                or not os.path.isfile(path)
                or os.path.basename(path).startswith("dbt_project.")
                or not path.endswith((".sql", ".yml", ".yaml"))
                or path.startswith("macros/")
            ):
                self.seen = seen
                self.dead = Failure(
                    errors.short(message), self.found + [found]
                )
                raise self.dead
            self.found.append(found)
            self.ignore.paths.append(path)
            if path.endswith(".sql"):
                stem = os.path.splitext(os.path.basename(path))[0]
                names[stem] = path
        self.manifest = result.result
        self.warnings = heard
        self.seen = seen
        return time.monotonic() - begin

    def _parse_error(self, message, left_out):
        path = _in_project(errors.path_in(message)) or _broken_config()
        raw = None
        if path and os.path.isfile(path):
            if path.endswith(".sql"):
                with open(path, encoding="utf-8", errors="replace") as f:
                    raw = f.read()
        line, column = errors.locate(message, raw)
        out = errors.entry("parse", message, path, line, column, raw)
        missing = errors.NOT_FOUND.search(message)
        if missing and missing.group(1) in left_out:
            out["node"] = missing.group(1)
        return out

    def _refresh(self):
        """Forgets what the last command compiled: dbt would take it for done
        and not inject ephemeral models again."""
        for node in self.manifest.nodes.values():
            if getattr(node, "compiled", False):
                node.compiled = False
                node.compiled_code = None
                node.extra_ctes_injected = False
                node.extra_ctes = []
                node._pre_injected_sql = None

    def command(self, args):
        self.parse()
        self._refresh()
        deadline = time.monotonic() + BUSY_WAIT
        while True:
            result = self._invoke(args, manifest=self.manifest)
            text = str(result.exception or "")
            if not BUSY.search(text) or time.monotonic() > deadline:
                return result
            time.sleep(0.2)

    # -- nodes -------------------------------------------------------------

    def models(self):
        kinds = ("model", "seed", "snapshot")
        return {
            n.name: n
            for n in self.manifest.nodes.values()
            if n.resource_type in kinds
        }

    def listing(self):
        return [
            {
                "name": n.name,
                "file": n.original_file_path,
                "materialized": n.config.materialized,
                "relation": n.relation_name,
            }
            for n in self.models().values()
        ]

    def node(self, name):
        node = self.models().get(name)
        if node is None:
            raise Failure(f"no model '{name}' in the project")
        return node

    def _selectors(self, nodes):
        return ["fqn:" + ".".join(n.fqn) for n in nodes]

    def _missing_above(self, nodes):
        """Ancestors that the selection needs and the warehouse lacks."""
        have = {n.unique_id for n in nodes}
        todo = [p for n in nodes for p in n.depends_on.nodes]
        out = []
        while todo:
            key = todo.pop()
            node = self.manifest.nodes.get(key)
            if key in have or node is None:
                continue
            have.add(key)
            ephemeral = node.config.materialized == "ephemeral"
            if not ephemeral and self._exists(node):
                continue
            if not ephemeral:
                out.append(node)
            todo.extend(getattr(node.depends_on, "nodes", []))
        return out

    def _exists(self, node):
        with self.connected() as adapter:
            return adapter.get_relation(
                database=node.database,
                schema=node.schema,
                identifier=node.alias,
            ) is not None

    # -- compile, build ----------------------------------------------------

    def compile(self, names):
        self.parse()
        known = self.models()
        nodes = [known[n] for n in names if n in known]
        if not nodes:
            return []
        result = self.command(["compile", "--select"] + self._selectors(nodes))
        return [
            r for r in self._results(result, "compile")
            if r["resource"] not in ("test", "unit_test")
        ]

    def build(self, names, full_refresh=True, tests=True, upstream=True):
        self.parse()
        known = self.models()
        nodes = [known[n] for n in names if n in known]
        if not nodes:
            return []
        extra = []
        if upstream:
            with self.connected() as adapter:
                adapter.cache.clear()
            extra = self._missing_above(nodes)
        args = ["build", "--indirect-selection", "buildable"]
        if full_refresh:
            args.append("--full-refresh")
        if not tests:
            args[0:3] = ["build", "--exclude-resource-type", "test",
                         "--exclude-resource-type", "unit_test"]
        result = self.command(
            args + ["--select"] + self._selectors(nodes + extra)
        )
        return self._results(result, "run")

    def _results(self, result, phase):
        if result.result is None:
            message = str(result.exception)
            raise Failure(
                errors.short(message), [errors.entry(phase, message)]
            )
        out = [self._one(r, phase) for r in result.result.results]
        bad = {
            r.node.unique_id: o
            for r, o in zip(result.result.results, out)
            if o["status"] in ("error", "fail")
        }
        for r, o in zip(result.result.results, out):
            if o["status"] == "skipped":
                o["upstream"] = self._culprits(r.node.unique_id, bad)
        return out

    def _culprits(self, key, bad):
        """Names of the failed nodes that made dbt skip this one."""
        todo, have, out = [key], set(), []
        tests = {}
        for test in list(self.manifest.nodes.values()) + list(
            self.manifest.unit_tests.values()
        ):
            if test.resource_type in ("test", "unit_test"):
                for parent in test.depends_on.nodes:
                    tests.setdefault(parent, []).append(test.unique_id)
        while todo:
            at = todo.pop()
            if at in have:
                continue
            have.add(at)
            for culprit in [at] + tests.get(at, []):
                if culprit in bad:
                    out.append(
                        bad[culprit].get("model") or bad[culprit]["name"]
                    )
            node = self.manifest.nodes.get(at)
            if node is not None:
                todo.extend(getattr(node.depends_on, "nodes", []))
        return sorted(set(out))

    def _one(self, r, phase):
        node = r.node
        kind = str(getattr(node.resource_type, "value", node.resource_type))
        out = {
            "id": node.unique_id,
            "name": node.name,
            "resource": kind,
            "status": str(getattr(r.status, "value", r.status)),
            "file": node.original_file_path,
            "seconds": {t.name: _seconds(t) for t in r.timing},
        }
        if kind in ("test", "unit_test"):
            out["model"] = self._tested(node)
            if r.failures is not None:
                out["failures"] = r.failures
        elif node.relation_name:
            out["relation"] = node.relation_name
        if out["status"] in ("error", "fail"):
            out["errors"] = [self._error(r, node, kind, phase)]
        return out

    def _tested(self, node):
        owner = getattr(node, "attached_node", None) or getattr(
            node, "tested_node_unique_id", None
        )
        if not owner and node.depends_on.nodes:
            owner = node.depends_on.nodes[0]
        owner = self.manifest.nodes.get(owner)
        return owner.name if owner else None

    def _error(self, r, node, kind, phase):
        message = r.message or "failed"
        file, raw = node.original_file_path, getattr(node, "raw_code", None)
        if kind == "unit_test":
            return errors.entry("unit_test", f"{node.name}: {message}", file)
        if kind == "test":
            if r.failures:
                message = f"{node.name}: {message}"
            return errors.entry("data_test", message, file)
        if message.startswith("Compilation Error"):
            phase = "compile"
        compiled = node.compiled_code
        statement = None
        if node.build_path and os.path.isfile(node.build_path):
            with open(node.build_path, encoding="utf-8") as f:
                statement = f.read()
        line, column = errors.locate(message, raw, compiled, statement)
        return errors.entry(phase, message, file, line, column, raw)

    # -- the connection ----------------------------------------------------

    def connected(self):
        """The adapter, within a connection of its own."""
        self.parse()
        return _Connected(self)

    def adapter(self):
        if self.adapter_type is None:
            self.adapter_type = self.manifest.metadata.adapter_type
        return get_adapter_by_type(self.adapter_type)

    def hello(self):
        self.parse()
        return {
            "adapter": self.manifest.metadata.adapter_type,
            "project": self.manifest.metadata.project_name,
            "mode": self.mode,
        }

    def release(self):
        """Gives the warehouse back: a DuckDB file can be open in one process
        only, and its user may want a turn between two requests."""
        if not self.used or self.manifest is None:
            return
        self.used = False
        try:
            adapter = self.adapter()
            adapter.cleanup_connections()
            environment = getattr(adapter.connections, "_ENV", None)
            if environment is not None and hasattr(environment, "close"):
                environment.close()
                adapter.connections.close_all_connections()
        except Exception as e:  # nothing is lost: the next use opens anew
            print("release:", e, flush=True)

    def relation_sql(self, name):
        """SQL that gives a model's rows, and its relation's name."""
        node = self.node(name)
        if node.config.materialized != "ephemeral":
            return f"select * from {node.relation_name}"
        result = self.command(
            ["compile", "--inline", "select * from {{ ref('%s') }}" % name]
        )
        if result.result is None or not result.result.results:
            raise Failure(errors.short(str(result.exception)))
        return result.result.results[0].node.compiled_code

    def rows(self, sql, limit=None):
        """A header, then lines of rows in batches."""
        with self.connected() as adapter:
            yield from tables.rows(adapter, sql, limit)

    def load(self, path, wanted, columns):
        self.parse()
        source = self._source(wanted)
        if source is None:
            return None
        declared = {
            c.name.casefold(): c.data_type
            for c in source.columns.values()
            if c.data_type
        }
        with self.connected() as adapter:
            count = tables.load(
                adapter, source, columns, declared, path
            )
        return {"source": source.unique_id, "relation": source.relation_name,
                "rows": count}

    def _source(self, wanted):
        wanted = wanted.casefold()
        for s in self.manifest.sources.values():
            mig = (s.meta or {}).get("mig") or {}
            names = [f"{s.source_name}.{s.name}", f"{s.schema}.{s.identifier}"]
            if isinstance(mig, dict) and mig.get("object"):
                names.append(str(mig["object"]))
            if wanted in (n.casefold() for n in names):
                return s
        return None


def _in_project(path):
    """A path that dbt gives may begin below a folder of the project."""
    if path is None or os.path.isfile(path):
        return path
    for base in ("models", "macros", "seeds", "snapshots", "tests",
                 "analyses", "functions"):
        if os.path.isfile(os.path.join(base, path)):
            return os.path.join(base, path)
    return path


def _broken_config():
    """The project's own file whose YAML is wrong: dbt names none."""
    import yaml

    for path in ("dbt_project.yml", "profiles.yml"):
        try:
            with open(path, encoding="utf-8") as f:
                yaml.safe_load(f)
        except yaml.YAMLError:
            return path
        except (OSError, UnicodeError):
            continue
    return None


def _seconds(timing):
    if timing.started_at is None or timing.completed_at is None:
        return 0.0
    return round((timing.completed_at - timing.started_at).total_seconds(), 3)


class _Connected:
    def __init__(self, engine):
        self.engine = engine

    def __enter__(self):
        engine = self.engine
        engine.used = True
        adapter = engine.adapter()
        self.context = adapter.connection_named("mig")
        self.context.__enter__()
        deadline = time.monotonic() + BUSY_WAIT
        while True:
            try:
                connection = adapter.connections.get_thread_connection()
                connection.handle  # opens it
                return adapter
            except Exception as e:
                if not BUSY.search(str(e)) or time.monotonic() > deadline:
                    self.context.__exit__(type(e), e, None)
                    raise
                time.sleep(0.2)

    def __exit__(self, *exc):
        return self.context.__exit__(*exc)
