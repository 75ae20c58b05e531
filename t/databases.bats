#!/usr/bin/env bats
# Two databases in one stream, with the same names in both: from the script to
# the compared rows.

load lib/helpers
load lib/dbt

rowset() { # database, file's stem, columns name:type ..., then -- and rows
	local db=$1 stem=$2 cols=
	shift 2
	while [ "$1" != -- ]; do
		cols+=,{\"name\":\"${1%%:*}\",\"type\":\"${1#*:}\"}
		shift
	done
	shift
	{
		echo "{\"kind\":\"rowset\",\"object\":\"${stem##*run1.}\",\
\"database\":\"$db\",\"columns\":[${cols#,}],\"rows\":$#,\
\"engine\":\"x\",\"query\":\"x\"}"
		printf '%s\n' "$@"
	} >"rows/$db/$stem.jsonl"
}

prepare() {
	cat >two.sql <<-'SQL'
		CREATE DATABASE shop
		GO
		CREATE DATABASE crm
		GO
		USE shop
		GO
		CREATE TABLE dbo.customer (id int NOT NULL PRIMARY KEY, name nvarchar(50) NOT NULL, balance decimal(9,2) NULL)
		INSERT dbo.customer VALUES (1, N'Ann', 10.50), (2, N'Bob', NULL), (3, N'Cid', 7)
		CREATE TABLE dbo.orders (order_id int NOT NULL PRIMARY KEY, customer_id int NOT NULL REFERENCES dbo.customer (id), amount money NOT NULL)
		INSERT dbo.orders VALUES (10, 1, 5), (11, 1, 7.5), (12, 2, 1)
		CREATE TABLE dbo.totals (customer_id int NOT NULL PRIMARY KEY, total money NULL)
		GO
		CREATE VIEW dbo.v_region AS SELECT c.id, c.name, r.region FROM dbo.customer c LEFT JOIN crm.dbo.customer r ON r.id = c.id
		GO
		CREATE FUNCTION dbo.f_rate(@x money) RETURNS money AS BEGIN RETURN (SELECT MAX(rate) FROM crm.dbo.rates) * @x END
		GO
		CREATE VIEW dbo.v_total AS SELECT o.customer_id, SUM(dbo.f_rate(o.amount)) AS total FROM shop.dbo.orders o GROUP BY o.customer_id
		GO
		CREATE PROCEDURE dbo.load_totals AS
		BEGIN
		TRUNCATE TABLE dbo.totals
		INSERT dbo.totals (customer_id, total) SELECT customer_id, SUM(amount) FROM dbo.orders GROUP BY customer_id
		END
		GO
		USE crm
		GO
		CREATE TABLE dbo.customer (id int NOT NULL PRIMARY KEY, region varchar(10) NULL)
		INSERT dbo.customer VALUES (1, 'north'), (2, 'south'), (4, 'west')
		CREATE TABLE dbo.rates (rate decimal(5,2) NOT NULL)
		INSERT dbo.rates VALUES (1.5), (2)
		CREATE TABLE dbo.totals (region varchar(10) NULL, total money NULL)
		CREATE SYNONYM dbo.orders FOR shop.dbo.orders
		GO
		CREATE VIEW dbo.v_region AS SELECT region, COUNT(*) AS n FROM customer GROUP BY region
		GO
		CREATE VIEW dbo.v_far AS SELECT v.name, o.amount, n.n FROM shop.dbo.v_region v JOIN orders o ON o.customer_id = v.id JOIN v_region n ON n.region = v.region
		GO
		CREATE PROCEDURE dbo.load_totals AS
		BEGIN
		TRUNCATE TABLE totals
		INSERT totals SELECT c.region, SUM(o.amount) FROM customer c JOIN shop..orders o ON o.customer_id = c.id GROUP BY c.region
		END
		GO
	SQL
	mssql-extract --ddl two.sql --rows rows >catalog.jsonl
}

# What SQL Server returns.
expected() {
	rowset shop dbo.v_region id:int 'name:nvarchar(50)' \
		'region:varchar(10)' -- \
		'[1,"Ann","north"]' '[2,"Bob","south"]' '[3,"Cid",null]'
	rowset shop dbo.v_total customer_id:int total:money -- \
		'[1,"25.0000"]' '[2,"2.0000"]'
	rowset shop dbo.load_totals.run1.dbo.totals customer_id:int \
		total:money -- '[1,"12.5000"]' '[2,"1.0000"]'
	rowset crm dbo.v_region 'region:varchar(10)' n:int -- \
		'["north",1]' '["south",1]' '["west",1]'
	rowset crm dbo.v_far 'name:nvarchar(50)' amount:money n:int -- \
		'["Ann","5.0000",1]' '["Ann","7.5000",1]' '["Bob","1.0000",1]'
	rowset crm dbo.load_totals.run1.dbo.totals 'region:varchar(10)' \
		total:money -- '["north","12.5000"]' '["south","1.0000"]'
}

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return 1
	prepare
}

setup() {
	cd "$BATS_FILE_TMPDIR"
}

@test "each database's rows are in its folder" {
	is "$(find rows -name '*.jsonl' | sort | paste -sd' ')" \
		'rows/crm/dbo.customer.jsonl rows/crm/dbo.rates.jsonl rows/crm/dbo.totals.jsonl rows/shop/dbo.customer.jsonl rows/shop/dbo.orders.jsonl rows/shop/dbo.totals.jsonl'
	is "$(head -qn1 rows/*/dbo.customer.jsonl | jq -r \
		'"\(.database) \(.object)"' | paste -sd' ')" \
		'crm dbo.customer shop dbo.customer'
}

@test "uses of the one name and of the other are counted apart" {
	mig-assess catalog.jsonl >assessed.jsonl
	valid assessed.jsonl
	is "$(jq -r 'select(.kind == "strategy") | .phases[].objects[]
		| select(endswith("customer"))' assessed.jsonl | sort |
		paste -sd' ')" 'crm.dbo.customer shop.dbo.customer'
}

@test "the plan's names, sources and references tell databases apart" {
	mig-plan catalog.jsonl >plan.jsonl
	valid plan.jsonl
	is "$(jq -r 'select(.kind == "model") | [.name, .object, .target] |
		map(select(.)) | join(" ")' plan.jsonl | sort)" \
		'int_crm_dbo__region crm.dbo.v_region
int_shop_dbo__region shop.dbo.v_region
rpt_crm_dbo__totals crm.dbo.load_totals crm.dbo.totals
rpt_far crm.dbo.v_far
rpt_shop_dbo__totals shop.dbo.load_totals shop.dbo.totals
rpt_total shop.dbo.v_total
stg_crm_dbo__customer crm.dbo.customer
stg_crm_dbo__rates crm.dbo.rates
stg_shop_dbo__customer shop.dbo.customer
stg_shop_dbo__orders shop.dbo.orders'
	is "$(jq -r 'select(.kind == "source")
		| "\(.name) \(.database) \(.path)"' plan.jsonl)" \
		'shop__dbo shop models/staging/shop/dbo/_shop__dbo__sources.yml
crm__dbo crm models/staging/crm/dbo/_crm__dbo__sources.yml'
	is "$(jq -r 'select(.object == "crm.dbo.v_far") | .path,
		(.depends_on | sort | join(" "))' plan.jsonl)" \
		'models/marts/crm/dbo/rpt_far.sql
int_crm_dbo__region int_shop_dbo__region stg_shop_dbo__orders'
	is "$(jq -r '.tests[]? | select(.to) | .to' plan.jsonl)" \
		stg_shop_dbo__customer
}

@test "a reference whose maker didn't name the database is found all the same" {
	jq -c 'if .dependencies then .dependencies |= map(del(.database))
		else . end' catalog.jsonl | mig-plan >bare.jsonl
	is "$(jq -c 'select(.kind == "model") | [.name, .depends_on]' \
		bare.jsonl)" "$(mig-plan catalog.jsonl |
		jq -c 'select(.kind == "model") | [.name, .depends_on]')"
}

@test "one database of the two is planned by its plain names" {
	jq -c 'select((.database // .name) == "crm")' catalog.jsonl |
		mig-plan >one.jsonl
	valid one.jsonl
	is "$(jq -r 'select(.kind == "model") | .name' one.jsonl | sort |
		paste -sd' ')" \
		'int_region rpt_far rpt_totals stg_dbo__customer stg_dbo__rates'
	is "$(jq -r 'select(.object == "dbo.v_far") | .inputs[]
		| select(.missing) | "\(.id) \(.relation.source | join("/"))"' \
		one.jsonl)" 'shop.dbo.v_region shop.dbo/v_region
shop.dbo.orders shop.dbo/orders'
}

@test "a procedure that fills the other database's table of the same name" {
	cat >cross.sql <<-'SQL'
		USE shop
		GO
		CREATE TABLE dbo.customer (id int NOT NULL, name varchar(9))
		GO
		USE crm
		GO
		CREATE TABLE dbo.customer (id int NOT NULL, region varchar(9))
		GO
		CREATE PROCEDURE dbo.p AS
		INSERT shop.dbo.customer (id, name)
		SELECT id, region FROM customer
		WHERE id NOT IN (SELECT id FROM shop..customer)
		GO
	SQL
	mssql-extract --ddl cross.sql | mig-plan | mig-gen --no-write >cross.jsonl
	is "$(jq -r 'select(.object == "crm.dbo.p") | .target,
		.generated.claim, (.files[] | select(.path | endswith("s/shop/dbo/rpt_customer.sql"))
		| .content | scan("last_state[^}]*[^ }]|ref[(][^)]*[)]"))' \
		cross.jsonl)" \
		"shop.dbo.customer
exact
last_state(source('shop__dbo', 'customer'))
ref('stg_crm_dbo__customer')"
}

@test "both are built by dbt, and every object has its own rows" {
	[ -z "${MIG_SAN-}" ] || skip 'dbt, not the C'
	need_dbt
	expected
	mig-plan catalog.jsonl | mig-gen -C dbt >gen.jsonl
	valid gen.jsonl
	mig-load -C dbt rows >load.jsonl
	valid load.jsonl
	is "$(jq -r 'select(.status == "loaded") | .relation' load.jsonl |
		sort | paste -sd' ')" \
		'"shop"."crm__dbo"."customer" "shop"."crm__dbo"."rates" "shop"."shop__dbo"."customer" "shop"."shop__dbo"."orders"'
	mig-test -C dbt <gen.jsonl | mig-eval -C dbt --rows rows \
		--accept differs >done.jsonl
	valid done.jsonl
	is "$(jq -r 'select(.kind == "model")
		| "\(.object) \(.evaluation.verdict) \(.status)"' \
		done.jsonl | sort)" \
		'crm.dbo.customer equal completed
crm.dbo.load_totals equal completed
crm.dbo.rates equal completed
crm.dbo.v_far equal completed
crm.dbo.v_region equal completed
shop.dbo.customer equal completed
shop.dbo.load_totals equal completed
shop.dbo.orders equal completed
shop.dbo.v_region equal completed
shop.dbo.v_total equal completed'
	# the other database's rows are not taken for its own
	cp rows/crm/dbo.v_region.jsonl rows/shop/dbo.v_region.jsonl
	jq -c 'select(.name == "int_shop_dbo__region")' done.jsonl >one.jsonl
	is "$(mig-eval -C dbt --rows rows <one.jsonl |
		jq -r .evaluation.verdict)" different
}
