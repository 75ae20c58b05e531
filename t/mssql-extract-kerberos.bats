#!/usr/bin/env bats
# mssql-extract --integrated: Kerberos, with a key distribution centre of the
# test's own on a private port.

bats_require_minimum_version 1.5.0
load lib/helpers
load lib/tds

free_port() {
	python3 -c 'import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])'
}

prepare() {
	PATH=$PATH:/usr/sbin:/sbin
	TDS_PYTHON=/usr/bin/python3
	local tool
	for tool in krb5kdc kdb5_util kadmin.local kinit; do
		command -v "$tool" >/dev/null || skip "no $tool here"
	done
	"$TDS_PYTHON" -c 'import gssapi' 2>/dev/null ||
		skip "no python3-gssapi here"
	realm
}

teardown() {
	stop_tds
	[ -z "${KDC_PID-}" ] || kill "$KDC_PID"
}

# realm: MIG.TEST with the user reader, a server's key in keytab
realm() {
	local port
	port=$(free_port)
	SERVICE_PORT=$(free_port)
	export KRB5_CONFIG=$PWD/krb5.conf KRB5_KDC_PROFILE=$PWD/kdc.conf \
		KRB5CCNAME=FILE:$PWD/tickets
	cat >krb5.conf <<-END
	[libdefaults]
		default_realm = MIG.TEST
		dns_lookup_kdc = false
		rdns = false
	[realms]
		MIG.TEST = {
			kdc = 127.0.0.1:$port
		}
	END
	cat >kdc.conf <<-END
	[kdcdefaults]
		kdc_listen = 127.0.0.1:$port
		kdc_tcp_listen = 127.0.0.1:$port
	[realms]
		MIG.TEST = {
			database_name = $PWD/principals
			key_stash_file = $PWD/stash
			acl_file = $PWD/acl
		}
	END
	kdb5_util create -s -P master -r MIG.TEST >/dev/null 2>&1
	kadmin.local -q 'addprinc -pw geheim reader' >/dev/null 2>&1
	service_key
	krb5kdc -n >kdc.log 2>&1 3>&- &
	KDC_PID=$!
	for _ in $(seq 50); do
		echo geheim | kinit reader >/dev/null 2>&1 && break
		sleep 0.1
	done
	klist -s || fail "no ticket: $(cat kdc.log)"
}

# service_key: the server's, a new one each time
service_key() {
	kadmin.local -q "addprinc -randkey MSSQLSvc/localhost:$SERVICE_PORT" \
		>/dev/null 2>&1
	kadmin.local -q "ktadd -k $PWD/keytab MSSQLSvc/localhost:$SERVICE_PORT" \
		>/dev/null 2>&1
}

serve() {
	mkdir -p fx
	cat >fx/shop.jsonl <<-'END'
	{"kind":"table","id":"dbo.t","schema":"dbo","name":"t","columns":[{"name":"a","type":"int"}]}
	END
	database '{"databases":[{"name":"shop","records":["shop.jsonl"]}]}'
	serve_tds --keytab keytab --port "$SERVICE_PORT" "$@"
	SERVER=localhost,$SERVICE_PORT
}

# no_retry: one connection was enough to know
no_retry() { ! grep -q 'trying again' err || fail "tried again"; }

@test "a ticket logs in, whatever user the environment names" {
	certificates
	serve --tls server.pem server.key
	run --separate-stderr mssql-extract --server "$SERVER" --integrated \
		--ca-file ca.pem
	printf '%s\n' "$stderr" >err
	status_is 0
	is "$(jq -r 'select(.kind == "table").id' <<<"$output")" dbo.t
	is "$(jq -c 'select(.event == "login") | [.user,.integrated,.tls]' tds.log)" \
		'["reader@MIG.TEST",true,true]'
}

@test "without a ticket, or with an old one, kinit is named" {
	serve
	KRB5CCNAME=FILE:$PWD/none live --integrated
	status_is 2
	said "no Kerberos ticket for MSSQLSvc/localhost:$SERVICE_PORT"
	said kinit
	no_retry
	# the same where encryption is asked for: not the certificate's fault
	KRB5CCNAME=FILE:$PWD/none run mssql-extract --server "$SERVER" \
		--integrated
	status_is 2
	has kinit
	has_not certificate
	kinit -l 1s reader >/dev/null <<<geheim
	sleep 2
	live --integrated
	status_is 2
	said "expired (kinit"
}

@test "a server that the domain doesn't know by this name" {
	serve
	live --integrated --server "127.0.0.1,$SERVICE_PORT"
	status_is 2
	said "MSSQLSvc/127.0.0.1:$SERVICE_PORT@MIG.TEST not found"
	said setspn
	no_retry
}

@test "clocks that differ, and a domain that doesn't answer" {
	serve
	# faketime is a preloaded library, which a sanitizer wants to be first
	if command -v faketime >/dev/null && [ -z "${MIG_SAN-}" ]; then
		run faketime '+20 minutes' mssql-extract --server "$SERVER" \
			--encrypt off --integrated
		status_is 2
		has "Clock skew too great (this clock"
	fi
	kill "$KDC_PID"
	KDC_PID=
	live --integrated
	status_is 2
	said "krb5.conf"
}

@test "a ticket made for another key is the server's to refuse" {
	cp keytab old
	service_key # the domain's is newer than the server's now
	mv old keytab
	kinit reader >/dev/null <<<geheim
	serve
	live --integrated
	status_is 2
	said "untrusted domain"
	said "the server takes no ticket of this domain"
	no_retry
}
