/* SPDX-License-Identifier: MIT */
/* test_refused.c - frames that the kernel does not take, among others. */
#define _GNU_SOURCE
#include "bpf_call.h"
#include "hosts.h"
#include "live.h"
#include "port_settings.h"
#include "spy_socket.h"

#include <netring/injector.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define FRAMES 40u
#define LONG_ONE(i) ((i) % 8 == 3) /* 5 of them */
#define LONG_ONES 5

static struct hosts h;
static struct netring_bridge br;
static struct netring_injector inj;

/* What is in the way of long frames, behind p1. */
enum obstacle {
	PEER_MTU, /* h1 takes no more than 600 */
	BURST,	  /* a token bucket that such a frame never fits into */
	RULE,	  /* of p1's egress: nothing above 700 bytes */
	OBSTACLES
};
static const char *const obstacle_name[] = { "the peer's MTU", "tbf's burst",
					     "a rule" };
static int rule;

static int put(enum obstacle what, int there)
{
	int home, r;

	if (what == BURST)
		return there ? port_tbf("p1", 1000000, 700, 100000) :
			       port_no_qdisc("p1");
	if (what == RULE && there)
		return rule = bpf_drop_long(net_index("p1"), 700);
	if (what == RULE)
		return close(rule);
	home = must(net_enter(h.ns[1]), "go there");
	r = net_mtu("h1", there ? 600 : 1500);
	must(net_return(home), "come back");
	return r;
}

/* All but the long ones, in order, and no other. */
static void short_ones(const char *how, enum obstacle what)
{
	uint8_t frame[1000];
	uint32_t i, good = 0;

	for (i = 0; i < FRAMES; i++) {
		if (LONG_ONE(i))
			continue;
		wire_frame(frame, 100, WIRE_TYPE, i);
		good += (uint32_t)spy_is(h.spy[1], frame, 100);
	}
	is(good, FRAMES - LONG_ONES, "%s, %s: every other frame arrives", how,
	   obstacle_name[what]);
	ok(spy_quiet(h.spy[1], 10), "and nothing else");
}

static void by_injector(enum obstacle what)
{
	struct netring_injector_config cfg = { .interface = "p1",
					       .retry_ms = 200 };
	struct netring_injector_stats s;
	uint8_t frame[1000];
	uint32_t i, length;

	must(netring_injector_open(&inj, &cfg), "open");
	for (i = 0; i < FRAMES; i++) {
		length = LONG_ONE(i) ? 1000 : 100;
		wire_frame(frame, length, WIRE_TYPE, i);
		must(netring_injector_queue(&inj, frame, length,
					    NETRING_FOREVER),
		     "queue");
	}
	is(netring_injector_drain(&inj, netring_clock_ms() + 10000), 0,
	   "drain");
	short_ones("injector", what);
	netring_injector_read_stats(&inj, &s);
	is((long long)s.refused.busy, LONG_ONES, "refused, and counted");
	is((long long)s.accepted, FRAMES - LONG_ONES, "the others accepted");
	is((long long)s.queued, FRAMES, "queued");
	is((long long)s.pending, 0, "nothing waits");
	is(netring_injector_close(&inj), 0, "close");
}

static void by_bridge(enum obstacle what, uint32_t flags)
{
	struct netring_bridge_config cfg = { .flags = flags };
	struct netring_bridge_stats s = { 0 }, last;
	int64_t start = live_start_ms();
	uint8_t frame[1000];
	uint32_t i, length;
	int good = 1;

	/* for all of them, also with LARGE */
	cfg.port[0].rx_memory = cfg.port[1].tx_memory = 4 << 20;
	hosts_open(&br, &cfg);
	for (i = 0; i < FRAMES; i++) {
		length = LONG_ONE(i) ? 1000 : 100;
		wire_frame(frame, length, WIRE_TYPE, i);
		hosts_send(&h, 0, frame, length);
	}
	while (netring_clock_ms() - start < 20000) {
		must(netring_bridge_step(&br, 20), "step");
		last = s;
		must(netring_bridge_read_stats(&br, 0, &s), "stats");
		good &= s.received >= last.received &&
			s.forwarded >= last.forwarded &&
			s.refused.busy >= last.refused.busy &&
			s.received == s.forwarded + s.pending +
					      netring_refused_sum(&s.refused);
		if (s.received == FRAMES && !s.pending)
			break;
	}
	ok(good,
	   "flags %x: the counters add up at every step, and none went "
	   "down",
	   flags);
	short_ones("bridge", what);
	is((long long)s.refused.busy, LONG_ONES, "refused, and counted");
	is((long long)s.forwarded, FRAMES - LONG_ONES, "the others forwarded");
	netring_bridge_close(&br);
}

/* Lowered and raised while the injector is open. */
static void mtu_changes(void)
{
	struct netring_injector_config cfg = { .interface = "p1" };
	struct netring_injector_stats s;
	uint8_t frame[1400];
	int i, refused = 0;

	must(netring_injector_open(&inj, &cfg), "open");
	wire_frame(frame, sizeof(frame), WIRE_TYPE, 0);
	is(netring_injector_send(&inj, frame, sizeof(frame), 0), 0, "as it is");
	must(net_mtu("p1", 600), "MTU");
	live_sleep_ms(2);
	for (i = 0; i < 10; i++)
		refused += netring_injector_send(&inj, frame, sizeof(frame),
						 0) == -EMSGSIZE;
	is(refused, 10, "lowered: each is refused");
	is(netring_injector_mtu(&inj), 600, "the MTU");
	must(net_mtu("p1", 1500), "MTU");
	is(netring_injector_send(&inj, frame, sizeof(frame), 0), 0, "raised");
	ok(spy_is(h.spy[1], frame, sizeof(frame)) &&
		   spy_is(h.spy[1], frame, sizeof(frame)) &&
		   spy_quiet(h.spy[1], 10),
	   "two arrive");
	netring_injector_read_stats(&inj, &s);
	is((long long)s.too_long, 10, "too long");
	is((long long)s.accepted, 2, "accepted");
	netring_injector_close(&inj);
}

/* A far link that flaps under a flood: every frame is in one counter. */
static void flapping(void)
{
	struct netring_bridge_config cfg = { 0 };
	struct netring_bridge_stats s = { 0 }, last;
	int64_t start;
	int good = 1, up = 1;
	pid_t flood;

	hosts_open(&br, &cfg);
	flood = hosts_flood(&h, 0, 0, 20000, 100);
	for (start = live_start_ms(); netring_clock_ms() - start < 1000;) {
		must(netring_bridge_step(&br, 10), "step");
		last = s;
		must(netring_bridge_read_stats(&br, 0, &s), "stats");
		good &= s.forwarded >= last.forwarded &&
			s.link_down >= last.link_down &&
			s.received == s.forwarded + s.pending + s.link_down +
					      s.ring_full +
					      netring_refused_sum(&s.refused);
		if ((netring_clock_ms() - start) / 100 % 2 == up) {
			up = !up;
			must(up ? net_up("p1") : net_down("p1"), "flap");
		}
	}
	wire_stop(flood);
	ok(good, "far link flapping: all adds up, and nothing goes down");
	ok(s.link_down > 0 && s.forwarded > 0, "some were lost, and counted");
	netring_bridge_close(&br);
	must(net_up("p1"), "up");
}

int main(void)
{
	enum obstacle what;

	live_begin();
	hosts_begin(&h);
	for (what = 0; what < OBSTACLES; what++) {
		if (put(what, 1) < 0) {
			skip("not in this kernel", "%s", obstacle_name[what]);
			continue;
		}
		by_injector(what);
		by_bridge(what, 0);
		by_bridge(what, NETRING_BRIDGE_LARGE);
		by_bridge(what, NETRING_BRIDGE_HOLD);
		must(put(what, 0), "as it was");
	}
	mtu_changes();
	flapping();
	hosts_end(&h);
	return done_testing();
}
