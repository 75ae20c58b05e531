#!/usr/bin/env bats
# mig-lineage and mig-impact: where columns come from, what a change affects.

load lib/helpers

prepare() {
	cat >shop.sql <<-'SQL'
		CREATE TABLE dbo.orders (id int NOT NULL PRIMARY KEY, customer int,
		    amount money, state varchar(9), gross AS amount * 1.2)
		GO
		CREATE TABLE dbo.lines (order_id int REFERENCES dbo.orders (id), qty int)
		GO
		CREATE TABLE dbo.totals (customer int, total money, band char(1))
		GO
		CREATE VIEW dbo.open_orders AS
		SELECT id, customer, amount FROM dbo.orders WHERE state = 'open'
		GO
		CREATE VIEW dbo.big AS SELECT id AS big_id FROM dbo.open_orders
		GO
		CREATE PROCEDURE dbo.load_totals AS
		BEGIN
		    SELECT customer, SUM(amount) AS total INTO #t
		    FROM dbo.open_orders GROUP BY customer;
		    INSERT INTO dbo.totals (customer, total, band)
		    SELECT customer, total, CASE WHEN total > 9 THEN 'a' ELSE 'b' END
		    FROM #t;
		END
		GO
		CREATE PROCEDURE dbo.nightly AS EXEC dbo.load_totals
		GO
	SQL
	mssql-extract --ddl shop.sql --database shop >catalog.jsonl
}

edges() {
	jq -r '.target + "." + (.column // "*") + " " + (.sources[] |
		.object + "." + .column + " " + ([.transformations[].subtype]
		| join("+")))'
}

@test "a view's columns, and what decides about its rows" {
	run edges < <(mig-lineage catalog.jsonl |
		jq -c 'select(.target == "dbo.open_orders")')
	is "$output" 'dbo.open_orders.id dbo.orders.id IDENTITY
dbo.open_orders.customer dbo.orders.customer IDENTITY
dbo.open_orders.amount dbo.orders.amount IDENTITY
dbo.open_orders.* dbo.orders.state FILTER'
}

@test "temp tables are seen through" {
	run edges < <(mig-lineage catalog.jsonl |
		jq -c 'select(.object == "dbo.load_totals")')
	is "$output" 'dbo.totals.customer dbo.open_orders.customer IDENTITY
dbo.totals.total dbo.open_orders.amount AGGREGATION
dbo.totals.band dbo.open_orders.amount CONDITIONAL
dbo.totals.* dbo.open_orders.customer GROUP_BY'
}

@test "--direct leaves out what only decides" {
	run edges < <(mig-lineage -d catalog.jsonl |
		jq -c 'select(.object == "dbo.load_totals")')
	is "$output" 'dbo.totals.customer dbo.open_orders.customer IDENTITY
dbo.totals.total dbo.open_orders.amount AGGREGATION'
}

@test "computed columns have a lineage" {
	run edges < <(mig-lineage catalog.jsonl |
		jq -c 'select(.target == "dbo.orders")')
	is "$output" 'dbo.orders.gross dbo.orders.amount TRANSFORMATION'
}

@test "the records obey their schemas" {
	mig-lineage catalog.jsonl >lineage.jsonl
	mig-impact -i catalog.jsonl dbo.orders >impact.jsonl
	valid lineage.jsonl impact.jsonl
}

@test "the graph is one that dot reads" {
	command -v dot >/dev/null || skip 'no dot'
	mig-lineage -f dot catalog.jsonl >g.dot
	dot -Tplain g.dot >/dev/null
	grep -q 'style=dashed' g.dot
}

@test "OpenLineage: facets on the outputs, names with the database" {
	mig-lineage -f openlineage -n mssql://erp:1433 catalog.jsonl >events.jsonl
	is "$(jq -r 'select(.job.name == "shop.dbo.load_totals")
		| .outputs[0] | .name, (.facets.columnLineage.fields.total
		.inputFields[] | .namespace, .name, .field,
		.transformations[0].subtype)' events.jsonl)" \
		'shop.dbo.totals
mssql://erp:1433
shop.dbo.open_orders
amount
AGGREGATION'
}

@test "the same input gives the same bytes" {
	for f in json dot openlineage; do
		mig-lineage -f $f catalog.jsonl >one
		mig-lineage -f $f catalog.jsonl >two
		cmp one two
	done
}

impact() {
	mig-impact "$@" <catalog.jsonl |
		jq -r '.object + (if .column then "." + .column else "" end)' |
		sort | paste -sd' '
}

@test "a column's change is followed through views and procedures" {
	is "$(impact dbo.orders.amount)" \
		'dbo.load_totals dbo.open_orders dbo.open_orders.amount dbo.orders.gross dbo.totals.band dbo.totals.total'
}

@test "a reader of another column of the view is not affected" {
	run impact dbo.orders.customer
	[[ $output != *dbo.big* ]] || fail 'dbo.big reads id only'
}

@test "an object's change reaches callers and foreign keys" {
	run impact dbo.orders
	has dbo.lines
	has dbo.big.big_id
	is "$(impact dbo.load_totals)" dbo.nightly
}

@test "the default schema may be left out" {
	is "$(impact orders.amount)" "$(impact dbo.orders.amount)"
	is "$(impact '[dbo].[orders].[amount]')" "$(impact dbo.orders.amount)"
}

@test "an unknown object is said and makes status 1" {
	run mig-impact -i catalog.jsonl dbo.nope
	status_is 1
	has 'no object or column of this name is known: dbo.nope'
	run mig-impact -i catalog.jsonl dbo.orders.nope
	status_is 1
}

@test "a file that can't be read makes status 2" {
	run mig-lineage missing.jsonl
	status_is 2
	run mig-impact -i missing.jsonl dbo.orders
	status_is 2
}

@test "a line that is no record is counted, the rest is done" {
	{ echo nonsense; cat catalog.jsonl; } >in
	run mig-lineage in
	status_is 1
	has dbo.open_orders
}

@test "upstream: columns, conditions, and who writes a table" {
	is "$(impact -u dbo.totals.total)" \
		'dbo.open_orders.amount dbo.open_orders.customer dbo.orders.amount dbo.orders.customer dbo.orders.state'
	run impact -u dbo.totals
	has 'dbo.load_totals'
	has 'dbo.orders.amount'
	is "$(impact -u dbo.nightly)" 'dbo.load_totals dbo.open_orders'
}

@test "a name is found in any way that it can be written" {
	cat >odd.sql <<-'SQL'
		CREATE TABLE [my schema].[a.b] ([c.d] int, [x]]y] int)
		GO
		CREATE VIEW dbo.v AS SELECT [c.d] AS k, [x]]y] AS z
		FROM [my schema].[a.b]
		GO
	SQL
	mssql-extract --ddl odd.sql --database shop >catalog.jsonl
	for name in 'my schema.a.b.c.d' '[my schema].[a.b].[c.d]' \
		'shop.[MY SCHEMA].[A.B].[C.D]'; do
		is "$(impact "$name")" 'dbo.v dbo.v.k'
	done
	is "$(impact '[my schema].[a.b].[x]]y]')" 'dbo.v dbo.v.z'
	is "$(impact -u V.K)" 'my schema.a.b.c.d'
}

@test "what was meant is said" {
	run mig-impact -i catalog.jsonl dbo.ordres
	has 'known: dbo.ordres (did you mean dbo.orders?)'
	run mig-impact -i catalog.jsonl dbo.orders.amuont
	has 'did you mean dbo.orders.amount?'
	run mig-impact -i catalog.jsonl sales.totals
	has 'did you mean dbo.totals?'
}

two_databases() {
	cat >two.sql <<-'SQL'
		USE [my.shop]
		GO
		CREATE SCHEMA [a.b]
		GO
		CREATE TABLE [a.b].[t.x] ([c.d] int)
		CREATE TABLE dbo.t (id int, v int)
		GO
		CREATE VIEW dbo.v AS SELECT [c.d] AS [e.f] FROM [a.b].[t.x]
		GO
		USE crm
		GO
		CREATE TABLE dbo.t (id int PRIMARY KEY, w int)
		CREATE TABLE dbo.child (tid int REFERENCES dbo.t (id))
		CREATE SYNONYM dbo.s FOR [my.shop].[a.b].[t.x]
		GO
		CREATE VIEW dbo.v AS
		SELECT s.[c.d], t.w, z.q FROM s
		JOIN t ON t.id = s.[c.d] JOIN srv.far.dbo.z z ON z.q = t.id
		GO
		CREATE PROCEDURE dbo.p AS
		SELECT id, w INTO #x FROM dbo.t
		EXEC('INSERT [my.shop].dbo.t (id, v) SELECT id, w FROM #x')
		GO
	SQL
	mssql-extract --ddl two.sql >two.jsonl
}

@test "two databases: a name in both is each one's own" {
	two_databases
	mig-lineage -d two.jsonl >lineage.jsonl
	valid lineage.jsonl
	is "$(jq -r '"\(.target_database) \(.target).\(.column): " +
		(.sources | map("\(.database) \(.object).\(.column)") |
		join(", "))' lineage.jsonl)" \
		'my.shop dbo.v.e.f: my.shop a.b.t.x.c.d
crm crm.dbo.v.c.d: my.shop a.b.t.x.c.d
crm crm.dbo.v.w: crm crm.dbo.t.w
crm crm.dbo.v.q: null srv.far.dbo.z.q
my.shop dbo.t.id: crm crm.dbo.t.id
my.shop dbo.t.v: crm crm.dbo.t.w'
	mig-impact -i two.jsonl crm.dbo.t.id >impact.jsonl
	valid impact.jsonl
	is "$(jq -r '"\(.database) \(.object).\(.column) \(.how)"' \
		impact.jsonl | sort)" \
		'crm crm.dbo.child.tid foreign_key
crm crm.dbo.p.null select
crm crm.dbo.v.null select
my.shop dbo.t.id IDENTITY'
	is "$(mig-impact -i two.jsonl dbo.t | jq -r .object)" crm.dbo.p
	is "$(mig-impact -i two.jsonl '[my.shop].[a.b].[t.x].[c.d]' |
		jq -r '"\(.object).\(.column)"' | sort | head -2)" \
		'crm.dbo.v.c.d
crm.dbo.v.null'
}

@test "OpenLineage: a dot in a name is escaped, the hierarchy has it plain" {
	two_databases
	mig-lineage -f openlineage two.jsonl >events.jsonl
	is "$(jq -r '.inputs[], .outputs[] | "\(.namespace) \(.name) " +
		(.facets.hierarchy.hierarchy | map("\(.type)=\(.name)") |
		join(" "))' events.jsonl | sort -u)" \
		'mssql://localhost:1433 crm.dbo.t DATABASE=crm SCHEMA=dbo TABLE=t
mssql://localhost:1433 crm.dbo.v DATABASE=crm SCHEMA=dbo VIEW=v
mssql://localhost:1433 my\.shop.a\.b.t\.x DATABASE=my.shop SCHEMA=a.b TABLE=t.x
mssql://localhost:1433 my\.shop.dbo.t DATABASE=my.shop SCHEMA=dbo TABLE=t
mssql://localhost:1433 my\.shop.dbo.v DATABASE=my.shop SCHEMA=dbo VIEW=v
mssql://srv far.dbo.z DATABASE=far SCHEMA=dbo TABLE=z'
	is "$(jq -r '.outputs[].facets.columnLineage.fields | keys[]' \
		events.jsonl | sort -u | paste -sd' ')" 'c.d e.f id q v w'
}
