#!/usr/bin/env python3
"""A loopback server that speaks the documented Messages API, faults included.

It checks what a client sends as strictly as the documentation says (one
credential, no sampling parameters, closed schemas, at most four cache
breakpoints, no prefilled answer) and answers from a script:

  {"sequence": [REPLY, …],             used in order, one a request, then
   "match": [{"contains": "…", "reply": REPLY | [REPLY, …]}, …],
   "default": REPLY,
   "rate": {"requests": 5, "window": 1.0},
   "batch": {"polls": 2, "lose": ["errored" | "expired" | "canceled", …]}}

A REPLY: {"text": "…" | "blocks": [{…}], "stop_reason": "…", "usage": {…},
  "status": 429, "headers": {…}, "error": {"type", "message", "details"},
  "latency": s, "fault": {"kind": …}}.
In a text, {{boundary}} is the boundary that the request's system part names,
{{user}} the last user text, {{n}} the request's number, {{model}} the model.
Faults: {"kind": "truncate" | "reset", "bytes": N}, {"kind": "drip", "bytes": n,
"interval": s}, {"kind": "stall", "bytes": N}, {"kind": "hang"}, {"kind":
"error_event", "after": events, "error": {…}}, {"kind": "garbage", "text"},
{"kind": "pings", "count": n, "interval": s}, {"kind": "crlf" | "cr"},
{"kind": "no_stop"}, {"kind": "unknown_event"}, {"kind": "split", "bytes": n}.
"""

import argparse
import email.utils
import hashlib
import json
import os
import re
import socket
import ssl
import struct
import sys
import threading
import time
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MODELS = {
    "claude-fable-5-2": (1000000, 128000),
    "claude-opus-5-5": (1000000, 128000),
    "claude-opus-5": (500000, 64000),
    "claude-opus-4-8": (200000, 64000),
    "claude-opus-4-7": (200000, 64000),
    "claude-opus-4-6": (200000, 64000),
    "claude-opus-4-5": (200000, 64000),
    "claude-sonnet-5-5": (1000000, 64000),
    "claude-sonnet-5": (500000, 64000),
    "claude-sonnet-4-6": (200000, 64000),
    "claude-sonnet-4-5": (200000, 64000),
    "claude-haiku-5-5": (500000, 64000),
    "claude-haiku-4-5": (200000, 64000),
}
STATUS_TYPE = {
    400: "invalid_request_error", 401: "authentication_error",
    402: "billing_error", 403: "permission_error", 404: "not_found_error",
    408: "timeout_error", 409: "conflict_error", 413: "request_too_large",
    429: "rate_limit_error", 500: "api_error", 504: "timeout_error",
    529: "overloaded_error",
}
TOP = {"model", "max_tokens", "messages", "system", "output_config",
       "thinking", "tools", "tool_choice", "stop_sequences", "stream",
       "metadata", "service_tier", "cache_control"}
SAMPLING = ("temperature", "top_p", "top_k")


class Refused(Exception):
    """A request that the documented protocol answers with an error."""

    def __init__(self, status, message, kind=None, headers=None, details=None):
        super().__init__(message)
        self.status = status
        self.kind = kind or STATUS_TYPE.get(status, "api_error")
        self.headers = headers or {}
        self.details = details


def text_of(content):
    if isinstance(content, str):
        return content
    return "".join(b.get("text", "") for b in content)


def check_schema(node, where="schema"):
    if isinstance(node, list):
        for sub in node:
            check_schema(sub, where)
        return
    if not isinstance(node, dict):
        return
    if node.get("type") == "object" and node.get(
            "additionalProperties") is not False:
        raise Refused(400, f"output_config.format.{where}: For 'object' type, "
                      "'additionalProperties' must be explicitly set to false")
    for bad in ("minimum", "maximum", "minLength", "maxLength", "maxItems"):
        if bad in node and not isinstance(node[bad], dict):
            raise Refused(400, f"output_config.format.{where}: property "
                          f"'{bad}' is not supported")
    for key, sub in node.items():
        if key in ("properties", "$defs", "definitions"):
            for name, value in sub.items():
                check_schema(value, f"{where}.{name}")
        elif key in ("items", "anyOf", "allOf"):
            check_schema(sub, f"{where}.{key}")


def check_request(body, version, batch=False):
    if not isinstance(body, dict):
        raise Refused(400, "body: Input should be an object")
    need = ("model", "messages") + (() if body.get("_count") else
                                    ("max_tokens",))
    for field in need:
        if field not in body:
            raise Refused(400, f"{field}: Field required")
    for field in SAMPLING:
        if field in body and version != "2023-06-01":
            raise Refused(400, f"{field}: Extra inputs are not permitted")
    for field in body:
        if field not in TOP and field != "_count" and field not in SAMPLING:
            raise Refused(400, f"{field}: Extra inputs are not permitted")
    model = body["model"]
    base = re.sub(r"-20\d{6}$", "", model)
    if base not in MODELS:
        raise Refused(404, f"model: {model}")
    window, most = MODELS[base]
    top = body.get("max_tokens")
    if top is not None and (not isinstance(top, int) or top < 1):
        raise Refused(400, "max_tokens: Input should be greater than or equal "
                      "to 1")
    if top is not None and top > most:
        raise Refused(400, f"max_tokens: {top} > {most}, which is the maximum "
                      f"allowed number of output tokens for {model}")
    if batch and body.get("stream"):
        raise Refused(400, "stream: not permitted in a batch")
    messages = body["messages"]
    if not isinstance(messages, list) or not messages:
        raise Refused(400, "messages: at least one message is required")
    marks = 0
    blocks = body.get("system") or []
    blocks = [] if isinstance(blocks, str) else list(blocks)
    for message in messages:
        if message.get("role") not in ("user", "assistant"):
            raise Refused(400, "messages.0.role: Input should be 'user' or "
                          "'assistant'")
        if not text_of(message["content"]).strip() and not any(
                b.get("type") != "text" for b in message["content"]
                if isinstance(b, dict)):
            raise Refused(400, "messages: text content blocks must be "
                          "non-empty")
        if not isinstance(message["content"], str):
            blocks += message["content"]
    for block in blocks:
        if block.get("type") == "text" and not block.get("text"):
            raise Refused(400, "system: text content blocks must be non-empty")
        if "cache_control" in block:
            marks += 1
            if block["cache_control"].get("type") != "ephemeral":
                raise Refused(400, "cache_control.type: Input should be "
                              "'ephemeral'")
    if marks > 4:
        raise Refused(400, "A maximum of 4 blocks with cache_control may be "
                      f"provided. Found {marks}.")
    if messages[-1]["role"] == "assistant":
        content = messages[-1]["content"]
        paused = not isinstance(content, str) and any(
            b.get("type", "").startswith(("server_tool", "web_")) or
            b.get("text", "").endswith("…paused") for b in content)
        if not paused:
            raise Refused(400, "This model does not support assistant message "
                          "prefill. The conversation must end with a user "
                          "message.")
    thinking = body.get("thinking")
    if thinking:
        if thinking.get("type") not in ("adaptive", "enabled", "disabled"):
            raise Refused(400, "thinking.type: Input should be 'adaptive', "
                          "'enabled' or 'disabled'")
        old = base in ("claude-haiku-4-5", "claude-sonnet-4-5",
                       "claude-opus-4-5")
        if thinking["type"] == "adaptive" and old:
            raise Refused(400, "thinking.type: adaptive thinking is not "
                          "supported on this model")
        if "budget_tokens" in thinking and not old:
            raise Refused(400, "thinking.budget_tokens: Extra inputs are not "
                          "permitted")
    config = body.get("output_config") or {}
    if "effort" in config:
        if config["effort"] not in ("low", "medium", "high", "xhigh", "max"):
            raise Refused(400, "output_config.effort: Input should be 'low', "
                          "'medium', 'high', 'xhigh' or 'max'")
        if base in ("claude-haiku-4-5", "claude-sonnet-4-5"):
            raise Refused(400, "output_config.effort: This model does not "
                          "support the effort parameter.")
    if "format" in config:
        if config["format"].get("type") != "json_schema":
            raise Refused(400, "output_config.format.type: Input should be "
                          "'json_schema'")
        check_schema(config["format"]["schema"])


class State:
    """What all connections share, under one lock."""

    def __init__(self, script, log, key):
        self.lock = threading.Lock()
        self.script = script
        self.log = open(log, "a", encoding="utf-8") if log else None
        self.key = key
        self.number = 0
        self.sequence = list(script.get("sequence", []))
        self.matched = {}
        self.cache = set()
        self.batches = {}
        self.window_start = 0.0
        self.window_used = 0
        self.active = 0
        self.peak = 0

    def note(self, entry):
        if self.log:
            with self.lock:
                self.log.write(json.dumps(entry, ensure_ascii=False) + "\n")
                self.log.flush()

    def reply_for(self, body):
        whole = json.dumps(body, ensure_ascii=False)
        with self.lock:
            self.number += 1
            number = self.number
            for i, rule in enumerate(self.script.get("match", [])):
                if rule["contains"] not in whole:
                    continue
                reply = rule["reply"]
                if isinstance(reply, list):
                    at = self.matched.get(i, 0)
                    self.matched[i] = at + 1
                    reply = reply[min(at, len(reply) - 1)]
                return number, reply
            if self.sequence:
                return number, self.sequence.pop(0)
        return number, self.script.get("default", {"text": "ok"})

    def rate(self):
        """Headers of a fixed window, and whether this request exceeds it."""
        rule = self.script.get("rate")
        if not rule:
            return {}, False
        with self.lock:
            now = time.time()
            if now >= self.window_start + rule["window"]:
                self.window_start, self.window_used = now, 0
            over = self.window_used >= rule["requests"]
            if not over:
                self.window_used += 1
            left = rule["requests"] - self.window_used
            reset = self.window_start + rule["window"]
        stamp = datetime.fromtimestamp(reset, timezone.utc)
        headers = {
            "anthropic-ratelimit-requests-limit": str(rule["requests"]),
            "anthropic-ratelimit-requests-remaining": str(left),
            "anthropic-ratelimit-requests-reset": stamp.isoformat(
                timespec="milliseconds").replace("+00:00", "Z"),
        }
        if over:
            headers["retry-after"] = str(max(1, round(reset - time.time())))
        return headers, over

    def usage_of(self, body, texts, reply):
        """Tokens at four bytes each, the cached prefix told apart."""
        usage = {"input_tokens": 0, "cache_creation_input_tokens": 0,
                 "cache_read_input_tokens": 0}
        run, pending = hashlib.sha256(body["model"].encode()), 0
        system = body.get("system") or []
        parts = [{"text": system}] if isinstance(system, str) else list(system)
        for message in body["messages"]:
            content = message["content"]
            parts += ([{"text": content}] if isinstance(content, str)
                      else content)
        for part in parts:
            text = part.get("text", "")
            run.update(text.encode())
            pending += (len(text.encode()) + 3) // 4
            if "cache_control" in part:
                with self.lock:
                    known = run.hexdigest() in self.cache
                    self.cache.add(run.hexdigest())
                usage["cache_read_input_tokens" if known else
                      "cache_creation_input_tokens"] += pending
                pending = 0
        usage["input_tokens"] = pending
        usage["output_tokens"] = (sum(len(t.encode()) for t in texts) + 3) // 4
        usage.update(reply.get("usage", {}))
        return usage


def make_message(state, body, reply, number):
    boundary = re.search(r"boundary[^.]{0,40}?\b([a-z0-9]{20,})",
                         text_of(body.get("system") or ""))
    fill = {"boundary": boundary.group(1) if boundary else "",
            "user": text_of(body["messages"][-1]["content"]),
            "n": str(number), "model": body["model"]}

    def put(text):
        return re.sub(r"\{\{(boundary|user|n|model)\}\}",
                      lambda m: fill[m.group(1)], text)

    blocks = []
    for block in reply.get("blocks", [{"type": "text",
                                       "text": reply.get("text", "ok")}]):
        block = dict(block)
        for name in ("text", "thinking"):
            if name in block:
                block[name] = put(block[name])
        blocks.append(block)
    texts = [b.get("text", b.get("thinking", "")) for b in blocks]
    return {
        "id": f"msg_{number:06d}", "type": "message", "role": "assistant",
        "model": body["model"], "content": blocks,
        "stop_reason": reply.get("stop_reason", "end_turn"),
        "stop_sequence": reply.get("stop_sequence"),
        "stop_details": reply.get("stop_details"),
        "usage": state.usage_of(body, texts, reply),
    }


def events_of(message):
    """The documented stream of one message, as (event, data) pairs."""
    head = dict(message, content=[], stop_reason=None, stop_sequence=None)
    head["usage"] = dict(message["usage"], output_tokens=1)
    yield "message_start", {"type": "message_start", "message": head}
    for index, block in enumerate(message["content"]):
        kind = block["type"]
        empty = dict(block)
        deltas = []
        if kind == "text":
            empty["text"] = ""
            text = block["text"]
            deltas = [{"type": "text_delta", "text": text[i:i + 40]}
                      for i in range(0, len(text), 40)]
        elif kind == "thinking":
            empty["thinking"], empty["signature"] = "", ""
            deltas = [{"type": "thinking_delta",
                       "thinking": block.get("thinking", "")},
                      {"type": "signature_delta",
                       "signature": block.get("signature", "c2ln")}]
        elif kind in ("tool_use", "server_tool_use"):
            empty["input"] = {}
            text = json.dumps(block.get("input", {}))
            deltas = [{"type": "input_json_delta", "partial_json": p}
                      for p in ("", text[:7], text[7:])]
        yield "content_block_start", {"type": "content_block_start",
                                      "index": index, "content_block": empty}
        if index == 0:
            yield "ping", {"type": "ping"}
        for delta in deltas:
            yield "content_block_delta", {"type": "content_block_delta",
                                          "index": index, "delta": delta}
        yield "content_block_stop", {"type": "content_block_stop",
                                     "index": index}
    usage = {k: v for k, v in message["usage"].items()}
    yield "message_delta", {
        "type": "message_delta",
        "delta": {"stop_reason": message["stop_reason"],
                  "stop_sequence": message["stop_sequence"],
                  "stop_details": message["stop_details"]},
        "usage": usage}
    yield "message_stop", {"type": "message_stop"}


def stream_bytes(message, fault):
    kind = fault.get("kind")
    end = {"crlf": "\r\n", "cr": "\r"}.get(kind, "\n")
    out = []
    for at, (event, data) in enumerate(events_of(message)):
        if kind == "error_event" and at == fault.get("after", 3):
            out.append(("error", {"type": "error", "error": fault["error"],
                                  "request_id": "req_event"}))
            break
        if kind == "unknown_event" and at == 2:
            out.append(("future_thing", {"type": "future_thing", "x": 1}))
        if kind == "no_stop" and event == "message_stop":
            continue
        if kind == "disorder" and event == "content_block_start":
            continue
        out.append((event, data))
    text = ""
    for event, data in out:
        body = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
        if kind == "multiline":
            body = json.dumps(data, ensure_ascii=False, indent=1)
        text += f"event: {event}{end}"
        for line in body.split("\n"):
            text += f"data: {line}{end}"
        text += end
        if kind == "comments":
            text += f": keep alive{end}{end}"
    if kind == "garbage":
        text = fault.get("text", "data: {nonsense\n\n")
    return text.encode()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "loopback"
    sys_version = ""

    def setup(self):
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def log_message(self, *args):
        pass

    @property
    def state(self):
        return self.server.state

    def send_json(self, status, data, headers=None):
        body = json.dumps(data, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def fail(self, refused, request_id):
        error = {"type": refused.kind, "message": str(refused)}
        if refused.details:
            error["details"] = refused.details
        headers = {"request-id": request_id}
        headers.update(refused.headers)
        self.send_json(refused.status, {"type": "error", "error": error,
                                        "request_id": request_id}, headers)

    def authorise(self):
        keys = [h for h in ("x-api-key", "authorization") if self.headers[h]]
        if len(keys) != 1:
            raise Refused(401, "exactly one of x-api-key and authorization is "
                          f"required, got {len(keys)}")
        given = self.headers[keys[0]]
        if keys[0] == "authorization":
            if not given.startswith("Bearer "):
                raise Refused(401, "invalid bearer token")
            given = given[7:]
        if self.state.key and given != self.state.key:
            # A careless gateway echoes what it was given.
            raise Refused(401, f"invalid x-api-key: {given}")
        if self.headers["anthropic-version"] not in ("2023-06-01",
                                                     "2026-10-21"):
            raise Refused(400, "anthropic-version: "
                          f"{self.headers['anthropic-version']} is not a valid"
                          " version")

    def read_body(self):
        length = int(self.headers["content-length"] or 0)
        if length > 32 << 20:
            raise Refused(413, "Request exceeds the maximum size")
        raw = self.rfile.read(length)
        if self.headers["content-type"] != "application/json":
            raise Refused(400, "content-type must be application/json")
        try:
            return json.loads(raw.decode("utf-8"))
        except ValueError as error:
            raise Refused(400, f"body is not valid JSON: {error}") from None

    def handle_any(self, method):
        with self.state.lock:
            self.state.active += 1
            self.state.peak = max(self.state.peak, self.state.active)
        request_id = "req_" + hashlib.sha256(
            f"{time.time_ns()}{id(self)}".encode()).hexdigest()[:20]
        entry = {"method": method, "path": self.path, "time": time.time(),
                 "headers": {k.lower(): v for k, v in self.headers.items()}}
        try:
            body = self.read_body() if method == "POST" else None
            entry["body"] = body
            self.state.note(entry)
            self.authorise()
            self.route(method, body, request_id)
        except Refused as refused:
            if "body" not in entry:
                self.state.note(entry)
            self.fail(refused, request_id)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True
        finally:
            with self.state.lock:
                self.state.active -= 1

    def do_POST(self):
        self.handle_any("POST")

    def do_GET(self):
        if self.path == "/peak":
            self.send_json(200, {"peak": self.state.peak,
                                 "requests": self.state.number})
            return
        self.handle_any("GET")

    def do_DELETE(self):
        self.handle_any("DELETE")

    def route(self, method, body, request_id):
        path = self.path.split("?")[0]
        version = self.headers["anthropic-version"]
        if method == "POST" and path == "/v1/messages":
            check_request(body, version)
            self.message(body, request_id)
        elif method == "POST" and path == "/v1/messages/count_tokens":
            if self.state.script.get("no_count"):
                raise Refused(404, "Not Found")
            check_request(dict(body, _count=True), version)
            usage = self.state.usage_of(body, [], {})
            self.send_json(200, {"input_tokens": usage["input_tokens"] +
                                 usage["cache_creation_input_tokens"] +
                                 usage["cache_read_input_tokens"]},
                           {"request-id": request_id})
        elif method == "GET" and path == "/v1/models":
            self.send_json(200, {"data": [self.model(m) for m in MODELS],
                                 "has_more": False, "first_id": None,
                                 "last_id": None}, {"request-id": request_id})
        elif method == "GET" and path.startswith("/v1/models/"):
            name = path.rsplit("/", 1)[1]
            if name not in MODELS:
                raise Refused(404, f"model: {name}")
            self.send_json(200, self.model(name), {"request-id": request_id})
        elif path.startswith("/v1/messages/batches"):
            self.batch(method, path, body, version, request_id)
        else:
            raise Refused(404, "Not Found")

    @staticmethod
    def model(name):
        window, most = MODELS[name]
        return {"type": "model", "id": name, "display_name": name,
                "created_at": "2026-01-01T00:00:00Z",
                "max_input_tokens": window, "max_tokens": most,
                "capabilities": {"structured_outputs": {"supported": True}}}

    def message(self, body, request_id):
        headers, over = self.state.rate()
        if over:
            raise Refused(429, "This request would exceed the rate limit",
                          headers=headers)
        number, reply = self.state.reply_for(body)
        fault = reply.get("fault", {})
        latency = reply.get("latency",
                            self.state.script.get("latency", 0))
        if latency:
            time.sleep(latency)
        headers.update(reply.get("headers", {}))
        for name, value in list(headers.items()):
            if value == "{{http_date}}":
                headers[name] = email.utils.formatdate(time.time() + 1.5,
                                                       usegmt=True)
            elif str(value).startswith("{{in:"):
                stamp = datetime.now(timezone.utc) + timedelta(
                    seconds=float(value[5:-2]))
                headers[name] = stamp.isoformat(
                    timespec="milliseconds").replace("+00:00", "Z")
        if fault.get("kind") == "hang":
            time.sleep(fault.get("seconds", 30))
            self.close_connection = True
            return
        if reply.get("status", 200) != 200:
            status = reply["status"]
            error = reply.get("error", {})
            if "body" in reply:     # a proxy's page, not ours
                raw = reply["body"].encode()
                self.send_response(status)
                self.send_header("content-type", "text/html")
                self.send_header("content-length", str(len(raw)))
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(raw)
                return
            raise Refused(status, error.get("message", f"status {status}"),
                          error.get("type"), headers, error.get("details"))
        message = make_message(self.state, body, reply, number)
        headers["request-id"] = reply.get("request_id", request_id)
        if not body.get("stream"):
            self.send_json(200, message, headers)
            return
        self.send_stream(stream_bytes(message, fault), fault, headers)

    def send_stream(self, data, fault, headers):
        kind = fault.get("kind")
        self.send_response(200)
        self.send_header("content-type", "text/event-stream; charset=utf-8")
        self.send_header("cache-control", "no-cache")
        for name, value in headers.items():
            self.send_header(name, value)
        chunked = kind not in ("truncate", "reset", "stall")
        if chunked:
            self.send_header("transfer-encoding", "chunked")
        else:
            self.send_header("connection", "close")
            self.close_connection = True
        self.end_headers()

        def put(part):
            if chunked:
                part = f"{len(part):x}\r\n".encode() + part + b"\r\n"
            self.wfile.write(part)
            self.wfile.flush()

        if kind in ("truncate", "reset", "stall"):
            put(data[:fault.get("bytes", 0)])
            if kind == "stall":
                time.sleep(fault.get("seconds", 30))
            if kind == "reset":
                time.sleep(0.05)
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                           struct.pack("ii", 1, 0))
                self.connection.close()
            return
        if kind == "drip":
            size = fault.get("bytes", 1)
            for at in range(0, len(data), size):
                put(data[at:at + size])
                time.sleep(fault.get("interval", 0.01))
        elif kind == "split":
            size = fault.get("bytes", 1)
            for at in range(0, len(data), size):
                put(data[at:at + size])
        elif kind == "pings":
            for _ in range(fault.get("count", 10)):
                put(b'event: ping\ndata: {"type":"ping"}\n\n')
                time.sleep(fault.get("interval", 0.1))
            put(data)
        else:
            put(data)
        self.wfile.write(b"0\r\n\r\n")
        self.wfile.flush()

    def batch(self, method, path, body, version, request_id):
        parts = path.strip("/").split("/")
        batches = self.state.batches
        if method == "POST" and len(parts) == 3:
            requests = body.get("requests")
            if not requests:
                raise Refused(400, "requests: at least one is required")
            ids = [r.get("custom_id", "") for r in requests]
            if len(set(ids)) != len(ids):
                raise Refused(400, "requests: custom_id must be unique")
            for one in ids:
                if not re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", one):
                    raise Refused(400, f"requests: custom_id: {one}")
            with self.state.lock:
                name = f"msgbatch_{len(batches) + 1:04d}"
                batches[name] = {"polls": 0, "requests": requests,
                                 "version": version}
            self.send_json(200, self.batch_info(name),
                           {"request-id": request_id})
            return
        name = parts[3] if len(parts) > 3 else None
        if name is None:
            self.send_json(200, {"data": [self.batch_info(n) for n in batches],
                                 "has_more": False}, {"request-id": request_id})
            return
        if name not in batches:
            raise Refused(404, f"batch: {name}")
        if method == "GET" and len(parts) == 4:
            batches[name]["polls"] += 1
            self.send_json(200, self.batch_info(name),
                           {"request-id": request_id})
        elif method == "GET" and parts[4:] == ["results"]:
            if self.batch_info(name)["processing_status"] != "ended":
                raise Refused(404, "results are not ready")
            self.batch_results(name, request_id)
        elif method == "POST" and parts[4:] == ["cancel"]:
            batches[name]["polls"] = 1 << 20
            self.send_json(200, self.batch_info(name),
                           {"request-id": request_id})
        elif method == "DELETE":
            del batches[name]
            self.send_json(200, {"id": name, "type": "message_batch_deleted"})
        else:
            raise Refused(404, "Not Found")

    def batch_info(self, name):
        one = self.state.batches[name]
        polls = self.state.script.get("batch", {}).get("polls", 1)
        ended = one["polls"] >= polls
        count = len(one["requests"])
        host = self.headers["host"]
        scheme = "https" if self.server.tls else "http"
        return {"id": name, "type": "message_batch",
                "processing_status": "ended" if ended else "in_progress",
                "request_counts": {"processing": 0 if ended else count,
                                   "succeeded": count if ended else 0,
                                   "errored": 0, "canceled": 0, "expired": 0},
                "ended_at": None, "created_at": "2026-01-01T00:00:00Z",
                "expires_at": "2026-01-02T00:00:00Z",
                "archived_at": None, "cancel_initiated_at": None,
                "results_url": f"{scheme}://{host}/v1/messages/batches/{name}"
                "/results" if ended else None}

    def batch_results(self, name, request_id):
        one = self.state.batches[name]
        lines = []
        if "results" not in one:
            lose = self.state.script.get("batch", {}).get("lose", [])
            for request in one["requests"]:
                custom = request["custom_id"]
                try:
                    check_request(request["params"], one["version"], True)
                    if lose:
                        kind = lose.pop(0)
                        if kind != "errored":
                            result = {"type": kind}
                        else:
                            raise Refused(529, "Overloaded")
                    else:
                        number, reply = self.state.reply_for(request["params"])
                        if reply.get("status", 200) != 200:
                            raise Refused(reply["status"], "scripted")
                        result = {"type": "succeeded",
                                  "message": make_message(
                                      self.state, request["params"], reply,
                                      number)}
                except Refused as refused:
                    result = {"type": "errored", "error": {
                        "type": "error", "request_id": request_id,
                        "error": {"type": refused.kind,
                                  "message": str(refused)}}}
                lines.append(json.dumps({"custom_id": custom,
                                         "result": result},
                                        ensure_ascii=False))
            lines.reverse()
            one["results"] = ("\n".join(lines) + "\n").encode()
        data = one["results"]
        self.send_response(200)
        self.send_header("content-type", "application/x-jsonl")
        self.send_header("content-length", str(len(data)))
        self.send_header("request-id", request_id)
        self.end_headers()
        self.wfile.write(data)


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    tls = False

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], (OSError, ssl.SSLError)):
            super().handle_error(request, client_address)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--port-file", help="write the port here when ready")
    parser.add_argument("--script", help="what to answer, a JSON file")
    parser.add_argument("--log", help="append each request, JSON Lines")
    parser.add_argument("--key", default="", help="the only key accepted")
    parser.add_argument("--cert", help="serve TLS with this PEM file")
    parser.add_argument("--seconds", type=float, default=300,
                        help="end by itself after so long")
    args = parser.parse_args()
    script = {}
    if args.script:
        with open(args.script, encoding="utf-8") as file:
            script = json.load(file)
    server = Server(("127.0.0.1", args.port), Handler)
    server.state = State(script, args.log, args.key)
    if args.cert:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(args.cert)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.tls = True
    timer = threading.Timer(args.seconds, lambda: os._exit(3))
    timer.daemon = True
    timer.start()
    if args.port_file:
        with open(args.port_file + ".new", "w", encoding="ascii") as file:
            file.write(f"{server.server_address[1]}\n")
        os.rename(args.port_file + ".new", args.port_file)
    server.serve_forever()


if __name__ == "__main__":
    main()
