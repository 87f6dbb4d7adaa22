/* SPDX-License-Identifier: MIT */
/* probe.c - `netring probe`: what this kernel, interface and user may do. */
#include "probe_applet.h"

#include "kernel_fault.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

const char probe_about[] = "what this kernel, interface and user can do";

static const char usage[] =
	"Usage: netring probe [-i INTERFACE] [-j]\n"
	"\n"
	"Try what packet programs need, feature by feature: yes, no, or not\n"
	"allowed to this user. Nothing is changed by that.\n"
	"\n"
	"  -i INTERFACE  tell about this interface too\n"
	"  -j, --json    print JSON\n";

/* What a kernel needs that answers no. */
static const char *const needs[] = {
	[NETRING_FEATURE_PACKET_SOCKET] = "CONFIG_PACKET",
	[NETRING_FEATURE_RECEIVE_V2] = "Linux 2.6.27",
	[NETRING_FEATURE_RECEIVE_V3] = "Linux 3.2",
	[NETRING_FEATURE_SEND_RING] = "Linux 2.6.31",
	[NETRING_FEATURE_VNET_HDR] = "Linux 4.6",
	[NETRING_FEATURE_IGNORE_OUTGOING] = "Linux 4.20",
	[NETRING_FEATURE_QDISC_BYPASS] = "Linux 3.14",
	[NETRING_FEATURE_TIMESTAMP] = "Linux 2.6.36",
	[NETRING_FEATURE_CLASSIC_FILTER] = "Linux 2.2",
	[NETRING_FEATURE_EBPF_FILTER] = "Linux 3.19, CONFIG_BPF_SYSCALL",
	[NETRING_FEATURE_LOCK_FILTER] = "Linux 3.9",
	[NETRING_FEATURE_FANOUT_HASH] = "Linux 3.1",
	[NETRING_FEATURE_FANOUT_LOAD_BALANCE] = "Linux 3.1",
	[NETRING_FEATURE_FANOUT_CPU] = "Linux 3.1",
	[NETRING_FEATURE_FANOUT_ROLLOVER] = "Linux 3.10",
	[NETRING_FEATURE_FANOUT_RANDOM] = "Linux 3.12",
	[NETRING_FEATURE_FANOUT_QUEUE] = "Linux 3.14",
	[NETRING_FEATURE_FANOUT_CLASSIC_BPF] = "Linux 4.3",
	[NETRING_FEATURE_FANOUT_EBPF] = "Linux 4.3",
	[NETRING_FEATURE_FANOUT_UNIQUE_ID] = "Linux 4.12",
	[NETRING_FEATURE_NETNS] = "CONFIG_NET_NS, /proc",
	[NETRING_FEATURE_XDP_SOCKET] = "CONFIG_XDP_SOCKETS",
	[NETRING_FEATURE_XDP_RINGS] = "Linux 4.18",
	[NETRING_FEATURE_XDP_FRAGMENTS] = "Linux 6.6",
	[NETRING_FEATURE_XDP_METADATA] = "Linux 6.8",
	[NETRING_FEATURE_XDP_TX_BUDGET] = "Linux 6.17",
	[NETRING_FEATURE_XDP_BUSY_POLL] = "Linux 5.11",
	[NETRING_FEATURE_XDP_MAP] = "Linux 4.18, CONFIG_XDP_SOCKETS",
	[NETRING_FEATURE_XDP_PROGRAM] = "Linux 4.8, CONFIG_BPF_SYSCALL",
	[NETRING_FEATURE_XDP_PROGRAM_FRAGMENTS] = "Linux 5.18",
	[NETRING_FEATURE_HARDWARE_TIME] = "a device with a clock",
};

/* What a user needs who is not allowed. */
static const char *capability(enum netring_feature feature)
{
	switch (feature) {
	case NETRING_FEATURE_EBPF_FILTER:
		return "CAP_NET_RAW and CAP_BPF";
	case NETRING_FEATURE_XDP_BUSY_POLL:
		return "CAP_NET_RAW and CAP_NET_ADMIN";
	case NETRING_FEATURE_XDP_MAP:
	case NETRING_FEATURE_XDP_PROGRAM:
	case NETRING_FEATURE_XDP_PROGRAM_FRAGMENTS:
		return "CAP_BPF and CAP_NET_ADMIN";
	case NETRING_FEATURE_NETNS:
		return "CAP_SYS_ADMIN";
	default:
		return "CAP_NET_RAW";
	}
}

static const char *const answers[] = {
	[NETRING_NO] = "no",
	[NETRING_YES] = "yes",
	[NETRING_NOT_ALLOWED] = "not allowed",
};

/* Features that are tried: one of them is an interface's. */
static int asked(enum netring_feature feature, const char *interface)
{
	return interface || feature != NETRING_FEATURE_HARDWARE_TIME;
}

static void print_feature(enum netring_feature feature, const char *interface)
{
	int r = netring_probe(feature, interface);
	const char *need = NULL;

	if (r == NETRING_NO)
		need = needs[feature];
	else if (r == NETRING_NOT_ALLOWED)
		need = capability(feature);
	printf("%-22s%s", netring_feature_name(feature),
	       r < 0 ? "unknown" : answers[r]);
	if (r < 0)
		printf(": %s", strerror(-r));
	else if (need)
		printf(", needs %s", need);
	putchar('\n');
}

static const char *fault(void)
{
	struct utsname name;

	return uname(&name) < 0 ? NULL : kernel_fault(name.release);
}

static void print_table(const char *interface,
			const struct netring_interface *facts)
{
	int i;

	for (i = 0; i < NETRING_FEATURE_COUNT_; i++)
		if (asked((enum netring_feature)i, interface))
			print_feature((enum netring_feature)i, interface);
	if (fault())
		printf("\n%-22s%s\n", "kernel-fault", fault());
	/* seen in 5.10 to 6.18; README, known kernel faults */
	if (netring_probe(NETRING_FEATURE_RECEIVE_V2, interface) > 0)
		printf("\n%-22s%s\n", "kernel-vnet-ring",
		       "UFO of a guest may stop a TPACKET_V2 ring with vnet "
		       "headers, before 7.2; a bridge makes it anew");
	if (interface)
		print_interface(interface, facts);
}

static void print_json(const char *interface,
		       const struct netring_interface *facts)
{
	int i, r;

	printf("{\n  \"netring\": \"" NETRING_VERSION "\",\n"
	       "  \"features\": {");
	for (i = 0; i < NETRING_FEATURE_COUNT_; i++) {
		if (!asked((enum netring_feature)i, interface))
			continue;
		r = netring_probe((enum netring_feature)i, interface);
		printf("%s\n    \"%s\": \"%s\"", i ? "," : "",
		       netring_feature_name((enum netring_feature)i),
		       r < 0 ? "unknown" : answers[r]);
	}
	printf("\n  },\n  \"kernel_fault\": ");
	printf(fault() ? "\"%s\"" : "null", fault());
	if (interface)
		json_interface(interface, facts);
	printf("\n}\n");
}

int probe_main(int argc, char **argv)
{
	static const struct option words[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct netring_interface facts;
	const char *interface = NULL;
	int json = 0;
	int letter, r;

	while ((letter = getopt_long(argc, argv, "hi:j", words, NULL)) != -1) {
		if (letter == 'h' || letter == '?') {
			fputs(usage, letter == 'h' ? stdout : stderr);
			return letter != 'h';
		}
		if (letter == 'j')
			json = 1;
		else
			interface = optarg;
	}
	if (argv[optind])
		return fail("%s: not an option; see --help", argv[optind]);
	r = interface ? netring_probe_interface(&facts, interface) : 0;
	if (r < 0)
		return r == -ENODEV ?
			       fail_interface("-i ", interface) :
			       fail("-i %s: %s", interface, strerror(-r));
	(json ? print_json : print_table)(interface, &facts);
	if (fflush(stdout))
		return fail("standard output: cannot be written to");
	return 0;
}
