/* SPDX-License-Identifier: MIT */
/* test_xdp_bridge_bytes.c - AF_XDP: what one host sends the other gets. */
#define _GNU_SOURCE
#include "bridge_checks.h"
#include "live.h"
#include "port_settings.h"
#include "spy_socket.h"
#include "xdp_hosts.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static struct hosts h;
static struct netring_xdp_bridge br;

struct kind {
	uint32_t length;
	uint32_t tags[2];
	const char *name;
};

static const struct kind kinds[] = {
	{ 14, { 0 }, "14 bytes" },
	{ 15, { 0 }, "15 bytes" },
	{ 59, { 0 }, "59 bytes" },
	{ 60, { 0 }, "60 bytes" },
	{ 333, { 0 }, "333 bytes" },
	{ 1513, { 0 }, "1513 bytes" },
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

#define KINDS ((int)(sizeof(kinds) / sizeof(kinds[0])))

static void all_kinds(int attach)
{
	struct netring_xdp_bridge_config cfg = xdp_hosts_config(attach, 0);
	const char *mode = xdp_hosts_mode(attach);
	struct netring_bridge_stats s;
	uint8_t frame[1518];
	int i, from;

	xdp_hosts_open(&br, &cfg);
	for (from = 0; from < 2; from++) {
		for (i = 0; i < KINDS; i++) {
			bridge_frame(frame, kinds[i].length, kinds[i].tags);
			hosts_send(&h, from, frame, kinds[i].length);
		}
		is(xdp_hosts_pump(&br, 20), KINDS,
		   "%s, direction %d: all are taken", mode, from);
		for (i = 0; i < KINDS; i++) {
			bridge_frame(frame, kinds[i].length, kinds[i].tags);
			ok(spy_is(h.spy[!from], frame, kinds[i].length),
			   "%s: as it was", kinds[i].name);
		}
		ok(spy_quiet(h.spy[!from], 1), "once");
		ok(spy_quiet(h.spy[from], 1), "and nothing comes back");
		s = xdp_hosts_stats(&br, from, mode);
		is((long long)s.forwarded, KINDS, "forwarded");
		is((long long)(s.checksum + s.gso + s.kernel_drops), 0,
		   "neither checksums, nor super-frames, nor losses");
	}
	xdp_hosts_close(&br, mode);
}

/* Every length that there is. */
static void all_lengths(int attach)
{
	struct netring_xdp_bridge_config cfg = xdp_hosts_config(attach, 0);
	const uint32_t tag[2] = { 0x81000005 }, none[2] = { 0 };
	uint32_t length, good = 0, n = 0;
	uint8_t frame[1518];

	xdp_hosts_open(&br, &cfg);
	for (length = 14; length <= sizeof(frame); length++, n++) {
		bridge_frame(frame, length, length > 1514 ? tag : none);
		hosts_send(&h, 0, frame, length);
		if (n % 64 == 63)
			xdp_hosts_pump(&br, 1);
	}
	xdp_hosts_pump(&br, 20);
	for (length = 14; length <= sizeof(frame); length++) {
		bridge_frame(frame, length, length > 1514 ? tag : none);
		good += (uint32_t)spy_is(h.spy[1], frame, length);
	}
	is(good, n, "%s: 14 to 1518 bytes arrive as they were",
	   xdp_hosts_mode(attach));
	ok(spy_quiet(h.spy[1], 1), "once");
	xdp_hosts_close(&br, "all lengths");
}

/* The host's own stack sees nothing of what it forwards, and what it sends
 * itself is not forwarded. */
static void own_stack(int attach)
{
	struct netring_xdp_bridge_config cfg = xdp_hosts_config(attach, 0);
	const char *mode = xdp_hosts_mode(attach);
	int64_t before = port_snmp("Ip", "InReceives");
	int64_t noports = port_snmp("Udp", "NoPorts");
	uint8_t frame[100];
	int i, fd, spy[2];

	xdp_hosts_open(&br, &cfg);
	for (i = 0; i < 2; i++)
		spy[i] = must(spy_open(port_name[i], 1), "a tap here");
	for (i = 0; i < 2; i++) { /* to this host's own address */
		wire_udp(frame, sizeof(frame), 1000, (uint32_t)i);
		hosts_send(&h, i, frame, sizeof(frame));
		xdp_hosts_pump(&br, 20);
		ok(spy_is(h.spy[!i], frame, sizeof(frame)),
		   "%s: a datagram for this host passes through", mode);
		ok(spy_quiet(h.spy[i], 5), "without an answer");
	}
	for (i = 0; i < 2; i++)
		ok(spy_quiet(spy[i], 1), "%s: a tap on %s sees nothing", mode,
		   port_name[i]);
	is(port_snmp("Ip", "InReceives") - before, 0, "nor does IP here");
	is(port_snmp("Udp", "NoPorts") - noports, 0, "nor UDP");
	wire_frame(frame, sizeof(frame), WIRE_TYPE, 1);
	for (i = 0; i < 2; i++) {
		fd = must(wire_open(port_name[i]), "a socket of this host");
		must(wire_send(fd, frame, sizeof(frame)), "send");
		close(fd);
		is(xdp_hosts_pump(&br, 20), 0, "what this host sends on %s",
		   port_name[i]);
		ok(spy_is(h.spy[i], frame, sizeof(frame)), "leaves there");
		ok(spy_quiet(h.spy[!i], 5), "and nowhere else");
	}
	close(spy[0]);
	close(spy[1]);
	xdp_hosts_close(&br, "own stack");
	for (i = 0; i < 2; i++) {
		wire_udp(frame, sizeof(frame), 1000, (uint32_t)i);
		hosts_send(&h, i, frame, sizeof(frame));
		live_sleep_ms(5);
	}
	is(port_snmp("Ip", "InReceives") - before, 2,
	   "%s: closed, it sees them again", mode);
}

/* Groups and protocols: only 01:80:c2:00:00:0x stays on its link. */
static void groups(int attach, uint32_t flags)
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
		{ "LLDP in a VLAN", "\x01\x80\xc2\0\0\x0e", 0x8100, 1 },
		{ "behind it", "\x01\x80\xc2\0\0\x10", 0x88cc, 0 },
		{ "GMRP", "\x01\x80\xc2\0\0\x20", 38, 0 },
		{ "not quite", "\x01\x80\xc2\0\x01\x0e", 0x88cc, 0 },
		{ "not quite", "\x01\x80\xc2\x01\0\x0e", 0x88cc, 0 },
		{ "ARP", "\xff\xff\xff\xff\xff\xff", 0x0806, 0 },
		{ "DHCP", "\xff\xff\xff\xff\xff\xff", 0x0800, 0 },
		{ "ND", "\x33\x33\xff\0\0\x01", 0x86dd, 0 },
		{ "mDNS", "\x01\0\x5e\0\0\xfb", 0x0800, 0 },
		{ "CDP", "\x01\0\x0c\xcc\xcc\xcc", 38, 0 },
		{ "a stranger", "\x02\x77\x77\x77\x77\x77", 0x0800, 0 },
	};
	struct netring_xdp_bridge_config cfg = xdp_hosts_config(attach, flags);
	int i, n = sizeof(cases) / sizeof(cases[0]), from, local = 0, passes;
	struct netring_bridge_stats s;
	uint8_t frame[60];

	xdp_hosts_open(&br, &cfg);
	for (from = 0; from < 2; from++)
		for (i = 0; i < n; i++) {
			passes = !cases[i].local || flags;
			local += !passes;
			bridge_frame_to(frame, cases[i].mac, cases[i].type,
					(uint32_t)i);
			hosts_send(&h, from, frame, sizeof(frame));
			xdp_hosts_take(&br, 1);
			ok(passes ? spy_is(h.spy[!from], frame, 60) :
				    spy_quiet(h.spy[!from], 2),
			   "%s, %s from %d: %s", xdp_hosts_mode(attach),
			   cases[i].name, from,
			   passes ? "passes" : "stays on its link");
		}
	s = xdp_hosts_stats(&br, 0, "link-local");
	is((long long)s.link_local * 2, local, "counted");
	xdp_hosts_close(&br, "link-local");
}

/* Two tags are no part of the MTU: 1522 bytes pass where the other end of the
 * cable takes them, and no byte more. */
static void two_tags(int attach)
{
	struct netring_xdp_bridge_config cfg = xdp_hosts_config(attach, 0);
	const uint32_t tags[] = { 0x88a80005, 0x81000006, 0 };
	const char *mode = xdp_hosts_mode(attach);
	static uint8_t frame[1523];
	struct netring_bridge_stats s;

	xdp_hosts_mtu(&h, 0, 1600);
	xdp_hosts_mtu(&h, 1, 1600);
	must(net_mtu("p1", 1500), "MTU of port 1");
	xdp_hosts_open(&br, &cfg);
	bridge_frame(frame, 1523, tags);
	hosts_send(&h, 0, frame, 1523);
	xdp_hosts_pump(&br, 10);
	s = xdp_hosts_stats(&br, 0, mode);
	is((long long)s.too_long, 1, "%s, MTU 1500: 1523 bytes, two tags",
	   mode);
	bridge_frame(frame, 1522, tags);
	hosts_send(&h, 0, frame, 1522);
	xdp_hosts_pump(&br, 10);
	ok(spy_is(h.spy[1], frame, 1522) && spy_quiet(h.spy[1], 5),
	   "%s: 1522 bytes pass", mode);
	s = xdp_hosts_stats(&br, 0, mode);
	is((long long)s.forwarded, 1, "and are counted");
	is((long long)s.too_long, 1, "as that");
	xdp_hosts_close(&br, "two tags");
	xdp_hosts_mtu(&h, 0, 1500);
	xdp_hosts_mtu(&h, 1, 1500);
}

int main(void)
{
	int attach, i;

	live_begin();
	hosts_begin(&h);
	for (i = 0; i < 2; i++)
		must(net_mac(port_name[i], near_mac), "the frames' address");
	for (attach = NETRING_XDP_NATIVE; attach <= NETRING_XDP_GENERIC;
	     attach++) {
		all_kinds(attach);
		all_lengths(attach);
		own_stack(attach);
		two_tags(attach);
	}
	groups(NETRING_XDP_NATIVE, 0);
	groups(NETRING_XDP_NATIVE, NETRING_XDP_BRIDGE_LINK_LOCAL);
	hosts_end(&h);
	return done_testing();
}
