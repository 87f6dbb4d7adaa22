/* SPDX-License-Identifier: MIT */
/* test_bridge_bytes.c - what one host sends the other gets, byte by byte. */
#define _GNU_SOURCE
#include "bridge_checks.h"
#include "hosts.h"
#include "live.h"
#include "spy_socket.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static struct hosts h;
static struct netring_bridge br;
static _Alignas(8) uint8_t oversize[NETRING_BRIDGE_OVERSIZE];

struct kind {
	uint32_t length;
	uint32_t tags[2];
	const char *name;
};

static const struct kind kinds[] = {
	{ 14, { 0 }, "14 bytes" },
	{ 15, { 0 }, "15 bytes" },
	{ 60, { 0 }, "60 bytes" },
	{ 333, { 0 }, "333 bytes" },
	{ 1514, { 0 }, "1514 bytes" },
	{ 100, { 0x81000005 }, "0x8100, VLAN 5" },
	{ 20, { 0x81000005 }, "0x8100, 20 bytes" },
	{ 1518, { 0x81000fff }, "0x8100, 1518 bytes" },
	{ 100, { 0x81000000 }, "0x8100, all zero" },
	{ 100, { 0x8100e000 }, "0x8100, priority 7 only" },
	{ 100, { 0x81001007 }, "0x8100, DEI" },
	{ 100, { 0x88a80064 }, "0x88a8" },
	{ 1514, { 0x88a80064 }, "0x88a8, 1514 bytes" },
	{ 100, { 0x88a80064, 0x81000005 }, "QinQ" },
	{ 100, { 0x81000064, 0x81000005 }, "0x8100 twice" },
	{ 1518, { 0x81000064, 0x81000005 }, "0x8100 twice, 1518 bytes" },
	{ 100, { 0x91000005 }, "0x9100" },
	{ 100, { 0x91000005, 0x81000006 }, "0x9100, then 0x8100" },
};

static void all_kinds(struct netring_bridge_config *cfg, const char *what)
{
	int n = sizeof(kinds) / sizeof(kinds[0]), i, from;
	struct netring_bridge_stats s;
	uint8_t frame[1518];

	hosts_open(&br, cfg);
	for (from = 0; from < 2; from++) {
		for (i = 0; i < n; i++) {
			bridge_frame(frame, kinds[i].length, kinds[i].tags);
			hosts_send(&h, from, frame, kinds[i].length);
		}
		is(hosts_pump(&br, 20), n, "%s, direction %d: %d taken", what,
		   from, n);
		for (i = 0; i < n; i++) {
			bridge_frame(frame, kinds[i].length, kinds[i].tags);
			ok(spy_is(h.spy[!from], frame, kinds[i].length),
			   "%s: as it was", kinds[i].name);
		}
		ok(spy_quiet(h.spy[!from], 1), "once");
		ok(spy_quiet(h.spy[from], 1), "and nothing comes back");
		netring_bridge_read_stats(&br, from, &s);
		is((long long)s.forwarded, n, "forwarded");
		hosts_adds_up(&s, what);
	}
	netring_bridge_close(&br);
}

/* Neither what this host sends on a port, nor what another bridge does. */
static void own_frames(void)
{
	struct netring_bridge_config cfg = { .oversize_size = 0 };
	int i, fd, spy;
	uint8_t frame[100];

	hosts_open(&br, &cfg);
	spy = must(spy_open("p0", 1), "a tap here");
	wire_frame(frame, sizeof(frame), WIRE_TYPE, 1);
	for (i = 0; i < 2; i++) {
		fd = must(wire_open(port_name[i]), "a socket of this host");
		must(wire_send(fd, frame, sizeof(frame)), "send");
		close(fd);
		is(hosts_pump(&br, 20), 0, "what this host sends on %s",
		   port_name[i]);
		ok(spy_is(h.spy[i], frame, sizeof(frame)), "leaves there");
		ok(spy_quiet(h.spy[!i], 5), "and nowhere else");
	}
	is(spy_flush(spy, 5), 1, "though a tap sees it");
	close(spy);
	netring_bridge_close(&br);
}

/* Groups and protocols: only 01:80:c2:00:00:0x stays on its link. */
static void groups(uint32_t flags)
{
	static const struct {
		const char *name, *mac;
		uint16_t type;
		int local;
	} cases[] = {
		{ "STP", "\x01\x80\xc2\0\0\0", 38, 1 },
		{ "pause", "\x01\x80\xc2\0\0\x01", 0x8808, 1 },
		{ "LACP", "\x01\x80\xc2\0\0\x02", 0x8809, 1 },
		{ "802.1X", "\x01\x80\xc2\0\0\x03", 0x888e, 1 },
		{ "LLDP", "\x01\x80\xc2\0\0\x0e", 0x88cc, 1 },
		{ "the last", "\x01\x80\xc2\0\0\x0f", 0x88cc, 1 },
		{ "behind it", "\x01\x80\xc2\0\0\x10", 0x88cc, 0 },
		{ "GMRP", "\x01\x80\xc2\0\0\x20", 38, 0 },
		{ "not quite", "\x01\x80\xc2\0\x01\x0e", 0x88cc, 0 },
		{ "not quite", "\x01\x80\xc2\x01\0\x0e", 0x88cc, 0 },
		{ "ARP", "\xff\xff\xff\xff\xff\xff", 0x0806, 0 },
		{ "DHCP", "\xff\xff\xff\xff\xff\xff", 0x0800, 0 },
		{ "ND", "\x33\x33\xff\0\0\x01", 0x86dd, 0 },
		{ "mDNS", "\x01\0\x5e\0\0\xfb", 0x0800, 0 },
		{ "IGMP", "\x01\0\x5e\0\0\x16", 0x0800, 0 },
		{ "CDP", "\x01\0\x0c\xcc\xcc\xcc", 38, 0 },
		{ "a stranger", "\x02\x77\x77\x77\x77\x77", 0x0800, 0 },
	};
	struct netring_bridge_config cfg = { .flags = flags };
	int i, n = sizeof(cases) / sizeof(cases[0]), from, local = 0, passes;
	struct netring_bridge_stats s;
	uint8_t frame[60];

	hosts_open(&br, &cfg);
	for (from = 0; from < 2; from++)
		for (i = 0; i < n; i++) {
			passes = !cases[i].local || flags;
			local += !passes;
			bridge_frame_to(frame, cases[i].mac, cases[i].type,
					(uint32_t)i);
			hosts_send(&h, from, frame, sizeof(frame));
			hosts_take(&br, 1);
			ok(passes ? spy_is(h.spy[!from], frame, 60) :
				    spy_quiet(h.spy[!from], 2),
			   "%s from %d: %s", cases[i].name, from,
			   passes ? "passes" : "stays on its link");
		}
	netring_bridge_read_stats(&br, 0, &s);
	is((long long)s.link_local * 2, local, "counted");
	hosts_adds_up(&s, "link-local");
	netring_bridge_close(&br);
}

/* Link-local frames with a tag are no other. */
static void tagged_local(void)
{
	struct netring_bridge_config cfg = { .flags = 0 };
	uint8_t frame[64];

	hosts_open(&br, &cfg);
	wire_frame(frame + 4, 60, 0x88cc, 1);
	memmove(frame, frame + 4, 12);
	memcpy(frame, "\x01\x80\xc2\0\0\x0e", 6);
	wire_put32(frame + 12, 0x81000005);
	hosts_send(&h, 0, frame, sizeof(frame));
	hosts_take(&br, 1);
	ok(spy_quiet(h.spy[1], 5), "LLDP in a VLAN stays on its link");
	netring_bridge_close(&br);
}

int main(void)
{
	struct netring_bridge_config small = { .flags = 0 };
	struct netring_bridge_config buffer = { .oversize = oversize };
	struct netring_bridge_config keep = { .oversize = oversize };
	struct netring_bridge_config large = { .flags = NETRING_BRIDGE_LARGE };

	live_begin();
	hosts_begin(&h);
	buffer.oversize_size = keep.oversize_size = sizeof(oversize);
	keep.flags = NETRING_BRIDGE_KEEP_OFFLOADS;
	all_kinds(&small, "SMALL");
	all_kinds(&buffer, "SMALL with a buffer");
	all_kinds(&keep, "SMALL, offloads kept");
	all_kinds(&large, "LARGE");
	own_frames();
	groups(0);
	groups(NETRING_BRIDGE_LINK_LOCAL);
	tagged_local();
	hosts_end(&h);
	return done_testing();
}
