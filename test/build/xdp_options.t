# SPDX-License-Identifier: MIT
# Options of AF_XDP: what goes with one that is off, and what its build says
# to a program that asks for it.
# shellcheck shell=sh

. test/lib.sh

# $1... options on the command line; prints which of XDP_ are off
off() {
	rm -rf "$T/off"
	mk off -s full_defconfig
	mk off -s "$@" "$T/off/include/netring/config.h"
	sed -n 's/^#define NETRING_CONFIG_XDP_\([A-Z_]*\) 0$/\1/p' \
		"$T/off/include/netring/config.h" | LC_ALL=C sort | xargs
}
# What depends on an option, directly or not.
while read -r option without; do
	is "without $option" "$(off "CONFIG_XDP_$option=n")" \
		"$(echo "$option $without" | xargs -n 1 | LC_ALL=C sort | xargs)"
done <<'END'
RX CHECKSUM PROGRAM FLOWS NETLINK GROUP BRIDGE
TX METADATA TX_BUDGET BRIDGE
SHARED GROUP BRIDGE
PROGRAM FLOWS NETLINK BRIDGE
ADOPT
FRAGMENTS
METADATA
BUSY_POLL
TX_BUDGET
SPIN
FLOWS
NETLINK
CHECKSUM
GROUP
BRIDGE
END

# Without AF_XDP there is nothing of it: no question, no file, no name. (To
# tell of a program on an interface is the probe's affair.)
echo '# CONFIG_XDP is not set' >"$T/values"
mk none -s KCONFIG_ALLCONFIG="$T/values" allyesconfig
no "without XDP, no option of it is asked for" grep CONFIG_XDP_ \
	"$T/none/.config"
mk none -s -j2 CC="$CHECK_CC" CONFIG_PROBE=n "$T/none/libnetring.a"
is "and no file is there" "$(ar t "$T/none/libnetring.a" |
	grep -e xdp -e umem -e netlink)" ""
is "nor a function" "$(nm "$T/none/libnetring.a" | grep -e xdp -e umem)" ""
mk none -s CONFIG_PROBE=n "$T/none/include/netring/config.h"
echo '#include <netring/netring.h>' >"$T/none.c"
is "nor a word in netring.h" "$($CHECK_CC -E -I"$T/none/include" -Iinclude \
	"$T/none.c" | grep -e 'struct netring_xdp' -e 'struct netring_umem')" ""

# Nothing is opened: an interface, which none of these names, is looked for
# after what a build lacks (-EINVAL, -EOPNOTSUPP).
cat >"$T/refused.c" <<'END'
#include <errno.h>
#include <netring/netring.h>
#include <stdio.h>
#include <string.h>

NETRING_UMEM_AREA(area, 8, 2048);
static struct netring_umem_config memory = { NETRING_UMEM_OF(area) };
static struct netring_umem umem;
static struct netring_xdp_config config;

static void result(const char *name, int r, enum netring_step step)
{
	if (r != -EINVAL && r != -EOPNOTSUPP)
		printf("%s=%d ", name, r);
	else if (step != NETRING_STEP_CONFIG)
		printf("%s=%s ", name, netring_step_name(step));
	else if (r == -EOPNOTSUPP)
		printf("%s ", name);
}

static void socket(const char *name)
{
	struct netring_xdp xdp;
	int r = netring_xdp_open(&xdp, &config);

	result(name, r, xdp.step);
	memset(&config, 0, sizeof(config));
	config.umem = &umem;
	config.mode = NETRING_CONFIG_XDP_TX ? NETRING_XDP_TX : NETRING_XDP_RX;
}

int main(void)
{
	static struct netring_xdp_program *program = (void *)&umem;
	int r, fd = 0;

	if (netring_umem_init(&umem, &memory))
		return 1;
	config.umem = &umem;
	config.mode = NETRING_CONFIG_XDP_TX ? NETRING_XDP_TX : NETRING_XDP_RX;
	socket("nothing");
	config.mode = NETRING_XDP_BOTH;
	socket("both");
	config.mode = NETRING_XDP_RX;
	socket("rx");
	config.mode = NETRING_XDP_TX;
	socket("tx");
	config.map = &fd;
	socket("map");
	config.program = program;
	socket("program");
	config.flags = NETRING_XDP_PROMISC;
	socket("promisc");
	config.socket = &fd;
	socket("adopt");
	config.flags = NETRING_XDP_FRAGMENTS;
	socket("fragments");
	config.flags = NETRING_XDP_SPIN;
	socket("spin");
	config.flags = NETRING_XDP_BUSY_POLL;
	socket("busy-poll");
	config.flags = NETRING_XDP_KEEP_COMPLETIONS;
	socket("keep-completions");
	config.tx_budget = 64;
	socket("tx-budget");
	config.flags = 0x80000000;
	socket("unknown");
	memory.flags = NETRING_UMEM_METADATA;
	r = netring_umem_init(&umem, &memory);
	result("metadata", r ? r : -EINVAL, NETRING_STEP_CONFIG);
#if NETRING_CONFIG_XDP_PROGRAM
	{
		struct netring_xdp_program_config flows = { .flows = 1 };
		static struct netring_xdp_program with;

		r = netring_xdp_program_open(&with, &flows);
		result("flows", r, with.step);
	}
#endif
	return 0;
}
END
# $1... options on the command line; prints what the build refuses
refused() {
	rm -rf "$T/o"
	mk o -s tiny_defconfig
	mk o -s -j2 CC="$CHECK_CC" CONFIG_XDP=y "$@" "$T/o/libnetring.a" &&
		$CHECK_CC -std=c11 -Wall -Wextra -Werror -I"$T/o/include" \
			-Iinclude -o "$T/refused" "$T/refused.c" \
			"$T/o/libnetring.a" &&
		"$T/refused" | sed 's/ $//'
}
is "all of it: only what nobody knows is refused" "$(refused)" "unknown"
is "without the small options, what they are for is refused" "$(
	refused CONFIG_XDP_FRAGMENTS=n CONFIG_XDP_SPIN=n \
		CONFIG_XDP_BUSY_POLL=n CONFIG_XDP_TX_BUDGET=n \
		CONFIG_XDP_ADOPT=n CONFIG_XDP_METADATA=n CONFIG_XDP_FLOWS=n
)" "adopt fragments spin busy-poll keep-completions tx-budget unknown metadata \
flows"
is "without a program of its own, it is, and a map is not" "$(
	refused CONFIG_XDP_PROGRAM=n
)" "program unknown"
is "without sending, whatever sends is" "$(
	refused CONFIG_XDP_TX=n
)" "both tx keep-completions tx-budget unknown metadata"
is "without receiving, whatever receives is" "$(
	refused CONFIG_XDP_RX=n
)" "both rx map program promisc unknown"

done_testing
