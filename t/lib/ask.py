#!/usr/bin/env python3
"""Asks the dbt helper that runs for a project: ask.py DIR OP [FIELD=VALUE...]

A value that is JSON is taken as such. Prints the replies.
"""

import glob
import json
import os
import socket
import sys


def value(text):
    try:
        return json.loads(text)
    except ValueError:
        return text


os.chdir(sys.argv[1])
request = {"op": sys.argv[2]}
for field in sys.argv[3:]:
    key, _, text = field.partition("=")
    request[key] = value(text)
s = socket.socket(socket.AF_UNIX)
names = sorted(glob.glob("target/mig-*.sock"), key=os.path.getmtime)
s.connect(names[-1])
s.sendall(json.dumps(request).encode() + b"\n")
for line in s.makefile():
    print(line, end="", flush=True)
    if line.startswith('{"done"'):
        sys.exit(not json.loads(line)["ok"])
sys.exit(2)
