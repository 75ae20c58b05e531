"""Rows out of and into the warehouse, through the adapter's own connection."""

import os
import tempfile

import values

BATCH = 2000


def quote(name):
    return '"' + name.replace('"', '""') + '"'


def literal(text):
    return "'" + text.replace("'", "''") + "'"


def _handle(adapter):
    return adapter.connections.get_thread_connection().handle


# -- out -------------------------------------------------------------------


def rows(adapter, sql, limit=None):
    """Yields the header's columns, then lists of row lines."""
    sql = sql.strip().rstrip(";")
    if limit is not None:
        sql = f"select * from (\n{sql}\n) as limited limit {int(limit)}"
    reader = READERS.get(adapter.type(), _generic_rows)
    yield from reader(adapter, sql)


def _batches(cursor):
    while True:
        got = cursor.fetchmany(BATCH)
        if not got:
            return
        yield [values.line(row) for row in got]


def _duckdb_rows(adapter, sql):
    cursor = _handle(adapter).cursor()
    cursor.execute(f"describe\n{sql}")
    columns = [
        {"name": r[0], "type": r[1].lower(), "nullable": True}
        for r in cursor.fetchall()
    ]
    yield columns
    # Python's datetime has microseconds: what is finer comes as text.
    fine = ("timestamp_ns", "time_ns")
    if any(c["type"] in fine for c in columns):
        names = [f"c{i}" for i in range(len(columns))]
        shown = ", ".join(
            f"replace(cast({n} as varchar), ' ', 'T')"
            if c["type"] in fine else n
            for n, c in zip(names, columns)
        )
        sql = f"select {shown} from (\n{sql}\n) as q({', '.join(names)})"
    cursor.execute(sql)
    yield from _batches(cursor)


def _postgres_rows(adapter, sql):
    handle = _handle(adapter)
    with handle.cursor() as probe:
        probe.execute(f"select * from (\n{sql}\n) as q limit 0")
        shape = [(d.name, d.type_code, d.precision, d.scale, d.internal_size)
                 for d in probe.description]
        columns = []
        for name, oid, precision, scale, size in shape:
            probe.execute("select format_type(%s, null)", (oid,))
            type_ = probe.fetchone()[0]
            if type_ == "numeric" and precision not in (None, 65535):
                type_ = f"numeric({precision},{scale})"
            columns.append({"name": name, "type": type_, "nullable": True})
    yield columns
    with handle.cursor(name="mig_rows") as cursor:  # server side: streams
        cursor.itersize = BATCH
        cursor.execute(sql)
        yield from _batches(cursor)
    handle.rollback()


def _generic_rows(adapter, sql):
    cursor = _handle(adapter).cursor()
    cursor.execute(sql)
    yield [
        {"name": d[0], "type": str(d[1]).lower(), "nullable": True}
        for d in cursor.description
    ]
    yield from _batches(cursor)


READERS = {"duckdb": _duckdb_rows, "postgres": _postgres_rows}


# -- in --------------------------------------------------------------------


def _scales(path, at):
    """Digits behind the point of each decimal column without a precision."""
    scale = dict.fromkeys(at, 0)
    rows_ = values.read(path)
    next(rows_)
    for _, row in rows_:
        for i in at:
            text = str(row[i]) if row[i] is not None else ""
            if "." in text:
                scale[i] = max(scale[i], len(text.split(".", 1)[1]))
    return scale


def complete(columns, declared, path):
    """Types for columns whose header leaves a precision open: what the
    project declares, else what the rows need."""
    out = [dict(c) for c in columns]
    at = []
    for i, c in enumerate(out):
        if "{s}" not in c["type"]:
            continue
        known = declared.get(c["name"].casefold())
        if known:
            c["type"] = known
        else:
            at.append(i)
    if at:
        for i, scale in _scales(path, at).items():
            out[i]["type"] = out[i]["type"].replace("{s}", str(scale))
    return out


def load(adapter, source, columns, declared, path):
    """Replaces the source's table by the rows of a file; returns how many."""
    columns = complete(columns, declared, path)
    writer = WRITERS.get(adapter.type(), _generic_load)
    return writer(adapter, source, columns, path)


def _definition(columns):
    return ",\n".join(f"    {quote(c['name'])} {c['type']}" for c in columns)


def _check(found, header, what):
    said = header.get("rows")
    if isinstance(said, int) and said != found:
        raise values.BadRowset(
            f"the header says {said} rows, {found} are there: {what}"
        )


def _duckdb_load(adapter, source, columns, path):
    relation = source.relation_name
    cursor = _handle(adapter).cursor()
    reader = values.read(path)
    _, header = next(reader)
    width = len(columns)
    found = sum(1 for _ in reader)  # checks the shape of every line too
    _check(found, header, os.path.basename(path))
    picks = []
    for i, c in enumerate(columns):
        text = f"json->>'$[{i}]'"
        if c.get("binary"):
            text = f"unhex(substr({text}, 3))"
        picks.append(f"cast({text} as {c['type']})")
    # DuckDB takes a path for a pattern: give it one without special letters.
    with tempfile.TemporaryDirectory(prefix="mig-load-", dir="target") as d:
        link = os.path.join(d, "rows.jsonl")
        os.symlink(os.path.abspath(path), link)
        size = max(os.path.getsize(path), 1 << 24)
        cursor.execute("begin transaction")
        try:
            if source.schema:
                cursor.execute(
                    f"create schema if not exists {_schema_of(source)}"
                )
            cursor.execute(
                f"create or replace table {relation} (\n"
                f"{_definition(columns)}\n)"
            )
            if width and found:
                cursor.execute(
                    f"insert into {relation} select {', '.join(picks)} from "
                    f"read_ndjson_objects({literal(link)}, "
                    f"maximum_object_size = {min(size, 1 << 30)}) "
                    "where json_type(json) = 'ARRAY'"
                )
            cursor.execute("commit")
        except Exception:
            cursor.execute("rollback")
            raise
    return found


def _schema_of(source):
    parts = [p for p in (source.database, source.schema) if p]
    return ".".join(quote(p) for p in parts)


def _copy_text(value, binary):
    if value is None:
        return "\\N"
    if value is True:
        return "t"
    if value is False:
        return "f"
    text = str(value)
    if binary:
        return "\\\\x" + text[2:]
    return (
        text.replace("\\", "\\\\")
        .replace("\t", "\\t")
        .replace("\n", "\\n")
        .replace("\r", "\\r")
    )


class _CopyLines:
    """What COPY reads: rows as text, a piece at a time."""

    def __init__(self, reader, columns):
        self.reader = reader
        self.binary = [bool(c.get("binary")) for c in columns]
        self.left = ""
        self.count = 0

    def read(self, size=-1):
        while size < 0 or len(self.left) < size:
            piece = []
            for _, row in self.reader:
                piece.append(
                    "\t".join(map(_copy_text, row, self.binary)) + "\n"
                )
                self.count += 1
                if len(piece) == BATCH:
                    break
            if not piece:
                break
            self.left += "".join(piece)
        if size < 0:
            size = len(self.left)
        out, self.left = self.left[:size], self.left[size:]
        return out


def _postgres_same(cursor, source, columns):
    """Is the table there with just these columns? Then its dependents, the
    staging views, can stay."""
    cursor.execute(
        "select a.attname, format_type(a.atttypid, a.atttypmod)"
        " from pg_attribute a join pg_class c on c.oid = a.attrelid"
        " join pg_namespace n on n.oid = c.relnamespace"
        " where n.nspname = %s and c.relname = %s and c.relkind = 'r'"
        " and a.attnum > 0 and not a.attisdropped order by a.attnum",
        (source.schema, source.identifier),
    )
    have = cursor.fetchall()
    if [h[0] for h in have] != [c["name"] for c in columns]:
        return False
    for (_, type_), c in zip(have, columns):
        # ask the server for its own spelling of the wanted type
        cursor.execute(
            "create temporary table if not exists mig_probe ()"
        )
        cursor.execute(
            f"alter table mig_probe add column probe {c['type']}"
        )
        cursor.execute(
            "select format_type(atttypid, atttypmod) from pg_attribute"
            " where attrelid = 'mig_probe'::regclass and attname = 'probe'"
        )
        wanted = cursor.fetchone()[0]
        cursor.execute("alter table mig_probe drop column probe")
        if wanted != type_:
            return False
    return True


def _postgres_load(adapter, source, columns, path):
    handle = _handle(adapter)
    relation = f"{quote(source.schema)}.{quote(source.identifier)}"
    reader = values.read(path)
    _, header = next(reader)
    try:
        with handle.cursor() as cursor:
            cursor.execute(
                f"create schema if not exists {quote(source.schema)}"
            )
            if _postgres_same(cursor, source, columns):
                cursor.execute(f"truncate table {relation}")
            else:
                cursor.execute(f"drop table if exists {relation} cascade")
                cursor.execute(
                    f"create table {relation} (\n{_definition(columns)}\n)"
                )
            cursor.execute("drop table if exists mig_probe")
            lines = _CopyLines(reader, columns)
            if columns:
                cursor.copy_expert(f"copy {relation} from stdin", lines)
            _check(lines.count, header, os.path.basename(path))
        handle.commit()
    except Exception:
        handle.rollback()
        raise
    return lines.count


BACKSLASH = ("bigquery", "databricks", "spark", "snowflake", "redshift")


def statements(adapter_type, source, columns, path):
    """SQL that replaces a source's table by a file's rows, for a warehouse
    that has no faster way; each with the number of rows in it."""
    relation = source.relation_name
    reader = values.read(path)
    _, header = next(reader)
    escape = adapter_type in BACKSLASH
    mark = "`" if adapter_type in ("bigquery", "databricks", "spark") else '"'

    def name(text):
        return mark + text.replace(mark, mark * 2) + mark

    def value(v, c):
        if v is None:
            return f"cast(null as {c['type']})"
        if isinstance(v, bool):
            return "true" if v else "false"
        text = str(v).replace("\\", "\\\\") if escape else str(v)
        if c.get("binary") and adapter_type == "postgres":
            return f"decode({literal(text[2:])}, 'hex')"
        if c.get("binary"):
            return f"unhex({literal(text[2:])})"
        return f"cast({literal(text)} as {c['type']})"

    shape = ", ".join(f"{name(c['name'])} {c['type']}" for c in columns)
    # Views hold their tables fast there; dbt builds them again.
    holds = adapter_type in ("postgres", "redshift")
    cascade = " cascade" if holds else ""
    parts = [source.database, source.schema]
    if holds:
        parts = parts[1:]
    if source.schema:
        schema = ".".join(name(p) for p in parts if p)
        yield f"create schema if not exists {schema}", 0
    yield f"drop table if exists {relation}{cascade}", 0
    yield f"create table {relation} ({shape})", 0
    count, batch = 0, []
    for _, row in reader:
        batch.append(
            "(" + ", ".join(value(v, c) for v, c in zip(row, columns)) + ")"
        )
        count += 1
        if len(batch) == 200:
            yield (f"insert into {relation} values\n"
                   + ",\n".join(batch), len(batch))
            batch = []
    if batch:
        yield (f"insert into {relation} values\n"
               + ",\n".join(batch), len(batch))
    _check(count, header, os.path.basename(path))


def _generic_load(adapter, source, columns, path):
    count = 0
    for sql, rows_ in statements(adapter.type(), source, columns, path):
        adapter.execute(sql, auto_begin=False, fetch=False)
        count += rows_
    adapter.commit_if_has_connection()
    return count


WRITERS = {"duckdb": _duckdb_load, "postgres": _postgres_load}
