/* SPDX-License-Identifier: MIT */
/* test_xdp_bridge_fragments.c - AF_XDP: packets longer than a frame. */
#define _GNU_SOURCE
#include "live.h"
#include "port_settings.h"
#include "spy_socket.h"
#include "tcp.h"
#include "xdp_hosts.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static struct hosts h;
static struct netring_xdp_bridge br;
static uint8_t frame[9100];

static struct netring_xdp_bridge_config config(int attach)
{
	struct netring_xdp_bridge_config cfg = xdp_hosts_config(attach, 0);

	cfg.socket.flags = NETRING_XDP_FRAGMENTS;
	return cfg;
}

static void set_mtu(uint32_t mtu)
{
	xdp_hosts_mtu(&h, 0, mtu);
	xdp_hosts_mtu(&h, 1, mtu);
}

/* A frame, with a tag beyond the MTU's 14 bytes. */
static void build(uint32_t length, uint32_t mtu)
{
	uint32_t tag = length > mtu + 14 ? 4 : 0;

	wire_frame(frame + tag, length - tag, WIRE_TYPE, length);
	memmove(frame, frame + tag, 12);
	if (tag)
		wire_put32(frame + 12, 0x81000005);
}

static void lengths(int attach, uint32_t mtu)
{
	struct netring_xdp_bridge_config cfg = config(attach);
	const char *mode = xdp_hosts_mode(attach);
	uint32_t length, sent = 0, good = 0, around;
	struct netring_bridge_stats s;
	int from;

	xdp_hosts_open(&br, &cfg);
	for (from = 0; from < 2; from++, sent = good = 0) {
		/* around the ends of frames, and in between */
		for (length = 14; length <= mtu + 18; length++) {
			around = (length + 300) % 256;
			if (around > 3 && length != 1791 && length != 1792 &&
			    length != 1793 && length < mtu + 12)
				continue;
			build(length, mtu);
			hosts_send(&h, from, frame, length);
			xdp_hosts_take(&br, 1);
			sent++;
			good += (uint32_t)spy_is(h.spy[!from], frame, length);
		}
		is(good, sent, "%s, MTU %u, from %d: all lengths, as they were",
		   mode, mtu, from);
		ok(spy_quiet(h.spy[!from], 5), "once");
		s = xdp_hosts_stats(&br, from, mode);
		is((long long)s.forwarded, sent, "packets, not fragments");
		is((long long)s.kernel_drops, 0, "none lost");
	}
	xdp_hosts_close(&br, "lengths");
}

/* Many at once, of all kinds: each whole and in order. */
static void burst(int attach)
{
	struct netring_xdp_bridge_config cfg = config(attach);
	const uint32_t mix[] = { 60, 9014, 1792, 4000, 1793, 64, 3584, 3585 };
	struct spied seen[2] = { { 0 }, { 0 } };
	uint32_t i;
	int from;

	xdp_hosts_open(&br, &cfg);
	for (i = 0; i < 400; i++) {
		for (from = 0; from < 2; from++) {
			wire_frame(frame, mix[i % 8], WIRE_TYPE, i);
			hosts_send(&h, from, frame, mix[i % 8]);
		}
		if (i % 16 == 15)
			xdp_hosts_pump(&br, 1);
	}
	xdp_hosts_pump(&br, 20);
	for (from = 0; from < 2; from++) {
		spy_count(h.spy[!from], &seen[from], 400, 100);
		spied_ok(&seen[from], 400, "short and long ones, both ways");
		is((long long)xdp_hosts_stats(&br, from, "burst").forwarded,
		   400, "forwarded");
	}
	xdp_hosts_close(&br, "burst");
}

/* What is too long for the far MTU is one packet that is too long. */
static void unequal(int attach)
{
	struct netring_xdp_bridge_config cfg = config(attach);
	struct netring_bridge_stats s;

	xdp_hosts_mtu(&h, 1, 3000);
	xdp_hosts_open(&br, &cfg);
	wire_frame(frame, 9014, WIRE_TYPE, 1);
	hosts_send(&h, 0, frame, 9014);
	wire_frame(frame, 3019, WIRE_TYPE, 2);
	hosts_send(&h, 0, frame, 3019);
	wire_frame(frame, 3014, WIRE_TYPE, 3);
	hosts_send(&h, 0, frame, 3014);
	xdp_hosts_pump(&br, 10);
	ok(spy_is(h.spy[1], frame, 3014) && spy_quiet(h.spy[1], 5),
	   "MTU 9000 to 3000: only what fits arrives");
	s = xdp_hosts_stats(&br, 0, "unequal");
	is((long long)s.too_long, 1, "too long for the MTU");
	is((long long)s.refused.other, 1,
	   "too long for the other end of the cable");
	is((long long)s.forwarded, 1, "forwarded");
	xdp_hosts_close(&br, "unequal");
	xdp_hosts_mtu(&h, 1, 9000);
}

/* A far socket without fragments, as one that could not be bound with them. */
static void unsupported(int attach)
{
	struct netring_xdp_bridge_config cfg = config(attach);
	struct netring_bridge_stats s;

	xdp_hosts_open(&br, &cfg);
	br.port_[1].xdp.tx.flags_ &= ~NETRING_XDP_FRAGMENTS;
	wire_frame(frame, 4000, WIRE_TYPE, 1);
	hosts_send(&h, 0, frame, 4000);
	wire_frame(frame, 1500, WIRE_TYPE, 2);
	hosts_send(&h, 0, frame, 1500);
	xdp_hosts_pump(&br, 10);
	ok(spy_is(h.spy[1], frame, 1500) && spy_quiet(h.spy[1], 5),
	   "no fragments there: what is short arrives");
	s = xdp_hosts_stats(&br, 0, "unsupported");
	is((long long)s.refused.unsupported, 1, "the other is counted");
	is((long long)s.too_long, 0, "and not as too long");
	is((long long)s.forwarded, 1, "forwarded");
	hosts_send(&h, 1, frame, 1500);
	xdp_hosts_pump(&br, 10);
	ok(spy_is(h.spy[0], frame, 1500), "the other way is as it was");
	xdp_hosts_close(&br, "unsupported");
}

/* Packets are counted, not fragments, also when the link is down. */
static void link_down(int attach)
{
	struct netring_xdp_bridge_config cfg = config(attach);
	struct netring_bridge_stats s;
	uint32_t i;

	xdp_hosts_open(&br, &cfg);
	xdp_hosts_pump(&br, 1); /* looks at the links now, and then later */
	must(net_down("p1"), "down");
	for (i = 0; i < 10; i++) {
		wire_frame(frame, 5000, WIRE_TYPE, i);
		hosts_send(&h, 0, frame, 5000);
	}
	xdp_hosts_pump(&br, 10);
	s = xdp_hosts_stats(&br, 0, "link down");
	is((long long)s.link_down, 10, "ten packets met a downed link");
	is((long long)s.forwarded, 0, "none was forwarded");
	must(net_up("p1"), "up");
	xdp_hosts_run_for(&br, 300);
	ok(spy_quiet(h.spy[1], 5), "none comes later");
	xdp_hosts_close(&br, "link down");
}

/* Drops the second, shortens the third, changes the fourth. */
static enum netring_verdict judge(void *user, struct netring_packet *pkt,
				  int direction)
{
	int *calls = user;

	(void)direction;
	switch (++*calls) {
	case 2:
		return NETRING_VERDICT_DROP;
	case 3:
		pkt->len = 64;
		return NETRING_VERDICT_MODIFIED;
	case 4:
		pkt->data[50] ^= 0xff;
		return NETRING_VERDICT_MODIFIED;
	default:
		return NETRING_VERDICT_FORWARD;
	}
}

static void verdicts(int attach)
{
	struct netring_xdp_bridge_config cfg = config(attach);
	struct netring_bridge_stats s;
	int calls = 0;
	uint32_t i;

	cfg.filter = judge;
	cfg.user = &calls;
	xdp_hosts_open(&br, &cfg);
	for (i = 1; i <= 5; i++) {
		wire_frame(frame, 5000, WIRE_TYPE, i);
		hosts_send(&h, 0, frame, 5000);
	}
	xdp_hosts_pump(&br, 10);
	is(calls, 5, "the filter is asked once for a packet");
	wire_frame(frame, 5000, WIRE_TYPE, 1);
	ok(spy_is(h.spy[1], frame, 5000), "forwarded");
	wire_frame(frame, 5000, WIRE_TYPE, 3);
	ok(spy_is(h.spy[1], frame, 64), "shortened: nothing follows");
	wire_frame(frame, 5000, WIRE_TYPE, 4);
	frame[50] ^= 0xff;
	ok(spy_is(h.spy[1], frame, 5000), "changed");
	wire_frame(frame, 5000, WIRE_TYPE, 5);
	ok(spy_is(h.spy[1], frame, 5000) && spy_quiet(h.spy[1], 5),
	   "the next, and no more");
	s = xdp_hosts_stats(&br, 0, "verdicts");
	is((long long)s.filtered, 1, "filtered");
	is((long long)s.forwarded, 4, "forwarded");
	xdp_hosts_close(&br, "verdicts");
}

/* Jumbo frames of TCP, whose checksums are left to the sender's device, or not:
 * they are filled in across fragments. */
static void jumbo_tcp(int attach, int ends)
{
	struct netring_xdp_bridge_config cfg = config(attach);
	int64_t errors = tcp_sum_errors(&h);
	const char *mode = xdp_hosts_mode(attach);
	int side, home, r;
	pid_t bridge;

	for (side = 0; side < 2; side++) {
		home = must(net_enter(h.ns[side]), "go there");
		must(port_set_host(host_name[side], ends), "offloads");
		must(port_set(host_name[side], PORT_TSO, 0), "TSO");
		must(net_return(home), "come back");
	}
	bridge = xdp_hosts_run(&cfg, -1);
	r = tcp_both_ways(&h, 0, 1000000, 20);
	errors = tcp_sum_errors(&h) - errors;
	is(r, 0, "%s, MTU 9000, ends' offloads %s: TCP", mode,
	   ends ? "on" : "off");
	is(errors, 0, "no checksum is wrong");
	kill(bridge, SIGTERM);
	is(wire_wait(bridge), 0, "the bridge ends");
}

/* A last fragment that is none of the UMEM's: the packet ends unsent at a look,
 * and is not joined with the next. */
static void no_end(int attach)
{
	struct netring_xdp_bridge_config cfg = config(attach);
	struct netring_xdp_rx *rx = &br.port_[0].xdp.rx;
	int64_t end = netring_clock_ms() + 5000;
	struct netring_bridge_stats s;
	struct netring_xdp_desc *last;

	xdp_hosts_open(&br, &cfg);
	wire_frame(frame, 4000, WIRE_TYPE, 1);
	hosts_send(&h, 0, frame, 4000);
	while (netring_xdp_ring_seek(&rx->ring_, 3) < 2 &&
	       netring_clock_ms() < end)
		live_sleep_ms(1);
	last = netring_xdp_ring_desc(&rx->ring_,
				     netring_xdp_ring_seek(&rx->ring_, 32) - 1);
	is(last->options, 0, "the last fragment");
	last->addr = UINT64_MAX;
	br.looked_ = netring_clock_ms();
	(void)netring_xdp_bridge_step(&br, 100);
	ok(br.port_[0].in_packet, "has no end");
	br.looked_ = 0;
	(void)netring_xdp_bridge_step(&br, 0);
	ok(!br.port_[0].in_packet, "is ended at a look");
	s = xdp_hosts_stats(&br, 0, "no end");
	is((long long)s.refused.other, 1, "refused");
	is((long long)s.forwarded, 0, "not forwarded");
	wire_frame(frame, 100, WIRE_TYPE, 2);
	hosts_send(&h, 0, frame, 100);
	xdp_hosts_take(&br, 1);
	ok(spy_is(h.spy[1], frame, 100), "the next one passes by itself");
	xdp_hosts_close(&br, "no end");
}

int main(void)
{
	struct netring_xdp_bridge_config cfg = config(NETRING_XDP_NATIVE);
	int attach;

	live_begin();
	hosts_begin(&h);
	xdp_hosts_open(&br, &cfg); /* or skips */
	if (!(netring_xdp_active(&br.port_[0].xdp) & NETRING_XDP_FRAGMENTS))
		skip_all("not in this kernel", "fragments");
	netring_xdp_bridge_close(&br);
	for (attach = NETRING_XDP_NATIVE; attach <= NETRING_XDP_GENERIC;
	     attach++) {
		set_mtu(3000);
		lengths(attach, 3000);
		set_mtu(9000);
		lengths(attach, 9000);
		burst(attach);
	}
	unequal(NETRING_XDP_NATIVE);
	unsupported(NETRING_XDP_NATIVE);
	link_down(NETRING_XDP_NATIVE);
	verdicts(NETRING_XDP_NATIVE);
	no_end(NETRING_XDP_NATIVE);
	close(h.spy[0]);
	close(h.spy[1]);
	h.spy[0] = h.spy[1] = -1;
	must(tcp_addresses(&h, 0), "addresses");
	jumbo_tcp(NETRING_XDP_NATIVE, 0);
	jumbo_tcp(NETRING_XDP_NATIVE, 1);
	hosts_end(&h);
	return done_testing();
}
