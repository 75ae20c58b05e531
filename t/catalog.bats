#!/usr/bin/env bats
# The queries of share/catalog against what each version and service of SQL
# Server has, by the documentation of its views.

load lib/helpers

# wrong: each view or column that a set asks for and its server lacks
wrong() {
	python3 - "$MIG_TOP" <<'END'
import json, os, re, sys
top = sys.argv[1]
views = {}  # name -> (since, services, {column: (since, services)})
for line in open(top + "/t/fixtures/catalog_views.txt"):
    if line.startswith("#"):
        continue
    name, since, services, *columns = line.split()
    own = {}
    for c in columns:
        c, _, at = c.partition("@")
        m = re.match(r"(\d*)([a-z]*)$", at)
        own[c] = (int(m[1] or since), m[2] if at else services)
    views[name] = (int(since), services, own)
folder = top + "/share/catalog/"
sets = json.load(open(folder + "sets.json"))
bases = {s["name"]: s.get("base") for s in sets["sets"]}
LETTER = {"azure": "a", "mi": "m", "synapse": "s", "fabric": "f"}
# a set serves all versions from its own on: the first one counts
FIRST = {"2008": 10, "2012": 11, "2016": 13, "2017": 14, "2022": 16,
         "2025": 17}

def there(one, who):
    since, services = one[0], one[1]
    return LETTER[who] in services if who in LETTER else \
        since <= FIRST[who]

asked = 0
names = {f[:-4] for d in os.listdir(folder) if os.path.isdir(folder + d)
         for f in os.listdir(folder + d) if not f.endswith(".alt.sql")}
for who in bases:
    for name in sorted(names):
        at = who
        while at and not os.path.exists(folder + at + "/" + name + ".sql"):
            at = bases[at]
        if not at:
            continue
        sql = re.sub(r"--[^\n]*", "",
                     open(folder + at + "/" + name + ".sql").read())
        sql = re.sub(r"N?'(?:[^']|'')*'", "''", sql)
        of = {}
        for full, alias in re.findall(
                r"\b(?:FROM|JOIN)\s+([\w.]+)\s+(\w+)", sql, re.I):
            full = full.lower().removeprefix("sys.")
            if full not in views:
                print(who, name, "no facts about", full)
                continue
            of[alias] = full
            asked += 1
            if not there(views[full], who):
                print(who, name, full, "is not there")
        for alias, column in re.findall(r"\b(\w+)\.(\w+)", sql):
            if alias not in of or alias == "sys":
                continue
            known = views[of[alias]][2]
            column = column.lower()
            if column not in known:
                print(who, name, of[alias] + "." + column, "no facts")
            elif not there(known[column], who):
                print(who, name, of[alias] + "." + column, "is not there")
if asked < 200:
    print("only", asked, "views looked at")
END
}

@test "no set asks for a view or column that its server lacks" {
	is "$(wrong)" ""
}
