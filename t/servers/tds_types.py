"""TDS 7.4 data types: declare a column, encode and decode a value.

A type is T-SQL text ("decimal(9,2)", "nvarchar(max)"). A value is what the
rowset rules say (numbers; text for decimals, dates and guids; "0x.." or
bytes for binary; None), so that fixtures are plain JSON. Sources: [MS-TDS]
2.2.5.4 and 2.2.5.5.
"""
import datetime
import decimal
import re
import struct
import uuid

# SQL_Latin1_General_CP1_CI_AS: LCID 0x0409, ignore case/kana/width, sort 52
COLLATION = bytes([0x09, 0x04, 0xD0, 0x00, 0x34])
UTF8_COLLATION = bytes([0x09, 0x04, 0xD0, 0x04, 0x00])

FIXED = {  # name: (nullable token, length, fixed token)
    "tinyint": (0x26, 1, 0x30), "smallint": (0x26, 2, 0x34),
    "int": (0x26, 4, 0x38), "bigint": (0x26, 8, 0x7F),
    "bit": (0x68, 1, 0x32), "real": (0x6D, 4, 0x3B),
    "float": (0x6D, 8, 0x3E), "money": (0x6E, 8, 0x3C),
    "smallmoney": (0x6E, 4, 0x7A), "datetime": (0x6F, 8, 0x3D),
    "smalldatetime": (0x6F, 4, 0x3A),
}
EPOCH = datetime.date(1, 1, 1).toordinal()
BASE_1900 = datetime.date(1900, 1, 1).toordinal()


class Type:
    """A parsed type: base name, first and second argument, TYPE_INFO."""

    def __init__(self, text, nullable=True):
        m = re.match(r"\s*(?:sys\.)?\[?([a-z_0-9]+)\]?\s*"
                     r"(?:\(\s*(max|\d+)\s*(?:,\s*(\d+)\s*)?\))?", text, re.I)
        if not m:
            raise ValueError("not a type: %r" % text)
        base, a, b = m.group(1).lower(), m.group(2), m.group(3)
        base = {"sysname": "nvarchar", "numeric": "decimal",
                "rowversion": "timestamp", "integer": "int",
                "dec": "decimal"}.get(base, base)
        if m.group(1).lower() == "sysname":
            a = "128"
        self.text = text
        self.nullable = nullable
        self.max = a is not None and a.lower() == "max"
        self.a = int(a) if a and not self.max else None
        self.b = int(b) if b else 0
        if base in ("json", "vector"):  # what an older client is sent
            base, self.max = "nvarchar", True
        elif base == "timestamp":
            base, self.a = "binary", 8
        elif base == "decimal" and self.a is None:
            self.a = 18
        elif base in ("time", "datetime2", "datetimeoffset"):
            self.a = 7 if self.a is None else self.a
        elif base in ("char", "varchar", "nchar", "nvarchar", "binary",
                      "varbinary") and self.a is None and not self.max:
            self.a = 1
        self.base = base

    @property
    def utf8(self):
        return "utf8" in self.text.lower()

    def info(self):
        """TYPE_INFO bytes."""
        b = self.base
        if b in FIXED:
            token, size, fixed = FIXED[b]
            return bytes([token, size]) if self.nullable else bytes([fixed])
        if b == "decimal":
            return bytes([0x6A, declen(self.a), self.a, self.b])
        if b == "date":
            return b"\x28"
        if b in ("time", "datetime2", "datetimeoffset"):
            return bytes([{"time": 0x29, "datetime2": 0x2A,
                           "datetimeoffset": 0x2B}[b], self.a])
        if b == "uniqueidentifier":
            return b"\x24\x10"
        if b in ("varbinary", "binary"):
            size = 0xFFFF if self.max else self.a
            return bytes([0xA5 if b[0] == "v" else 0xAD]) + \
                struct.pack("<H", size)
        if b in ("varchar", "char", "nvarchar", "nchar"):
            token = {"varchar": 0xA7, "char": 0xAF, "nvarchar": 0xE7,
                     "nchar": 0xEF}[b]
            wide = 2 if b[0] == "n" else 1
            size = 0xFFFF if self.max else self.a * wide
            return bytes([token]) + struct.pack("<H", size) + (
                UTF8_COLLATION if self.utf8 else COLLATION)
        if b in ("text", "ntext"):
            return bytes([0x23 if b == "text" else 0x63]) + \
                struct.pack("<I", 0x7FFFFFFF) + COLLATION + tabname()
        if b == "image":
            return b"\x22" + struct.pack("<I", 0x7FFFFFFF) + tabname()
        if b == "xml":
            return b"\xF1\x00"
        if b == "sql_variant":
            return b"\x62" + struct.pack("<I", 8009)
        if b in ("geography", "geometry", "hierarchyid"):
            asm = "Microsoft.SqlServer.Types.Sql%s, Microsoft.SqlServer." \
                "Types" % b.capitalize()
            return b"\xF0" + struct.pack("<H", 0xFFFF if b[0] == "g"
                                         else 892) + \
                bvar("") + bvar("sys") + bvar(b) + usvar(asm)
        raise ValueError("no TDS form of type %s" % self.text)

    def value(self, v):
        """The bytes of one value in a ROW token."""
        b = self.base
        if v is None:
            return self.null()
        if b in FIXED:
            raw = number(b, v)
            return raw if not self.nullable else bytes([len(raw)]) + raw
        if b == "decimal":
            raw = decimal_bytes(v, self.a, self.b)
            return bytes([len(raw)]) + raw
        if b == "date":
            return b"\x03" + days(v)
        if b in ("time", "datetime2", "datetimeoffset"):
            raw = temporal(b, v, self.a)
            return bytes([len(raw)]) + raw
        if b == "uniqueidentifier":
            return b"\x10" + uuid.UUID(str(v)).bytes_le
        if b in ("text", "ntext", "image"):
            raw = blob(v) if b == "image" else text(v, b == "ntext", False)
            return b"\x10" + b"textptr_textptr_" + b"\x00" * 8 + \
                struct.pack("<I", len(raw)) + raw
        if b in ("varchar", "char", "nvarchar", "nchar", "xml"):
            raw = text(v, b[0] in "nx", self.utf8)
            if b in ("char", "nchar"):
                wide = 2 if b == "nchar" else 1
                pad = (" " * self.a).encode("utf-16-le" if wide == 2
                                            else "ascii")
                raw += pad[len(raw):]
            return plp(raw) if self.max or b == "xml" else short(raw)
        if b in ("varbinary", "binary"):
            raw = blob(v)
            if b == "binary":
                raw = raw.ljust(self.a, b"\0")
            return plp(raw) if self.max else short(raw)
        if b == "sql_variant":
            return variant(v)
        return plp(blob(v))  # CLR types

    def null(self):
        b = self.base
        if self.max or b in ("xml", "geography", "geometry", "hierarchyid"):
            return b"\xFF" * 8
        if b in ("varchar", "char", "nvarchar", "nchar", "varbinary",
                 "binary"):
            return b"\xFF\xFF"
        if b == "sql_variant":
            return b"\0\0\0\0"
        return b"\0"


def bvar(s):
    raw = s.encode("utf-16-le", "surrogatepass")
    return bytes([len(raw) // 2]) + raw


def usvar(s):
    raw = s.encode("utf-16-le", "surrogatepass")
    return struct.pack("<H", len(raw) // 2) + raw


def tabname():
    return b"\x01" + usvar("t")


def declen(p):
    return 5 if p <= 9 else 9 if p <= 19 else 13 if p <= 28 else 17


def short(raw):
    return struct.pack("<H", len(raw)) + raw


def plp(raw):
    if not raw:
        return struct.pack("<QI", 0, 0)
    return struct.pack("<QI", len(raw), len(raw)) + raw + b"\0\0\0\0"


def text(v, wide, utf8):
    if isinstance(v, dict):
        return bytes.fromhex(v["hex"])  # raw, already in the code page
    if wide:
        return str(v).encode("utf-16-le", "surrogatepass")
    return str(v).encode("utf-8" if utf8 else "cp1252", "replace")


def blob(v):
    if isinstance(v, str):
        return bytes.fromhex(v[2:] if v[:2] in ("0x", "0X") else v)
    return bytes(v)


def number(b, v):
    if b == "bit":
        return b"\1" if v in (True, 1, "1", "true") else b"\0"
    if b in ("tinyint", "smallint", "int", "bigint"):
        return int(v).to_bytes(FIXED[b][1], "little", signed=b != "tinyint")
    if b == "real":
        return struct.pack("<f", float(v))
    if b == "float":
        return struct.pack("<d", float(v))
    if b in ("money", "smallmoney"):
        n = int(decimal.Decimal(str(v)).scaleb(4).to_integral_value())
        if b == "smallmoney":
            return struct.pack("<i", n)
        return struct.pack("<iI", n >> 32, n & 0xFFFFFFFF)
    d, t = split(v)
    if b == "smalldatetime":
        minutes = round(seconds(t) / 60)
        return struct.pack("<HH", d - (BASE_1900 - EPOCH), int(minutes))
    ticks = int((seconds(t) * 300).to_integral_value(decimal.ROUND_HALF_UP))
    return struct.pack("<iI", d - (BASE_1900 - EPOCH), ticks)


def decimal_bytes(v, precision, scale):
    with decimal.localcontext() as c:
        c.prec = 80
        n = int(decimal.Decimal(str(v)).scaleb(scale).to_integral_value())
    size = declen(precision) - 1
    return (b"\1" if n >= 0 else b"\0") + abs(n).to_bytes(size, "little")


def split(v):
    """'2020-01-31T12:00:00.5' -> (days since 0001-01-01, '12:00:00.5')"""
    d, _, t = str(v).replace("T", " ").partition(" ")
    return datetime.date.fromisoformat(d).toordinal() - EPOCH, \
        t or "00:00:00"


def seconds(t):
    h, m, s = (t.split(":") + ["0", "0"])[:3]
    return decimal.Decimal(int(h) * 3600 + int(m) * 60) + decimal.Decimal(s)


def days(v):
    return split(v)[0].to_bytes(3, "little")


def ticks(t, scale):
    n = int((seconds(t) * 10 ** scale).to_integral_value())
    return n.to_bytes(3 if scale <= 2 else 4 if scale <= 4 else 5, "little")


def temporal(b, v, scale):
    if b == "time":
        return ticks(str(v), scale)
    if b == "datetime2":
        d, t = split(v)
        return ticks(t, scale) + d.to_bytes(3, "little")
    m = re.match(r"(.*?)\s*(Z|[+-]\d\d:\d\d)$", str(v))
    local, zone = (m.group(1), m.group(2)) if m else (str(v), "+00:00")
    off = 0 if zone == "Z" else (int(zone[1:3]) * 60 + int(zone[4:])) * (
        -1 if zone[0] == "-" else 1)
    d, t = split(local)
    unit = 10 ** scale
    total = d * 86400 * unit + int((seconds(t) * unit).to_integral_value()) \
        - off * 60 * unit
    d, n = divmod(total, 86400 * unit)
    size = 3 if scale <= 2 else 4 if scale <= 4 else 5
    return n.to_bytes(size, "little") + d.to_bytes(3, "little") + \
        struct.pack("<h", off)


def variant(v):
    """[type text, value], or a bare str/int/float."""
    if not isinstance(v, (list, tuple)):
        v = ["int" if isinstance(v, int) else "float"
             if isinstance(v, float) else "nvarchar(4000)", v]
    t = Type(v[0], nullable=False)
    if t.base in FIXED:
        token, props, raw = FIXED[t.base][2], b"", number(t.base, v[1])
    elif t.base == "decimal":
        token, props = 0x6C, bytes([t.a, t.b])
        raw = decimal_bytes(v[1], t.a, t.b)
    elif t.base == "date":
        token, props, raw = 0x28, b"", days(v[1])
    elif t.base in ("time", "datetime2", "datetimeoffset"):
        token, props = t.info()[0], bytes([t.a])
        raw = temporal(t.base, v[1], t.a)
    elif t.base == "uniqueidentifier":
        token, props, raw = 0x24, b"", uuid.UUID(v[1]).bytes_le
    elif t.base in ("varbinary", "binary"):
        raw = blob(v[1])
        token, props = t.info()[0], struct.pack("<H", len(raw))
    else:
        raw = text(v[1], t.base[0] == "n", False)
        token, props = t.info()[0], COLLATION + struct.pack("<H", len(raw))
    body = bytes([token, len(props)]) + props + raw
    return struct.pack("<I", len(body)) + body


def colmetadata(columns):
    """columns: [(name, Type)] -> COLMETADATA token"""
    out = bytearray(b"\x81" + struct.pack("<H", len(columns)))
    for name, t in columns:
        out += struct.pack("<IH", 0, 1 if t.nullable else 0)
        out += t.info() + bvar(name)
    return bytes(out)


def row(columns, values):
    out = bytearray(b"\xD1")
    for (_, t), v in zip(columns, values):
        out += t.value(v)
    return out


def read_param(buf, pos):
    """One RPC parameter: (name, value, position after it)."""
    n = buf[pos]
    name = buf[pos + 1:pos + 1 + 2 * n].decode("utf-16-le")
    pos += 1 + 2 * n + 1  # name, status flags
    token = buf[pos]
    pos += 1
    if token in (0x26, 0x68, 0x6D, 0x6E, 0x6F, 0x24):  # one length byte
        pos += 1
        n = buf[pos]
        raw = buf[pos + 1:pos + 1 + n]
        pos += 1 + n
        if not n:
            return name, None, pos
        if token == 0x6D:
            return name, struct.unpack("<f" if n == 4 else "<d", raw)[0], pos
        return name, int.from_bytes(raw, "little", signed=n > 1), pos
    if token in (0xE7, 0xEF, 0xA7, 0xAF, 0xA5, 0xAD):
        size = struct.unpack_from("<H", buf, pos)[0]
        pos += 2 + (5 if token not in (0xA5, 0xAD) else 0)
        if size == 0xFFFF:
            total = struct.unpack_from("<Q", buf, pos)[0]
            pos += 8
            if total == 0xFFFFFFFFFFFFFFFF:
                return name, None, pos
            raw = b""
            while True:
                n = struct.unpack_from("<I", buf, pos)[0]
                pos += 4
                if not n:
                    break
                raw += buf[pos:pos + n]
                pos += n
        else:
            n = struct.unpack_from("<H", buf, pos)[0]
            pos += 2
            if n == 0xFFFF:
                return name, None, pos
            raw = buf[pos:pos + n]
            pos += n
        if token in (0xE7, 0xEF):
            return name, raw.decode("utf-16-le", "surrogatepass"), pos
        return name, raw.decode("cp1252", "replace") if token in (
            0xA7, 0xAF) else bytes(raw), pos
    if token == 0x63:  # ntext, as tdsodbc sends statement text
        pos += 4 + 5
        n = struct.unpack_from("<i", buf, pos)[0]
        pos += 4
        if n < 0:
            return name, None, pos
        return name, bytes(buf[pos:pos + n]).decode("utf-16-le"), pos + n
    raise ValueError("RPC parameter of type 0x%02x" % token)
