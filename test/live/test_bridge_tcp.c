/* SPDX-License-Identifier: MIT */
/* test_bridge_tcp.c - TCP through a bridge, whatever offloads are in use. */
#define _GNU_SOURCE
#include "hosts.h"
#include "live.h"
#include "port_settings.h"
#include "tcp.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define BYTES live_share(20000000)
#define SECONDS 20 /* for what takes less than one */
#define VLAN 5

static struct hosts h;
static _Alignas(8) uint8_t oversize[NETRING_BRIDGE_OVERSIZE];

struct combination {
	int ends;  /* the end hosts' offloads are on */
	int gro;   /* GRO is on at the bridge's ports */
	int large; /* LARGE, not SMALL with a buffer */
};

static void set_offloads(const struct combination *c)
{
	int side, home;

	for (side = 0; side < 2; side++) {
		must(port_set(port_name[side], PORT_GRO, c->gro), "GRO");
		home = must(net_enter(h.ns[side]), "go there");
		must(port_set_host(host_name[side], c->ends), "offloads");
		must(net_return(home), "come back");
	}
}

/* The same counters for all: nothing lost but by a full ring. */
static void counted(int from, const struct netring_bridge_stats *s,
		    const struct combination *c, const char *what)
{
	int good = s->forwarded > BYTES / (NETRING_BRIDGE_OVERSIZE / 2) &&
		   !s->too_long && !s->link_down && !s->filtered;

	/* super-frames are there just when somebody makes them: veth does */
	if (c->ends || (c->gro && !live_before(5, 13)))
		good = good && s->gso;
	else
		good = good && !s->gso && !s->checksum;
	ok(good, "%s: counters of direction %d", what, from);
	if (!good || s->ring_full || s->kernel_drops)
		hosts_print(s, what);
	hosts_adds_up(s, what);
}

static void run(const struct combination *c, const char *vlan)
{
	struct netring_bridge_config cfg = { .flags = 0 };
	struct netring_bridge_stats stats[2];
	int64_t errors = tcp_sum_errors(&h), start;
	char what[100];
	int pipes[2], ipv6, r;
	pid_t bridge;

	snprintf(what, sizeof(what), "%s, ends' offloads %s, GRO %s, %s", vlan,
		 c->ends ? "on" : "off", c->gro ? "on" : "off",
		 c->large ? "LARGE" : "SMALL");
	set_offloads(c);
	if (c->large) {
		cfg.flags = NETRING_BRIDGE_LARGE;
	} else {
		cfg.oversize = oversize;
		cfg.oversize_size = sizeof(oversize);
		if (c->gro)
			cfg.flags = NETRING_BRIDGE_KEEP_OFFLOADS;
	}
	must(pipe(pipes) < 0 ? -errno : 0, "a pipe");
	bridge = hosts_run(&cfg, pipes[1]);
	for (ipv6 = 0; ipv6 < 2; ipv6++) {
		is(udp_one_byte(&h, ipv6), 0, "%s, IPv%d: UDP of a byte", what,
		   ipv6 ? 6 : 4);
		start = live_us();
		r = tcp_both_ways(&h, ipv6, BYTES, SECONDS);
		start = live_us() - start;
		is(r, 0, "%s, IPv%d: TCP, %u bytes each way", what,
		   ipv6 ? 6 : 4, BYTES);
		diag("%lld Mbit/s", 16 * (long long)BYTES / start);
	}
	is(tcp_sum_errors(&h) - errors, 0, "%s: no checksum is wrong", what);
	is(port_get("p0", PORT_GRO), c->gro, "GRO stayed as it was");
	kill(bridge, SIGTERM);
	memset(stats, 0, sizeof(stats));
	must(read(pipes[0], stats, sizeof(stats)) < 0 ? -errno : 0, "stats");
	is(wire_wait(bridge), 0, "the bridge ends");
	close(pipes[0]);
	close(pipes[1]);
	counted(0, &stats[0], c, what);
	counted(1, &stats[1], c, what);
}

static void matrix(uint16_t tag)
{
	const char *vlan = tag ? "VLAN" : "plain";
	struct combination c;
	int r;

	hosts_begin(&h);
	close(h.spy[0]);
	close(h.spy[1]);
	r = tcp_addresses(&h, tag);
	if (r < 0) {
		skip(lacking(r) ? lacking(r) : strerror(-r),
		     "%s, all combinations", vlan);
		return;
	}
	for (c.ends = 1; c.ends >= 0; c.ends--)
		for (c.gro = 0; c.gro < 2; c.gro++)
			for (c.large = 0; c.large < 2; c.large++)
				run(&c, vlan);
	hosts_end(&h);
}

int main(void)
{
	live_begin();
	matrix(0);
	matrix(VLAN);
	return done_testing();
}
