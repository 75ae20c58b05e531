"""A dbt project as the helper sees it: what is parsed, built and wrong.

How dbt is run is a subclass's business: in this process (engine.py) or as
another program (command.py). They give

  parse_once() -> (manifest or None, message, warnings)
  command(args) -> (results or None, message)
  exists(node), seconds(timing), rows(), load(), relation_sql(), release()

with manifests and results of the shape that dbt-core's own have.
"""

import os
import re
import time

import errors

SKIP_DIRS = {"target", "logs", ".git", "dbt_packages", "__pycache__", ".venv"}
WATCHED = (".sql", ".yml", ".yaml", ".csv", ".md", ".py", ".dbtignore")
class Failure(Exception):
    """A request can't be done; args[1] may hold errors[] for the records."""

    def __init__(self, message, found=None):
        super().__init__(message)
        self.found = found or []


class Project:
    can_ignore = False

    def __init__(self):
        self.seen = None
        self.manifest = None
        self.found = []  # errors of the last parse
        self.warnings = []
        self.dead = None  # a parse failed as a whole: the Failure
        self.ignored = []  # files that dbt can't read

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
        del self.ignored[:]
        left_out = set()  # names of models
        while True:
            manifest, message, heard = self.parse_once()
            if manifest is not None:
                break
            found = self._parse_error(message, left_out)
            path = found.get("file")
            if (
                not self.can_ignore
                or path is None
                or path in self.ignored
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
            # dbt names the first reader of what is missing: take all at once
            for found in [found] + self._other_readers(message, found):
                self.found.append(found)
                self.ignored.append(found["file"])
                left_out.add(_stem(found["file"]))
        self.manifest = manifest
        self.warnings = heard
        self.seen = seen
        return time.monotonic() - begin

    def _other_readers(self, message, found):
        """Errors for the other models that refer to what is missing."""
        missing = errors.NOT_FOUND.search(message)
        if not missing:
            return []
        parts = missing.group(1).split(".")
        quoted = [f"['\"]{re.escape(p)}['\"]" for p in parts]
        quoted[-1] = f"['\"](?P<name>{re.escape(parts[-1])})['\"]"
        names = r"\s*,\s*".join(quoted)
        call = re.compile(r"\b(?:ref|source)\s*\(\s*" + names + r"\s*[,)]")
        out = []
        for path, *_ in self._signature():
            path = os.path.normpath(path)
            if not path.endswith(".sql") or path in self.ignored:
                continue
            if path == found["file"] or path.startswith("macros/"):
                continue
            raw = _read(path)
            place = call.search(raw or "")
            if not place:
                continue
            line, column = errors.place_of(raw, place.start("name"))
            text = f"refers to '{missing.group(1)}' which was not found"
            other = errors.entry("parse", text, path, line, column, raw)
            if "node" in found:
                other["node"] = found["node"]
            out.append(other)
        return out

    def _parse_error(self, message, left_out):
        path = _in_project(errors.path_in(message)) or _broken_config()
        raw = None
        if path and path.endswith(".sql"):
            raw = _read(path)
        line, column = errors.locate(message, raw)
        out = errors.entry("parse", message, path, line, column, raw)
        missing = errors.NOT_FOUND.search(message)
        if missing and missing.group(1) in left_out:
            out["node"] = missing.group(1)
        return out

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
            if not ephemeral and self.exists(node):
                continue
            if not ephemeral:
                out.append(node)
            todo.extend(getattr(node.depends_on, "nodes", []))
        return out

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
        results, message = result
        if results is None:
            raise Failure(
                errors.short(message), [errors.entry(phase, message)]
            )
        # dbt's threads end in any order; what is told must not depend on it.
        results = sorted(results, key=lambda r: r.node.unique_id)
        out = [self._one(r, phase) for r in results]
        bad = {
            r.node.unique_id: o
            for r, o in zip(results, out)
            if o["status"] in ("error", "fail")
        }
        for r, o in zip(results, out):
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
            "seconds": {t.name: self.seconds(t) for t in r.timing},
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
        compiled = getattr(node, "compiled_code", None)
        statement = _read(getattr(node, "build_path", None))
        line, column = errors.locate(message, raw, compiled, statement)
        return errors.entry(phase, message, file, line, column, raw)

    def hello(self):
        self.parse()
        return {
            "adapter": self.manifest.metadata.adapter_type,
            "project": self.manifest.metadata.project_name,
            "mode": self.mode,
        }

    def _source(self, wanted, database=None):
        """The source that an object is: where the project's sources say
        their database, the one in that database."""
        wanted = {wanted.casefold()}
        if database:
            wanted |= {f"{database}.{w}".casefold() for w in wanted}
        for s in self.manifest.sources.values():
            mig = _provenance(s)
            theirs = mig.get("database")
            if database and theirs and (
                str(theirs).casefold() != database.casefold()
            ):
                continue
            names = [f"{s.source_name}.{s.name}", f"{s.schema}.{s.identifier}"]
            if mig.get("object"):
                names.append(str(mig["object"]))
            if wanted & {n.casefold() for n in names}:
                return s
        return None


def _provenance(source):
    config = getattr(source, "config", None)
    meta = source.meta or getattr(config, "meta", None) or {}
    mig = meta.get("mig")
    return mig if isinstance(mig, dict) else {}


def _in_project(path):
    """A path that dbt gives may begin below a folder of the project."""
    if path is None or os.path.isfile(path):
        return path
    for base in ("models", "macros", "seeds", "snapshots", "tests",
                 "analyses", "functions"):
        if os.path.isfile(os.path.join(base, path)):
            return os.path.join(base, path)
    return path


def _read(path):
    if not path or not os.path.isfile(path):
        return None
    with open(path, encoding="utf-8", errors="replace") as f:
        return f.read()


def _stem(path):
    return os.path.splitext(os.path.basename(path))[0]


def _broken_config():
    """The project's own file whose YAML is wrong: dbt names none."""
    try:
        import yaml
    except ImportError:
        return None
    for path in ("dbt_project.yml", "profiles.yml"):
        try:
            with open(path, encoding="utf-8") as f:
                yaml.safe_load(f)
        except yaml.YAMLError:
            return path
        except (OSError, UnicodeError):
            continue
    return None
