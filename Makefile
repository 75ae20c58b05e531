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
	lib/common/arena.c \
	lib/common/buf.c \
	lib/common/diag.c \
	lib/common/finding.c \
	lib/common/fs.c \
	lib/common/jsonl.c \
	lib/common/map.c \
	lib/common/opt.c \
	lib/common/proc.c \
	lib/common/sha256.c \
	lib/common/share.c

TSQL_SRC = \
	lib/tsql/doc.c \
	lib/tsql/doc_sql.c

DBT_SRC =

DB_SRC =

# Tools: <name>_SRC are the files of one executable.
TOOLS =

# Unit tests: t/unit/<name>.c each.
UNIT = test_common test_doc

LIBS_common = -ljson-c
LIBS_dbt = -lyaml
LIBS_db = -lodbc
LIBS_net = -lcurl

LIB_SRC = $(COMMON_SRC) $(TSQL_SRC) $(DBT_SRC) $(DB_SRC)
LIB = $(BUILD)/libmig.a
LIBS = $(LIBS_common) # add $(LIBS_dbt) $(LIBS_net) $(LIBS_db) with their rooms

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
	$(Q)$(CC) $(CFLAGS) $(SANFLAGS) $(LDFLAGS) -o $$@ $$^ $(LIBS)
endef
$(foreach t,$(TOOLS),$(eval $(call tool_rule,$(t))))

$(BUILD)/unit/%: $(OBJ)/t/unit/%.o $(LIB)
	@mkdir -p $(@D)
	@echo '  LD      $@'
	$(Q)$(CC) $(CFLAGS) $(SANFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

unit: $(UNIT:%=$(BUILD)/unit/%)

check-unit: unit
	prove --exec '' $(UNIT:%=$(BUILD)/unit/%)

clean:
	rm -rf build build-*

.SECONDARY:

-include $(shell find $(OBJ) -name '*.d' 2>/dev/null)

.PHONY: all unit check-unit clean
