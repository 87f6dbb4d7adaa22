/* SPDX-License-Identifier: MIT */
/* test_bridge_flood.c - more than a bridge can carry: counted, and shared. */
/* netring-test: alone */
#define _GNU_SOURCE
#include "hosts.h"
#include "live.h"
#include "port_settings.h"
#include "spy_socket.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static struct hosts h;
static struct netring_bridge br;

/* A bridge that needs 20 us for each frame carries less than 50,000 a second. */
static enum netring_verdict slow(void *user, struct netring_packet *pkt,
				 int direction)
{
	int64_t end = live_us() + 20;

	(void)user, (void)pkt, (void)direction;
	while (live_us() < end)
		;
	return NETRING_VERDICT_FORWARD;
}

static struct hosts_count now(void)
{
	struct port_counters p;
	struct hosts_count c;
	int i;

	for (i = 0; i < 2; i++) {
		must(port_counters(port_name[i], &p), "counters");
		c.in[i] = p.rx_packets;
		c.out[i] = hosts_arrived(&h, i);
	}
	return c;
}

/* What came, and what became of it: each frame is in one counter. */
static void account(const struct hosts_count *before, const char *what)
{
	struct netring_bridge_stats s;
	struct hosts_count c = now();
	int i;

	for (i = 0; i < 2; i++) {
		must(netring_bridge_read_stats(&br, i, &s), "statistics");
		hosts_print(&s, what);
		hosts_adds_up(&s, what);
		is((long long)(s.received + s.kernel_drops),
		   (long long)(c.in[i] - before->in[i]),
		   "received and kernel drops are what came to port %d", i);
		is((long long)s.forwarded,
		   (long long)(c.out[!i] - before->out[!i]),
		   "forwarded is what arrived at host %d", !i);
	}
}

static void run_for(int ms)
{
	int64_t end = netring_clock_ms() + ms;
	int r;

	while (netring_clock_ms() < end) {
		r = netring_bridge_step(&br, 5);
		if (r < 0 && r != -EINTR)
			must(r, "step");
	}
}

static void empty(void)
{
	hosts_pump(&br, 50);
	is(netring_bridge_timeout(&br) > 100, 1, "nothing is left");
}

static void work(void)
{
	run_for(700);
}

/* @rate: of the other direction, 0: a flood too, -1: none */
static void flood(const char *what, struct netring_bridge_config *cfg, int rate)
{
	struct hosts_count before;
	pid_t a, b = 0;

	hosts_open(&br, cfg);
	before = now();
	a = hosts_flood(&h, 0, 0, 0, 100);
	if (rate >= 0)
		b = hosts_flood(&h, 1, 0, (uint32_t)rate, 100);
	run_for(100);
	hosts_shares(now, work, rate, what);
	wire_stop(a);
	if (b)
		wire_stop(b);
	empty();
	account(&before, what);
	netring_bridge_close(&br);
	spy_flush(h.spy[0], 1);
	spy_flush(h.spy[1], 1);
}

static uint32_t small_ring(void)
{
	return getpagesize() > 16384 ? (uint32_t)getpagesize() : 16384;
}

/* A far link of 400 kbit: what does not fit is dropped and counted, or held
 * back until it does. */
static void narrow(uint32_t flags)
{
	struct netring_bridge_config cfg = { .flags = flags };
	struct netring_bridge_stats s;
	struct hosts_count before;
	struct spied seen = { 0 };
	uint8_t frame[500];
	uint32_t i, sent = 100;
	int64_t cpu;

	if (port_tbf("p1", 50000, 2000, 1500) < 0) {
		skip("not in this kernel", "tbf");
		return;
	}
	cfg.port[1].tx_memory = small_ring();
	hosts_open(&br, &cfg);
	before = now();
	for (i = 0; i < sent; i++) {
		wire_frame(frame, sizeof(frame), WIRE_TYPE, i);
		hosts_send(&h, 0, frame, sizeof(frame));
	}
	cpu = live_cpu_us();
	run_for(flags ? 1300 : 300);
	cpu = live_cpu_us() - cpu;
	empty();
	netring_bridge_read_stats(&br, 0, &s);
	live_sleep_ms(100);
	if (flags & NETRING_BRIDGE_HOLD) {
		spy_count(h.spy[1], &seen, sent, 500);
		spied_ok(&seen, sent, "HOLD: nothing is lost");
		is((long long)s.ring_full, 0, "no ring full");
		between(cpu, 0, 1300000 / 5, "without a spin, us of 1300000");
	} else {
		between((long long)s.ring_full, 1, sent - 1,
			"a full ring drops, and counts");
		spy_count(h.spy[1], &seen, sent, 100);
		is(seen.frames, (long long)s.forwarded,
		   "forwarded is what arrived");
	}
	account(&before, flags ? "HOLD" : "narrow");
	netring_bridge_close(&br);
	must(port_no_qdisc("p1"), "no tbf any more");
	spy_flush(h.spy[1], 5);
}

/* Held back one way, the other goes on. */
static void held_one_way(void)
{
	struct netring_bridge_config cfg = { .flags = NETRING_BRIDGE_HOLD };
	struct spied seen = { 0 };
	uint8_t frame[500];
	uint32_t i;

	if (port_tbf("p1", 20000, 2000, 1500) < 0)
		return;
	cfg.port[1].tx_memory = small_ring();
	hosts_open(&br, &cfg);
	for (i = 0; i < 100; i++) {
		wire_frame(frame, sizeof(frame), WIRE_TYPE, i);
		hosts_send(&h, 0, frame, sizeof(frame));
	}
	run_for(50);
	for (i = 0; i < 100; i++) {
		wire_frame(frame, sizeof(frame), WIRE_TYPE, i);
		hosts_send(&h, 1, frame, sizeof(frame));
	}
	run_for(100);
	spy_count(h.spy[0], &seen, 100, 1);
	spied_ok(&seen, 100, "held one way: the other, in 100 ms");
	ok(netring_bridge_timeout(&br) >= 0, "while frames wait");
	netring_bridge_close(&br);
	must(port_no_qdisc("p1"), "no tbf any more");
	spy_flush(h.spy[1], 5);
}

int main(void)
{
	struct netring_bridge_config carry = { .filter = slow };
	struct netring_bridge_config large = { .filter = slow };
	struct netring_bridge_config hold = { .filter = slow };

	live_begin();
	hosts_begin(&h);
	large.flags = NETRING_BRIDGE_LARGE;
	hold.flags = NETRING_BRIDGE_HOLD;
	flood("one way", &carry, -1);
	flood("one way, a trickle back", &carry, 5000);
	flood("both ways", &carry, 0);
	flood("both ways, LARGE", &large, 0);
	flood("both ways, HOLD", &hold, 0);
	narrow(0);
	narrow(NETRING_BRIDGE_HOLD);
	held_one_way();
	hosts_end(&h);
	return done_testing();
}
