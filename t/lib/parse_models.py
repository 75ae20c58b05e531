"""Parses the models of a project with sqlglot, by the dialect's grammar.

usage: parse_models.py DIALECT DIR

Jinja is put out of the way first: a relation becomes a name, a macro call a
function call of the same name. Prints one line for each mistake.
"""

import ast
import re
import sys
from pathlib import Path

import sqlglot

dialect, top = sys.argv[1:]


def plain(text):
    text = re.sub(r"\{#.*?#\}", "", text, flags=re.S)
    text = re.sub(r"\{\{\s*config\(.*?\)\s*\}\}", "", text, flags=re.S)
    text = re.sub(r"\{\{\s*(ref|source|last_state)\([^}]*\}\}", "rel", text)
    text = re.sub(
        r"\{\{ (\"(?:\\.|[^\"\\])*\") \}\}",
        lambda m: ast.literal_eval(m[1]),
        text,
    )
    return re.sub(r"\{\{.*?\}\}", "macro_call", text, flags=re.S)


bad = 0
for path in sorted(Path(top).glob("models/**/*.sql")):
    text = path.read_text(encoding="utf-8")
    if "to_be_written" in text:
        continue
    try:
        sqlglot.parse_one(plain(text), read=dialect)
    except sqlglot.errors.SqlglotError as e:
        bad += 1
        print(f"{path}: {str(e).splitlines()[0]}")
sys.exit(bool(bad))
