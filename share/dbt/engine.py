"""dbt in this process: one parsed project, reused until a file changes."""

import os
import re
import time

import errors
import tables
from project import Failure, Project

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
BUSY = re.compile(r"could not set lock|conflicting lock", re.I)
BUSY_WAIT = 30  # seconds


def let_ignore(paths):
    """Makes dbt leave out the files in the list (which may change), as if
    .dbtignore named them; False when this dbt has no such place.

    One file with a Jinja error fails a whole parse; without it the rest of
    the project can be compiled, run and judged.
    """
    try:
        import dbt.parser.read_files as read_files
        import pathspec

        original = read_files.generate_dbt_ignore_spec
    except (ImportError, AttributeError):
        return False

    def spec(root):
        if not paths:
            return original(root)
        lines = ["/" + re.sub(r"([*?\[\]!#\\ ])", r"\\\1", p) for p in paths]
        name = os.path.join(root, ".dbtignore")
        if os.path.exists(name):
            with open(name, encoding="utf-8") as f:
                lines = f.read().splitlines() + lines
        return pathspec.PathSpec.from_lines(
            pathspec.patterns.GitWildMatchPattern, lines
        )

    read_files.generate_dbt_ignore_spec = spec
    return True


class Engine(Project):
    mode = "process"

    def __init__(self, target=None):
        super().__init__()
        self.target = ["--target", target] if target else []
        self.can_ignore = let_ignore(self.ignored)
        self.used = False  # a connection may be open

    def _invoke(self, args, manifest=None, heard=None):
        callbacks = [] if heard is None else [heard]
        runner = dbtRunner(manifest=manifest, callbacks=callbacks)
        self.used = True
        return runner.invoke(FLAGS + args + self.target)

    def parse_once(self):
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
        if result.success:
            return result.result, None, heard
        return None, str(result.exception), heard

    @staticmethod
    def _is_dbt_error(e):
        return type(e).__module__.startswith("dbt")

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
                break
            time.sleep(0.2)
        if result.result is None:
            return None, text
        return result.result.results, None

    @staticmethod
    def seconds(timing):
        if timing.started_at is None or timing.completed_at is None:
            return 0.0
        spent = timing.completed_at - timing.started_at
        return round(spent.total_seconds(), 3)

    # -- the connection ----------------------------------------------------

    def exists(self, node):
        with self.connected() as adapter:
            adapter.cache.clear()
            return adapter.get_relation(
                database=node.database,
                schema=node.schema,
                identifier=node.alias,
            ) is not None

    def connected(self):
        """The adapter, within a connection of its own."""
        self.parse()
        return _Connected(self)

    def adapter(self):
        return get_adapter_by_type(self.manifest.metadata.adapter_type)

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
        results, message = self.command(
            ["compile", "--inline", "select * from {{ ref('%s') }}" % name]
        )
        if not results:
            raise Failure(errors.short(message or "not compiled"))
        return results[0].node.compiled_code

    def rows(self, sql, limit=None):
        """A header, then lines of rows in batches."""
        with self.connected() as adapter:
            yield from tables.rows(adapter, sql, limit)

    def load(self, path, wanted, columns, database=None):
        self.parse()
        source = self._source(wanted, database)
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
