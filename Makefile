# mig: small filters that move a SQL Server database to a dbt project.
#
#   make            the tools, in build/bin
#   make demo       set up, build, migrate the demo database
#   make check      set up, build, run every test
#   make install    to $(DESTDIR)$(PREFIX)
#
# SAN=1 builds with AddressSanitizer and UndefinedBehaviorSanitizer;
# give it a BUILD directory of its own: make SAN=1 BUILD=build-asan

VERSION = 0.1.0
PREFIX = /usr/local
BUILD = build
VENV = .venv
CC = gcc
AR = ar
CFLAGS = -O2 -g
WARN = -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wpointer-arith -Wwrite-strings -Wvla -Wformat=2
LDFLAGS = -Wl,--as-needed

# V=1 shows the whole commands.
V =
Q_ = @
Q = $(Q_$(V))

SAN =
SAN_1 = -fsanitize=address,undefined -fno-sanitize-recover=undefined \
	-fno-omit-frame-pointer
SANFLAGS = $(SAN_$(SAN))

OBJ = $(BUILD)/obj
BIN = $(BUILD)/bin
ALL_CFLAGS = -std=c11 -D_POSIX_C_SOURCE=200809L -D_XOPEN_SOURCE=700 \
	-Ilib -include lib/common/banned.h \
	-DMIG_VERSION='"$(VERSION)"' -DMIG_PREFIX='"$(PREFIX)"' \
	$(WARN) $(CFLAGS) $(SANFLAGS)

# The rooms, as explicit lists: one line a file.
COMMON_SRC = \
	lib/common/alloc.c \
	lib/common/answer.c \
	lib/common/arena.c \
	lib/common/buf.c \
	lib/common/cassette.c \
	lib/common/claude.c \
	lib/common/claude_batch.c \
	lib/common/claude_body.c \
	lib/common/claude_budget.c \
	lib/common/claude_job.c \
	lib/common/claude_msg.c \
	lib/common/claude_opt.c \
	lib/common/claude_price.c \
	lib/common/claude_retry.c \
	lib/common/claude_route.c \
	lib/common/diag.c \
	lib/common/encoding.c \
	lib/common/finding.c \
	lib/common/fs.c \
	lib/common/jinja.c \
	lib/common/graph.c \
	lib/common/http.c \
	lib/common/jsonl.c \
	lib/common/map.c \
	lib/common/opt.c \
	lib/common/ordered.c \
	lib/common/proc.c \
	lib/common/prompt.c \
	lib/common/schema.c \
	lib/common/secret.c \
	lib/common/sha256.c \
	lib/common/share.c \
	lib/common/sse.c

TSQL_SRC = \
	lib/tsql/doc.c \
	lib/tsql/doc_sql.c

# The front end: lexer and parser.
TSQL_SRC += \
	lib/tsql/fold.c \
	lib/tsql/fold_call.c \
	lib/tsql/fold_cursor.c \
	lib/tsql/fold_dml.c \
	lib/tsql/fold_insert.c \
	lib/tsql/fold_keys.c \
	lib/tsql/fold_levels.c \
	lib/tsql/fold_loop.c \
	lib/tsql/fold_merge.c \
	lib/tsql/fold_stmt.c \
	lib/tsql/fold_text.c \
	lib/tsql/fold_value.c \
	lib/tsql/keywords.c \
	lib/tsql/kind.c \
	lib/tsql/lex.c \
	lib/tsql/lex_script.c \
	lib/tsql/parse.c \
	lib/tsql/parse_alter.c \
	lib/tsql/parse_call.c \
	lib/tsql/parse_ddl.c \
	lib/tsql/parse_dml.c \
	lib/tsql/parse_exec.c \
	lib/tsql/parse_expr.c \
	lib/tsql/parse_from.c \
	lib/tsql/parse_index.c \
	lib/tsql/parse_module.c \
	lib/tsql/parse_name.c \
	lib/tsql/parse_object.c \
	lib/tsql/parse_primary.c \
	lib/tsql/parse_proc.c \
	lib/tsql/parse_query.c \
	lib/tsql/parse_rowset.c \
	lib/tsql/parse_security.c \
	lib/tsql/parse_stmt.c \
	lib/tsql/parse_table.c \
	lib/tsql/pos.c \
	lib/tsql/reprint.c \
	lib/tsql/sqlcmd.c \
	lib/tsql/walk.c \
	lib/tsql/walk_stmt.c

# The binder: types, catalogue, names, dependencies, lineage.
TSQL_SRC += \
	lib/tsql/algebra.c \
	lib/tsql/bind.c \
	lib/tsql/bind_call.c \
	lib/tsql/bind_dml.c \
	lib/tsql/bind_expr.c \
	lib/tsql/bind_from.c \
	lib/tsql/bind_name.c \
	lib/tsql/bind_query.c \
	lib/tsql/bind_stmt.c \
	lib/tsql/catalog.c \
	lib/tsql/catalog_record.c \
	lib/tsql/catalog_stmt.c \
	lib/tsql/collation.c \
	lib/tsql/deps.c \
	lib/tsql/deps_entry.c \
	lib/tsql/dynamic.c \
	lib/tsql/dynamic_text.c \
	lib/tsql/function.c \
	lib/tsql/function_names.c \
	lib/tsql/lineage.c \
	lib/tsql/lineage_call.c \
	lib/tsql/lineage_query.c \
	lib/tsql/lineage_set.c \
	lib/tsql/lineage_write.c \
	lib/tsql/types.c

# The evaluator of small queries, for tests that witness.
TSQL_SRC += \
	lib/tsql/eval_agg.c \
	lib/tsql/eval_cast.c \
	lib/tsql/eval_expr.c \
	lib/tsql/eval_func.c \
	lib/tsql/eval_group.c \
	lib/tsql/eval_query.c \
	lib/tsql/eval_value.c

# What modules hold, for assess and plan.
TSQL_SRC += \
	lib/tsql/profile.c \
	lib/tsql/profile_pattern.c \
	lib/tsql/profile_write.c

# The emitter: from a bound query to the target's SQL.
TSQL_SRC += \
	lib/tsql/dialect.c \
	lib/tsql/dialect_file.c \
	lib/tsql/emit.c \
	lib/tsql/emit_agg.c \
	lib/tsql/emit_assume.c \
	lib/tsql/emit_arith.c \
	lib/tsql/emit_cast.c \
	lib/tsql/emit_cast_moment.c \
	lib/tsql/emit_collate.c \
	lib/tsql/emit_date.c \
	lib/tsql/emit_expr.c \
	lib/tsql/emit_from.c \
	lib/tsql/emit_for.c \
	lib/tsql/emit_func.c \
	lib/tsql/emit_guard.c \
	lib/tsql/emit_group.c \
	lib/tsql/emit_json.c \
	lib/tsql/emit_moment.c \
	lib/tsql/emit_native.c \
	lib/tsql/emit_pivot.c \
	lib/tsql/emit_order.c \
	lib/tsql/emit_pred.c \
	lib/tsql/emit_query.c \
	lib/tsql/emit_set.c \
	lib/tsql/emit_string.c \
	lib/tsql/emit_style.c \
	lib/tsql/emit_tmpl.c \
	lib/tsql/emit_udf.c \
	lib/tsql/emit_unique.c

DBT_SRC = \
	lib/dbt/files.c \
	lib/dbt/yml.c

# The helper's client, rowsets.
DBT_SRC += \
	lib/dbt/compare.c \
	lib/dbt/find.c \
	lib/dbt/helper.c \
	lib/dbt/rowkey.c \
	lib/dbt/rowset.c \
	lib/dbt/rowtype.c \
	lib/dbt/spill.c

AGENT_SRC = \
	lib/agent/accepted.c \
	lib/agent/agent.c \
	lib/agent/expression.c \
	lib/agent/fill.c \
	lib/agent/gate.c \
	lib/agent/guard.c \
	lib/agent/guard_jinja.c \
	lib/agent/guard_lex.c \
	lib/agent/guard_sql.c \
	lib/agent/lint.c \
	lib/agent/mask.c \
	lib/agent/redact.c \
	lib/agent/shape.c \
	lib/agent/task_code.c \
	lib/agent/task_judge.c

DB_SRC = \
	lib/db/conf.c \
	lib/db/db.c \
	lib/db/guard.c \
	lib/db/kerberos.c \
	lib/db/query.c \
	lib/db/utf16.c \
	lib/db/value.c

# Tools: <name>_SRC are the files of one executable.
TOOLS = \
	mig-state \
	mssql-extract

mig-state_SRC = tools/mig-state.c

mssql-extract_LIBS = -lzip -lexpat
mssql-extract_SRC = \
	tools/mssql-extract/dacpac_model.c \
	tools/mssql-extract/datetime.c \
	tools/mssql-extract/ddl_module.c \
	tools/mssql-extract/ddl_opaque.c \
	tools/mssql-extract/ddl_rename.c \
	tools/mssql-extract/ddl_system.c \
	tools/mssql-extract/ddl_table.c \
	tools/mssql-extract/ddl_text.c \
	tools/mssql-extract/filter.c \
	tools/mssql-extract/inventory.c \
	tools/mssql-extract/live.c \
	tools/mssql-extract/live_catalog.c \
	tools/mssql-extract/live_connect.c \
	tools/mssql-extract/live_keys.c \
	tools/mssql-extract/live_options.c \
	tools/mssql-extract/live_parse.c \
	tools/mssql-extract/live_pipe.c \
	tools/mssql-extract/live_queries.c \
	tools/mssql-extract/live_read.c \
	tools/mssql-extract/live_result.c \
	tools/mssql-extract/live_rows.c \
	tools/mssql-extract/live_server.c \
	tools/mssql-extract/live_variant.c \
	tools/mssql-extract/live_since.c \
	tools/mssql-extract/live_write.c \
	tools/mssql-extract/main.c \
	tools/mssql-extract/msbuild.c \
	tools/mssql-extract/project_files.c \
	tools/mssql-extract/project_read.c \
	tools/mssql-extract/resolve.c \
	tools/mssql-extract/rows.c \
	tools/mssql-extract/script_tree.c \
	tools/mssql-extract/source_dacpac.c \
	tools/mssql-extract/source_project.c \
	tools/mssql-extract/source_script.c \
	tools/mssql-extract/value.c

# The pipeline around the translators.
TOOLS += mig-assess mig-fix mig-plan mig-report mig-review mig-split
mig-assess_SRC = \
	tools/mig-assess/main.c \
	tools/mig-assess/object.c \
	tools/mig-assess/rules.c \
	tools/mig-assess/strategy.c

mig-plan_SRC = \
	tools/mig-plan/accept.c \
	tools/mig-plan/columns.c \
	tools/mig-plan/emit.c \
	tools/mig-plan/main.c \
	tools/mig-plan/models.c \
	tools/mig-plan/names.c \
	tools/mig-plan/objects.c \
	tools/mig-plan/project.c \
	tools/mig-plan/targets.c

mig-fix_SRC = \
	tools/mig-fix/attempt.c \
	tools/mig-fix/main.c \
	tools/mig-fix/rules.c \
	tools/mig-fix/text.c

mig-review_SRC = tools/mig-review.c
mig-split_SRC = tools/mig-split.c

mig-report_SRC = \
	tools/mig-report/collect.c \
	tools/mig-report/html.c \
	tools/mig-report/main.c \
	tools/mig-report/svg.c \
	tools/mig-report/text.c

# What changed between two extractions.
TOOLS += mig-drift
mig-drift_SRC = tools/mig-drift.c

# Programs that only tests run: t/bin/<name>.c each.
DRIVERS = agent_drive claude_drive guard_drive
DRIVERS += fold_drive
DRIVERS += emit_views

# Through dbt: rows in, models tested and compared.
TOOLS += mig-eval mig-load mig-test
mig-eval_SRC = $(addprefix tools/mig-eval/,fields.c main.c rows.c section.c \
	verdict.c)
mig-load_SRC = tools/mig-load.c
mig-test_SRC = tools/mig-test.c

TOOLS += mig-lineage mig-impact
mig-lineage_SRC = tools/lineage/mig-lineage.c tools/lineage/openlineage.c \
	tools/lineage/load.c tools/lineage/name.c
mig-impact_SRC = tools/lineage/mig-impact.c tools/lineage/load.c \
	tools/lineage/name.c

# The generator.
TOOLS += mig-gen
mig-gen_SRC = $(addprefix tools/mig-gen/,main.c work.c project.c source.c \
	model.c staging.c query.c view.c procedure.c trial.c \
	witness.c yml.c changes.c assume.c)

# Unit tests: t/unit/<name>.c each.
UNIT = test_common test_doc
UNIT += test_types test_bind test_bind_oracle test_lineage
UNIT += test_lex test_parse_expr test_parse_stmt test_parse_module \
	test_parse_ddl test_sqlcmd test_hard
UNIT += test_claude test_prompt
UNIT += test_dbt_files
UNIT += test_eval_oracle
UNIT += test_graph
UNIT += test_db
UNIT += test_compare

LIBS_common = -ljson-c
LIBS_dbt = -lyaml
LIBS_db = -lodbc -ldl
LIBS_net = -lcurl

LIB_SRC = $(COMMON_SRC) $(TSQL_SRC) $(DBT_SRC) $(DB_SRC) $(AGENT_SRC)
LIB = $(BUILD)/libmig.a
LIBS = $(LIBS_common) $(LIBS_net) $(LIBS_db) -lm # $(LIBS_dbt): with its room

all: $(TOOLS:%=$(BIN)/%)

$(OBJ)/%.o: %.c
	@mkdir -p $(@D)
	@echo '  CC      $<'
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(LIB): $(LIB_SRC:%.c=$(OBJ)/%.o)
	@mkdir -p $(@D)
	@rm -f $@
	@echo '  AR      $@'
	$(Q)$(AR) rcs $@ $^

# Each tool links its own files and the library.
define tool_rule
$(BIN)/$(1): $$($(1)_SRC:%.c=$(OBJ)/%.o) $(LIB)
	@mkdir -p $$(@D)
	@echo '  LD      $$@'
	$(Q)$(CC) $(CFLAGS) $(SANFLAGS) $(LDFLAGS) -o $$@ $$^ $($(1)_LIBS) $(LIBS)
endef
$(foreach t,$(TOOLS),$(eval $(call tool_rule,$(t))))

$(BUILD)/unit/%: $(OBJ)/t/unit/%.o $(LIB)
	@mkdir -p $(@D)
	@echo '  LD      $@'
	$(Q)$(CC) $(CFLAGS) $(SANFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

# What the machine lacks: Debian packages, the virtual environment.
setup:
	@VENV='$(VENV)' scripts/setup

setup-check:
	@VENV='$(VENV)' scripts/setup check

$(BUILD)/t/%: $(OBJ)/t/bin/%.o $(LIB)
	@mkdir -p $(@D)
	@echo '  LD      $@'
	$(Q)$(CC) $(CFLAGS) $(SANFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

drivers: $(DRIVERS:%=$(BUILD)/t/%)

# Naive translations that the generated unit tests tell from ours, counted;
# M names a script instead of the oracle's views.
M =
mutants: all
	$(VENV)/bin/python bench/mutants $(M)

# The oracle's views on both engines, sqlglot's translations beside ours.
oracle: all drivers
	$(VENV)/bin/python scripts/oracle

# A live server's catalogue and rows, beside a bare loop over FreeTDS.
$(BUILD)/bench/odbc_loop: $(OBJ)/bench/odbc_loop.o $(LIB)
	@mkdir -p $(@D)
	@echo '  LD      $@'
	$(Q)$(CC) $(CFLAGS) $(SANFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

bench-live: setup-check $(BIN)/mssql-extract $(BUILD)/bench/odbc_loop
	python3 bench/live.py $(BUILD)

unit: drivers $(UNIT:%=$(BUILD)/unit/%)

check-unit: unit
	MIG_BUILD=$(BUILD) t/run $(UNIT:%=$(BUILD)/unit/%)

# T="t/plan.bats t/state.bats" runs some of them.
T = $(sort $(wildcard t/*.bats))
check-bats: all drivers
	VENV='$(VENV)' MIG_BUILD=$(BUILD) t/run $(T)

# Everything that CI holds, with one count at the end: all tests, then the
# fast ones again under the sanitizers, a build by clang, one pipeline under
# valgrind, and the house style.
J = $(shell nproc 2>/dev/null || echo 2)
check: setup-check
	+@$(MAKE) --no-print-directory -j$(J) all unit drivers
	+@status=0; \
	VENV='$(VENV)' MIG_BUILD=$(BUILD) t/run $(UNIT:%=$(BUILD)/unit/%) \
		t/lint.sh t/valgrind.sh $(T) || status=1; \
	$(MAKE) --no-print-directory check-clang || status=1; \
	$(MAKE) --no-print-directory check-san || status=1; \
	t/total $(BUILD) build-san build-clang || status=1; exit $$status

# The same tests on a build with the sanitizers; what mostly waits for dbt is
# left out, for it shows nothing more about the C. A driver that asks for too
# much memory is to be told so, as it is without them.
SLOW = $(addprefix t/,man.bats dbt-helper.bats)
check-san:
	+@$(MAKE) --no-print-directory -j$(J) SAN=1 CFLAGS='-O1 -g' \
		BUILD=build-san all unit drivers
	VENV='$(VENV)' MIG_BUILD=build-san MIG_SAN=1 \
		ASAN_OPTIONS=allocator_may_return_null=1 t/run \
		$(UNIT:%=build-san/unit/%) $(filter-out $(SLOW),$(T))

check-clang:
	+@$(MAKE) --no-print-directory -j$(J) CC=clang CFLAGS=-O1 \
		BUILD=build-clang all unit
	MIG_BUILD=build-clang t/run $(UNIT:%=build-clang/unit/%)

# The house style of what git knows: layout of C, scripts, manual pages.
lint:
	t/lint.sh

format:
	git ls-files '*.c' '*.h' | xargs clang-format -i

# The shells complete what the option tables say.
COMPLETIONS = $(BUILD)/completions/bash/mig $(BUILD)/completions/zsh/_mig
$(COMPLETIONS): scripts/completions $(TOOLS:%=$(BIN)/%)
	@mkdir -p $(BUILD)/completions/bash $(BUILD)/completions/zsh
	@echo '  GEN     completions'
	$(Q)scripts/completions $(BUILD)/completions $(TOOLS:%=$(BIN)/%)

completions: $(COMPLETIONS)

MAN1 = $(wildcard man/*.1)
MAN5 = $(wildcard man/*.5)
MAN7 = $(wildcard man/*.7)

# share/ keeps its layout below PREFIX/share/mig, where the tools look.
install: all completions
	@echo '  INSTALL $(DESTDIR)$(PREFIX)'
	$(Q)install -d '$(DESTDIR)$(PREFIX)/bin' \
		'$(DESTDIR)$(PREFIX)/share/mig' \
		'$(DESTDIR)$(PREFIX)/share/man/man1' \
		'$(DESTDIR)$(PREFIX)/share/man/man5' \
		'$(DESTDIR)$(PREFIX)/share/bash-completion/completions' \
		'$(DESTDIR)$(PREFIX)/share/zsh/site-functions'
	$(Q)install -m 755 $(TOOLS:%=$(BIN)/%) '$(DESTDIR)$(PREFIX)/bin'
	$(Q)cp -R share/. '$(DESTDIR)$(PREFIX)/share/mig'
	$(Q)chmod -R u+rwX,go+rX '$(DESTDIR)$(PREFIX)/share/mig'
	$(Q)install -m 644 $(MAN1) '$(DESTDIR)$(PREFIX)/share/man/man1'
	$(Q)install -m 644 $(MAN5) '$(DESTDIR)$(PREFIX)/share/man/man5'
	$(Q)install -d '$(DESTDIR)$(PREFIX)/share/man/man7'
	$(Q)install -m 644 $(MAN7) '$(DESTDIR)$(PREFIX)/share/man/man7'
	$(Q)for t in $(TOOLS); do install -m 644 \
		$(BUILD)/completions/bash/mig \
		'$(DESTDIR)$(PREFIX)/share/bash-completion/completions/'$$t \
		|| exit 1; done
	$(Q)install -m 644 $(BUILD)/completions/zsh/_mig \
		'$(DESTDIR)$(PREFIX)/share/zsh/site-functions/_mig'

uninstall:
	rm -f $(TOOLS:%='$(DESTDIR)$(PREFIX)/bin/%') \
		$(TOOLS:%='$(DESTDIR)$(PREFIX)/share/bash-completion/completions/%') \
		'$(DESTDIR)$(PREFIX)/share/zsh/site-functions/_mig' \
		$(MAN1:man/%='$(DESTDIR)$(PREFIX)/share/man/man1/%') \
		$(MAN5:man/%='$(DESTDIR)$(PREFIX)/share/man/man5/%') \
		$(MAN7:man/%='$(DESTDIR)$(PREFIX)/share/man/man7/%')
	rm -rf '$(DESTDIR)$(PREFIX)/share/mig'

# Speed, on a generated corpus of MEGABYTES, beside other parsers.
MEGABYTES = 20
$(BUILD)/bench/%: $(OBJ)/bench/%.o $(LIB)
	@mkdir -p $(@D)
	@echo '  LD      $@'
	$(Q)$(CC) $(CFLAGS) $(SANFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

bench-parse: setup-check $(BUILD)/bench/tsql-bench
	BUILD='$(BUILD)' VENV='$(VENV)' bench/run-parse $(MEGABYTES)

bench: bench-parse bench-live

# Each fuzz target for SECONDS with libFuzzer and AFL++.
SECONDS = 60
fuzz:
	t/fuzz/run $(SECONDS)

# What the fuzz targets are made of.
FUZZ_COMMON = alloc arena buf diag encoding finding fs jsonl map proc \
	secret sha256
fuzz-sources:
	@echo $(FUZZ_COMMON:%=lib/common/%.c) \
		$(filter-out lib/tsql/doc% lib/tsql/emit% lib/tsql/dialect% \
		lib/tsql/eval%,$(TSQL_SRC)) tools/mssql-extract/dacpac_model.c

# The demo database, migrated in build/demo as any other would be.
DEMO = $(BUILD)/demo
demo: setup
	@$(MAKE) --no-print-directory all
	@mkdir -p $(DEMO)
	+@cd $(DEMO) && VENV='$(abspath $(VENV))' $(MAKE) --no-print-directory \
		-f '$(abspath share/demo/Makefile)'
	@echo "the dbt project: $(DEMO)/shop_dbt, the report: $(DEMO)/report.html"

clean:
	rm -rf build build-*

.SECONDARY:

-include $(shell find $(OBJ) -name '*.d' 2>/dev/null)

.PHONY: oracle all demo drivers setup setup-check unit check check-unit check-bats check-san \
	check-clang bench bench-parse bench-live fuzz fuzz-sources lint format completions install uninstall clean
