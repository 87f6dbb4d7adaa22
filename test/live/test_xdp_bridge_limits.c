/* SPDX-License-Identifier: MIT */
/* test_xdp_bridge_limits.c - AF_XDP: verdicts, MTUs, what is refused. */
#define _GNU_SOURCE
#include "live.h"
#include "spy_socket.h"
#include "xdp_hosts.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define LOOK_MS 1300 /* after that, the ports were looked at */

static struct hosts h;
static struct netring_xdp_bridge br;
static int directions[2];

/* By number: forward, drop, change a byte, shorten, drop, too short. */
static enum netring_verdict judge(void *user, struct netring_packet *pkt,
				  int direction)
{
	int *calls = user;
	int64_t number = wire_number(pkt->data, pkt->len);

	++*calls;
	directions[direction]++;
	switch (number % 6) {
	case 0:
		return NETRING_VERDICT_FORWARD;
	case 2:
		pkt->data[50] ^= 0xff;
		return NETRING_VERDICT_MODIFIED;
	case 3:
		pkt->len = 64;
		return NETRING_VERDICT_MODIFIED;
	case 5: /* less than an Ethernet header */
		pkt->len = 13;
		return NETRING_VERDICT_MODIFIED;
	default:
		return NETRING_VERDICT_DROP;
	}
}

static void verdicts(int from)
{
	int calls = 0, i, good = 1;
	struct netring_xdp_bridge_config cfg =
		xdp_hosts_config(NETRING_XDP_NATIVE, 0);
	struct netring_bridge_stats s;
	uint8_t frame[100];

	memset(directions, 0, sizeof(directions));
	cfg.filter = judge;
	cfg.user = &calls;
	xdp_hosts_open(&br, &cfg);
	for (i = 0; i < 60; i++) {
		wire_frame(frame, sizeof(frame), WIRE_TYPE, (uint32_t)i);
		hosts_send(&h, from, frame, sizeof(frame));
	}
	xdp_hosts_pump(&br, 20);
	for (i = 0; i < 60 && good; i++) {
		wire_frame(frame, sizeof(frame), WIRE_TYPE, (uint32_t)i);
		frame[50] ^= i % 6 == 2 ? 0xff : 0;
		if (i % 6 == 1 || i % 6 > 3)
			continue;
		good = spy_is(h.spy[!from], frame, i % 6 == 3 ? 64 : 100);
	}
	ok(good && spy_quiet(h.spy[!from], 1),
	   "direction %d: forwarded, dropped, changed, shortened", from);
	is(calls, 60, "the filter saw each once");
	is(directions[from], 60, "and the direction");
	s = xdp_hosts_stats(&br, from, "verdicts");
	is((long long)s.filtered, 20, "filtered");
	is((long long)s.too_long, 10, "shorter than a header");
	is((long long)s.forwarded, 30, "forwarded");
	xdp_hosts_close(&br, "verdicts");
}

/* What the filter was told of the last packet. */
static struct netring_packet told;
static struct netring_link told_link;
static uint8_t told_head[24];

static enum netring_verdict look(void *user, struct netring_packet *pkt,
				 int direction)
{
	(void)user, (void)direction;
	told = *pkt;
	told_link = *pkt->link;
	memcpy(told_head, pkt->data, sizeof(told_head));
	return NETRING_VERDICT_FORWARD;
}

static void view(int attach)
{
	static const struct {
		uint32_t tags[2];
		uint16_t protocol;
		const char *name;
	} cases[] = {
		{ { 0 }, WIRE_TYPE, "no tag" },
		{ { 0x81000005 }, WIRE_TYPE, "0x8100" },
		{ { 0x88a80005 }, WIRE_TYPE, "0x88a8" },
		{ { 0x91000005 }, 0x9100, "0x9100, no tag of Linux's" },
		/* as the kernel tells packet sockets: behind the first */
		{ { 0x88a80005, 0x81000006 }, 0x8100, "QinQ" },
	};
	struct netring_xdp_bridge_config cfg = xdp_hosts_config(attach, 0);
	uint8_t frame[108];
	int i, n, tag, from;

	cfg.filter = look;
	xdp_hosts_open(&br, &cfg);
	for (i = 0; i < 10; i++) {
		from = i % 2;
		n = cases[i / 2].tags[1] ? 2 : cases[i / 2].tags[0] ? 1 : 0;
		wire_frame(frame + 4 * n, 100, WIRE_TYPE, (uint32_t)i);
		memmove(frame, frame + 4 * n, 12);
		for (tag = 0; tag < n; tag++)
			wire_put32(frame + 12 + 4 * tag,
				   cases[i / 2].tags[tag]);
		hosts_send(&h, from, frame, 100 + 4 * (size_t)n);
		xdp_hosts_take(&br, 1);
		ok(told.len == 100 + 4 * (uint32_t)n &&
			   told.wire_len == told.len &&
			   !memcmp(told_head, frame, sizeof(told_head)),
		   "%s, %s: bytes and lengths", xdp_hosts_mode(attach),
		   cases[i / 2].name);
		is(wire_get16(&told_link.protocol), cases[i / 2].protocol,
		   "its protocol");
		is(told_link.ifindex, net_index(port_name[from]),
		   "its interface");
		is(told_link.hatype, 1, "is an Ethernet");
		ok(spy_is(h.spy[!from], frame, 100 + 4 * (size_t)n),
		   "and it passes");
	}
	xdp_hosts_close(&br, "view");
}

/* What it does to a tagged frame is done to what the host sent. */
static enum netring_verdict next_vlan(void *user, struct netring_packet *pkt,
				      int direction)
{
	(void)user;
	if (direction || wire_get16(pkt->data + 12) != 0x8100)
		return NETRING_VERDICT_FORWARD;
	wire_put16(pkt->data + 14, (uint16_t)(wire_get16(pkt->data + 14) + 1));
	return NETRING_VERDICT_MODIFIED;
}

static void tag_changed(void)
{
	struct netring_xdp_bridge_config cfg =
		xdp_hosts_config(NETRING_XDP_NATIVE, 0);
	uint8_t frame[104];

	cfg.filter = next_vlan;
	wire_frame(frame + 4, 100, WIRE_TYPE, 1);
	memmove(frame, frame + 4, 12);
	wire_put32(frame + 12, 0x81000005);
	xdp_hosts_open(&br, &cfg);
	hosts_send(&h, 0, frame, sizeof(frame));
	xdp_hosts_pump(&br, 10);
	frame[15]++;
	ok(spy_is(h.spy[1], frame, sizeof(frame)), "a tag changed on its way");
	xdp_hosts_close(&br, "tag changed");
}

/* MTU + 22 is what AF_XDP lets out, whether there are tags or not; the other end
 * of a virtual cable takes MTU + 18, and what is longer is refused. */
static void far_mtu(int attach)
{
	struct netring_xdp_bridge_config cfg = xdp_hosts_config(attach, 0);
	static uint8_t frame[1514];
	struct netring_bridge_stats s;

	xdp_hosts_mtu(&h, 1, 1400);
	xdp_hosts_open(&br, &cfg);
	wire_frame(frame, 1514, WIRE_TYPE, 1);
	hosts_send(&h, 0, frame, 1514);
	wire_frame(frame, 1419, WIRE_TYPE, 1);
	hosts_send(&h, 0, frame, 1419);
	wire_frame(frame, 1414, WIRE_TYPE, 2);
	hosts_send(&h, 0, frame, 1414);
	xdp_hosts_pump(&br, 10);
	ok(spy_is(h.spy[1], frame, 1414) && spy_quiet(h.spy[1], 5),
	   "%s: only what fits arrives", xdp_hosts_mode(attach));
	s = xdp_hosts_stats(&br, 0, "MTU");
	is((long long)s.too_long, 1, "too long for the MTU");
	is((long long)s.refused.other, 1, "too long for the other end");
	is((long long)s.forwarded, 1, "forwarded");
	wire_frame(frame, 1414, WIRE_TYPE, 3);
	hosts_send(&h, 1, frame, 1414);
	xdp_hosts_pump(&br, 10);
	ok(spy_is(h.spy[0], frame, 1414), "to the larger MTU all passes");
	xdp_hosts_mtu(&h, 1, 1500);
	(void)xdp_hosts_run_for(&br, LOOK_MS);
	wire_frame(frame, 1514, WIRE_TYPE, 5);
	hosts_send(&h, 0, frame, 1514);
	xdp_hosts_pump(&br, 10);
	ok(spy_is(h.spy[1], frame, 1514), "an MTU that grows is followed");
	is((long long)xdp_hosts_stats(&br, 0, "MTU").too_long, 1,
	   "nothing was too long");
	xdp_hosts_mtu(&h, 1, 1400);
	hosts_send(&h, 0, frame, 1514);
	xdp_hosts_take(&br, 1);
	(void)xdp_hosts_run_for(&br, LOOK_MS);
	is((long long)xdp_hosts_stats(&br, 0, "MTU").refused.other, 2,
	   "one that shrinks: the device drops, and it counts as refused");
	hosts_send(&h, 0, frame, 1514);
	xdp_hosts_take(&br, 1);
	is((long long)xdp_hosts_stats(&br, 0, "MTU").too_long, 2,
	   "and once it was seen, too long");
	wire_frame(frame, 1414, WIRE_TYPE, 4);
	hosts_send(&h, 0, frame, 1414);
	xdp_hosts_pump(&br, 10);
	ok(spy_is(h.spy[1], frame, 1414) && spy_quiet(h.spy[1], 5),
	   "what fits goes on");
	xdp_hosts_close(&br, "MTU that shrinks");
	xdp_hosts_mtu(&h, 1, 1500);
}

/* Generic mode, frames longer than those of the UMEM: the kernel drops. */
static void too_long(void)
{
	struct netring_xdp_bridge_config cfg =
		xdp_hosts_config(NETRING_XDP_GENERIC, 0);
	struct netring_bridge_stats s;
	static uint8_t frame[9014];
	int i;

	for (i = 0; i < 2; i++)
		xdp_hosts_mtu(&h, i, 9000);
	xdp_hosts_open(&br, &cfg);
	wire_frame(frame, 1793, WIRE_TYPE, 1);
	hosts_send(&h, 0, frame, 1793);
	wire_frame(frame, 4000, WIRE_TYPE, 2);
	hosts_send(&h, 0, frame, 4000);
	wire_frame(frame, 1792, WIRE_TYPE, 3);
	hosts_send(&h, 0, frame, 1792);
	xdp_hosts_pump(&br, 10);
	ok(spy_is(h.spy[1], frame, 1792) && spy_quiet(h.spy[1], 5),
	   "generic: 1792 bytes of a frame of 2048 are for the packet");
	s = xdp_hosts_stats(&br, 0, "too long");
	is((long long)s.kernel_drops, 2, "what is longer the kernel drops");
	is((long long)s.received, 1, "before it is received");
	xdp_hosts_close(&br, "too long");
	for (i = 0; i < 2; i++)
		xdp_hosts_mtu(&h, i, 1500);
}

static void refused(struct netring_xdp_bridge_config cfg, int r,
		    enum netring_step step, int port, const char *what)
{
	is(xdp_hosts_try(&br, &cfg), r, "%s", what);
	is(br.step, step, "its step");
	if (port >= 0)
		is(br.port, port, "its port");
	netring_xdp_bridge_close(&br);
	netring_xdp_bridge_close(&br);
	is(net_promiscuity("p0"), 0, "and nothing is left behind");
}

static void refusals(void)
{
	struct netring_xdp_bridge_config cfg, none = xdp_hosts_config(0, 0);
	struct netring_umem umem = { .frames_ = 0 };

	cfg = none;
	cfg.interface[1] = "p0";
	refused(cfg, -EINVAL, NETRING_STEP_CONFIG, -1,
		"the same interface twice");
	cfg = none;
	cfg.interface[1] = "no";
	refused(cfg, -ENODEV, NETRING_STEP_INTERFACE, 1, "no such interface");
	cfg = none;
	cfg.port[0].queue = 1;
	refused(cfg, -EINVAL, NETRING_STEP_BIND, 0, "no such queue");
	cfg = none;
	cfg.socket.bind[0] = NETRING_XDP_ZEROCOPY;
	refused(cfg, -EOPNOTSUPP, NETRING_STEP_BIND, 0, "veth, no copies");
	cfg = none;
	cfg.port[0].rx_ring = 100;
	refused(cfg, -EINVAL, NETRING_STEP_GEOMETRY, 0, "no power of two");
	cfg = none;
	cfg.socket.umem = &umem;
	refused(cfg, -EINVAL, NETRING_STEP_CONFIG, -1, "no memory");
	cfg = none;
	cfg.flags = 0x10;
	refused(cfg, -EOPNOTSUPP, NETRING_STEP_CONFIG, -1, "an unknown flag");
	cfg = none;
	cfg.socket.flags = NETRING_XDP_KEEP_COMPLETIONS;
	refused(cfg, -EOPNOTSUPP, NETRING_STEP_CONFIG, -1,
		"a socket's flag that a bridge cannot have");
	cfg = none;
	cfg.port[1].program_flags = NETRING_XDP_PROGRAM_FRAGMENTS;
	refused(cfg, -EOPNOTSUPP, NETRING_STEP_CONFIG, -1,
		"a program's flag that follows from others");
	cfg = xdp_hosts_config(NETRING_XDP_NATIVE, 0);
	xdp_hosts_mtu(&h, 1, getpagesize() > 9000 ? 65535 : 9000);
	is(xdp_hosts_try(&br, &cfg), -ERANGE,
	   "native mode refuses more than a page without FRAGMENTS");
	is(br.step, NETRING_STEP_ATTACH, "its step");
	is(br.port, 1, "its port");
	is(net_promiscuity("p0"), 0, "and nothing is left behind");
	xdp_hosts_mtu(&h, 1, 1500);
	cfg = none;
	xdp_hosts_open(&br, &cfg);
	netring_xdp_bridge_close(&br);
	ok(1, "after all that it opens");
}

int main(void)
{
	live_begin();
	hosts_begin(&h);
	verdicts(0);
	verdicts(1);
	view(NETRING_XDP_NATIVE);
	view(NETRING_XDP_GENERIC);
	tag_changed();
	far_mtu(NETRING_XDP_NATIVE);
	far_mtu(NETRING_XDP_GENERIC);
	too_long();
	refusals();
	hosts_end(&h);
	return done_testing();
}
