# mig.mk: the orchestrator of a migration; see mig.mk(5). A migration's own
# Makefile is three lines:
#
#	DDL = shop.sql
#	PROJECT = shop_dbt
#	include /usr/local/share/mig/mig.mk
#
# make             extract, assess, plan; for each wave generate, load, test,
#                  repair, evaluate; then the report
# make report      the report and the table of what there is
# make retry MODEL=name
#
# Only what changed is redone. A run that was killed goes on where it was.

# ---- what a migration sets ----

DDL ?=
EXTRACT ?= $(DDL:%=--ddl %)
PROJECT ?= dbt
DIALECT ?= duckdb
# Rowset files of what SQL Server returns; those of tables come from the
# source itself when there are none of them here.
ROWS ?=
STATE ?= state.json
DECISIONS ?= decisions.json
REPORT ?= report.html
# Where a person is asked: any of assess plan gen eval.
CHECKPOINTS ?=
MAX_ATTEMPTS ?= 3
# More options for each tool.
EXTRACT_FLAGS ?=
ASSESS_FLAGS ?=
PLAN_FLAGS ?=
GEN_FLAGS ?=
TEST_FLAGS ?=
FIX_FLAGS ?=
# "--accept differs": a difference that is known and named may be lived with
# where the rows are the same. Without it such models are left for review.
EVAL_FLAGS ?=
# Scratch files: may be deleted at any time.
WORK ?= .mig

# ---- the tools: beside this file's tree, else in PATH ----

MIG_MK := $(abspath $(lastword $(MAKEFILE_LIST)))
MIG_HERE := $(patsubst %/,%,$(dir $(MIG_MK)))
MIG_BIN ?= $(firstword $(patsubst %/mig-plan,%,$(wildcard \
	$(MIG_HERE)/../build/bin/mig-plan $(MIG_HERE)/../../bin/mig-plan)))
ifneq ($(MIG_BIN),)
export PATH := $(abspath $(MIG_BIN)):$(PATH)
endif

.DELETE_ON_ERROR:
.SECONDARY:
SHELL = /bin/sh

W := $(WORK)
gate = $(if $(filter $(1),$(CHECKPOINTS)),--gate)
# What the user set on the command line reaches the second make by itself.
this = $(MAKE) --no-print-directory -f $(firstword $(MAKEFILE_LIST))
again = $(this) MIG_STAGE=2
# Two at once would get in each other's way; what is left of one that was
# killed holds the lock until it has ended.
lock := $(if $(shell command -v flock),exec 9>$(W)/lock; \
	flock -w 60 9 || { echo 'another make is at work here' >&2; exit 75; };)

ifneq ($(MIG_STAGE),2)

# ---- first half: up to the plan, which says what the second half is ----

migrate: $(W)/plan.mk
	+@$(lock) status=0; trap 'kill $$pid' HUP INT TERM; \
	$(again) mig-waves & pid=$$!; wait $$pid || status=$$?; \
	[ $$status -le 128 ] || exit $$status; \
	$(again) mig-table && exit $$status

report: $(W)/plan.mk
	+@$(again) mig-table

# Extracted anew when a script changed. A live source is asked when there is
# no catalogue yet, or by `make extract`.
$(W)/catalog.jsonl: $(DDL)
	@mkdir -p $(W)
	@echo '  EXTRACT' >&2
	@rm -rf $(W)/rows.new
	@mssql-extract $(EXTRACT) $(EXTRACT_FLAGS) --rows $(W)/rows.new \
		>$@.tmp || [ $$? -eq 1 ]
	@mkdir -p $(W)/rows.new $(W)/rows
	@cd $(W)/rows.new && for f in *.jsonl */*.jsonl; do \
		[ -e "$$f" ] || continue; \
		cmp -s "$$f" "../rows/$$f" && continue; \
		mkdir -p "../rows/$$(dirname "$$f")"; \
		mv "$$f" "../rows/$$f"; done
	@rm -rf $(W)/rows.new
	@mv $@.tmp $@

extract:
	@rm -f $(W)/catalog.jsonl
	+@$(this) $(W)/catalog.jsonl

# A checkpoint's file of decisions may not be there yet.
decided := $(wildcard $(DECISIONS))

$(W)/assessed.jsonl: $(W)/catalog.jsonl $(decided)
	@echo '  ASSESS' >&2
	@mig-assess $(ASSESS_FLAGS) $< >$@.raw || [ $$? -eq 1 ]
	@mig-review -k assess $(call gate,assess) $(DECISIONS) $@.raw >$@

$(W)/plan.jsonl: $(W)/assessed.jsonl $(decided)
	@echo '  PLAN' >&2
	@mig-plan -C $(PROJECT) -d $(DIALECT) $(PLAN_FLAGS) $< >$@.raw || \
		[ $$? -eq 1 ]
	@mig-review -k plan $(call gate,plan) $(DECISIONS) $@.raw >$@

$(W)/plan.mk: $(W)/plan.jsonl
	@mig-split --make $@ --shared $(W)/project.jsonl $(W)/plan $<
	@grep '^{"kind":"source"' $< >$(W)/sources.tmp || :
	@cmp -s $(W)/sources.tmp $(W)/sources.jsonl || \
		mv $(W)/sources.tmp $(W)/sources.jsonl
	@rm -f $(W)/sources.tmp
	@touch $@

# ---- starting again ----

retry: $(W)/plan.mk
	@[ -n '$(MODEL)' ] || { echo 'make retry MODEL=name' >&2; exit 2; }
	@mig-state --retry '$(MODEL)' $(STATE)
	@rm -f $(W)/gen/$(MODEL).jsonl $(W)/done/$(MODEL).jsonl
	+@$(this) migrate

clean-migration:
	rm -rf $(W)

.PHONY: migrate report extract retry clean-migration

else

# ---- second half: wave after wave ----

include $(W)/plan.mk

mig-waves: $(MIG_WAVES:%=$(W)/wave-%.done)
	@:

# The files that models share; a change of theirs alone tests nothing again.
$(W)/project.done: $(W)/project.jsonl
	@echo '  GEN     project' >&2
	@mig-gen -C $(PROJECT) $(GEN_FLAGS) $< >$(W)/project.out.tmp || \
		[ $$? -eq 1 ]
	@mv $(W)/project.out.tmp $(W)/project.out
	@touch $@

# What SQL Server has: rows of the source itself, and those of ROWS in their
# place. In one directory, by links; of several databases in a folder for each.
rows_files := $(sort $(wildcard $(W)/rows/*.jsonl $(W)/rows/*/*.jsonl))
given_files := $(if $(ROWS),$(sort $(wildcard $(ROWS:%=%/*.jsonl) \
	$(ROWS:%=%/*/*.jsonl))))
$(W)/expected.done: $(rows_files) $(given_files)
	@rm -rf $(W)/expected && mkdir -p $(W)/expected
	@for d in $(abspath $(W)/rows $(ROWS)); do \
		for f in "$$d"/*.jsonl "$$d"/*/*.jsonl; do \
			[ -e "$$f" ] || continue; \
			to=$(W)/expected/$${f#"$$d"/}; \
			mkdir -p "$$(dirname "$$to")"; \
			ln -sf "$$f" "$$to"; done; done
	@touch $@

$(W)/loaded: $(W)/expected.done $(W)/sources.jsonl | $(W)/project.done
	@echo '  LOAD' >&2
	@mig-load -C $(PROJECT) $(W)/expected >$@.tmp || [ $$? -eq 1 ]
	@mv $@.tmp $@

# One model: make -j works on several.
$(W)/gen/%.jsonl: $(W)/plan/%.jsonl | $(W)/project.done
	@mkdir -p $(@D)
	@echo '  GEN     $*' >&2
	@mig-gen -C $(PROJECT) $(GEN_FLAGS) \
		$(MIG_NEEDS_$*:%=-k $(W)/gen/%.jsonl) $< >$@.tmp || [ $$? -eq 1 ]
	@mig-split --keep --texts $(W)/text $(W)/gen $@.tmp
	@rm -f $@.tmp && touch $@

# Keeps its time when the model's files are what they were.
$(W)/text/%: $(W)/gen/%.jsonl ;

# A mark that is newer than the wave when the model must be tested: it was
# generated anew, or something that it reads was.
define mig_model
$(W)/gen/$(1).jsonl: $(MIG_NEEDS_$(1):%=$(W)/gen/%.jsonl)

$(W)/todo/$(1): $(W)/text/$(1) $(W)/loaded \
		$(MIG_NEEDS_$(1):%=$(W)/done/%.jsonl)
	@mkdir -p $$(@D) && touch $$@
endef

# What is done about a wave: all its changed models in one call of dbt, then
# the judgement, then the state. Results are there whole before the marks are.
define mig_wave
$(W)/wave-$(1).jsonl: $(MIG_WAVE_$(1):%=$(W)/todo/%)
	@echo '  TEST    wave $(1): $$(words $$?) models' >&2
	@for m in $$(notdir $$?); do cat $(W)/gen/$$$$m.jsonl; done >$$@.in
	@mig-review -k gen $$(call gate,gen) $(DECISIONS) $$@.in >$$@.gen
	@mig-test -C $(PROJECT) $(TEST_FLAGS) $$@.gen >$$@.test || [ $$$$? -eq 1 ]
	@mig-fix -C $(PROJECT) -m $(MAX_ATTEMPTS) $(FIX_FLAGS) $$@.test \
		>$$@.fix || [ $$$$? -eq 1 ]
	@mig-eval -C $(PROJECT) --rows $(W)/expected $(EVAL_FLAGS) \
		 $$@.fix >$$@.eval || [ $$$$? -eq 1 ]
	@mv $$@.eval $$@

$(W)/wave-$(1).done: $(W)/wave-$(1).jsonl
	@mig-review -k eval $(call gate,eval) $(DECISIONS) $$< >$$@.tmp
	@mig-state $(STATE) $$@.tmp >/dev/null || [ $$$$? -eq 1 ]
	@mig-split --keep $(W)/done $$@.tmp
	@mv $$@.tmp $$@

$(MIG_WAVE_$(1):%=$(W)/done/%.jsonl): $(W)/wave-$(1).done ;
endef

$(foreach w,$(MIG_WAVES),$(eval $(call mig_wave,$(w))))
$(foreach w,$(MIG_WAVES),$(foreach m,$(MIG_WAVE_$(w)),$(eval \
	$(call mig_model,$(m)))))

# Everything that is known, in the plan's order: what is done, else what was
# generated, else what is planned.
mig-table:
	@grep -v '"kind":"model"' $(W)/plan.jsonl >$(W)/result.jsonl.tmp; \
	for m in $(foreach w,$(MIG_WAVES),$(MIG_WAVE_$(w))); do \
		for d in done gen plan; do \
			[ -s $(W)/$$d/$$m.jsonl ] || continue; \
			cat $(W)/$$d/$$m.jsonl >>$(W)/result.jsonl.tmp; \
			break; \
		done; \
	done
	@mv $(W)/result.jsonl.tmp $(W)/result.jsonl
	@mig-report -o $(REPORT) $(W)/result.jsonl
	@status=0; mig-report --format text --check $(W)/result.jsonl || \
		status=$$?; echo "report: $(REPORT)"; exit $$status

.PHONY: mig-waves mig-table
endif
