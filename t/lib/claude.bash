# What the tests of Claude share: the loopback server and the driver.

# shellcheck disable=SC2034 # the files that load this use it
DRIVE=$MIG_BUILD/t/claude_drive
SECRET=sk-ant-api03-not-a-real-key-0123456789

# serve SCRIPT [OPTION...]: starts the server with what it shall answer, a JSON
# text, and points the environment at it. Its log is server.log.
serve() {
	local script=$1 i
	shift
	unserve
	printf '%s' "$script" >server.json
	rm -f server.port
	: >server.log
	python3 "$MIG_TOP/t/servers/claude_server.py" --script server.json \
		--port-file server.port --log server.log --seconds 120 "$@" \
		>server.err 2>&1 3>&- &
	SERVER_PID=$!
	for i in $(seq 200); do
		[ -s server.port ] && break
		sleep 0.05
	done
	[ -s server.port ] || fail "the server did not start: $(cat server.err)"
	ANTHROPIC_BASE_URL=http://127.0.0.1:$(cat server.port)
	ANTHROPIC_API_KEY=$SECRET
	MIG_BATCH_STATE=$PWD/batches.jsonl
	export ANTHROPIC_BASE_URL ANTHROPIC_API_KEY MIG_BATCH_STATE
	unset ANTHROPIC_AUTH_TOKEN ANTHROPIC_CUSTOM_HEADERS ANTHROPIC_MODEL \
		MIG_MODEL MIG_ENGINE http_proxy HTTP_PROXY https_proxy \
		HTTPS_PROXY ALL_PROXY all_proxy SSL_CERT_FILE SSL_CERT_DIR \
		CURL_CA_BUNDLE
}

unserve() {
	[ -z "${SERVER_PID-}" ] && return 0
	kill "$SERVER_PID" 2>/dev/null
	wait "$SERVER_PID" 2>/dev/null || :
	SERVER_PID=
}

# ask N: N requests for the driver
ask() {
	local i
	for i in $(seq "$1"); do
		printf '{"id":"%s","user":"question %s"}\n' "$i" "$i"
	done
}

# logged FILTER: of each request that reached the server
logged() {
	jq -rc "$1" server.log
}
