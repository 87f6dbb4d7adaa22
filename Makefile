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

# Values given to make, as in "make CONFIG_PCAP=n", are put into .config.
kconfig-set := $(strip $(foreach v,$(filter CONFIG_%,$(.VARIABLES)),\
	$(if $(filter command,$(origin $(v))),$(v:CONFIG_%=%)=$($(v)))))

# The values of all options. Goals that need none do not make a .config.
goal := $(or $(MAKECMDGOALS),all)
test-goals := quick check% setup-vm vm-readme fuzz bench% coverage mutation \
	size% stack baseline bloatcheck format%
test-builds := %-programs bench-binaries vm-program $(obj)test/%
ifneq ($(filter all demo install% size stack baseline bloatcheck \
	$(test-builds) %.a %.o %.h %.pc %netring,$(goal)),)
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
lib-$(CONFIG_INJECTOR) += injector_open.o injector.o injector_flush.o
lib-$(CONFIG_INJECTOR) += injector_send.o
lib-$(CONFIG_INJECTOR_TXTIME) += injector_txtime.o
lib-$(CONFIG_INJECTOR_TIMESTAMP) += injector_timestamp.o
lib-$(CONFIG_BRIDGE) += bridge_open.o bridge.o bridge_forward.o
lib-$(CONFIG_BRIDGE) += capture_renew.o offload.o
lib-$(CONFIG_SEGMENT) += segment.o checksum.o
lib-$(CONFIG_XDP) += umem.o xdp_open.o xdp_rings.o xdp_bind.o
lib-$(CONFIG_XDP) += xdp_health.o xdp_stats.o interface.o
lib-$(CONFIG_XDP_RX) += xdp_rx.o xdp_map.o packet_socket.o
lib-$(CONFIG_XDP_TX) += xdp_tx.o xdp_send.o
lib-$(CONFIG_XDP_METADATA) += xdp_metadata.o checksum.o
lib-$(CONFIG_XDP_PROGRAM) += xdp_program.o
lib-$(CONFIG_XDP_FLOWS) += xdp_flows.o
lib-$(CONFIG_XDP_NETLINK) += xdp_leftover.o xdp_netlink.o netlink.o
lib-$(CONFIG_XDP_GROUP) += xdp_group.o
lib-$(CONFIG_XDP_CHECKSUM) += xdp_complete.o checksum.o
lib-$(CONFIG_XDP_BRIDGE) += xdp_bridge_open.o xdp_bridge.o xdp_bridge_look.o
lib-$(CONFIG_XDP_BRIDGE) += offload.o
lib-$(and $(CONFIG_XDP_GROUP),$(CONFIG_XDP_BRIDGE)) += xdp_bridge_queues.o
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
tool-$(CONFIG_TOOL_CAPTURE_XDP) += backend_memory.o backend_ports.o
tool-$(CONFIG_TOOL_PROBE) += probe.o probe_interface.o kernel_fault.o
tool-$(CONFIG_TOOL_INJECT) += inject.o inject_open.o inject_options.o
tool-$(CONFIG_TOOL_INJECT) += inject_source.o inject_status.o inject_outlet.o
tool-$(CONFIG_TOOL_INJECT) += metrics_file.o report.o signals.o backend.o
tool-$(CONFIG_TOOL_INJECT_XDP) += inject_xdp.o backend_memory.o backend_ports.o
tool-$(CONFIG_TOOL_BRIDGE) += bridge.o bridge_options.o bridge_open.o
tool-$(CONFIG_TOOL_BRIDGE) += bridge_status.o bridge_joint.o backend.o
tool-$(CONFIG_TOOL_BRIDGE) += filter_file.o metrics_file.o report.o signals.o
tool-$(CONFIG_TOOL_BRIDGE_XDP) += bridge_xdp.o backend_memory.o backend_ports.o
tool-$(CONFIG_TOOL_STAT) += stat.o stat_read.o

applet-$(CONFIG_TOOL_CAPTURE) += capture
applet-$(CONFIG_TOOL_PROBE) += probe
applet-$(CONFIG_TOOL_INJECT) += inject
applet-$(CONFIG_TOOL_BRIDGE) += bridge
applet-$(CONFIG_TOOL_STAT) += stat

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
	@awk -f tools/help.awk Makefile $(wildcard test/rules.mk)
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
	$(if $(obj),-ffile-prefix-map=$(obj)=) \
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

##@ First steps

setup: ## Install what the goals beside it need, or check (Debian, as root)
demo: ## Capture, bridge and inject between hosts on virtual wires

setup:
	@sh tools/setup.sh --for $(SETUP_FOR)

demo: all
	@NETRING=$(abspath $(obj)netring) sh test/demo.sh

.PHONY: setup demo

ifneq ($(filter $(test-goals) $(test-builds),$(goal)),)
  include test/rules.mk
endif

##@ Cleaning

clean: ## Remove what was built, keep .config
mrproper distclean: ## Remove everything that is not source

# Of the tests: every program, and what their sources and ours became.
tested := $(patsubst %.c,$(obj)%,$(wildcard test/*/*.c)) \
	$(addprefix $(obj)test/,src host libnetring.a fuzz/src fuzz/tools \
	fuzz/libfuzzed.a vm/init vm/tests.h)

clean:
	$(call say,CLEAN,$(or $(obj),.))
	$(Q)rm -rf $(addprefix $(obj),libnetring.a netring netring.pc auto.conf \
		include/netring/config.h tools/netring/applets.h .stamp .check) \
		$(tested) $(wildcard $(foreach d,src tools/netring test/*,\
			$(obj)$(d)/*.[od]))

mrproper distclean: clean
	$(Q)rm -f $(addprefix $(obj),.config .config.old defconfig \
		libnetring_old.a) \
		'$(config)' '$(config).old'
ifneq ($(obj),)
	$(Q)! grep -qs '$(generated)' $(obj)Makefile || rm $(obj)Makefile
	$(Q)rmdir $(addprefix $(obj),include/netring include src tools/netring \
		tools) $(wildcard $(obj)test/*) $(obj)test 2>/dev/null || :
endif

.PHONY: clean mrproper distclean

endif
