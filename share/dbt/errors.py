"""Where a dbt error belongs: message text to file, line and column.

dbt names the file of a Jinja or YAML error; a database names a line of the SQL
that was sent to it, which is the compiled model inside a statement. Both are
brought back to the model's own file.
"""

import difflib
import re

PATH = re.compile(r"((?:[^\s()'\"/:]+/)*[^\s()'\"/:]+\.(?:sql|ya?ml|py|csv|md))")
JINJA_LINE = re.compile(r"^\s*line (\d+)\s*$", re.M)
YAML_LINE = re.compile(r"\bline (\d+)(?:, column (\d+))?")
SQL_LINE = re.compile(r"^\s*LINE (\d+): ?(.*)$", re.M)
UNDEFINED = re.compile(r"'([A-Za-z_]\w*)' is undefined")
NOT_FOUND = re.compile(
    r"depends on a (?:node|source|function|macro) named '([^']+)'"
)
HEAD = re.compile(
    r"^(?:Compilation|Runtime|Database|Parsing|Dbt \w+|Internal) Error"
    r"(?: in [^\n]*)?\n\s*"
)


def path_in(message):
    """The first project file that the message names, or None."""
    found = PATH.search(message)
    return found.group(1) if found else None


def short(message):
    """The message without dbt's own heading and trailing help."""
    text = HEAD.sub("", message.strip(), count=1)
    text = re.split(r"\n\s*-{20,}", text, maxsplit=1)[0]
    cut = text.find("\n\n  compiled code at ")
    if cut < 0:
        cut = text.find("\n  compiled code at ")
    if cut >= 0:
        text = text[:cut]
    lines = [line.strip() for line in text.rstrip().split("\n")]
    return "\n".join(lines) if SQL_LINE.search(text) is None else text.rstrip()


def source_line(raw, number):
    lines = raw.split("\n")
    return lines[number - 1] if 0 < number <= len(lines) else None


def _excerpt(message):
    """(line in the statement, its text, column in that text) or None.

    DuckDB and PostgreSQL write the line and put a caret below it; long lines
    are cut to a window marked with '...'.
    """
    found = SQL_LINE.search(message)
    if not found:
        return None
    number, text = int(found.group(1)), found.group(2)
    begin = found.start(2) - (message.rfind("\n", 0, found.start(2)) + 1)
    rest = message[found.end() + 1 :].split("\n", 1)[0]
    column = None
    if "^" in rest and not rest.replace("^", "").strip():
        column = rest.index("^") - begin
    if text.startswith("..."):
        text = text[3:]
        column = None if column is None else column - 3
    if text.endswith("..."):
        text = text[:-3]
    return number, text, column


def _compiled_place(message, compiled, statement):
    """Line (0-based) and column (1-based or None) in the compiled code."""
    got = _excerpt(message)
    if got is None:
        return None
    number, text, column = got
    lines = compiled.split("\n")
    # The statement that was sent begins with dbt's query comment, one line.
    guess = number - 2
    if statement and compiled.strip() in statement:
        before = statement[: statement.index(compiled.strip())]
        lead = len(compiled) - len(compiled.lstrip())
        guess = number - 2 - before.count("\n") + compiled[:lead].count("\n")
    probe = text.strip()
    near = [
        (abs(i - guess), i)
        for i, line in enumerate(lines)
        if probe and probe in line
    ]
    if near:
        at = min(near)[1]
        if column is not None:
            lead = len(text) - len(text.lstrip())
            column = lines[at].index(probe) + (column - lead) + 1
        return at, column
    if 0 <= guess < len(lines):
        return guess, None
    return None


def _to_source(raw, compiled, at, column):
    """From a line of the compiled code to one of the file."""
    ours, theirs = raw.split("\n"), compiled.split("\n")
    match = difflib.SequenceMatcher(None, ours, theirs, autojunk=False)
    for tag, i1, i2, j1, j2 in match.get_opcodes():
        if not j1 <= at < j2:
            continue
        if tag == "equal":
            return i1 + at - j1 + 1, column
        if i2 == i1:
            return max(i1, 1), None
        line = i1 + min(at - j1, i2 - i1 - 1)
        # Up to the first character that Jinja changed columns are the same.
        same = 0
        for a, b in zip(ours[line], theirs[at]):
            if a != b:
                break
            same += 1
        return line + 1, column if column and column <= same + 1 else None
    return None, None


def place_of(raw, at):
    """The line and column, from 1, of an offset of the text."""
    return raw.count("\n", 0, at) + 1, at - raw.rfind("\n", 0, at)


def locate(message, raw=None, compiled=None, statement=None):
    """(line, column) in the file whose text is raw; each may be None."""
    if raw is None:
        found = YAML_LINE.search(message)
        if not found:
            return None, None
        column = int(found.group(2)) if found.group(2) else None
        return int(found.group(1)), column
    if compiled:
        place = _compiled_place(message, compiled, statement)
        if place is not None:
            return _to_source(raw, compiled, *place)
    found = JINJA_LINE.search(message)
    if found:
        line = int(found.group(1))
        text = source_line(raw, line)
        shown = message[found.end() :].lstrip("\n").split("\n", 1)[0].strip()
        if text is not None and shown and shown in text:
            return line, text.index(shown) + 1
        return line, None
    for pattern in (UNDEFINED, NOT_FOUND):
        found = pattern.search(message)
        if not found:
            continue
        name = found.group(1).split(".")[-1]
        word = re.search(r"(?<!\w)%s(?!\w)" % re.escape(name), raw)
        if word:
            return place_of(raw, word.start())
    return None, None


def entry(phase, message, file=None, line=None, column=None, raw=None):
    """One element of a record's errors[]; absent fields are left out."""
    out = {"phase": phase, "message": short(message)}
    if file:
        out["file"] = file
    if line:
        out["line"] = line
        # The database's own line number is of the compiled statement.
        cut = SQL_LINE.search(out["message"])
        if cut:
            lines = out["message"][: cut.start()].rstrip().split("\n")
            out["message"] = "\n".join(line.strip() for line in lines)
    if column:
        out["column"] = column
    if raw is not None and line:
        text = source_line(raw, line)
        if text is not None:
            out["excerpt"] = text
    return out
