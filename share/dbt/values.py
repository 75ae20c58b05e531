"""Rows to and from rowset lines: exact text for all that JSON numbers lose.

int up to 2^53: number; larger: string. bit: true or false. decimal, float:
string. Dates and times: ISO 8601 string. Binary: "0x...". NULL: null.
"""

import datetime
import decimal
import json
import uuid

EXACT = 1 << 53


def _text(value):
    return json.dumps(value, ensure_ascii=False, default=str)


def _datetime(value):
    if value.tzinfo is not None:
        value = value.astimezone(datetime.timezone.utc)
    return value.isoformat()


def _float(value):
    return repr(value)


def _int(value):
    return value if -EXACT <= value <= EXACT else str(value)


def _same(value):
    return value


CONVERT = {
    type(None): _same,
    bool: _same,
    str: _same,
    int: _int,
    float: _float,
    decimal.Decimal: lambda v: format(v, "f"),
    datetime.datetime: _datetime,
    datetime.date: lambda v: v.isoformat(),
    datetime.time: lambda v: v.isoformat(),
    uuid.UUID: lambda v: str(v).upper(),
    bytes: lambda v: "0x" + v.hex().upper(),
    bytearray: lambda v: "0x" + bytes(v).hex().upper(),
    memoryview: lambda v: "0x" + v.tobytes().hex().upper(),
    dict: _text,
    list: _text,
    tuple: _text,
}


def line(row):
    """One row as a line of a rowset, without the newline."""
    out = []
    for value in row:
        convert = CONVERT.get(type(value))
        out.append(str(value) if convert is None else convert(value))
    return json.dumps(out, ensure_ascii=False, separators=(",", ":"))


class BadRowset(Exception):
    pass


def read(path):
    """The header of a rowset file, then each row as a list, with its line."""
    header = None
    with open(path, encoding="utf-8", newline="\n") as lines:
        for number, text in enumerate(lines, 1):
            if not text.strip():
                continue
            try:
                value = json.loads(text, parse_float=decimal.Decimal)
            except ValueError as e:
                raise BadRowset(f"line {number}: not JSON: {e}") from None
            if header is None:
                if not isinstance(value, dict) or "columns" not in value:
                    raise BadRowset(f"line {number}: no rowset header")
                header = value
                width = len(header["columns"])
                yield number, header
                continue
            if not isinstance(value, list):
                raise BadRowset(f"line {number}: not an array")
            if len(value) != width:
                raise BadRowset(
                    f"line {number}: {len(value)} values for {width} columns"
                )
            yield number, value
    if header is None:
        raise BadRowset("empty: no rowset header")
