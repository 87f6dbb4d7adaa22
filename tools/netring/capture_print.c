/* SPDX-License-Identifier: MIT */
/* capture_print.c - a packet in one line of text. */
#include "capture_applet.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define ETHERNET_SIZE 14u
#define TYPE_IPV4 0x0800
#define TYPE_ARP 0x0806
#define TYPE_VLAN 0x8100
#define TYPE_IPV6 0x86dd
#define TYPE_SERVICE_VLAN 0x88a8
#define IPV6_HOP_OPTIONS 0
#define IPV6_OPTIONS 60
#define TYPE_MIN 0x0600 /* below: an 802.3 length, or a kernel's number */

struct view {
	const uint8_t *at;
	uint32_t len;
};

static uint16_t get16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

static int has(const struct view *view, uint32_t len)
{
	return view->len >= len;
}

static void skip(struct view *view, uint32_t len)
{
	view->at += len;
	view->len -= len;
}

/* Local time; the hours are computed once a second. */
static void print_time(const struct netring_packet *pkt)
{
	static time_t second = -1;
	static struct tm tm;

	if (second != (time_t)pkt->sec) {
		second = (time_t)pkt->sec;
		localtime_r(&second, &tm);
	}
	printf("%02d:%02d:%02d.%06u", tm.tm_hour, tm.tm_min, tm.tm_sec,
	       pkt->nsec / 1000);
}

static void print_ports(uint8_t protocol, const struct view *view,
			const char *source, const char *destination)
{
	static const struct {
		uint8_t number;
		char name[7];
		uint8_t ports;
	} known[] = {
		{ 1, "ICMP", 0 },    { 2, "IGMP", 0 },	 { 6, "TCP", 1 },
		{ 17, "UDP", 1 },    { 47, "GRE", 0 },	 { 50, "ESP", 0 },
		{ 58, "ICMPv6", 0 }, { 132, "SCTP", 1 },
	};
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (known[i].number != protocol)
			continue;
		if (known[i].ports && has(view, 4))
			printf(" %s.%u > %s.%u %s", source, get16(view->at),
			       destination, get16(view->at + 2), known[i].name);
		else
			printf(" %s > %s %s", source, destination,
			       known[i].name);
		return;
	}
	printf(" %s > %s protocol %u", source, destination, protocol);
}

static void print_ipv4(struct view *view)
{
	char source[INET_ADDRSTRLEN], destination[INET_ADDRSTRLEN];
	const uint8_t *header = view->at;
	uint32_t size;

	if (!has(view, 20) || (header[0] >> 4) != 4) {
		printf(" IP, cut short");
		return;
	}
	inet_ntop(AF_INET, header + 12, source, sizeof(source));
	inet_ntop(AF_INET, header + 16, destination, sizeof(destination));
	size = (header[0] & 15u) * 4;
	skip(view, has(view, size) ? size : view->len);
	if (get16(header + 6) & 0x1fff) /* a later fragment has no ports */
		view->len = 0;
	printf(" IP");
	print_ports(header[9], view, source, destination);
}

static void print_ipv6(struct view *view)
{
	char source[INET6_ADDRSTRLEN], destination[INET6_ADDRSTRLEN];
	const uint8_t *header = view->at;
	uint8_t next;

	if (!has(view, 40)) {
		printf(" IP6, cut short");
		return;
	}
	inet_ntop(AF_INET6, header + 8, source, sizeof(source));
	inet_ntop(AF_INET6, header + 24, destination, sizeof(destination));
	next = header[6];
	skip(view, 40);
	while ((next == IPV6_HOP_OPTIONS || next == IPV6_OPTIONS) &&
	       has(view, 8) && has(view, (view->at[1] + 1u) * 8)) {
		next = view->at[0];
		skip(view, (view->at[1] + 1u) * 8);
	}
	printf(" IP6");
	print_ports(next, view, source, destination);
}

static void print_arp(const struct view *view)
{
	char sender[INET_ADDRSTRLEN], target[INET_ADDRSTRLEN];

	if (!has(view, 28) || view->at[4] != 6 || view->at[5] != 4) {
		printf(" ARP");
		return;
	}
	inet_ntop(AF_INET, view->at + 14, sender, sizeof(sender));
	inet_ntop(AF_INET, view->at + 24, target, sizeof(target));
	if (get16(view->at + 6) == 1)
		printf(" ARP who has %s? tell %s", target, sender);
	else
		printf(" ARP %s is there, to %s", sender, target);
}

static void print_address(const uint8_t *at)
{
	printf(" %02x:%02x:%02x:%02x:%02x:%02x", at[0], at[1], at[2], at[3],
	       at[4], at[5]);
}

static void print_other(uint16_t type, const uint8_t *ethernet)
{
	if (ethernet) {
		print_address(ethernet + 6);
		printf(" >");
		print_address(ethernet);
	}
	if (type >= TYPE_MIN)
		printf(" type 0x%04x", type);
	else
		printf(" LLC");
}

static void print_vlan(uint16_t tci)
{
	printf(" vlan %u", tci & 0xfffu);
}

/* The tags that are in the bytes; returns the type behind them. */
static uint16_t print_tags(struct view *view, uint16_t type)
{
	while ((type == TYPE_VLAN || type == TYPE_SERVICE_VLAN) &&
	       has(view, 4)) {
		print_vlan(get16(view->at));
		type = get16(view->at + 2);
		skip(view, 4);
	}
	return type;
}

int print_packet(struct netring_packet *pkt)
{
	struct view view;
	uint16_t type = netring_packet_protocol(pkt);
	int raw = netring_link_type(pkt->link->hatype,
				    (pkt->flags & NETRING_PACKET_COOKED) !=
					    0) == NETRING_LINKTYPE_ETHERNET;
	const uint8_t *ethernet = NULL;

	netring_packet_restore_vlan(pkt);
	view.at = pkt->data;
	view.len = pkt->len;
	print_time(pkt);
	printf(pkt->link->type == NETRING_TYPE_OUTGOING ? " Out" : " In ");
	if (pkt->flags & NETRING_PACKET_VLAN) /* cooked: not put back */
		print_vlan(pkt->vlan_tci);
	if (raw && has(&view, ETHERNET_SIZE)) {
		ethernet = pkt->data;
		skip(&view, ETHERNET_SIZE);
		type = print_tags(&view, get16(ethernet + 12));
	}
	if (type == TYPE_IPV4)
		print_ipv4(&view);
	else if (type == TYPE_IPV6)
		print_ipv6(&view);
	else if (type == TYPE_ARP)
		print_arp(&view);
	else
		print_other(type, ethernet);
	printf(", length %u\n", pkt->wire_len);
	return ferror(stdout) ? print_flush() : 0;
}

void print_init(void)
{
	static char buffer[8192];

	setvbuf(stdout, buffer, _IOFBF, sizeof(buffer));
}

int print_flush(void)
{
	if (fflush(stdout) && errno != EINTR)
		return fail("standard output: %s", strerror(errno));
	return 0;
}
