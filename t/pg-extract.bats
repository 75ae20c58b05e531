#!/usr/bin/env bats
# scripts/pg-extract: the records of a PostgreSQL database.

load lib/helpers
load lib/postgres

setup_file() { postgres_start; }
teardown_file() { postgres_stop; }

field() { jq -c "select(.kind == \"$1\") | $2" out.jsonl; }

@test "tables, views, routines, sequences, triggers and dependencies" {
	need_postgres
	psql -q -X -d postgres <<'SQL'
CREATE DATABASE shop;
\c shop
CREATE SCHEMA sales;
CREATE TABLE sales.customer (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	name varchar(50) NOT NULL UNIQUE, balance numeric(9,2) DEFAULT 0
	CHECK (balance >= 0), seen timestamptz, note text, ok boolean);
COMMENT ON TABLE sales.customer IS 'who buys';
COMMENT ON COLUMN sales.customer.note IS E'line\nbreak "quoted"';
CREATE TABLE sales."Order Line" (a int, b int, c int REFERENCES sales.customer,
	PRIMARY KEY (b, a));
CREATE INDEX big ON sales."Order Line" (c) WHERE c > 0;
CREATE VIEW sales.v AS SELECT c.id, c.name FROM sales.customer c;
CREATE FUNCTION sales.f(a int) RETURNS text LANGUAGE sql AS 'SELECT $1::text';
CREATE PROCEDURE sales.p(INOUT n int) LANGUAGE sql AS 'SELECT n';
CREATE SEQUENCE sales.s START 5;
CREATE FUNCTION sales.tf() RETURNS trigger LANGUAGE plpgsql AS
	'BEGIN RETURN NEW; END';
CREATE TRIGGER tr AFTER INSERT OR DELETE ON sales.customer
	FOR EACH ROW EXECUTE FUNCTION sales.tf();
SQL
	"$MIG_TOP/scripts/pg-extract" -d shop >out.jsonl
	valid out.jsonl
	is "$(jq -r .kind out.jsonl | sort | uniq -c | tr -s ' ' | paste -sd';')" \
		" 1 database; 2 dependency; 1 function; 1 procedure; 1 sequence; 2 table; 1 trigger; 1 view"
	is "$(field table 'select(.name == "customer") | [.columns[].type]')" \
		'["int","nvarchar(50)","decimal(9,2)","datetimeoffset(6)","nvarchar(max)","bit"]'
	is "$(field table 'select(.name == "customer") | [.description,.primary_key.columns,.unique_keys[0].columns,.checks[0].expression,.columns[4].description]')" \
		'["who buys",["id"],["name"],"(balance >= (0)::numeric)","line\nbreak \"quoted\""]'
	is "$(field table 'select(.name == "Order Line") | [.primary_key.columns,.foreign_keys[0].references,.indexes[0].filter]')" \
		'[["b","a"],"sales.customer","(c > 0)"]'
	is "$(field view '[.columns[].name,.dependencies[0].target]')" \
		'["id","name","sales.customer"]'
	is "$(field procedure '[.parameters[] | [.name,.output]]')" '[["@n",true]]'
	is "$(field trigger '[.table,.events]')" \
		'["sales.customer",["insert","delete"]]'
}

@test "the stages that follow take the records" {
	need_postgres
	"$MIG_TOP/scripts/pg-extract" -d shop >out.jsonl
	mig-assess out.jsonl >assessed.jsonl
	valid assessed.jsonl
	is "$(mig-drift out.jsonl out.jsonl 2>/dev/null)" ""
}

@test "a database that isn't there is an error" {
	need_postgres
	run "$MIG_TOP/scripts/pg-extract" -d nowhere
	[ "$status" -ne 0 ]
}
