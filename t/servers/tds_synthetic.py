"""A made-up catalogue of N objects: 30% tables, the rest modules."""


def synthetic(db, objects, definition_bytes, rows):
    tables = objects * 3 // 10
    for k in range(tables):
        db.add({"kind": "table", "id": "s%d.t%d" % (k % 40, k),
                "schema": "s%d" % (k % 40), "name": "t%d" % k,
                "columns": [
                    {"name": "id", "type": "int", "nullable": False,
                     "identity": {"seed": 1, "increment": 1}},
                    {"name": "code", "type": "nvarchar(40)"},
                    {"name": "amount", "type": "decimal(19,4)",
                     "default": "((0))"},
                    {"name": "at", "type": "datetime2(7)"}],
                "primary_key": {"name": "PK_t%d" % k, "columns": ["id"]},
                "row_count": k})
    body = []
    while sum(map(len, body)) < definition_bytes:
        n = len(body)
        body.append("-- step %d\nINSERT INTO s0.t0 (code, amount) SELECT "
                    "a.code, SUM(a.amount * %d) FROM s%d.t%d AS a WHERE a.at"
                    " > '2024-01-01' GROUP BY a.code;\n" % (
                        n, n + 1, n % 40, n % 40))
    body = "".join(body)
    for k in range(objects - tables):
        view = k % 3 == 0
        name = ("v%d" if view else "p%d") % k
        head = "CREATE VIEW s%d.%s AS SELECT id, code FROM s0.t0 /*\n" \
            if view else "CREATE PROCEDURE s%d.%s AS\n"
        text = head % (k % 40, name) + body
        text = text[:definition_bytes - 2] + ("*/" if view else "")
        db.add({"kind": "view" if view else "procedure",
                "id": "s%d.%s" % (k % 40, name), "schema": "s%d" % (k % 40),
                "name": name, "columns": [
                    {"name": "id", "type": "int"},
                    {"name": "code", "type": "nvarchar(40)"}]
                if view else [],
                "parameters": [] if view else [
                    {"name": "@from", "type": "date"}],
                "definition": {"text": text}})
    if rows:
        columns = [("id", "int"), ("code", "nvarchar(40)"),
                   ("amount", "decimal(19,4)"), ("at", "datetime2(7)"),
                   ("note", "varchar(60)")]
        db.add({"kind": "table", "id": "bench.wide", "schema": "bench",
                "name": "wide", "columns": [
                    {"name": n, "type": t, "nullable": n != "id"}
                    for n, t in columns],
                "primary_key": {"name": "PK_wide", "columns": ["id"]},
                "row_count": rows})
        db.db.execute('CREATE TABLE "bench.wide" (%s)' % ",".join(
            '"%s"' % n for n, _ in columns))
        db.db.executemany(
            'INSERT INTO "bench.wide" VALUES (?,?,?,?,?)',
            ((k, "code %d" % (k % 997), "%d.%04d" % (k, k % 10000),
              "2024-03-%02d 10:%02d:%02d.1234567" % (
                  k % 28 + 1, k % 60, k % 60),
              "a note of some length, number %d" % k)
             for k in range(rows)))
