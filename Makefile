# distillsim -- build, test, run, install.
#
#   make               build/distillsim and build/libdistillsim.a
#   make run           the main scenario; installs missing packages first (Debian)
#   make results       every scenario of scenarios/ into results/, with plots
#   make test          unit and command-line tests and quick checks of the source
#   make check         lint, and the tests under every compiler and sanitizer
#   make lint          warnings of both compilers, cppcheck, checks of the source
#   make fuzz          hostile scenarios for SECONDS=60 (libFuzzer)
#   make bench         speed beside a C loop, NumPy, R and Squiggle, error against time
#                      and counted instructions, into results/bench/ (20 minutes)
#   make accuracy      the tables of docs/throughput.md, computed
#   make docs          docs/scenario.md, written by the program, and the manual
#   make check-docs    are they up to date?
#   make install       into PREFIX; make uninstall takes it away again
#   make deps-user     install what a build and its plots need (Debian, apt)
#   make deps-test     install what the tests need as well
#   make clean         remove build/
#
#   CC=clang           compiler
#   SAN=address,undefined   or SAN=thread: build and test with sanitizers
#   OPT=-O0            optimisation; results are the same bits at any level
#   ARCHFLAGS=-march=x86-64-v3   instruction set; results are the same bits
#   CFLAGS= LDFLAGS=   further flags, e.g. CFLAGS=-g
#   WERROR=1           warnings are errors
#   V=1                show the commands
#   JOBS=2             jobs at a time; default: the number of processors
#   SCENARIO=FILE      for make run
#   SECONDS=60         for make fuzz
#   PREFIX=/usr/local  DESTDIR=
#
# Every combination of CC, SAN, OPT, ARCHFLAGS has its own build/CONFIG/, so that
# switching needs no make clean.  build/distillsim is that of the last `make`
# without SAN, OPT and ARCHFLAGS.
#
# SPDX-License-Identifier: GPL-3.0-or-later

PREFIX   = /usr/local
SCENARIO = scenarios/amazon-anthropic.json
SECONDS  = 60
JOBS    := $(shell nproc 2>/dev/null || echo 2)
OPT      = $(if $(SAN),-O1,-O3)

# The language.
LANGUAGE = -std=c11 -D_POSIX_C_SOURCE=200809L -pthread

# Numerics: the same bits from any compiler and on any machine are promised, so
# never -ffast-math, and no fused multiply-add.  The last two let loops vectorise;
# nothing here reads errno after a libm call or traps on a floating exception.
NUMERICS = $(OPT) -ffp-contract=off -fno-math-errno -fno-trapping-math $(ARCHFLAGS)

# Rows are too short for memset and for a string instruction to be worth their start.
KERNEL_FLAGS = $(if $(findstring clang,$(CC)),,-fno-tree-loop-distribute-patterns)

WARNINGS = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes \
           -Wmissing-prototypes -Wcast-qual -Wwrite-strings -Wvla -Wformat=2 \
           -Wdouble-promotion $(if $(WERROR),-Werror)

SANITIZER_FLAGS = $(if $(SAN),-g -fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer)

# pkg-config is asked on first use, not while this file is read, when `make run`
# may still have to install it.
GSL_CFLAGS   = $(eval GSL_CFLAGS := $(shell pkg-config --cflags gsl))$(GSL_CFLAGS)
GSL_LIBS     = $(eval GSL_LIBS := $(shell pkg-config --libs gsl))$(GSL_LIBS)
CJSON_CFLAGS = $(eval CJSON_CFLAGS := $(shell pkg-config --cflags libcjson))$(CJSON_CFLAGS)
CJSON_LIBS   = $(eval CJSON_LIBS := $(shell pkg-config --libs libcjson))$(CJSON_LIBS)

COMPILE = $(CC) $(LANGUAGE) $(NUMERICS) $(WARNINGS) $(SANITIZER_FLAGS) -Iinclude -Isrc -I$(B) \
          $(GSL_CFLAGS) $(CJSON_CFLAGS) -ffile-prefix-map=$(CURDIR)=. $(CPPFLAGS) $(CFLAGS)
LINK    = $(CC) -pthread $(SANITIZER_FLAGS) $(LDFLAGS)
LIBS    = $(CJSON_LIBS) $(GSL_LIBS) -lm

# ---- Configuration and files ------------------------------------------------

empty :=
space := $(empty) $(empty)
comma := ,
CONFIG := $(subst --,-,$(subst $(space),-,$(strip $(subst /,-,$(notdir $(CC))) $(subst $(comma),-,$(SAN)) \
            $(filter-out $(if $(SAN),-O1,-O3),$(OPT)) $(ARCHFLAGS))))
B      := build/$(CONFIG)
# Is it the configuration whose program is shown as build/distillsim?
PLAIN  := $(if $(SAN)$(ARCHFLAGS)$(filter-out -O3,$(OPT)),,yes)

LIBRARY_LAYERS  := numerics scenario input model engine study
LIBRARY_SOURCES := $(wildcard $(LIBRARY_LAYERS:%=src/%/*.c))
PROGRAM_SOURCES := $(wildcard src/output/*.c src/cli/*.c)
MAIN_SOURCE     := $(wildcard src/main.c)
UNIT_SOURCES    := $(wildcard tests/unit/test_*.c)
BATS_SOURCES    := $(wildcard tests/cli/*.bats)
# Files whose loops are the run time: compiled for every x86-64 processor, and again
# for two instruction sets between which src/model/instruction_set.c chooses.
KERNEL_SOURCES := $(addprefix src/model/,kernel.c work.c random.c coordinates.c watch.c process.c demand.c price.c profile.c \
                    request_load.c contract.c usage.c tokens.c units.c window.c commitment.c agreement.c fleet.c fleet_limits.c \
                    fleet_bill.c waiting.c student.c strategy.c strategy_again.c route_certain.c finance.c irr.c) \
                  src/numerics/lanes.c src/numerics/stream.c src/numerics/spread.c
KERNEL_ISAS    := $(if $(filter x86_64,$(shell uname -m)),$(if $(ARCHFLAGS),,avx2 avx512))
MARCH_avx2     := x86-64-v3
# clang would take half of the width
MARCH_avx512   := x86-64-v4 -mprefer-vector-width=512

objects = $(patsubst %.c,$(B)/%.o,$(1))
KERNEL_OBJECTS := $(foreach isa,$(KERNEL_ISAS),$(KERNEL_SOURCES:%.c=$(B)/$(isa)/%.o))
LIBRARY := $(B)/libdistillsim.a
# What the program has beside the library, for it and for tests of its parts.
PROGRAM_PARTS := $(B)/program.a
UNIT_TESTS := $(UNIT_SOURCES:tests/unit/%.c=$(B)/tests/%)
BATS_TESTS := $(BATS_SOURCES:tests/cli/%=$(B)/tests/%)
PROGRAM    := $(if $(MAIN_SOURCE),$(B)/distillsim)
LINT       := $(wildcard tests/lint/*.sh)
QUICK_LINT := $(filter tests/lint/quick_%,$(LINT))

Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-5s %s\n' '$(1)' '$(patsubst $(B)/%,%,$@)')

# ---- Build ------------------------------------------------------------------

.PHONY: all help FORCE
all: $(LIBRARY) $(PROGRAM)
ifdef PLAIN
all: build/libdistillsim.a $(if $(PROGRAM),build/distillsim)
endif

help:
	@sed -n '1,/^# SPDX/{/^# SPDX/d;s/^# \{0,1\}//;s/^#$$//;p;}' Makefile

# Copies by hard link; replaced when a plain configuration is built again.
build/libdistillsim.a: $(LIBRARY) FORCE
	@[ $@ -ef $< ] || ln -f $< $@
build/distillsim: $(B)/distillsim FORCE
	@[ $@ -ef $< ] || ln -f $< $@

$(LIBRARY): $(call objects,$(LIBRARY_SOURCES)) $(KERNEL_OBJECTS)
	$(call say,ar)
	$(Q)rm -f $@ && ar qcsD $@ $^

$(PROGRAM_PARTS): $(call objects,$(PROGRAM_SOURCES))
	$(call say,ar)
	$(Q)rm -f $@ && ar qcsD $@ $^

$(B)/distillsim: $(call objects,$(MAIN_SOURCE)) $(PROGRAM_PARTS) $(LIBRARY)
	$(call say,ld)
	$(Q)$(LINK) -o $@ $^ $(LIBS)

$(B)/%.o: %.c $(B)/flags
	$(call say,cc)
	$(Q)mkdir -p $(@D) && $(COMPILE) -MMD -MP -c -o $@ $<

define KERNEL_RULE
$(B)/$(1)/%.o: %.c $(B)/flags
	$$(call say,cc)
	$$(Q)mkdir -p $$(@D) && $$(COMPILE) -march=$$(MARCH_$(1)) -DDS_ISA=$(1) -include model/isa.h \
	    $$(KERNEL_FLAGS) -MMD -MP -c -o $$@ $$<
endef
$(foreach isa,$(KERNEL_ISAS),$(eval $(call KERNEL_RULE,$(isa))))
$(B)/src/model/instruction_set.o: private CPPFLAGS += $(if $(KERNEL_ISAS),-DDS_HAVE_X86)

# Files that change only when their content does, so that what depends on them is
# rebuilt when the flags or the commit change and not otherwise.
write_if_changed = @mkdir -p $(@D); printf '%s\n' '$(1)' >$@.tmp; \
	if cmp -s $@.tmp $@; then rm $@.tmp; else mv $@.tmp $@; fi

$(B)/flags: FORCE
	$(call write_if_changed,$(subst ','\'',$(COMPILE)))

# The commit that was built; -dirty when its code has been changed since.
GIT_DESCRIBE = $(shell if d=$$(git describe --always --tags 2>/dev/null); then \
	git diff --quiet HEAD -- Makefile include src || d=$$d-dirty; echo $$d; else echo unknown; fi)
$(B)/git_describe.h: FORCE
	$(call write_if_changed,#define DS_GIT_DESCRIBE "$(GIT_DESCRIBE)")
$(B)/src/engine/version.o: $(B)/git_describe.h

-include $(patsubst %.o,%.d,$(call objects,$(LIBRARY_SOURCES) $(PROGRAM_SOURCES) \
           $(MAIN_SOURCE) $(UNIT_SOURCES)) $(KERNEL_OBJECTS))

# ---- Run --------------------------------------------------------------------

# kept, or each build would make them again
.SECONDARY: $(patsubst %,$(B)/tests/bench/%.o,benchmark_distillsim error_time count_run)
.PHONY: deps-user deps-test run results bench bench-programs bench-record
deps-user:
	@sh tests/setup.sh user
deps-test:
	@sh tests/setup.sh test

# A second make, because the packages must be there before the build is planned.
submake = +$(Q)$(MAKE) --no-print-directory $(if $(filter -j% --jobserver%,$(MAKEFLAGS)),,-j$(JOBS))

run: deps-user
	$(submake) all
	@$(B)/distillsim run $(SCENARIO)

results: deps-user
	$(submake) all
	@mkdir -p results; set -e; \
	export SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct 2>/dev/null || date +%s); \
	for file in scenarios/*.json; do \
	    name=$$(basename $$file .json); \
	    echo "== $$name"; \
	    rm -rf results/$$name; \
	    $(B)/distillsim run $$file --out results/$$name --quiet; \
	    $(B)/distillsim plot results/$$name; \
	done

# Programs that are timed.  The loop is compiled for each instruction set of the kernel.
BENCH_LOOP_SOURCES := tests/bench/benchmark_loop.c $(addprefix src/numerics/,lanes.c stream.c order.c sort.c statistics.c)
BENCH_PROGRAMS := $(addprefix $(B)/bench/,benchmark_distillsim error_time count_run \
                    $(addprefix benchmark_loop-,generic $(KERNEL_ISAS)))

$(B)/bench/benchmark_loop-%: $(BENCH_LOOP_SOURCES) $(B)/flags
	$(call say,cc)
	$(Q)mkdir -p $(@D) && $(COMPILE) $(if $(MARCH_$*),-march=$(MARCH_$*)) -o $@ $(BENCH_LOOP_SOURCES) $(LIBS)
$(B)/bench/%: $(B)/tests/bench/%.o $(LIBRARY)
	$(call say,ld)
	$(Q)mkdir -p $(@D) && $(LINK) -o $@ $^ $(LIBS)

bench-programs: all $(BENCH_PROGRAMS)
bench: deps-user
	@sh tests/setup.sh bench
	$(submake) bench-programs
	@sh tests/bench/bench.sh $(B)/distillsim
	@sh tests/bench/benchmark.sh $(B)/bench
	@sh tests/bench/error_time.sh $(B)/bench
	@sh tests/bench/instructions.sh $(B)/bench

# Records the counts that instructions.sh compares with: after a change that is known to
# cost something, or to save it.
bench-record:
	$(submake) bench-programs
	@sh tests/bench/instructions.sh $(B)/bench record

# ---- Tests ------------------------------------------------------------------

.PHONY: program tests test check lint check-builds
# The program and the test programs of one configuration.  A .bats file is linked
# beside them, so that its name tells prove_exec.sh which program it is about.
program: $(LIBRARY) $(PROGRAM)
tests: program $(UNIT_TESTS) $(BATS_TESTS)

$(UNIT_TESTS): $(B)/tests/%: $(B)/tests/unit/%.o $(PROGRAM_PARTS) $(LIBRARY)
	$(call say,ld)
	$(Q)mkdir -p $(@D) && $(LINK) -o $@ $^ -lcmocka $(LIBS)

$(BATS_TESTS): $(B)/tests/%: tests/cli/%
	@mkdir -p $(@D) && ln -sf $(CURDIR)/$< $@

# One runner for cmocka, bats and shell, and one closing line.  The checks of the
# source look at the library and the program of one configuration.
LOOK_AT = $(B)
prove = @LIBRARY=$(LOOK_AT)/libdistillsim.a DISTILLSIM=$(CURDIR)/$(LOOK_AT)/distillsim \
	prove -j$(JOBS) --exec tests/prove_exec.sh

test: deps-test
	$(submake) tests
	$(prove) $(QUICK_LINT) $(UNIT_TESTS) $(BATS_TESTS)

lint: LOOK_AT = build/gcc
lint: check-builds
	$(prove) $(LINT)

# The tests of four configurations, the bits of four, and the whole of lint.
FULL_CONFIGS = gcc clang gcc-address-undefined
# Only what starts threads can race; the rest would be slow for nothing, as are the
# tests whose runs have one thread, and README's commands, which the other tests run too.
# Nor streams.bats: it interrupts runs after a time that suits a program at full speed.
RACING_TESTS = $(patsubst tests/unit/%.c,build/gcc-thread/tests/%,\
    $(filter-out $(patsubst %,tests/unit/test_%.c,kernel catalogue extremes coverage coverage_runs \
        knowledge starts sampler breakeven_run discover samples),\
    $(shell grep -l ds_run $(UNIT_SOURCES)))) \
    $(patsubst $(B)/%,build/gcc-thread/%,$(filter-out %/streams.bats %/readme.bats,$(BATS_TESTS)))
# An instruction set with fused multiply-add, where there is one to leave alone.
FMA := $(if $(filter x86_64,$(shell uname -m)),-march=x86-64-v3)

check: export PROGRAMS = $(foreach c,gcc clang gcc-O0 $(if $(FMA),gcc$(FMA)),build/$(c)/distillsim)
check: LOOK_AT = build/gcc
check: check-builds
	$(submake) CC=gcc SAN=address,undefined tests
	$(submake) CC=gcc SAN=thread tests
	$(submake) CC=gcc OPT=-O0 program
	$(if $(FMA),$(submake) CC=gcc ARCHFLAGS=$(FMA) program)
	$(prove) $(LINT) tests/bits.sh $(RACING_TESTS) $(foreach c,$(FULL_CONFIGS),\
	    $(patsubst $(B)/%,build/$(c)/%,$(UNIT_TESTS) $(BATS_TESTS)))

check-builds: deps-test
	$(submake) CC=gcc WERROR=1 tests
	$(submake) CC=clang WERROR=1 tests

# The corpus grows in build/corpus; a crash leaves its input in build/.
.PHONY: fuzz
fuzz:
	@sh tests/setup.sh fuzz
	$(submake) CC=clang SAN=fuzzer-no-link,address,undefined build/fuzz_scenario
	@mkdir -p build/corpus
	build/fuzz_scenario -max_total_time=$(SECONDS) -max_len=65536 -artifact_prefix=build/ \
	    -close_fd_mask=1 build/corpus tests/data tests/bad

build/fuzz_scenario: $(B)/tests/fuzz/fuzz_scenario.o $(B)/tests/fuzz/mutate.o $(LIBRARY)
	$(call say,ld)
	$(Q)$(CC) -pthread -fsanitize=fuzzer,address,undefined -o $@ $^ $(LIBS)

# ---- Documents --------------------------------------------------------------

.PHONY: docs check-docs accuracy
# Pages of the manual are committed, so that installing needs no scdoc; their date
# is that of the last commit of their source.
docs: all
	$(B)/distillsim schema --markdown >docs/scenario.md.tmp
	@mv docs/scenario.md.tmp docs/scenario.md
	@command -v scdoc >/dev/null || { echo 'docs: no scdoc; the manual stays as it is'; exit 0; }; \
	for source in docs/man/*.scd; do \
	    date=$$(git log -1 --format=%ct -- $$source 2>/dev/null); \
	    SOURCE_DATE_EPOCH=$${date:-$$(date +%s)} scdoc <$$source | sed '/Generated by scdoc/d' \
	        >$${source%.scd}.tmp && mv $${source%.scd}.tmp $${source%.scd}; \
	done

# What profiles say against what was measured.  The test wants these lines in the page.
accuracy:
	$(submake) $(B)/tests/test_throughput_accuracy >&2
	@$(B)/tests/test_throughput_accuracy --print

check-docs: all
	@LIBRARY=$(LIBRARY) DISTILLSIM=$(CURDIR)/$(B)/distillsim sh tests/lint/quick_docs.sh

# ---- Install ----------------------------------------------------------------

.PHONY: install uninstall clean
MAN_PAGES := $(wildcard docs/man/*.[1-8])
SCENARIOS := $(wildcard scenarios/*.json scenarios/*/*.json)
VERSION    = $(shell sed -n 's/.*return "\([0-9][0-9.]*\)";/\1/p' src/engine/version.c)

define PKG_CONFIG_FILE
prefix=$(PREFIX)
Name: distillsim
Description: Costs and savings of distilling a large language model, under uncertainty
Version: $(VERSION)
Requires: gsl libcjson
Cflags: -I$${prefix}/include
Libs: -L$${prefix}/lib -ldistillsim -lm -pthread
endef
export PKG_CONFIG_FILE

AT = $(DESTDIR)$(PREFIX)
man_path = share/man/man$(patsubst .%,%,$(suffix $(1)))/$(notdir $(1))
INSTALLED = bin/distillsim lib/libdistillsim.a lib/pkgconfig/distillsim.pc $(wildcard include/*.h) \
            share/distillsim $(foreach m,$(MAN_PAGES),$(call man_path,$(m)))

install: all
	install -Dm755 $(B)/distillsim $(AT)/bin/distillsim
	install -Dm644 $(LIBRARY) $(AT)/lib/libdistillsim.a
	install -Dm644 -t $(AT)/include $(wildcard include/*.h)
	@mkdir -p $(AT)/lib/pkgconfig
	printf '%s\n' "$$PKG_CONFIG_FILE" >$(AT)/lib/pkgconfig/distillsim.pc
	$(foreach m,$(MAN_PAGES),install -Dm644 $(m) $(AT)/$(call man_path,$(m)) &&) true
	$(foreach s,$(SCENARIOS),install -Dm644 $(s) $(AT)/share/distillsim/$(s) &&) true

uninstall:
	cd $(AT) && rm -rf $(INSTALLED)

clean:
	rm -rf build
