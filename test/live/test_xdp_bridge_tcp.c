/* SPDX-License-Identifier: MIT */
/* test_xdp_bridge_tcp.c - AF_XDP: TCP, as far as XDP can carry it. */
#define _GNU_SOURCE
#include "live.h"
#include "port_settings.h"
#include "tcp.h"
#include "xdp_hosts.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define BYTES live_share(3000000)
#define SECONDS 20 /* for what takes less than one */
#define VLAN 5

static struct hosts h;

struct combination {
	int attach;
	int ends; /* the end hosts' offloads are on */
	int gro;  /* GRO is on at the bridge's ports, and stays */
};

/* Offloads of the ends; a VLAN tag is always put in by the sender, as XDP has
 * no other. */
static void set_offloads(const struct combination *c)
{
	int side, home;

	for (side = 0; side < 2; side++) {
		must(port_set(port_name[side], PORT_GRO, c->gro), "GRO");
		home = must(net_enter(h.ns[side]), "go there");
		must(port_set_host(host_name[side], c->ends), "offloads");
		if (c->attach == NETRING_XDP_GENERIC)
			must(port_set(host_name[side], PORT_TSO, 0), "TSO");
		must(xdp_hosts_txvlan(host_name[side], 0), "txvlan");
		must(net_return(home), "come back");
	}
}

/* Nothing lost but by a full ring; checksums just when somebody left them, but
 * for those few that look so by chance. */
static void counted(int from, const struct netring_bridge_stats *s,
		    const struct combination *c, const char *what)
{
	int good = s->forwarded > BYTES / 1500 && !s->too_long &&
		   !s->link_down && !s->filtered && !s->gso &&
		   (c->ends ? s->checksum > BYTES / 1500 : s->checksum < 10);

	ok(good, "%s: counters of direction %d", what, from);
	if (!good || s->ring_full || s->kernel_drops)
		hosts_print(s, what);
	hosts_adds_up(s, what);
}

static pid_t start(const struct combination *c, int to)
{
	struct netring_xdp_bridge_config cfg = xdp_hosts_config(
		c->attach, c->gro ? NETRING_XDP_BRIDGE_KEEP_OFFLOADS : 0);

	return xdp_hosts_run(&cfg, to);
}

static void run(const struct combination *c, const char *vlan)
{
	struct netring_bridge_stats stats[2];
	int64_t errors = tcp_sum_errors(&h), took;
	char what[100];
	int pipes[2], ipv6, r;
	pid_t bridge;

	snprintf(what, sizeof(what), "%s, %s, ends' offloads %s, GRO %s",
		 xdp_hosts_mode(c->attach), vlan, c->ends ? "on" : "off",
		 c->gro ? "on" : "off");
	set_offloads(c);
	must(pipe(pipes) < 0 ? -errno : 0, "a pipe");
	bridge = start(c, pipes[1]);
	for (ipv6 = 0; ipv6 < 2; ipv6++) {
		is(udp_one_byte(&h, ipv6), 0, "%s, IPv%d: UDP of a byte", what,
		   ipv6 ? 6 : 4);
		took = live_us();
		r = tcp_both_ways(&h, ipv6, BYTES, SECONDS);
		took = live_us() - took;
		is(r, 0, "%s, IPv%d: TCP, %u bytes each way", what,
		   ipv6 ? 6 : 4, BYTES);
		diag("%lld Mbit/s", 16 * (long long)BYTES / took);
	}
	is(tcp_sum_errors(&h) - errors, 0, "%s: no checksum is wrong", what);
	kill(bridge, SIGTERM);
	memset(stats, 0, sizeof(stats));
	must(read(pipes[0], stats, sizeof(stats)) < 0 ? -errno : 0, "stats");
	is(wire_wait(bridge), 0, "the bridge ends");
	close(pipes[0]);
	close(pipes[1]);
	counted(0, &stats[0], c, what);
	counted(1, &stats[1], c, what);
}

/*
 * What XDP cannot carry: super-frames. In generic mode the sender's TSO makes
 * them; the kernel drops them before the socket, and counts them. (GRO at the
 * port makes none: the kernel leaves it out where a generic program is.)
 */
static void super_frames(void)
{
	struct combination c = { NETRING_XDP_GENERIC, 1, 0 };
	struct netring_bridge_stats stats[2];
	int64_t errors = tcp_sum_errors(&h);
	int pipes[2], side, home;
	pid_t bridge;

	set_offloads(&c);
	for (side = 0; side < 2; side++) {
		home = must(net_enter(h.ns[side]), "go there");
		must(port_set(host_name[side], PORT_TSO, 1), "TSO");
		must(net_return(home), "come back");
	}
	must(pipe(pipes) < 0 ? -errno : 0, "a pipe");
	bridge = start(&c, pipes[1]);
	is(udp_one_byte(&h, 0), 0, "generic, TSO: a datagram passes");
	(void)tcp_both_ways(&h, 0, 200000, 2);
	kill(bridge, SIGTERM);
	memset(stats, 0, sizeof(stats));
	must(read(pipes[0], stats, sizeof(stats)) < 0 ? -errno : 0, "stats");
	is(wire_wait(bridge), 0, "the bridge ends");
	close(pipes[0]);
	close(pipes[1]);
	ok(stats[0].kernel_drops + stats[1].kernel_drops,
	   "super-frames are dropped, and counted in kernel_drops");
	is(tcp_sum_errors(&h) - errors, 0, "no checksum is wrong");
	hosts_adds_up(&stats[0], "super-frames");
	hosts_adds_up(&stats[1], "super-frames");
}

static void matrix(uint16_t tag)
{
	const char *vlan = tag ? "VLAN" : "plain";
	struct combination c;
	int r;

	hosts_begin(&h);
	close(h.spy[0]);
	close(h.spy[1]);
	h.spy[0] = h.spy[1] = -1;
	r = tcp_addresses(&h, tag);
	if (r < 0) {
		skip(lacking(r) ? lacking(r) : strerror(-r),
		     "%s, all combinations", vlan);
		hosts_end(&h);
		return;
	}
	for (c.attach = NETRING_XDP_NATIVE; c.attach <= NETRING_XDP_GENERIC;
	     c.attach++)
		for (c.ends = 1; c.ends >= 0; c.ends--)
			for (c.gro = 0; c.gro < 2; c.gro++)
				run(&c, vlan);
	if (!tag)
		super_frames();
	hosts_end(&h);
}

int main(void)
{
	struct netring_xdp_bridge_config cfg = xdp_hosts_config(0, 0);
	static struct netring_xdp_bridge br;

	live_begin();
	hosts_begin(&h);
	xdp_hosts_open(&br, &cfg); /* or skips */
	netring_xdp_bridge_close(&br);
	hosts_end(&h);
	matrix(0);
	matrix(VLAN);
	return done_testing();
}
