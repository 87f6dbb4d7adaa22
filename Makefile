# SPDX-License-Identifier: MIT
# Builds libnetring.a and the netring program. "make help" lists what is here.
# Needs GNU make 4.0, a C compiler and the tools of POSIX; no Python, no bash.

VERSION := 0.1.0

##= O=DIR           put everything that is made, .config too, into DIR
##= V=1             show the commands; -s shows nothing
##= CROSS_COMPILE=  what the names of the compiler and of ar begin with
##= CC= AR= CFLAGS= CPPFLAGS= EXTRA_CFLAGS= LDFLAGS=    as usual
##= DESTDIR= PREFIX= LIBDIR= INCLUDEDIR= BINDIR=        where to install
##= CONFIG_X=y      set an option: .config has it from then on
##= TESTS="PATH..." run only these of test/
##= MUTANTS="N..."  only these of mutation, or --list, or --verbose
##= VM="WORD..."    these of test/vm/machines, or "push", or "all" of them
##= FUZZ="NAME..."  these targets of test/fuzz, FUZZ_SECONDS=N each, or 30
##= BENCH="WORD..." say this to test/bench/bench.py, which has a --help

# ---------------------------------------------------------------------------
# Where things are. Sources are named from here, the top of the source tree;
# what is made goes below $(obj), which is empty or ends in a slash.

MAKEFLAGS += -rR --no-print-directory

ifeq ($(origin O),command line)
  out := $(O)
else
  out := $(KBUILD_OUTPUT)
endif

ifneq ($(foreach p,CURDIR out KCONFIG_CONFIG,$(words x$($(p)))),1 1 1)
  $(error a path with a space cannot be used: \
	$(CURDIR) $(out) $(KCONFIG_CONFIG))
endif

obj := $(if $(filter-out $(CURDIR),$(abspath $(out))),$(out:%/=%)/)
config := $(or $(KCONFIG_CONFIG),.config)
config := $(if $(filter /%,$(config)),,$(obj))$(config)

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:

# Values given to make, as in "make CONFIG_PCAP=n", are put into .config, so that
# "make install" installs what was built.
kconfig-set := $(strip $(foreach v,$(filter CONFIG_%,$(.VARIABLES)),\
	$(if $(filter command,$(origin $(v))),$(v:CONFIG_%=%)=$($(v)))))

# The values of all options. Goals that need none do not make a .config.
goal := $(or $(MAKECMDGOALS),all)
ifneq ($(filter all demo install% size stack baseline bloatcheck \
	test-programs host-programs bench-binaries fuzz-programs vm-program \
	$(obj)test/% %.a %.o %.h %.pc %netring,$(goal)),)
  -include $(obj)auto.conf
endif

# ---------------------------------------------------------------------------
# What belongs to the build. This is the one place where options meet files.

lib-y += sys.o step.o clock.o

lib-$(CONFIG_CAPTURE) += packet_socket.o interface.o geometry.o packet.o
lib-$(CONFIG_CAPTURE) += capture_open.o capture.o capture_wait.o
lib-$(CONFIG_CAPTURE) += capture_rebind.o capture_stats.o capture_preset.o
lib-$(CONFIG_CAPTURE_V2) += capture_oversize.o
lib-$(CONFIG_CAPTURE_FILTER) += filter.o
lib-$(CONFIG_CAPTURE_FANOUT) += fanout.o
lib-$(CONFIG_INJECTOR) += packet_socket.o interface.o geometry.o packet.o
lib-$(CONFIG_INJECTOR) += injector_open.o injector.o injector_send.o
lib-$(CONFIG_INJECTOR_TXTIME) += injector_txtime.o
lib-$(CONFIG_INJECTOR_TIMESTAMP) += injector_timestamp.o
lib-$(CONFIG_BRIDGE) += bridge_open.o bridge.o offload.o
lib-$(CONFIG_XDP) += umem.o xdp_open.o xdp_rings.o xdp_bind.o
lib-$(CONFIG_XDP) += xdp_health.o xdp_stats.o
lib-$(CONFIG_XDP) += interface.o
lib-$(CONFIG_XDP_RX) += xdp_rx.o xdp_map.o packet_socket.o
lib-$(CONFIG_XDP_TX) += xdp_tx.o xdp_send.o
lib-$(CONFIG_XDP_METADATA) += xdp_metadata.o checksum.o
lib-$(CONFIG_XDP_PROGRAM) += xdp_program.o
lib-$(CONFIG_XDP_FLOWS) += xdp_flows.o
lib-$(CONFIG_XDP_NETLINK) += xdp_netlink.o netlink.o
lib-$(CONFIG_XDP_GROUP) += xdp_group.o
lib-$(CONFIG_XDP_BRIDGE) += xdp_bridge_open.o xdp_bridge.o xdp_complete.o
lib-$(CONFIG_XDP_BRIDGE) += checksum.o offload.o
lib-$(CONFIG_LOOP) += loop.o
lib-$(CONFIG_PACE) += pace.o divide.o
lib-$(CONFIG_METRICS) += metrics.o divide.o
lib-$(CONFIG_PACKET_NETNS) += netns.o
lib-$(CONFIG_PCAP) += pcap.o
lib-$(CONFIG_PCAP_READ) += pcap_read.o pcapng_read.o divide.o
lib-$(CONFIG_PROBE) += probe.o probe_interface.o packet_socket.o interface.o
lib-$(CONFIG_PROBE) += probe_xdp.o probe_xdp_socket.o xdp_netlink.o netlink.o

tool-$(CONFIG_TOOL) += main.o text.o interface.o

tool-$(CONFIG_TOOL_CAPTURE) += capture.o capture_options.o capture_open.o
tool-$(CONFIG_TOOL_CAPTURE) += capture_file.o capture_print.o capture_status.o
tool-$(CONFIG_TOOL_CAPTURE) += filter_file.o metrics_file.o report.o signals.o
tool-$(CONFIG_TOOL_CAPTURE) += capture_feed.o backend.o
tool-$(CONFIG_TOOL_CAPTURE_XDP) += capture_xdp_open.o capture_xdp.o
tool-$(CONFIG_TOOL_CAPTURE_XDP) += backend_memory.o
tool-$(CONFIG_TOOL_PROBE) += probe.o probe_interface.o kernel_fault.o
tool-$(CONFIG_TOOL_INJECT) += inject.o inject_open.o inject_options.o
tool-$(CONFIG_TOOL_INJECT) += inject_source.o inject_status.o
tool-$(CONFIG_TOOL_INJECT) += inject_outlet.o backend.o
tool-$(CONFIG_TOOL_INJECT) += metrics_file.o report.o signals.o
tool-$(CONFIG_TOOL_INJECT_XDP) += inject_xdp.o backend_memory.o
tool-$(CONFIG_TOOL_BRIDGE) += bridge.o bridge_options.o bridge_open.o
tool-$(CONFIG_TOOL_BRIDGE) += bridge_status.o bridge_joint.o backend.o
tool-$(CONFIG_TOOL_BRIDGE) += filter_file.o metrics_file.o report.o signals.o
tool-$(CONFIG_TOOL_BRIDGE_XDP) += bridge_xdp.o backend_memory.o
tool-$(CONFIG_TOOL_STAT) += stat.o stat_read.o

applet-$(CONFIG_TOOL_CAPTURE) += capture
applet-$(CONFIG_TOOL_PROBE) += probe
applet-$(CONFIG_TOOL_INJECT) += inject
applet-$(CONFIG_TOOL_BRIDGE) += bridge
applet-$(CONFIG_TOOL_STAT) += stat

# The C library's functions that tests of failures put themselves in front of.
wrapped := bind clock_gettime close eventfd getsockname getsockopt ioctl \
	mmap mmap64 munmap nanosleep open open64 poll read recv recvmsg send \
	sendmsg sendto setns setsockopt socket syscall write

# ---------------------------------------------------------------------------
# How goals are made.

# Short messages; V=1 shows the commands, -s shows nothing.
ifeq ($(V),1)
  Q :=
else
  Q := @
  ifeq ($(findstring s,$(firstword -$(MAKEFLAGS))),)
    say = @printf '  %-8s%s\n' $(1) $(or $(2),$(@:$(obj)%=%))
  endif
endif

# Several goals are made one after another, in the order given, also with -j:
# "make setup demo" must not begin the demo before the tools are there.
ifneq ($(words $(MAKECMDGOALS)),$(words $(firstword $(MAKECMDGOALS))))

.PHONY: $(MAKECMDGOALS) one-by-one
$(MAKECMDGOALS): one-by-one ; @:
one-by-one:
	@export SETUP_FOR='$(MAKECMDGOALS)'; set -e; \
	for goal in $(MAKECMDGOALS); do $(MAKE) $$goal; done

else

##@ Help

help: ## This list
	@awk -f tools/help.awk Makefile
	@printf '\nConfigurations in configs/:\n'
	@printf '  %s\n' $(named-configs)

.PHONY: help

##@ Configuration

kconfig-env = KCONFIG_CONFIG='$(config)' KCONFIG_SET=$(call quote,$(kconfig-set))
kconfig = $(kconfig-env) sh tools/kconfig/kconfig.sh
editor = $(kconfig-env) sh tools/kconfig/python.sh tools/kconfig/kconfig.py

# Explicit names, because Buildroot looks for them.
menuconfig: ## Choose options in menus
config: ## Answer a question for every option
oldconfig: ## Answer a question for every option that .config lacks
randconfig: ## Choose at random; KCONFIG_SEED=N repeats a choice
olddefconfig: ## Complete .config, what it lacks at its default
defconfig: ## Every option at its default
allnoconfig: ## Every option off
allyesconfig: ## Every option on
savedefconfig: ## Write the least file that gives .config to ./defconfig
listnewconfig: ## List the options that .config lacks

menuconfig config oldconfig randconfig: | $(obj)Makefile
	@mkdir -p '$(dir $(config))'
	@$(editor) $@

olddefconfig defconfig allnoconfig allyesconfig: | $(obj)Makefile
	$(call say,CONFIG,$(config:$(obj)%=%))
	$(Q)$(kconfig) $@

savedefconfig:
	$(call say,CONFIG,defconfig)
	$(Q)$(kconfig) $@ $(obj)defconfig

listnewconfig:
	@$(kconfig) $@

named-configs := $(notdir $(wildcard configs/*_defconfig))
$(named-configs): %: configs/% | $(obj)Makefile
	$(call say,CONFIG,$(config:$(obj)%=%))
	$(Q)$(kconfig) defconfig $<

.PHONY: menuconfig config oldconfig randconfig olddefconfig defconfig \
	allnoconfig allyesconfig savedefconfig listnewconfig $(named-configs)

# Once: make starts itself again when .config has changed auto.conf.
$(config): $(if $(kconfig-set),$(if $(MAKE_RESTARTS),,FORCE)) | $(obj)Makefile
	$(call say,CONFIG,$(config:$(obj)%=%))
	$(Q)$(kconfig) olddefconfig

$(obj)auto.conf: $(config) Kconfig $(wildcard tools/kconfig/*.awk)
	$(Q)$(kconfig) make $@

$(obj)include/netring/config.h: $(obj)auto.conf
	$(Q)$(kconfig) header $@

# With O=DIR, "make" works inside of DIR too; a DESTDIR counts from there.
generated := Generated: hands every goal over to the source tree.
ifneq ($(obj),)
$(obj)Makefile:
	@mkdir -p $(@D)
	@printf '%s\n' '# $(generated)' \
		'goals := $$(or $$(MAKECMDGOALS),all)' \
		'below := $$(filter-out /%,$$(firstword $$(DESTDIR)))' \
		'.PHONY: $$(goals) source' \
		'$$(goals): source ;' \
		'source:' \
		'	@$$(MAKE) --no-print-directory -C $(CURDIR) O=$$(CURDIR) \' \
		'		$$(if $$(below),DESTDIR="$$(CURDIR)/$$(DESTDIR)") $$(goals)' >$@
endif

##@ Build

all: ## The library and the program (also just "make")
all: $(obj)libnetring.a $(obj)netring.pc $(if $(tool-y),$(obj)netring)

# What is made may also be named without $(obj).
ifneq ($(obj),)
libnetring.a netring.pc netring: %: $(obj)%
.PHONY: libnetring.a netring.pc netring
endif

.PHONY: all FORCE
FORCE:

# The compiler: CC, or that of CROSS_COMPILE, or musl's where it is installed.
default = $(filter default undefined,$(origin $(1)))
ifneq ($(call default,CC),)
  musl-gcc := $(if $(CROSS_COMPILE),,$(shell command -v musl-gcc))
  CC := $(if $(musl-gcc),musl-gcc,$(CROSS_COMPILE)gcc)
endif
ifneq ($(call default,AR),)
  AR := $(CROSS_COMPILE)ar
endif
SIZE ?= $(CROSS_COMPILE)size
NM ?= $(CROSS_COMPILE)nm

# Our flags first, so that those of the user win. WERROR=1 is for the checks:
# other compilers have other warnings.
warnings := -Wall -Wextra $(if $(filter 1,$(WERROR)),-Werror)
optimize := $(if $(CONFIG_OPTIMIZE_SPEED),-O2,-Os)
own-flags := -std=c11 $(optimize) $(warnings) \
	-ffunction-sections -fdata-sections -ffile-prefix-map=$(CURDIR)=. \
	$(if $(CONFIG_LTO),-flto -ffat-lto-objects) \
	$(if $(CONFIG_UNWIND_TABLES),,-fno-unwind-tables \
		-fno-asynchronous-unwind-tables) \
	$(if $(CONFIG_DEBUG),-g,-DNDEBUG)
includes := -I$(obj)include -Iinclude
all-cflags := $(own-flags) $(includes) $(CPPFLAGS) $(CFLAGS) $(EXTRA_CFLAGS)
all-ldflags := $(if $(CONFIG_TOOL_STATIC),-static) -Wl,--gc-sections \
	$(if $(CONFIG_LTO),-flto=auto $(optimize)) \
	$(CFLAGS) $(EXTRA_CFLAGS) $(LDFLAGS)

lib-objects := $(addprefix $(obj)src/,$(sort $(lib-y)))
tool-objects := $(addprefix $(obj)tools/netring/,$(sort $(tool-y)))

# A stamp changes when the words it holds do, and what depends on it follows.
# $(1) the stamp, $(2) its words
define stamp
$(obj).stamp/$(1): FORCE
	@mkdir -p $$(@D)
	@printf '%s\n' $(subst $$,$$$$,$(call quote,$(2))) >$$@.tmp
	@cmp -s $$@.tmp $$@ && rm $$@.tmp || mv $$@.tmp $$@
endef
quote = '$(subst ','\'',$(1))'
comma := ,

$(eval $(call stamp,cc,$(CC) $(all-cflags)))
$(eval $(call stamp,ar,$(AR) $(lib-objects)))
$(eval $(call stamp,ld,$(all-ldflags) $(tool-objects)))

$(lib-objects): $(obj)src/%.o: src/%.c $(obj).stamp/cc \
		| $(obj)include/netring/config.h
	$(call say,CC)
	@mkdir -p $(@D)
	$(Q)$(CC) $(all-cflags) -MMD -MP -c -o $@ $<

$(obj)libnetring.a: $(lib-objects) $(obj).stamp/ar
	$(call say,AR)
	$(Q)rm -f $@
	$(Q)$(AR) rcsD $@ $(lib-objects)

$(tool-objects): $(obj)tools/netring/%.o: tools/netring/%.c $(obj).stamp/cc \
		| $(obj)include/netring/config.h $(obj)tools/netring/applets.h
	$(call say,CC)
	@mkdir -p $(@D)
	$(Q)$(CC) $(all-cflags) -I$(obj)tools/netring -MMD -MP -c -o $@ $<

$(obj)netring: $(tool-objects) $(obj)libnetring.a $(obj).stamp/ld
	$(call say,LD)
	$(Q)$(CC) -o $@ $(tool-objects) $(all-ldflags) $(obj)libnetring.a

# The program's applets, a line each, for main.c to include.
$(obj)tools/netring/applets.h: $(obj)auto.conf FORCE
	@mkdir -p $(@D)
	@printf '/* SPDX-License-Identifier: MIT */\n' >$@.tmp
	@printf '%s\n' $(patsubst %,'APPLET(%)',$(applet-y)) >>$@.tmp
	@cmp -s $@.tmp $@ && rm $@.tmp || mv $@.tmp $@

-include $(lib-objects:.o=.d) $(tool-objects:.o=.d)

##@ Installation

DESTDIR ?=
PREFIX ?= /usr/local
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
BINDIR ?= $(PREFIX)/bin
INSTALL ?= install

install: ## Library, headers, netring.pc and program to DESTDIR and PREFIX
install-headers: ## Only the headers

# Everything in netring.pc is said from ${prefix}, for pkg-config to move it.
from-prefix = $(patsubst $(PREFIX)/%,$${prefix}/%,$(1))
pc-values := s|@PREFIX@|$(PREFIX)|; s|@LIBDIR@|$(call from-prefix,$(LIBDIR))|; \
	s|@INCLUDEDIR@|$(call from-prefix,$(INCLUDEDIR))|; \
	s|@VERSION@|$(VERSION)|

$(eval $(call stamp,pc,$(pc-values)))
$(obj)netring.pc: tools/netring.pc.in $(obj).stamp/pc
	$(call say,GEN)
	$(Q)sed $(call quote,$(pc-values)) $< >$@

headers := $(filter-out %/config.h,$(wildcard include/netring/*.h)) \
	$(obj)include/netring/config.h

# $(1) mode, $(2) files, $(3) directory
copy = $(Q)$(INSTALL) -d '$(DESTDIR)$(3)' && \
	$(INSTALL) -m $(1) $(2) '$(DESTDIR)$(3)/'

install-headers: $(headers)
	$(call say,INSTALL,'$(INCLUDEDIR)/netring')
	$(call copy,644,$(headers),$(INCLUDEDIR)/netring)

install: all install-headers
	$(call say,INSTALL,'$(LIBDIR)')
	$(call copy,644,$(obj)libnetring.a,$(LIBDIR))
	$(call copy,644,$(obj)netring.pc,$(LIBDIR)/pkgconfig)
ifneq ($(tool-y),)
	$(call say,INSTALL,'$(BINDIR)')
	$(call copy,755,$(obj)netring,$(BINDIR))
endif

.PHONY: install install-headers

##@ Checks

setup: ## Install what the goals beside it need, or check (Debian, as root)
demo: ## Capture, bridge and inject between hosts on virtual wires
check: ## Build everything and run all tests, or those of TESTS=
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

setup:
	@sh tools/setup.sh --for $(SETUP_FOR)

check-setup:
	@sh tools/setup.sh debootstrap git
	@sh test/check-setup

demo: all
	@NETRING=$(abspath $(obj)netring) sh test/demo.sh

# The tests have a build of their own, with every option and strict.
checked := $(abspath $(obj).check)

check:
	$(Q)$(MAKE) O=$(checked) full_defconfig
	$(Q)$(MAKE) O=$(checked) WERROR=1 all
	$(Q)$(MAKE) O=$(checked) WERROR=1 test-programs
	$(Q)$(MAKE) O=$(checked) WERROR=1 bench-binaries
	@NETRING_SRC=$(CURDIR) NETRING_BUILD=$(checked) \
	NETRING=$(checked)/netring NETRING_CC=$(call quote,$(CC)) \
	NETRING_HOSTCC=$(call quote,$(HOSTCC)) sh test/run $(TESTS)

setup-vm:
	@sh test/vm/setup.sh $(or $(VM),push)

check-vm:
	@NETRING_BUILD=$(checked)/vm sh test/vm/run.sh $(or $(VM),push) \
		$(if $(TESTS),-- $(TESTS))

check-all:
	$(Q)$(MAKE) check
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
c-files = $(filter-out %/config.h %/applets.h,$(wildcard \
	$(foreach d,src include/netring tools/netring test/*,$(d)/*.[ch])))

format:
	$(Q)$(CLANG_FORMAT) -i $(c-files)

format-check:
	$(call say,FORMAT,sources)
	@for file in $(c-files); do \
		$(CLANG_FORMAT) $$file | diff -u $$file - || bad=1; \
	done; test -z "$$bad" || { echo 'Run "make format".'; exit 1; }

.PHONY: setup check-setup demo check setup-vm check-vm check-all vm-readme size \
	size-budget stack baseline bloatcheck format format-check coverage mutation

# Programs of the tests: every test_*.c is one, joined by the other files of
# its directory. Those of unit and fault run on the host's C library and under
# sanitizers, those of live are static and link what users get.
HOSTCC ?= gcc
sanitize := -fsanitize=address,undefined -fno-sanitize-recover=all
test-cflags := -std=c11 -g -O1 -Wall -Wextra -Werror $(sanitize) \
	$(includes) -Isrc -Itest
KERNEL_HEADERS ?= /usr/include /usr/include/$(shell $(HOSTCC) -print-multiarch)
live-cflags = $(own-flags) $(includes) -Itest \
	$(addprefix -idirafter ,$(KERNEL_HEADERS))

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
	$$(Q)$(HOSTCC) $(sanitize) $(2) -o $$@ $$^ -lcmocka
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
	$(Q)$(HOSTCC) $(sanitize) -o $@ $^

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

test-dirs := unit fault live
test-programs: $(foreach d,$(test-dirs),$(call programs-of,$(d)))
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

##@ Cleaning

clean: ## Remove what was built, keep .config
mrproper distclean: ## Remove everything that is not source

clean:
	$(call say,CLEAN,$(or $(obj),.))
	$(Q)rm -rf $(addprefix $(obj),libnetring.a netring netring.pc auto.conf \
		include/netring/config.h tools/netring/applets.h .stamp .check \
		test/src test/libnetring.a) \
		$(foreach d,$(test-dirs),$(call programs-of,$(d))) \
		$(bench-all) $(bench-all:%=%.d) $(fuzz-all) \
		$(addprefix $(obj)test/fuzz/,src tools libfuzzed.a) \
		$(fuzz-objects) $(fuzz-objects:.o=.d) \
		$(wildcard $(foreach d,src tools/netring $(test-dirs:%=test/%),\
			$(obj)$(d)/*.[od]))

mrproper distclean: clean
	$(Q)rm -f $(addprefix $(obj),.config .config.old defconfig \
		libnetring_old.a) \
		'$(config)' '$(config).old'
ifneq ($(obj),)
	$(Q)if grep -qs '$(generated)' $(obj)Makefile; then \
		rm $(obj)Makefile; \
	fi
	$(Q)rmdir $(addprefix $(obj),include/netring include src tools/netring \
		tools $(test-dirs:%=test/%) test/bench test/fuzz test) 2>/dev/null || :
endif

.PHONY: clean mrproper distclean

endif
