#!/usr/bin/env python3
"""Validates records (JSON Lines) against the schemas of share/schema.

usage: validate.py [--schema NAME] [--loose] [FILE...]

A record's kind names its schema. --schema NAME holds whole files (the state,
decisions) to one schema. Fields that a schema doesn't name are errors unless
--loose is given. Prints one line for each mistake; status 1 when there is one.
"""

import argparse
import json
import sys
from pathlib import Path

import jsonschema
import referencing

SCHEMAS = Path(__file__).resolve().parent.parent / "share" / "schema"


def load():
    registry = referencing.Registry()
    names = {}
    for path in sorted(SCHEMAS.glob("*.json")):
        schema = json.loads(path.read_text(encoding="utf-8"))
        jsonschema.Draft202012Validator.check_schema(schema)
        resource = referencing.Resource.from_contents(
            schema, default_specification=referencing.jsonschema.DRAFT202012
        )
        registry = registry.with_resource(path.name, resource)
        names[path.stem] = schema
    return registry, names


class Checker:
    def __init__(self, strict):
        self.registry, self.names = load()
        self.strict = strict
        self.made = {}
        self.mistakes = 0

    def validator(self, name):
        if name not in self.made:
            schema = {"$ref": name + ".json"}
            if self.strict:
                schema["unevaluatedProperties"] = False
            self.made[name] = jsonschema.Draft202012Validator(
                schema, registry=self.registry
            )
        return self.made[name]

    def mistake(self, where, text):
        self.mistakes += 1
        print(f"{where}: {text}")

    def value(self, where, name, value):
        if name not in self.names:
            self.mistake(where, f"no schema for kind {name!r}")
            return
        for e in self.validator(name).iter_errors(value):
            best = jsonschema.exceptions.best_match([e])
            at = "/".join(str(p) for p in best.absolute_path) or "."
            self.mistake(where, f"{name} {at}: {best.message[:300]}")

    def lines(self, name, stream):
        rows = False
        for nr, raw in enumerate(stream, 1):
            where = f"{name}:{nr}"
            if not raw.endswith(b"\n"):
                self.mistake(where, "the last line has no newline")
            try:
                value = json.loads(raw.decode("utf-8"))
            except ValueError as e:
                self.mistake(where, f"not JSON: {e}")
                continue
            if isinstance(value, list) and rows:
                continue
            if not isinstance(value, dict):
                self.mistake(where, "not an object")
                continue
            kind = value.get("kind")
            rows = kind == "rowset"
            self.value(where, str(kind), value)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--schema")
    p.add_argument("--loose", action="store_true")
    p.add_argument("files", nargs="*")
    a = p.parse_args()
    checker = Checker(not a.loose)
    for name in a.files or ["-"]:
        stream = sys.stdin.buffer if name == "-" else open(name, "rb")
        with stream:
            if a.schema:
                try:
                    checker.value(name, a.schema, json.load(stream))
                except ValueError as e:
                    checker.mistake(name, f"not JSON: {e}")
            else:
                checker.lines(name, stream)
    return 1 if checker.mistakes else 0


if __name__ == "__main__":
    sys.exit(main())
