/* SPDX-License-Identifier: MIT */
/* probe_interface.c - facts about an interface, as a table or as JSON. */
#include "probe_applet.h"

#include <stdio.h>

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

static const char *yes_no(int value)
{
	return value ? "yes" : "no";
}

static const char *known(const struct netring_interface *facts, uint32_t which,
			 int value)
{
	return facts->known & which ? yes_no(value) : "not told";
}

static const char *const attached[] = {
	[NETRING_XDP_ATTACHED_NONE] = "none",
	[NETRING_XDP_ATTACHED_NATIVE] = "native",
	[NETRING_XDP_ATTACHED_GENERIC] = "generic",
	[NETRING_XDP_ATTACHED_OFFLOAD] = "offload",
	[NETRING_XDP_ATTACHED_SEVERAL] = "several",
};

static const char *how_attached(const struct netring_interface *facts)
{
	return facts->xdp_attached < sizeof(attached) / sizeof(attached[0]) ?
		       attached[facts->xdp_attached] :
		       "unknown";
}

/* The first is the kernel's own, for every interface. */
static const struct {
	uint32_t bit;
	const char *name;
} modes[] = {
	{ 0, "generic" },
	{ NETRING_INTERFACE_XDP_NATIVE, "native" },
	{ NETRING_INTERFACE_XDP_REDIRECT, "redirect" },
	{ NETRING_INTERFACE_XDP_TRANSMIT, "transmit" },
	{ NETRING_INTERFACE_XDP_ZEROCOPY, "zero-copy" },
	{ NETRING_INTERFACE_XDP_OFFLOAD, "offload" },
	{ NETRING_INTERFACE_XDP_FRAGMENTS, "fragments" },
	{ NETRING_INTERFACE_XDP_TX_FRAGMENTS, "transmit-fragments" },
};

/* Those that the driver told, with @quote around each. */
static void print_modes(const struct netring_interface *facts,
			const char *quote)
{
	size_t i;

	for (i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		if (!i || facts->xdp_modes & modes[i].bit)
			printf("%s%s%s%s", i ? ", " : "", quote, modes[i].name,
			       quote);
}

static void print_xdp(const struct netring_interface *facts)
{
	printf("%-22s", "xdp-modes");
	if (facts->known & NETRING_INTERFACE_XDP_MODES)
		print_modes(facts, "");
	else
		printf("not told");
	printf("\n%-22s%s", "xdp-program",
	       facts->known & NETRING_INTERFACE_XDP ? how_attached(facts) :
						      "not told");
	if (facts->xdp_program)
		printf(", id %u", facts->xdp_program);
	putchar('\n');
}

static void json_xdp(const struct netring_interface *facts)
{
	printf("    \"xdp_modes\": ");
	if (facts->known & NETRING_INTERFACE_XDP_MODES) {
		putchar('[');
		print_modes(facts, "\"");
		putchar(']');
	} else {
		printf("null");
	}
	if (facts->known & NETRING_INTERFACE_XDP)
		printf(",\n    \"xdp_attached\": \"%s\"", how_attached(facts));
	else
		printf(",\n    \"xdp_attached\": null");
	printf(",\n    \"xdp_program\": ");
	if (facts->xdp_program)
		printf("%u", facts->xdp_program);
	else
		printf("null");
}

void print_interface(const char *name, const struct netring_interface *facts)
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
	print_xdp(facts);
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

void json_interface(const char *name, const struct netring_interface *facts)
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
	printf(",\n    \"gro\": %s,\n    \"lro\": %s,\n",
	       json_known(facts, NETRING_INTERFACE_GRO, facts->gro),
	       json_known(facts, NETRING_INTERFACE_LRO, facts->lro));
	json_xdp(facts);
	printf("\n  }");
}
