# shellcheck disable=SC2154 # output, status and stderr are set by run
# What the tests of live servers share: the TDS server of t/servers.

# serve_tds [OPTION...]: starts it on the fixture folder fx (made when absent);
# sets SERVER. Its log of what was sent is tds.log.
serve_tds() {
	stop_tds
	mkdir -p fx
	rm -f tds.port
	: >tds.log
	"${TDS_PYTHON:-python3}" "$MIG_TOP/t/servers/tds_server.py" --fixture fx \
		--port-file tds.port --log tds.log --seconds 120 "$@" \
		>tds.err 2>&1 3>&- &
	TDS_PID=$!
	for _ in $(seq 200); do
		[ -s tds.port ] && break
		kill -0 "$TDS_PID" 2>/dev/null || break
		sleep 0.05
	done
	[ -s tds.port ] || fail "the server did not start: $(cat tds.err)"
	SERVER=127.0.0.1,$(cat tds.port)
	export MSSQL_USER=reader MSSQL_PASSWORD=secret
}

stop_tds() {
	[ -n "${TDS_PID-}" ] || return 0
	kill "$TDS_PID" 2>/dev/null
	wait "$TDS_PID" 2>/dev/null || true
	TDS_PID=
}

teardown() { stop_tds; }

# database JSON: the fixture's server.json; records are in fx/*.jsonl
database() {
	mkdir -p fx
	printf '%s\n' "$1" >fx/server.json
}

# answer NAME JSON: a canned answer of the fixture
answer() {
	mkdir -p fx/answers
	printf '%s\n' "$2" >"fx/answers/$1.json"
}

# live [OPTION...]: records in out.jsonl, words in err; checked by schema.
# In clear, since most tests have no certificate.
live() {
	run --separate-stderr mssql-extract --server "$SERVER" \
		--encrypt off "$@"
	printf '%s\n' "$output" | grep '^{' >out.jsonl || true
	printf '%s\n' "$stderr" >err
	[ ! -s out.jsonl ] || valid out.jsonl
}

# said TEXT: on stderr
said() { grep -qF -- "$1" err || fail "not said: $1" "$(cat err)"; }

field() { jq -c "select(.kind == \"$1\") | $2" out.jsonl; }

# sent: every statement that reached the server
sent() { jq -r 'select(.event == "batch") | .sql' tds.log; }

# only_reads: nothing but SELECT and SET was sent
only_reads() {
	python3 - <<'END' || fail "something else than SELECT and SET was sent"
import json, re, sys
bad = 0
for line in open("tds.log"):
    e = json.loads(line)
    if e["event"] == "rpc":
        bad = 1
        print("rpc", e)
    if e["event"] != "batch":
        continue
    sql = re.sub(r"--[^\n]*|'(?:[^']|'')*'|\[(?:[^\]]|\]\])*\]", " ", e["sql"])
    for part in sql.split(";"):
        if part.strip() and not re.match(r"\s*(SELECT|SET)\b", part, re.I):
            bad = 1
            print(part)
        if re.search(r"\b(insert|update|delete|exec|into|create|drop|alter)\b",
                     part, re.I):
            bad = 1
            print(part)
sys.exit(bad)
END
}

# certificates: an authority ca.pem and a certificate for localhost
certificates() {
	openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=test CA" \
		-keyout ca.key -out ca.pem 2>/dev/null
	openssl req -newkey rsa:2048 -nodes -subj "/CN=localhost" \
		-keyout server.key -out server.csr 2>/dev/null
	printf 'subjectAltName=DNS:localhost\n' >san
	openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key \
		-CAcreateserial -days 2 -extfile san -out server.pem \
		2>/dev/null
}

# As in helpers.bash, with what the tool said on stderr.
status_is() {
	[ "$status" -eq "$1" ] && return
	[ ! -f err ] || head -n 20 err >&2
	[ ! -s tds.err ] || tail -n 20 tds.err >&2
	fail "exit status $status, expected $1"
}
