/* SPDX-License-Identifier: MIT */
/* probe.c - `netring probe`: what this kernel, interface and user may do. */
#include "tool.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include <netring/base.h>
#include <netring/probe.h>

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
	[NETRING_FEATURE_XDP_PROGRAM] = "Linux 4.8, CONFIG_BPF_SYSCALL",
	[NETRING_FEATURE_HARDWARE_TIME] = "a device with a clock",
};

/* What a user needs who is not allowed. */
static const char *capability(enum netring_feature feature)
{
	switch (feature) {
	case NETRING_FEATURE_EBPF_FILTER:
		return "CAP_NET_RAW and CAP_BPF";
	case NETRING_FEATURE_XDP_PROGRAM:
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

static const struct {
	uint16_t hatype;
	const char *name;
} link_types[] = {
	{ 1, "ethernet" },   { 512, "ppp" },	{ 519, "raw-ip" },
	{ 768, "ipip" },     { 769, "ip6tnl" }, { 772, "loopback" },
	{ 776, "sit" },	     { 778, "gre" },	{ 801, "ieee80211" },
	{ 803, "radiotap" }, { 823, "ip6gre" }, { 65534, "none" },
};

static const char *link_type(uint16_t hatype)
{
	size_t i;

	for (i = 0; i < sizeof(link_types) / sizeof(link_types[0]); i++)
		if (link_types[i].hatype == hatype)
			return link_types[i].name;
	return "other";
}

/* Features that are tried: one of them is an interface's. */
static int asked(enum netring_feature feature, const char *interface)
{
	return interface || feature != NETRING_FEATURE_HARDWARE_TIME;
}

static const char *yes_no(int value)
{
	return value ? "yes" : "no";
}

static const char *known(const struct netring_interface *facts, uint32_t which,
			 int value)
{
	return facts->known & which ? yes_no(value) : "not told";
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

static void print_interface(const char *name,
			    const struct netring_interface *facts)
{
	printf("\n%-22s%s\n", "interface", name);
	printf("%-22s%s\n", "up", yes_no(facts->flags & NETRING_INTERFACE_UP));
	printf("%-22s%s\n", "running",
	       yes_no(facts->flags & NETRING_INTERFACE_RUNNING));
	printf("%-22s%u\n", "mtu", facts->mtu);
	printf("%-22s%s (%u)\n", "link-type", link_type(facts->hatype),
	       facts->hatype);
	printf("%-22s%s\n", "driver",
	       facts->known & NETRING_INTERFACE_DRIVER ? facts->driver :
							 "not told");
	if (facts->known & NETRING_INTERFACE_QUEUES)
		printf("%-22s%u receive, %u send\n", "queues", facts->rx_queues,
		       facts->tx_queues);
	else
		printf("%-22s%s\n", "queues", "not told");
	printf("%-22s%s%s\n", "gro",
	       known(facts, NETRING_INTERFACE_GRO, facts->gro),
	       facts->gro ? ": packets longer than the MTU are received" : "");
	printf("%-22s%s\n", "lro",
	       known(facts, NETRING_INTERFACE_LRO, facts->lro));
}

/* Names of interfaces hold any byte but '/', ':' and white space. */
static void json_string(const char *text)
{
	putchar('"');
	for (; *text; text++) {
		unsigned char byte = (unsigned char)*text;

		if (byte == '"' || byte == '\\')
			printf("\\%c", byte);
		else if (byte < ' ' || byte > '~')
			printf("\\u%04x", byte);
		else
			putchar(byte);
	}
	putchar('"');
}

static const char *json_known(const struct netring_interface *facts,
			      uint32_t which, int value)
{
	if (!(facts->known & which))
		return "null";
	return value ? "true" : "false";
}

static void json_interface(const char *name,
			   const struct netring_interface *facts)
{
	printf(",\n  \"interface\": {\n    \"name\": ");
	json_string(name);
	printf(",\n    \"index\": %u,\n    \"up\": %s,\n    \"running\": %s,\n"
	       "    \"mtu\": %u,\n    \"link_type\": \"%s\",\n"
	       "    \"arphrd\": %u,\n    \"driver\": ",
	       facts->ifindex,
	       facts->flags & NETRING_INTERFACE_UP ? "true" : "false",
	       facts->flags & NETRING_INTERFACE_RUNNING ? "true" : "false",
	       facts->mtu, link_type(facts->hatype), facts->hatype);
	if (facts->known & NETRING_INTERFACE_DRIVER)
		json_string(facts->driver);
	else
		printf("null");
	if (facts->known & NETRING_INTERFACE_QUEUES)
		printf(",\n    \"rx_queues\": %u,\n    \"tx_queues\": %u",
		       facts->rx_queues, facts->tx_queues);
	else
		printf(",\n    \"rx_queues\": null,\n    \"tx_queues\": null");
	printf(",\n    \"gro\": %s,\n    \"lro\": %s\n  }",
	       json_known(facts, NETRING_INTERFACE_GRO, facts->gro),
	       json_known(facts, NETRING_INTERFACE_LRO, facts->lro));
}

static void print_table(const char *interface,
			const struct netring_interface *facts)
{
	int i;

	for (i = 0; i < NETRING_FEATURE_COUNT_; i++)
		if (asked((enum netring_feature)i, interface))
			print_feature((enum netring_feature)i, interface);
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
	printf("\n  }");
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
