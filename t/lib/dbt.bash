# For tests that run dbt: `load lib/dbt` behind lib/helpers.

# The helper stays while a test looks at it, however busy the machine is;
# teardown() ends it.
MIG_DBT_LINGER=60
export MIG_DBT_LINGER

need_dbt() {
	[ -x "$VENV/bin/dbt" ] || skip 'no dbt (make setup)'
}

# shop: a copy of the small project in ./shop
shop() {
	cp -R "$FIXTURES/shop_dbt" shop
}

# model NAME FILE [KEY=JSON...]: a record as mig-gen leaves it
model() {
	local name=$1 file=$2 more='{}' pair

	shift 2
	for pair; do
		more=$(jq -nc --argjson m "$more" --arg k "${pair%%=*}" \
			--argjson v "${pair#*=}" '$m + {($k): $v}')
	done
	jq -nc --arg n "$name" --arg f "$file" --argjson m "$more" '
		{kind: "model", name: $n, object: ("dbo." + $n),
		layer: "marts", path: $f, materialized: "view", wave: 1,
		depends_on: [], inputs: [], columns: [], status: "generated",
		attempts: 0, errors: [], validation_score: null,
		files: [{path: $f, content: ""},
		{path: ($f | sub("[.]sql$"; ".yml")), content: ""}],
		generated: {engine: "rules", claim: "exact"}} + $m'
}

# shop_models: the records of the whole project
shop_models() {
	model stg_sales__order models/staging/sales/stg_sales__order.sql \
		'object="sales.Order"' 'object_kind="table"' \
		'keys=[["OrderID"]]'
	model stg_sales__order_details \
		models/staging/sales/stg_sales__order_details.sql \
		'object="sales.Order Details"' 'object_kind="table"'
	model stg_sales__every_type \
		models/staging/sales/stg_sales__every_type.sql \
		'object="sales.Every Type"' 'object_kind="table"' \
		'keys=[["id"]]'
	model order_totals models/marts/order_totals.sql \
		'object="sales.order_totals"' 'object_kind="view"'
}

# sockets DIR: how many helpers have a socket in the project
sockets() {
	find "$1/target" -name '*.sock' 2>/dev/null | wc -l
}

# wait_for_end DIR: until the project's helper has ended, at most 60 s
wait_for_end() {
	local i
	for i in $(seq 600); do
		[ "$(sockets "$1")" -eq 0 ] && return 0
		sleep 0.1
	done
	fail "the helper of $1 still runs after $((i / 10)) s"
}

# pids DIR: of the helpers that run for the project (one that has ended and
# that nobody has waited for yet is in state Z)
pids() {
	local pid
	cat "$1"/target/mig-*.lock 2>/dev/null | while read -r pid; do
		case $(ps -o stat= -p "$pid") in
		'' | Z*) ;;
		*) printf '%s\n' "$pid" ;;
		esac
	done
}

# end DIR: ends the project's helper at once
end() {
	pids "$1" | xargs -r kill -KILL
}

teardown() {
	local target
	for target in ./*/target ./*/*/*/target; do
		[ ! -d "$target" ] || end "${target%/target}"
	done
}
