/* SPDX-License-Identifier: MIT */
/* test_bridge_hold.c - HOLD in an outer loop: nothing lost, in order, no spin.
 * netring-test: alone */
#define _GNU_SOURCE
#include "hosts.h"
#include "live.h"
#include "port_settings.h"
#include "spy_socket.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

static struct hosts h;
static struct netring_bridge br;
static _Alignas(8) uint8_t oversize[NETRING_BRIDGE_OVERSIZE];

/* As bridge.h has it: watch both for what they ask for, and step then. */
static long outer_loop(int ms)
{
	int64_t end = netring_clock_ms() + ms, left;
	struct pollfd fds[2];
	long steps = 0;
	int i, timeout;

	while ((left = end - netring_clock_ms()) > 0) {
		for (i = 0; i < 2; i++) {
			fds[i].fd = netring_bridge_fd(&br, i);
			fds[i].events = netring_bridge_events(&br, i);
			fds[i].revents = 0;
		}
		timeout = netring_bridge_timeout(&br);
		poll(fds, 2, timeout < left ? timeout : (int)left);
		must(netring_bridge_step(&br, 0), "step");
		steps++;
	}
	return steps;
}

/* At most half of a processor, and a step a millisecond and a little more. */
static void no_spin(int ms, const char *what)
{
	int64_t cpu = live_cpu_us(), start = netring_clock_ms();
	long steps = outer_loop(ms);

	ms = (int)(netring_clock_ms() - start);
	between(steps, 0, 4L * ms + 200, "%s: steps in %d ms", what, ms);
	between(live_cpu_us() - cpu, 0, 500LL * ms + 1000 * live_slack_ms(),
		"microseconds of the processor");
}

static void far_gro(void)
{
	int home = must(net_enter(h.ns[1]), "go there");

	/* by NAPI: without, veth's receiver has a queue a processor, and what
	 * tbf's timer lets go on another one overtakes; a plain sender sees
	 * that, too */
	must(port_set("h1", PORT_GRO, 1), "GRO of h1");
	must(net_return(home), "come back");
}

static void slow_far_side(int near_down)
{
	struct netring_bridge_config cfg = { .flags = NETRING_BRIDGE_HOLD,
					     .oversize = oversize,
					     .oversize_size =
						     sizeof(oversize) };
	struct netring_bridge_stats s;
	struct spied seen = { 0 };
	uint8_t frame[500];
	uint32_t i;

	/* small enough to be full, with the tbf's queue, of what is sent */
	cfg.port[1].tx_memory = 64 << 10;
	hosts_open(&br, &cfg);
	must(port_tbf("p1", 40000, 2000, 4000), "tbf");
	for (i = 0; i < 150; i++) {
		wire_frame(frame, sizeof(frame), WIRE_TYPE, i);
		hosts_send(&h, 0, frame, sizeof(frame));
	}
	outer_loop(50);
	ok(netring_bridge_events(&br, 0) == 0, "the near port is held back");
	if (near_down)
		must(net_down("p0"), "p0 down");
	no_spin(500,
		near_down ? "far side slow, near link down" : "far side slow");
	must(port_tbf("p1", 10000000, 20000, 400000), "a fast one");
	for (i = 0; i < 50; i++) {
		outer_loop(100);
		must(netring_bridge_read_stats(&br, 0, &s), "stats");
		if (s.received == 150 && !s.pending)
			break;
	}
	hosts_adds_up(&s, "HOLD");
	is((long long)s.forwarded, 150, "none is lost");
	spy_count(h.spy[1], &seen, 150, 500);
	spied_ok(&seen, 150, "all arrive, in order");
	netring_bridge_close(&br);
	must(port_no_qdisc("p1"), "no tbf");
	must(net_up("p0"), "p0 up");
	spy_flush(h.spy[1], 20);
}

int main(void)
{
	live_begin();
	hosts_begin(&h);
	if (port_tbf("p1", 40000, 2000, 4000) < 0)
		skip_all("not in this kernel", "tbf");
	must(port_no_qdisc("p1"), "no tbf");
	far_gro();
	slow_far_side(0);
	slow_far_side(1);
	hosts_end(&h);
	return done_testing();
}
