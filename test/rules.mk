# SPDX-License-Identifier: MIT
# The rules of the tests and of the bench: part of the Makefile, which reads
# this file when such a goal is asked for. test/README.md explains the tests.

##= TESTS="PATH..." run only these of test/
##= MUTANTS="N..."  only these of mutation, or --list, or --verbose
##= VM="WORD..."    these of test/vm/machines, or "push", or "all" of them
##= FUZZ="NAME..."  these targets of test/fuzz, FUZZ_SECONDS=N each, or 30
##= BENCH="WORD..." say this to test/bench/bench.py, which has a --help

##@ Checks

quick: ## Format, unit and fault tests: what to run before each commit
check: ## Build everything and run the tests, or those of TESTS=
check-full: ## What check leaves to CI: all configurations, fuzzing, coverage
check-setup: ## Try every setup on a machine that has nothing (as root)
setup-vm: ## Fetch emulators, compilers and kernels for check-vm, or of VM=
check-vm: ## Run tests in virtual machines: those of every push, or of VM=
check-all: ## Run everything in every virtual machine, besides check
vm-readme: ## Put the table of what ran in virtual machines into README.md
fuzz: ## Feed hostile rings, files and answers to the library: see FUZZ=
bench: ## Measure beside other libraries: a table, pictures (as root)
bench-quick: ## The same, roughly, in two minutes
bench-readme: ## Put what it measured last into README.md
coverage: ## How much of src/ the unit and fault tests run, below a bar: error
mutation: ## Leave out one clean-up call after the other: a test has to fail
size: ## Bytes and stack, here and on the architectures of setup-vm
size-budget: ## Make what "make size" measures there the budget of the checks
stack: ## How much stack each public function needs, with this .config
baseline: ## Keep this library, to compare with
bloatcheck: ## What it differs by from that, symbol by symbol
format: ## Format the sources
format-check: ## Tell whether "make format" would change anything

# The tests have a build of their own, with every option and strict.
checked := $(abspath $(obj).check)

# $(1) the words for test/run: which tests. They are built as make was told to
# work, or by a job a processor.
define run-tests
	$(Q)$(MAKE) O=$(checked) full_defconfig
	@programs=$$(sh test/run --programs $(1)) && \
	case " $$MAKEFLAGS" in \
	*' -j'*) jobs= ;; \
	*) jobs=-j$$(nproc) ;; \
	esac && \
	$(MAKE) $$jobs O=$(checked) WERROR=1 test-programs PROGRAMS="$$programs"
	@NETRING_SRC=$(CURDIR) NETRING_BUILD=$(checked) \
	NETRING=$(checked)/netring NETRING_CC=$(call quote,$(CC)) \
	NETRING_HOSTCC=$(call quote,$(HOSTCC)) sh test/run $(1)
endef

quick:
	$(call run-tests,--quick)

check:
	$(call run-tests,$(TESTS))

check-full:
	$(call run-tests,--full $(TESTS))

check-setup:
	@sh tools/setup.sh debootstrap git
	@sh test/check-setup

setup-vm:
	@sh test/vm/setup.sh $(or $(VM),push)

check-vm:
	@NETRING_BUILD=$(checked)/vm sh test/vm/run.sh $(or $(VM),push) \
		$(if $(TESTS),-- $(TESTS))

check-all:
	$(Q)$(MAKE) check
	$(Q)$(MAKE) check-full
	$(Q)$(MAKE) mutation
	$(Q)$(MAKE) VM=all setup-vm check-vm

vm-readme:
	@sed -i -e '/^<!-- machines -->/,/^<!-- end of machines -->/{' \
		-e '/^<!--/!d' -e '/^<!-- machines -->/r $(checked)/vm/report.md' \
		-e '}' README.md

# Percent of the lines, and of the branches.
coverage:
	$(Q)$(MAKE) -s O=$(checked)/coverage full_defconfig
	$(Q)$(MAKE) -s O=$(checked)/coverage sanitize='-O0 --coverage' \
		host-programs
	@sh test/coverage $(checked)/coverage 95 85

mutation:
	@python3 test/mutation/mutation.py $(checked)/mutation $(MUTANTS)

size: $(obj)libnetring.a
	$(Q)$(MAKE) -s O=$(checked)/size tiny_defconfig
	$(Q)$(MAKE) -s O=$(checked)/size libnetring.a
	@SIZE='$(SIZE)' CC=$(call quote,$(CC)) sh test/size/run \
		$(obj)libnetring.a $(checked)/size
	@$(size-table) print $(checked)/size/table

size-table = CC=$(call quote,$(CC)) AR='$(AR)' SIZE='$(SIZE)' \
	sh test/size/table

size-budget:
	@$(size-table) write $(checked)/size/table

# gcc's: every object again, for its graph of calls.
stack: $(obj)auto.conf
	$(Q)mkdir -p $(checked)/stack
	$(Q)cp '$(config)' $(checked)/stack/.config
	$(Q)$(MAKE) -s O=$(checked)/stack KCONFIG_CONFIG= \
		EXTRA_CFLAGS='$(EXTRA_CFLAGS) -fcallgraph-info=su' \
		$(checked)/stack/libnetring.a
	@awk -f test/size/stack.awk $(patsubst $(obj)%.o,$(checked)/stack/%.ci,\
		$(lib-objects)) | sort -rn

baseline: $(obj)libnetring.a
	$(call say,COPY,libnetring_old.a)
	$(Q)cp $< $(obj)libnetring_old.a

bloatcheck: $(obj)libnetring.a
	@test -e $(obj)libnetring_old.a || { echo 'First: make baseline'; exit 1; }
	@NM='$(NM)' SIZE='$(SIZE)' sh test/size/bloat-o-meter \
		$(obj)libnetring_old.a $<

CLANG_FORMAT ?= clang-format
c-files = $(filter-out %/config.h %/applets.h %/tests.h,$(wildcard \
	$(foreach d,src include/netring tools/netring test/*,$(d)/*.[ch])))

format:
	$(Q)$(CLANG_FORMAT) -i $(c-files)

# For quick: those that changed. lint.t has all of them.
format-check: to-check = $(c-files)
format-check-changed: to-check = $(filter $(c-files),$(shell \
	sh test/changed || echo $(c-files)))
format-check format-check-changed:
	$(call say,FORMAT,sources)
	@printf '%s\n' $(to-check) | \
		xargs -r -P "$$(nproc)" -n 16 $(CLANG_FORMAT) --dry-run -Werror || \
		{ echo 'Run "make format".'; exit 1; }

.PHONY: quick check check-full check-setup setup-vm check-vm check-all \
	vm-readme size size-budget stack baseline bloatcheck format format-check \
	format-check-changed coverage mutation

# Programs of the tests: every test_*.c is one, joined by the other files of
# its directory. Those of unit and fault run on the host's C library and under
# sanitizers, those of live are static and link what users get. -O0 and gold,
# where it is there, take half of the time of -O1 and the usual linker.
HOSTCC ?= gcc
sanitize := -fsanitize=address,undefined -fno-sanitize-recover=all
linker := $(if $(shell command -v ld.gold),\
	-fuse-ld=gold -Wl$(comma)--allow-shlib-undefined)
test-cflags := -std=c11 -g -O0 -Wall -Wextra -Werror $(sanitize) \
	$(includes) -Isrc -Itest
KERNEL_HEADERS ?= /usr/include /usr/include/$(shell $(HOSTCC) -print-multiarch)
live-cflags = $(own-flags) $(includes) -Itest \
	$(addprefix -idirafter ,$(KERNEL_HEADERS))

# The C library's functions that tests of failures put themselves in front of.
wrapped := bind clock_gettime close eventfd getsockname getsockopt ioctl \
	mmap mmap64 munmap nanosleep open open64 poll read recv recvmsg send \
	sendmsg sendto setns setsockopt socket syscall write

$(eval $(call stamp,test,$(HOSTCC) $(test-cflags) $(wrapped)))

# $(1) objects, $(2) sources' directory: a rule to compile them for the host
define host-objects
$(1): $(obj)$(2)/%.o: $(3)/%.c $(obj).stamp/test \
		| $(obj)include/netring/config.h
	$$(call say,HOSTCC)
	@mkdir -p $$(@D)
	$$(Q)$(HOSTCC) $(test-cflags) -MMD -MP -c -o $$@ $$<
endef

test-sources = $(wildcard test/$(1)/test_*.c)
test-support = $(filter-out $(call test-sources,$(1)),$(wildcard test/$(1)/*.c))
objects-of = $(addprefix $(obj),$(patsubst %.c,%.o,$(1)))
programs-of = $(addprefix $(obj),$(basename $(call test-sources,$(1))))

sanitized := $(patsubst $(obj)src/%,$(obj)test/src/%,$(lib-objects))
$(eval $(call host-objects,$(sanitized),test/src,src))
$(obj)test/libnetring.a: $(sanitized) $(obj).stamp/ar
	$(call say,AR)
	$(Q)rm -f $@
	$(Q)ar rcs $@ $(sanitized)

# $(1) directory of test/, $(2) flags to link with
define host-tests
$(call host-objects,$(call objects-of,$(wildcard test/$(1)/*.c)),test/$(1),test/$(1))
$(call programs-of,$(1)): %: %.o $(call objects-of,$(call test-support,$(1))) \
		$(obj)test/libnetring.a
	$$(call say,HOSTLD)
	$$(Q)$(HOSTCC) $(linker) $(sanitize) $(2) -o $$@ $$^ -lcmocka
endef

$(eval $(call host-tests,unit,$(addprefix -Wl$(comma)--wrap=,syscall)))
$(eval $(call host-tests,fault,$(addprefix -Wl$(comma)--wrap=,$(wrapped))))

live-objects := $(call objects-of,$(wildcard test/live/*.c))
$(live-objects): $(obj)test/live/%.o: test/live/%.c $(obj).stamp/cc \
		| $(obj)include/netring/config.h
	$(call say,CC)
	@mkdir -p $(@D)
	$(Q)$(CC) $(live-cflags) -MMD -MP -c -o $@ $<

$(call programs-of,live): %: %.o $(call objects-of,$(call test-support,live)) \
		$(obj)libnetring.a
	$(call say,LD)
	$(Q)$(CC) -static -o $@ $^

# And built for the host, for sanitizers and valgrind to look at.
in-host = $(patsubst test/live/%.c,$(obj)test/host/%$(1),$(2))
host-objects-of-live := $(call in-host,.o,$(wildcard test/live/*.c))
host-live := $(call in-host,,$(call test-sources,live))
$(eval $(call host-objects,$(host-objects-of-live),test/host,test/live))
$(host-live): %: %.o $(call in-host,.o,$(call test-support,live)) \
		$(obj)test/libnetring.a
	$(call say,HOSTLD)
	$(Q)$(HOSTCC) $(linker) $(sanitize) -o $@ $^

# The same tests, or VM_TESTS, in one program, the first process of a virtual
# machine.
vm-all := $(notdir $(wildcard test/live/*.c test/vm/*.c))
vm-tests := $(or $(VM_TESTS),$(filter test_%,$(vm-all:.c=)))
vm-sources := $(filter-out test_%,$(vm-all)) $(vm-tests:=.c)
vm-objects := $(vm-sources:%.c=$(obj)test/vm/%.o)
vpath %.c test/live test/vm

$(obj)test/vm/tests.h: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' '/* SPDX-License-Identifier: MIT */' \
		$(patsubst %,'TEST(%)',$(vm-tests)) >$@.tmp
	@cmp -s $@.tmp $@ && rm $@.tmp || mv $@.tmp $@

$(vm-objects): $(obj)test/vm/%.o: %.c $(obj).stamp/cc \
		| $(obj)include/netring/config.h $(obj)test/vm/tests.h
	$(call say,CC)
	@mkdir -p $(@D)
	$(Q)$(CC) $(live-cflags) -I$(obj)test/vm $(if $(filter test_%,$*),\
		-Dmain=$*) -MMD -MP -c -o $@ $<

$(obj)test/vm/init: $(vm-objects) $(obj)libnetring.a
	$(call say,LD)
	$(Q)$(CC) -static -s -Wl,--gc-sections -o $@ $^

vm-program: $(obj)test/vm/init

.PHONY: vm-program

# Those of PROGRAMS=, or all of unit, fault and live.
test-programs: $(if $(PROGRAMS),\
	$(foreach p,$(PROGRAMS),$(if $(findstring /,$(p)),$(obj))$(p)),\
	$(foreach d,unit fault live,$(call programs-of,$(d))))
host-programs: $(foreach d,unit fault,$(call programs-of,$(d)))

.PHONY: test-programs host-programs
.SECONDARY:

-include $(patsubst %.o,%.d,$(sanitized) $(live-objects) $(vm-objects) \
	$(host-objects-of-live) \
	$(foreach d,unit fault,$(call objects-of,$(wildcard test/$(d)/*.c))))

# Fuzz targets: every fuzz_*.c is one, with the library as clang instruments it
# and the parts of the program that read files. System calls go to fuzz.c.
FUZZ_CC ?= clang
FUZZ_SECONDS ?= 30
fuzz-hooks := syscall send recv sendmsg recvmsg poll nanosleep clock_gettime
fuzz-cflags := -std=gnu11 -g -O1 -Wall -Wextra -Werror \
	-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all \
	$(includes) -Isrc -Itools/netring -I$(obj)tools/netring
fuzz-tools := filter_file stat_read text
fuzz-lib := $(patsubst $(obj)src/%,$(obj)test/fuzz/src/%,$(lib-objects)) \
	$(fuzz-tools:%=$(obj)test/fuzz/tools/%.o)
fuzz-sources := $(wildcard test/fuzz/*.c)
fuzz-objects := $(fuzz-sources:%.c=$(obj)%.o)
fuzz-all := $(patsubst %.c,$(obj)%,$(wildcard test/fuzz/fuzz_*.c))

$(eval $(call stamp,fuzz,$(FUZZ_CC) $(fuzz-cflags) $(fuzz-hooks)))

# $(1) objects, $(2) their directory, $(3) the sources', $(4) more flags
define fuzz-compile
$(1): $(obj)$(2)/%.o: $(3)/%.c $(obj).stamp/fuzz | \
		$(obj)include/netring/config.h $(obj)tools/netring/applets.h
	$$(call say,FUZZCC)
	@mkdir -p $$(@D)
	$$(Q)$(FUZZ_CC) $(fuzz-cflags) $(4) -MMD -MP -c -o $$@ $$<
endef

$(eval $(call fuzz-compile,$(filter $(obj)test/fuzz/src/%,$(fuzz-lib)),test/fuzz/src,src,$(foreach f,$(fuzz-hooks),-D$(f)=fuzz_$(f))))
$(eval $(call fuzz-compile,$(filter $(obj)test/fuzz/tools/%,$(fuzz-lib)),test/fuzz/tools,tools/netring,))
$(eval $(call fuzz-compile,$(fuzz-objects),test/fuzz,test/fuzz,))

$(obj)test/fuzz/libfuzzed.a: $(fuzz-lib)
	$(call say,AR)
	$(Q)rm -f $@
	$(Q)ar rcs $@ $^

$(fuzz-all): %: %.o $(obj)test/fuzz/fuzz.o $(obj)test/fuzz/libfuzzed.a
	$(call say,FUZZLD)
	$(Q)$(FUZZ_CC) -fsanitize=fuzzer,address,undefined -o $@ $^

fuzz-programs: $(fuzz-all)

fuzz:
	$(Q)$(MAKE) O=$(checked) full_defconfig
	$(Q)$(MAKE) O=$(checked) fuzz-programs
	@NETRING_BUILD=$(checked) FUZZ_SECONDS='$(FUZZ_SECONDS)' \
		sh test/fuzz/run $(FUZZ)

.PHONY: fuzz fuzz-programs

-include $(patsubst %.o,%.d,$(fuzz-lib) $(fuzz-objects))

# The bench: the library of its own at the peers' -O2, and of each test/bench/*.c
# one program. What begins with ours_ links the library as users do, static;
# what begins with peer_pcap and peer_xsk links the host's libpcap and libxdp.
benched := $(checked)/bench
bench-of = $(patsubst %.c,$(obj)%,$(wildcard test/bench/$(1)*.c))
bench-all := $(call bench-of,)
bench-ours := $(call bench-of,ours_)
bench-flags = -std=gnu11 -O2 $(warnings) -MMD -MP -MT $@ -MF $@.d -o $@ $<
$(call bench-of,peer_pcap): bench-libs := -lpcap
$(call bench-of,peer_xsk): bench-libs := -lxdp -lbpf

$(bench-ours): $(obj)%: %.c $(obj)libnetring.a $(obj).stamp/cc
	$(call say,CC)
	@mkdir -p $(@D)
	$(Q)$(CC) $(live-cflags) $(bench-flags) -static $(obj)libnetring.a

$(filter-out $(bench-ours),$(bench-all)): $(obj)%: %.c
	$(call say,HOSTCC)
	@mkdir -p $(@D)
	$(Q)$(HOSTCC) $(bench-flags) $(bench-libs)

bench-binaries: all $(bench-all)

bench-programs:
	$(Q)$(MAKE) O=$(benched) full_defconfig
	$(Q)$(MAKE) O=$(benched) CONFIG_OPTIMIZE_SPEED=y bench-binaries

bench bench-quick: bench-programs
	@BENCH_BUILD=$(benched) python3 test/bench/bench.py \
		$(if $(filter bench-quick,$@),--quick) \
		$(BENCH)

bench-readme:
	python3 test/bench/report.py $(benched)/report README.md \
		test/bench/measured

.PHONY: bench bench-quick bench-readme bench-programs bench-binaries

-include $(bench-all:%=%.d)

