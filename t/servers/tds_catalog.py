"""What the test server knows: databases, a catalogue, logins, permissions.

Databases are made from mig's own object records and rowset files, or made up
(--synthetic). The catalogue is a set of SQLite tables named as the views of
SQL Server, holding only what the emulated version has, so that a query that
asks for too much fails with error 207 or 208 as it does there. A small
rewriting (brackets, N'', CONVERT, TOP, ...) lets SQLite answer the T-SQL that
mig sends: SELECT and SET, one batch of statements at a time.
"""
import json
import os
import re
import sqlite3
import tempfile
import threading

import tds_types as T

# view -> (first version, columns); a column may carry its own "@version"
SYS = {
    "schemas": (9, "name schema_id"),
    "databases": (9, "name database_id compatibility_level collation_name"),
    "objects": (9, "name object_id schema_id parent_object_id type type_desc "
                "modify_date create_date is_ms_shipped"),
    "tables": (9, "name object_id schema_id type modify_date is_ms_shipped "
               "temporal_type@13 history_table_id@13 is_memory_optimized@12 "
               "is_external@13 is_node@14 is_edge@14 ledger_type@16"),
    "types": (9, "name system_type_id user_type_id schema_id max_length "
              "precision scale is_nullable is_user_defined is_assembly_type "
              "is_table_type@10"),
    "table_types": (10, "name user_type_id type_table_object_id"),
    "columns": (9, "object_id name column_id system_type_id user_type_id "
                "max_length precision scale collation_name is_nullable "
                "is_identity is_computed default_object_id "
                "generated_always_type@13 is_masked@13 vector_dimensions@17"),
    "computed_columns": (9, "object_id column_id definition is_persisted"),
    "identity_columns": (9, "object_id name column_id seed_value increment_value"),
    "masked_columns": (13, "object_id column_id masking_function"),
    "default_constraints": (9, "name object_id parent_object_id "
                            "parent_column_id definition"),
    "check_constraints": (9, "name object_id parent_object_id definition "
                          "is_disabled is_not_trusted"),
    "indexes": (9, "object_id name index_id type is_unique is_primary_key "
                "is_unique_constraint is_disabled is_hypothetical "
                "filter_definition@10"),
    "index_columns": (9, "object_id index_id index_column_id column_id "
                      "key_ordinal is_descending_key is_included_column"),
    "foreign_keys": (9, "name object_id parent_object_id "
                     "referenced_object_id is_disabled is_not_trusted"),
    "foreign_key_columns": (9, "constraint_object_id constraint_column_id "
                            "parent_object_id parent_column_id "
                            "referenced_object_id referenced_column_id"),
    "parameters": (9, "object_id name parameter_id system_type_id "
                   "user_type_id max_length precision scale is_output"),
    "sql_modules": (9, "object_id definition uses_ansi_nulls "
                    "uses_quoted_identifier"),
    "synonyms": (9, "name object_id base_object_name"),
    "sequences": (11, "name object_id user_type_id precision start_value "
                  "increment minimum_value maximum_value is_cycling"),
    "triggers": (9, "name object_id parent_id is_disabled "
                 "is_instead_of_trigger is_ms_shipped"),
    "trigger_events": (9, "object_id type type_desc"),
    "extended_properties": (9, "class major_id minor_id name value"),
    "external_tables": (13, "object_id data_source_id location"),
    "external_data_sources": (13, "data_source_id name"),
    "partitions": (9, "object_id index_id rows"),
    "dm_db_partition_stats": (9, "object_id index_id row_count"),
    "sql_expression_dependencies": (
        10, "referencing_id referencing_class referenced_class "
        "referenced_server_name referenced_database_name "
        "referenced_schema_name referenced_entity_name referenced_id "
        "referenced_minor_id is_caller_dependent is_ambiguous"),
    "dm_exec_procedure_stats": (10, "database_id object_id execution_count "
                                "last_execution_time"),
    "dm_os_sys_info": (9, "sqlserver_start_time"),
    "dm_db_index_usage_stats": (9, "database_id object_id user_seeks "
                                "user_scans user_lookups user_updates "
                                "last_user_seek last_user_scan "
                                "last_user_lookup"),
    "query_store_query": (13, "query_id object_id"),
    "query_store_plan": (13, "plan_id query_id"),
    "query_store_runtime_stats": (13, "plan_id count_executions "
                                  "last_execution_time"),
}
# What a service has: the engine edition's level of columns, and what it lacks.
SERVICES = {5: 17, 6: 13, 8: 17, 11: 16, 12: 17}
LACKS = {6: "table_types triggers trigger_events check_constraints sequences "
            "masked_columns".split(),
         11: "table_types triggers trigger_events check_constraints sequences "
             "synonyms external_tables".split()}
DENIED = {"dm_db_partition_stats": 262, "dm_exec_procedure_stats": 300,
          "dm_db_index_usage_stats": 300, "query_store_query": 262}
TYPES = {  # name: (id, max_length, precision, scale)
    "image": (34, 16, 0, 0), "text": (35, 16, 0, 0),
    "uniqueidentifier": (36, 16, 0, 0), "date": (40, 3, 10, 0),
    "time": (41, 5, 16, 7), "datetime2": (42, 8, 27, 7),
    "datetimeoffset": (43, 10, 34, 7), "tinyint": (48, 1, 3, 0),
    "smallint": (52, 2, 5, 0), "int": (56, 4, 10, 0),
    "smalldatetime": (58, 4, 16, 0), "real": (59, 4, 24, 0),
    "money": (60, 8, 19, 4), "datetime": (61, 8, 23, 3),
    "float": (62, 8, 53, 0), "sql_variant": (98, 8016, 0, 0),
    "ntext": (99, 16, 0, 0), "bit": (104, 1, 1, 0),
    "decimal": (106, 17, 38, 38), "numeric": (108, 17, 38, 38),
    "smallmoney": (122, 4, 10, 4), "bigint": (127, 8, 19, 0),
    "hierarchyid": (128, 892, 0, 0), "geometry": (129, -1, 0, 0),
    "geography": (130, -1, 0, 0), "varbinary": (165, 8000, 0, 0),
    "varchar": (167, 8000, 0, 0), "binary": (173, 8000, 0, 0),
    "char": (175, 8000, 0, 0), "timestamp": (189, 8, 0, 0),
    "nvarchar": (231, 8000, 0, 0), "nchar": (239, 8000, 0, 0),
    "xml": (241, -1, 0, 0), "json": (244, -1, 0, 0),
    "vector": (255, 8000, 0, 0), "sysname": (256, 256, 0, 0),
}
CODES = {"table": "U", "view": "V", "procedure": "P", "trigger": "TR",
         "synonym": "SN", "sequence": "SO"}


class SqlError(Exception):
    def __init__(self, number, message, level=16):
        super().__init__({"number": number, "message": message,
                          "class": level})


def type_row(text):
    """T-SQL type text -> (id, max_length, precision, scale)"""
    m = re.match(r"\[?([A-Za-z_0-9]+)\]?\s*(?:\((max|\d+)(?:,\s*(\d+))?\))?",
                 text, re.I)
    name = m.group(1).lower()
    if name == "rowversion":
        name = "timestamp"
    ident, length, precision, scale = TYPES.get(name, (231, 256, 0, 0))
    a = m.group(2)
    if name in ("varchar", "varbinary", "char", "binary", "nvarchar",
                "nchar"):
        length = -1 if (a or "").lower() == "max" else int(a or 1) * (
            2 if name[0] == "n" else 1)
    elif name in ("decimal", "numeric"):
        precision, scale = int(a or 18), int(m.group(3) or 0)
        length = T.declen(precision)
    elif name in ("time", "datetime2", "datetimeoffset") and a:
        scale = int(a)
    return ident, length, precision, scale


class Database:
    """One database in a temporary SQLite file."""

    def __init__(self, server, name):
        self.server, self.name = server, name
        self.path = os.path.join(server.folder, name + ".sqlite")
        self.types = {}  # (schema.table) -> {column: type text}
        self.db = sqlite3.connect(self.path, check_same_thread=False)
        self.db.execute("PRAGMA journal_mode=OFF")
        self.db.execute("PRAGMA synchronous=OFF")
        self.ids, self.schemas, self.user_types = {}, {}, {}
        self.next_id, self.next_type = 100000, 257
        self.full = {}
        for view, (_, cols) in SYS.items():
            self.full[view] = [c.split("@")[0] for c in cols.split()]
            names = [c.split("@")[0] for c in cols.split()
                     if int((c.split("@") + ["0"])[1]) <= server.major]
            if self.has(view):
                self.db.execute('CREATE TABLE "sys.%s" (%s)' % (
                    view, ", ".join(names)))
        self.db.execute(
            'CREATE TABLE "information_schema.sequences" (sequence_schema, '
            'sequence_name, data_type, start_value, increment, '
            'minimum_value, maximum_value)')
        for job in ("sysjobs(job_id, name, enabled, description)",
                    "sysjobsteps(job_id, step_id, step_name, subsystem, "
                    "command, database_name)"):
            t, cols = job.rstrip(")").split("(")
            self.db.execute('CREATE TABLE "msdb.dbo.%s" (%s)' % (t, cols))
        for name, (i, n, p, s) in TYPES.items():
            self.put("types", name=name, system_type_id=i if i < 256 else 231,
                     user_type_id=i, schema_id=4, max_length=n, precision=p,
                     scale=s, is_nullable=1, is_user_defined=0,
                     is_assembly_type=0, is_table_type=0)
        self.schema("dbo")
        self.put("schemas", name="sys", schema_id=4)

    def has(self, view):
        return SYS[view][0] <= self.server.major and \
            view not in LACKS.get(self.server.engine, ())

    def put(self, view, **values):
        if not self.has(view):
            return
        cols = SYS[view][1]
        have = {c.split("@")[0] for c in cols.split()
                if int((c.split("@") + ["0"])[1]) <= self.server.major}
        values = {k: v for k, v in values.items() if k in have}
        self.db.execute('INSERT INTO "sys.%s" (%s) VALUES (%s)' % (
            view, ",".join('"%s"' % k for k in values),
            ",".join("?" * len(values))), list(values.values()))

    def schema(self, name):
        if name not in self.schemas:
            self.schemas[name] = 1 if name == "dbo" else \
                4 + len(self.schemas)
            self.put("schemas", name=name, schema_id=self.schemas[name])
        return self.schemas[name]

    def new_id(self):
        self.next_id += 16
        return self.next_id

    def object(self, schema, name, code, parent=0, shipped=0):
        oid = self.new_id()
        self.put("objects", name=name, object_id=oid,
                 schema_id=self.schema(schema), parent_object_id=parent,
                 type=code, type_desc=code, is_ms_shipped=shipped,
                 create_date="2024-01-01T00:00:00",
                 modify_date="2024-01-01T00:00:00")
        return oid

    def type_ids(self, text):
        """(system id, user id, length, precision, scale)"""
        known = self.user_types.get(text.replace("[", "").replace(
            "]", "").lower())
        if known:
            return known
        i, n, p, s = type_row(text)
        return (231, 256, 256, 0, 0) if text.lower() == "sysname" else \
            (i, i, n, p, s)

    def columns(self, oid, columns):
        index = {}
        for k, c in enumerate(columns, 1):
            index[c["name"].lower()] = k
            sysid, uid, n, p, s = self.type_ids(c["type"])
            text = sysid in (35, 99, 167, 175, 231, 239)
            self.put("columns", object_id=oid, name=c["name"], column_id=k,
                     system_type_id=sysid, user_type_id=uid, max_length=n,
                     precision=p, scale=s,
                     collation_name=c.get("collation", self.server.collation)
                     if text else None,
                     is_nullable=int(c.get("nullable", True)),
                     is_identity=int("identity" in c),
                     is_computed=int("computed" in c), default_object_id=0,
                     generated_always_type=0, is_masked=0,
                     vector_dimensions=int(re.sub(r"\D", "", c["type"]))
                     if c["type"].startswith("vector") else None)
            if "identity" in c:
                self.put("identity_columns", object_id=oid, name=c["name"],
                         column_id=k,
                         seed_value=c["identity"].get("seed", 1),
                         increment_value=c["identity"].get("increment", 1))
            if "computed" in c:
                self.put("computed_columns", object_id=oid, column_id=k,
                         definition=c["computed"],
                         is_persisted=int(c.get("persisted", False)))
            if "masking" in c:
                self.put("masked_columns", object_id=oid, column_id=k,
                         masking_function=c["masking"])
            if "default" in c:
                self.put("default_constraints", name=c.get(
                    "default_name", "DF_%d_%d" % (oid, k)),
                    object_id=self.new_id(), parent_object_id=oid,
                    parent_column_id=k, definition=c["default"])
            self.describe(c, oid, k)
        return index

    def describe(self, rec, oid, minor=0, cls=1):
        if rec.get("description"):
            self.put("extended_properties", **{
                "class": cls, "major_id": oid, "minor_id": minor,
                "name": "MS_Description", "value": rec["description"]})

    def index(self, oid, number, name, cols, index, unique, pk=0, uq=0,
              include=(), where=None, kind=2):
        self.put("indexes", object_id=oid, name=name, index_id=number,
                 type=1 if pk is True else kind, is_unique=int(unique),
                 is_primary_key=int(pk), is_unique_constraint=uq, is_disabled=0,
                 is_hypothetical=0, filter_definition=where)
        for k, c in enumerate(list(cols) + list(include), 1):
            c = c["name"] if isinstance(c, dict) else c
            inc = int(k > len(cols))
            self.put("index_columns", object_id=oid, index_id=number,
                     index_column_id=k, column_id=index[c.lower()],
                     key_ordinal=0 if inc else k, is_descending_key=0,
                     is_included_column=inc)

    def add(self, rec):
        """One object record of mig's, first pass: all but references."""
        kind = rec["kind"]
        if kind == "job":
            self.job(rec)
            return
        if kind == "type":
            self.user_type(rec)
            return
        code = CODES.get(kind) or {
            "scalar": "FN", "inline": "IF", "multi_statement": "TF"}[
                rec.get("function_type", "scalar")]
        if rec.get("shipped"):
            self.object(rec["schema"], rec["name"], code, shipped=1)
            return
        oid = self.object(rec["schema"], rec["name"], code)
        self.ids[rec["id"].lower()] = oid
        rec["_id"] = oid
        rec["_columns"] = self.columns(oid, rec.get("columns") or [])
        self.types["%s.%s" % (rec["schema"], rec["name"])] = {
            c["name"]: c["type"] for c in rec.get("columns") or []}
        self.describe(rec, oid)
        attributes = rec.get("attributes", {})
        if kind == "table":
            self.put("tables", name=rec["name"], object_id=oid,
                     schema_id=self.schema(rec["schema"]), type="U",
                     modify_date="2024-01-01T00:00:00", is_ms_shipped=0,
                     temporal_type=2 if "history" in attributes else 0,
                     is_memory_optimized=int(
                         attributes.get("memory_optimized", False)),
                     is_external=0, is_node=0, is_edge=0, ledger_type=0)
            self.keys(rec, oid)
        definition = rec.get("definition")
        if definition:
            self.put("sql_modules", object_id=oid,
                     definition=definition.get("text"),
                     uses_ansi_nulls=int(definition.get("ansi_nulls", True)),
                     uses_quoted_identifier=int(
                         definition.get("quoted_identifier", True)))
        if kind == "synonym":
            self.put("synonyms", name=rec["name"], object_id=oid,
                     base_object_name=rec["target"])
        if kind == "sequence":
            ids = self.type_ids(rec.get("base_type", "bigint"))
            self.put("sequences", name=rec["name"], object_id=oid,
                     user_type_id=ids[1], precision=ids[3],
                     start_value=rec.get("start", 1),
                     increment=rec.get("increment", 1), minimum_value=1,
                     maximum_value=99, is_cycling=0)
        if rec.get("returns"):
            sysid, uid, n, p, s = self.type_ids(rec["returns"])
            self.put("parameters", object_id=oid, name="", parameter_id=0,
                     system_type_id=sysid, user_type_id=uid, max_length=n,
                     precision=p, scale=s, is_output=1)
        for k, p in enumerate(rec.get("parameters") or [], 1):
            sysid, uid, n, prec, s = self.type_ids(p["type"])
            self.put("parameters", object_id=oid, name=p["name"],
                     parameter_id=k, system_type_id=sysid, user_type_id=uid,
                     max_length=n, precision=prec, scale=s,
                     is_output=int(p.get("output", False)))
        usage = rec.get("usage")
        if usage and "executions" in usage:
            self.put("dm_exec_procedure_stats", database_id=5, object_id=oid,
                     execution_count=usage["executions"],
                     last_execution_time=usage.get("last_run"))
        if usage and "reads" in usage:
            self.put("dm_db_index_usage_stats", database_id=5, object_id=oid,
                     user_seeks=usage["reads"], user_scans=0, user_lookups=0,
                     user_updates=usage.get("writes", 0),
                     last_user_seek=usage.get("last_read"),
                     last_user_scan=usage.get("last_scan"),
                     last_user_lookup=usage.get("last_lookup"))
        for k, runs in enumerate(rec.get("query_store") or []):
            key = oid * 100 + k
            self.put("query_store_query", query_id=key, object_id=oid)
            self.put("query_store_plan", plan_id=key, query_id=key)
            self.put("query_store_runtime_stats", plan_id=key,
                     count_executions=runs[0], last_execution_time=runs[1])

    def keys(self, rec, oid):
        cols, n = rec["_columns"], 1
        pk = rec.get("primary_key")
        if pk:
            self.index(oid, 1, pk["name"], pk["columns"], cols, 1, pk=1,
                       kind=1 if pk.get("clustered", True) else 2)
            n = 2
        for u in rec.get("unique_keys") or []:
            self.index(oid, n, u["name"], u["columns"], cols, 1, uq=1)
            n += 1
        for x in rec.get("indexes") or []:
            self.index(oid, n, x["name"], x["columns"], cols,
                       x.get("unique", False), include=x.get("include") or (),
                       where=x.get("filter"))
            n += 1
        for k in rec.get("checks") or []:
            self.put("check_constraints", name=k["name"],
                     object_id=self.new_id(), parent_object_id=oid,
                     definition=k["expression"], is_disabled=0,
                     is_not_trusted=0)
        count = rec.get("row_count")
        if count is not None:
            self.put("partitions", object_id=oid, index_id=1, rows=count)
            self.put("dm_db_partition_stats", object_id=oid, index_id=1,
                     row_count=count)

    def finish(self, rec):
        """Second pass: what refers to other objects."""
        if "_id" not in rec:
            return
        for f in rec.get("foreign_keys") or []:
            target = self.ids.get(f["references"].lower())
            fid = self.new_id()
            self.put("foreign_keys", name=f["name"], object_id=fid,
                     parent_object_id=rec["_id"], referenced_object_id=target,
                     is_disabled=0, is_not_trusted=0)
            there = self.column_ids(target)
            for k, (a, b) in enumerate(zip(
                    f["columns"], f["referenced_columns"]), 1):
                self.put("foreign_key_columns", constraint_object_id=fid,
                         constraint_column_id=k, parent_object_id=rec["_id"],
                         parent_column_id=rec["_columns"][a.lower()],
                         referenced_object_id=target,
                         referenced_column_id=there.get(b.lower()))
        on = rec.get("on") or rec.get("table")
        if rec["kind"] == "trigger":
            parent = self.ids.get((on or "").lower(), 0)
            self.put("triggers", name=rec["name"], object_id=rec["_id"],
                     parent_id=parent, is_disabled=0, is_ms_shipped=0,
                     is_instead_of_trigger=0)
            for e in rec.get("events") or []:
                self.put("trigger_events", object_id=rec["_id"],
                         type=["insert", "update", "delete"].index(
                             e.lower()) + 1, type_desc=e.upper())
        for d in rec.get("dependencies") or []:
            if d.get("found") == "parsed" or d["type"] == "foreign_key":
                continue
            parts = d["target"].split(".")
            self.put("sql_expression_dependencies",
                     referencing_id=rec["_id"], referencing_class=1,
                     referenced_class=1,
                     referenced_database_name=parts[-3]
                     if len(parts) > 2 else None,
                     referenced_schema_name=parts[-2]
                     if len(parts) > 1 else None,
                     referenced_entity_name=parts[-1],
                     referenced_id=self.ids.get(d["target"].lower()),
                     referenced_minor_id=0, is_caller_dependent=0,
                     is_ambiguous=0)

    def column_ids(self, oid):
        return {n.lower(): i for n, i in self.db.execute(
            'SELECT name, column_id FROM "sys.columns" WHERE object_id = ?',
            (oid,))}

    def user_type(self, rec):
        uid, self.next_type = self.next_type, self.next_type + 1
        base = rec.get("base_type")
        sysid, _, n, p, s = self.type_ids(base or "int")
        if not base:
            sysid = 243
        self.user_types[rec["id"].lower()] = (sysid, uid, n, p, s)
        self.put("types", name=rec["name"], system_type_id=sysid,
                 user_type_id=uid, schema_id=self.schema(rec["schema"]),
                 max_length=n, precision=p, scale=s,
                 is_nullable=int(rec.get("nullable", True)),
                 is_user_defined=1, is_assembly_type=0,
                 is_table_type=int(not base))
        if not base:
            oid = self.object("sys", "TT_%s_%X" % (rec["name"], uid), "TT",
                              shipped=1)
            self.put("table_types", name=rec["name"], user_type_id=uid,
                     type_table_object_id=oid)
            index = self.columns(oid, rec.get("columns") or [])
            if rec.get("primary_key"):
                self.index(oid, 1, rec["primary_key"]["name"],
                           rec["primary_key"]["columns"], index, 1, pk=1)
        self.describe(rec, uid, cls=6)

    def job(self, rec):
        jid = self.new_id()
        self.db.execute('INSERT INTO "msdb.dbo.sysjobs" VALUES (?,?,?,?)',
                        (jid, rec["name"], int(rec.get("enabled", True)),
                         rec.get("description")))
        for k, step in enumerate(rec["steps"], 1):
            self.db.execute(
                'INSERT INTO "msdb.dbo.sysjobsteps" VALUES (?,?,?,?,?,?)',
                (jid, k, step.get("name", "step %d" % k), "TSQL",
                 step["command"], step.get("database", self.name)))

    def rowset(self, path):
        with open(path, encoding="utf-8") as f:
            head = json.loads(f.readline())
            names = [c["name"] for c in head["columns"]]
            table = head["object"]
            self.types[table] = {c["name"]: c["type"]
                                 for c in head["columns"]}
            self.db.execute('CREATE TABLE "%s" (%s)' % (
                table.replace('"', '""'), ",".join(
                    '"%s"' % n.replace('"', '""') for n in names)))
            self.db.executemany('INSERT INTO "%s" VALUES (%s)' % (
                table.replace('"', '""'), ",".join("?" * len(names))),
                ([json.dumps(v) if isinstance(v, list) else v
                  for v in json.loads(line)] for line in f if line.strip()))

    def commit(self):
        self.db.execute('INSERT INTO "sys.databases" VALUES (?,5,?,?)', (
            self.name, self.server.config.get("compatibility_level", 150),
            self.server.collation))
        self.put("dm_os_sys_info",
                 sqlserver_start_time="2024-05-01T06:00:00")
        for view, key in (
                ("objects", "object_id"), ("columns", "object_id, column_id"),
                ("types", "user_type_id"), ("schemas", "schema_id"),
                ("tables", "object_id"), ("synonyms", "object_id"),
                ("sequences", "object_id"), ("identity_columns",
                                             "object_id, column_id"),
                ("masked_columns", "object_id, column_id"),
                ("index_columns", "object_id, index_id"),
                ("indexes", "object_id, index_id"),
                ("external_tables", "object_id"),
                ("foreign_key_columns", "constraint_object_id"),
                ("sql_modules", "object_id"), ("triggers", "object_id")):
            if self.has(view):
                self.db.execute('CREATE INDEX "ix.%s" ON "sys.%s" (%s)' % (
                    view, view, key))
        self.db.execute("ANALYZE")
        self.db.commit()


class Server:
    """Fixture, databases, logins; one object for all connections."""

    def __init__(self, args):
        self.args = args
        self.config, self.answers, self.databases = {}, [], {}
        self.query_types, self.lock = {}, threading.Lock()
        self.temp = tempfile.TemporaryDirectory(prefix="tds_server.")
        self.folder = self.temp.name

    def load(self):
        a = self.args
        if a.fixture and os.path.exists(os.path.join(
                a.fixture, "server.json")):
            with open(os.path.join(a.fixture, "server.json"),
                      encoding="utf-8") as f:
                self.config = json.load(f)
        self.version = a.version or self.config.get(
            "version", "16.0.1000.6")
        self.engine = a.engine_edition or self.config.get("engine_edition", 3)
        self.major = SERVICES.get(self.engine,
                                  int(self.version.split(".")[0]))
        self.collation = self.config.get(
            "collation", "SQL_Latin1_General_CP1_CI_AS")
        self.load_query_types(a.catalog)
        for spec in self.config.get("databases", []):
            self.load_database(spec)
        if a.synthetic is not None:
            from tds_synthetic import synthetic
            db = self.databases["bench"] = Database(self, "bench")
            synthetic(db, a.synthetic, a.definition_bytes, a.rows)
            db.commit()
        if not self.databases:
            db = self.databases["master"] = Database(self, "master")
            db.commit()
        folder = os.path.join(a.fixture, "answers") if a.fixture else ""
        for name in sorted(os.listdir(folder)) if os.path.isdir(
                folder) else []:
            with open(os.path.join(folder, name), encoding="utf-8") as f:
                found = json.load(f)
            for one in found if isinstance(found, list) else [found]:
                if "query" in one:
                    one["key"] = self.normalise(one["query"])
                self.answers.append(one)

    def load_query_types(self, folder):
        """The `-- columns:` line of each catalogue query."""
        if not folder:
            folder = os.path.join(os.path.dirname(os.path.abspath(
                __file__)), "..", "..", "share", "catalog")
        for top, _, names in os.walk(folder):
            for name in names:
                if not name.endswith(".sql"):
                    continue
                with open(os.path.join(top, name), encoding="utf-8") as f:
                    sql = f.read()
                m = re.search(r"^-- columns: (.*)$", sql, re.M)
                if m:
                    self.query_types[self.normalise(sql)] = [
                        tuple(c.strip().split(" ", 1)) for c in
                        re.split(r",(?![^(]*\))", m.group(1))]

    def load_database(self, spec):
        db = self.databases[spec["name"]] = Database(self, spec["name"])
        records = []
        for path in spec.get("records", []):
            with open(os.path.join(self.args.fixture, path),
                      encoding="utf-8") as f:
                records += [json.loads(line) for line in f if line.strip()]
        records = [r for r in records if r["kind"] in CODES or r["kind"] in
                   ("function", "type", "job")]
        for r in sorted(records, key=lambda r: r["kind"] != "type"):
            db.add(r)
        for r in records:
            db.finish(r)
        for folder in spec.get("rows", []):
            folder = os.path.join(self.args.fixture, folder)
            for name in sorted(os.listdir(folder)):
                if name.endswith(".jsonl"):
                    db.rowset(os.path.join(folder, name))
        db.commit()

    def version_triple(self):
        v = [int(x) for x in self.version.split(".")]
        return v[0], v[1], v[2]

    def default_database(self, user):
        return self.config.get("logins", {}).get(user, {}).get(
            "database") or next(iter(self.databases))

    def refuse(self, who):
        """An error for this login, or None."""
        logins = self.config.get("logins")
        if logins is not None and not who["integrated"]:
            known = logins.get(who["user"])
            if known is None or known.get("password") != who["password"]:
                return {"number": 18456, "class": 14, "message":
                        "Login failed for user '%s'." % who["user"]}
            if who["database"] and who["database"] not in known.get(
                    "databases", [who["database"]]):
                return {"number": 916, "class": 14, "message":
                        "The server principal \"%s\" is not able to access "
                        "the database \"%s\" under the current security "
                        "context." % (who["user"], who["database"])}
        if who["database"] and who["database"] not in self.databases:
            return {"number": 4060, "class": 11, "message":
                    "Cannot open database \"%s\" requested by the login. The"
                    " login failed." % who["database"]}
        return None

    def session(self, user, database):
        return Session(self, user, database)

    def canned(self, key, database):
        for a in self.answers:
            if a.get("times") == 0 or (a.get("database") and
                                       a["database"] != database):
                continue
            if a.get("key") == key or (
                    "match" in a and re.search(a["match"], key)):
                with self.lock:
                    if "times" in a:
                        a["times"] -= 1
                    if a.get("skip", 0) > 0:
                        a["skip"] -= 1
                        continue
                if a.get("touch"):
                    self.touch(a["touch"], database)
                    continue
                return a
        return None

    def touch(self, change, database):
        """Changes the catalogue between two queries of a client."""
        db = sqlite3.connect(self.databases[database].path)
        for statement in change:
            db.execute(statement)
        db.commit()
        db.close()


class Session:
    """One login's view of a database."""

    def __init__(self, server, user, database):
        self.server, self.user = server, user
        login = server.config.get("logins", {}).get(user, {})
        self.deny = {d.lower().replace("sys.", "")
                     for d in login.get("deny", [])}
        self.grants = login
        self.use(database)

    def use(self, database):
        if database not in self.server.databases:
            raise SqlError(911, "Database '%s' does not exist." % database)
        self.database = database
        self.store = self.server.databases[database]
        self.db = sqlite3.connect(self.store.path, check_same_thread=False)
        self.functions()

    def functions(self):
        s, f = self.server, self.db.create_function
        props = {"productversion": s.version, "edition": s.config.get(
            "edition", "Developer Edition (64-bit)"),
            "engineedition": s.engine, "servername": "testserver",
            "collation": s.collation}
        f("serverproperty", 1, lambda n: props.get(n.lower()))
        f("databasepropertyex", 2, lambda d, n: s.collation)
        f("db_name", 0, lambda: self.database)
        f("db_id", 0, lambda: 5)
        f("user_name", 0, lambda: self.user or "dbo")
        f("suser_sname", 0, lambda: self.user or "sa")
        f("is_srvrolemember", 1, lambda r: int(not self.grants))
        f("is_member", 1, lambda r: int(bool(self.grants.get("owner"))))
        f("isnull", 2, lambda a, b: b if a is None else a)
        f("has_perms_by_name", 3, self.has_perm)
        f("objectproperty", 2, self.object_property)
        f("quotename", 1, lambda n: "[%s]" % n.replace("]", "]]"))
        f("ident_seed", 1, lambda n: None)
        f("ident_incr", 1, lambda n: None)
        f("len", 1, lambda a: None if a is None else len(str(a).rstrip()))
        f("datalength", 1, lambda a: None if a is None else 2 * len(str(a)))
        names = {row[0]: n for n, row in TYPES.items()}
        f("type_name", 1, lambda i: names.get(i))
        if self.grants.get("no_view_definition"):
            # as a server does: rows of modules stay, their text is NULL
            self.db.execute(
                'CREATE TEMP VIEW "hidden" AS SELECT object_id, '
                'NULL AS definition, uses_ansi_nulls, '
                'uses_quoted_identifier FROM "sys.sql_modules"')

    def has_perm(self, _securable, _class, permission):
        p = permission.lower()
        if p == "view definition":
            return int(not self.grants.get("no_view_definition"))
        if p == "select":
            return int(not self.grants.get("no_select") and
                       _securable not in self.grants.get("no_select_on", []))
        if p.endswith("state"):
            return int("dm_exec_procedure_stats" not in self.deny
                       if "server" in p else
                       "dm_db_partition_stats" not in self.deny)
        return None

    def object_property(self, oid, name):
        if name.lower() != "isencrypted":
            return None
        got = self.db.execute(
            'SELECT definition IS NULL FROM "sys.sql_modules" WHERE '
            'object_id = ?', (oid,)).fetchone()
        return got[0] if got else None

    def statements(self, sql):
        """Statements of a batch, split at ';' outside quotes; SETs go."""
        token = re.compile(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|"
                           r'"(?:[^"]|"")*"|\[(?:[^\]]|\]\])*\]|.', re.S)
        parts = [""]
        for m in token.finditer(sql):
            t = m.group()
            if t == ";":
                parts.append("")
            else:
                parts[-1] += " " if t[:2] in ("--", "/*") else t
        for part in parts:
            # SETs may stand before a statement without a semicolon
            part = re.sub(r"^(\s*SET\s+(?:TRANSACTION ISOLATION LEVEL READ "
                          r"(?:UN)?COMMITTED|LOCK_TIMEOUT\s+-?\d+|TEXTSIZE\s+"
                          r"-?\d+|[A-Z_, ]+\s+(?:ON|OFF)|\w+\s+\S+)\s+)+",
                          " ", part + " ", flags=re.I)
            if part.strip():
                yield part.strip()

    def run(self, sql, args):
        """(columns, rows) of a SELECT; (None, None) otherwise."""
        m = re.match(r"USE\s+\[?([^\]\s]+)\]?$", sql, re.I)
        if m:
            self.use(m.group(1))
            return None, None
        if not re.match(r"SELECT\b|WITH\b", sql, re.I):
            raise SqlError(
                156, "Incorrect syntax near '%s'." % sql.split()[0], 15)
        types = self.server.query_types.get(self.server.normalise(sql))
        text = self.translate(sql)
        try:
            cursor = self.db.execute(text, {
                k.lstrip("@"): v for k, v in args.items()})
        except sqlite3.Error as e:
            raise self.error(e, text)
        names = [d[0] for d in cursor.description]
        first = cursor.fetchone() if types is None else None
        columns = [(types[i][0], T.Type(types[i][1])) for i in
                   range(len(names))] if types is not None else \
            self.guess(sql, names, first)

        def rows():
            if first is not None:
                yield first
            while True:
                many = cursor.fetchmany(256)
                if not many:
                    return
                yield from many
        return columns, self.decode(columns, rows())

    @staticmethod
    def decode(columns, rows):
        variants = [i for i, (_, t) in enumerate(columns)
                    if t.base == "sql_variant"]
        if not variants:
            return rows

        def fix(row):
            row = list(row)
            for i in variants:
                if isinstance(row[i], str) and row[i].startswith("["):
                    row[i] = json.loads(row[i])
            return row
        return map(fix, rows)

    def guess(self, sql, names, first):
        """Types of a table's columns; else from the first row."""
        part = r'(\[(?:[^\]]|\]\])+\]|"(?:[^"]|"")+")'
        m = re.search(r"\bFROM\s+%s\.%s" % (part, part), sql, re.I)
        known = self.store.types.get(".".join(
            p[1:-1].replace(p[-1] * 2, p[-1]) for p in m.groups()),
            {}) if m else {}
        out = []
        for i, n in enumerate(names):
            v = first[i] if first else None
            text = known.get(n) or (
                "bigint" if isinstance(v, int) else "float"
                if isinstance(v, float) else "varbinary(max)"
                if isinstance(v, bytes) else "nvarchar(4000)")
            out.append((n, T.Type(text)))
        return out

    def translate(self, sql):
        """T-SQL to SQLite, for the statements that mig sends."""
        out, at = [], 0
        token = re.compile(r"N?'(?:[^']|'')*'|\[(?:[^\]]|\]\])*\]|"
                           r'"(?:[^"]|"")*"|@@?\w+|[A-Za-z_][\w$#]*|\s+|.',
                           re.S)
        while at < len(sql):
            m = token.match(sql, at)
            out.append(m.group())
            at = m.end()
        limit, k = None, 0
        res = []
        while k < len(out):
            t = out[k]
            if re.match(r"N'", t, re.I):
                t = t[1:]
            elif t[0] == "[":
                t = '"%s"' % t[1:-1].replace("]]", "]").replace('"', '""')
            elif t[0] == "@" and t[1:2] != "@":
                t = ":" + t[1:]
            elif t == "+":
                t = "||" if any(x.lstrip("Nn")[:1] in ("'", '"') for x in
                                out[max(k - 2, 0):k] + out[k + 1:k + 3]) \
                    else "+"
            res.append(t)
            k += 1
        text = "".join(res)
        # qualified names become one name each
        text = re.sub(r'"((?:[^"]|"")*)"\."((?:[^"]|"")*)"(?!\s*\.)',
                      lambda m: '"%s.%s"' % m.groups()
                      if re.search(r"(FROM|JOIN)\s*$",
                                   text[:m.start()], re.I) else m.group(),
                      text)
        if "sysjobs" in self.deny and "msdb.dbo.sysjobs" in text:
            raise SqlError(229, "The SELECT permission was denied on the "
                           "object 'sysjobs', database 'msdb', schema 'dbo'.",
                           14)
        text = re.sub(r"\b(msdb\.dbo\.\w+)", r'"\1"', text)

        def view(m):
            name = m.group(1).lower()
            if name in self.deny:
                number = DENIED.get(name, 229)
                raise SqlError(number, "The SELECT permission was denied on "
                               "the object '%s', database '%s', schema 'sys'"
                               "." % (name, self.database), 14)
            if name == "sql_modules" and self.grants.get(
                    "no_view_definition"):
                return '"hidden"'
            return '"sys.%s"' % name
        text = re.sub(r"\bsys\.(\w+)", view, text, flags=re.I)
        text = re.sub(r"\bINFORMATION_SCHEMA\.(\w+)",
                      r'"information_schema.\1"', text, flags=re.I)
        text = re.sub(r"\bCONVERT\s*\(\s*\w+\s*(?:\(\w+\))?\s*,\s*"
                      r"((?:[^(),]|\([^()]*(?:\([^()]*\)[^()]*)*\))+)"
                      r"\s*,\s*\d+\s*\)",
                      r"(\1)", text, flags=re.I)
        text = re.sub(r"\bCOUNT_BIG\b", "COUNT", text, flags=re.I)
        text = re.sub(r"\bAS\s+n?varchar\s*\(\s*\w+\s*\)", "AS TEXT", text,
                      flags=re.I)
        text = re.sub(r"\bWITH\s*\(\s*NOLOCK\s*\)", "", text, flags=re.I)
        m = re.search(r"\bSELECT\s+TOP\s*\(?\s*(\d+)\s*\)?", text, re.I)
        if m:
            limit = m.group(1)
            text = text[:m.start()] + "SELECT " + text[m.end():]
        text = re.sub(r"@@VERSION", "'Test server'", text, flags=re.I)
        text = re.sub(r"@@SPID", "51", text, flags=re.I)
        text = re.sub(r"@@\w+", "0", text)
        return text + (" LIMIT %s" % limit if limit else "")

    def error(self, e, text):
        said = str(e)
        m = re.match(r"no such (table|column|function): (.*)", said)
        if m and m.group(1) == "table":
            return SqlError(208, "Invalid object name '%s'." % m.group(2))
        if m and m.group(1) == "column":
            return SqlError(207, "Invalid column name '%s'." % m.group(2))
        return SqlError(102, "Incorrect syntax: %s in %s" % (said, text), 15)
