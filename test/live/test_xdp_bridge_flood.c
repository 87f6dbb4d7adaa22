/* SPDX-License-Identifier: MIT */
/* test_xdp_bridge_flood.c - AF_XDP: more than a bridge can carry, shared. */
/* netring-test: alone */
#define _GNU_SOURCE
#include "live.h"
#include "port_settings.h"
#include "spy_socket.h"
#include "xdp_hosts.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static struct hosts h;
static struct netring_xdp_bridge br;

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
	struct hosts_count c;
	int i;

	for (i = 0; i < 2; i++) {
		c.in[i] = xdp_hosts_left(&h, i);
		c.out[i] = hosts_arrived(&h, i);
	}
	return c;
}

/* What came, and what became of it: each frame is in one counter. In native
 * mode a veth device drops some itself, before a program sees them. */
static void account(const struct hosts_count *before, int attach,
		    const char *what)
{
	struct netring_bridge_stats s;
	struct hosts_count c = now();
	uint64_t came;
	int i;

	for (i = 0; i < 2; i++) {
		s = xdp_hosts_stats(&br, i, what);
		hosts_print(&s, what);
		came = c.in[i] - before->in[i];
		if (attach == NETRING_XDP_GENERIC)
			is((long long)(s.received + s.kernel_drops),
			   (long long)came,
			   "received and kernel drops are what host %d sent",
			   i);
		else
			ok(s.received + s.kernel_drops <= came,
			   "received and kernel drops: not more than sent");
		is((long long)s.forwarded,
		   (long long)(c.out[!i] - before->out[!i]),
		   "forwarded is what arrived at host %d", !i);
	}
}

static void work(void)
{
	(void)xdp_hosts_run_for(&br, 600);
}

/* @rate: of the other direction, 0: a flood too, -1: none */
static void flood(const char *what, int attach, uint32_t flags, int rate)
{
	struct netring_xdp_bridge_config cfg = xdp_hosts_config(attach, flags);
	struct hosts_count before;
	pid_t a, b = 0;

	cfg.filter = slow;
	xdp_hosts_open(&br, &cfg);
	before = now();
	a = xdp_hosts_flood(&h, 0, 0, 100);
	if (rate >= 0)
		b = xdp_hosts_flood(&h, 1, (uint32_t)rate, 100);
	xdp_hosts_run_for(&br, 100);
	hosts_shares(now, work, rate, what);
	wire_stop(a);
	if (b)
		wire_stop(b);
	xdp_hosts_pump(&br, 50);
	account(&before, attach, what);
	xdp_hosts_close(&br, what);
	spy_flush(h.spy[0], 1);
	spy_flush(h.spy[1], 1);
}

/*
 * A far side that is full: what is sent on a device above one with a token
 * bucket is completed as slowly as that lets frames out. What does not fit is
 * dropped and counted, or held back until it does.
 */
static void narrow(uint32_t flags)
{
	const char *what = flags ? "HOLD" : "a full ring drops";
	struct netring_xdp_bridge_config cfg =
		xdp_hosts_config(NETRING_XDP_GENERIC, flags);
	struct netring_bridge_stats s;
	struct spied seen = { 0 };
	uint32_t i, sent = 200;
	uint8_t frame[500];
	int64_t cpu;

	cfg.interface[1] = "above";
	cfg.port[0].tx_frames = cfg.port[1].tx_frames = 16;
	xdp_hosts_open(&br, &cfg);
	for (i = 0; i < sent; i++) {
		wire_frame(frame, sizeof(frame), WIRE_TYPE, i);
		hosts_send(&h, 0, frame, sizeof(frame));
	}
	cpu = live_cpu_us();
	xdp_hosts_run_for(&br, 300);
	cpu = live_cpu_us() - cpu;
	/* meanwhile the other direction goes on */
	wire_frame(frame, sizeof(frame), WIRE_TYPE, sent);
	hosts_send(&h, 1, frame, sizeof(frame));
	xdp_hosts_run_for(&br, 20);
	ok(spy_is(h.spy[0], frame, sizeof(frame)),
	   "%s: the other direction goes on", what);
	if (flags)
		xdp_hosts_run_for(&br, 600);
	s = xdp_hosts_stats(&br, 0, what);
	hosts_print(&s, what);
	spy_count(h.spy[1], &seen, flags ? sent : (uint32_t)s.forwarded, 500);
	is(seen.frames, (long long)s.forwarded, "forwarded is what arrived");
	is((long long)(s.received + s.kernel_drops), sent, "all came");
	if (flags)
		spied_ok(&seen, sent, "HOLD: nothing is lost");
	else
		between((long long)s.ring_full, 1, sent - 1, "ring full");
	between(cpu, 0, 300000 / 5, "%s: without a spin, us of 300000", what);
	xdp_hosts_close(&br, what);
}

static void narrow_far(void)
{
	int r = xdp_hosts_above("above", "p1");

	if (r >= 0)
		r = port_tbf("p1", 200000, 2000, 200000);
	if (r < 0) {
		skip(lacking(r) ? lacking(r) : strerror(-r),
		     "a full far side (macvlan, tbf)");
		return;
	}
	must(net_up("above"), "up");
	narrow(0);
	narrow(NETRING_XDP_BRIDGE_HOLD);
	must(net_delete("above"), "delete");
	must(port_no_qdisc("p1"), "no tbf any more");
}

static int told[2][3];

static void event(void *user, int port, enum netring_port_event what)
{
	(void)user;
	told[port][what]++;
}

/* Links change while frames come from both sides, which do not stop. */
static void changes(int attach, int remove)
{
	struct netring_xdp_bridge_config cfg = xdp_hosts_config(attach, 0);
	const char *what = remove ? "deleted under load" : "down under load";
	struct netring_bridge_stats s[2];
	uint64_t before[2];
	pid_t pids[2];
	int i, port;

	cfg.event = event;
	memset(told, 0, sizeof(told));
	xdp_hosts_open(&br, &cfg);
	for (i = 0; i < 2; i++)
		pids[i] = xdp_hosts_flood(&h, i, 20000, 100);
	for (port = 0; port < 2; port++) {
		xdp_hosts_run_for(&br, 50);
		if (remove) {
			wire_stop(pids[port]);
			must(net_delete(port_name[port]), "delete");
			close(h.out[port]);
			close(h.spy[port]);
		} else {
			must(net_down(port_name[port]), "down");
		}
		xdp_hosts_run_for(&br, 100);
		s[0] = xdp_hosts_stats(&br, !port, what);
		ok(s[0].link_down, "%s: port %d: counted", what, port);
		if (remove)
			hosts_wire(&h, port);
		else
			must(net_up(port_name[port]), "up");
		for (i = 0; i < 100 && !told[port][NETRING_PORT_BACK]; i++)
			xdp_hosts_run_for(&br, 20);
		is(told[port][NETRING_PORT_BACK], 1, "%s: port %d: back", what,
		   port);
		if (remove)
			pids[port] = xdp_hosts_flood(&h, port, 20000, 100);
		for (i = 0; i < 2; i++)
			before[i] = xdp_hosts_stats(&br, i, what).forwarded;
		xdp_hosts_run_for(&br, 150);
		for (i = 0; i < 2; i++)
			ok(xdp_hosts_stats(&br, i, what).forwarded >
				   before[i] + live_share(100),
			   "direction %d goes on", i);
	}
	for (i = 0; i < 2; i++)
		wire_stop(pids[i]);
	xdp_hosts_pump(&br, 50);
	for (i = 0; i < 2; i++) {
		s[i] = xdp_hosts_stats(&br, i, what);
		hosts_print(&s[i], what);
	}
	xdp_hosts_close(&br, what);
	spy_flush(h.spy[0], 1);
	spy_flush(h.spy[1], 1);
}

int main(int argc, char **argv)
{
	xdp_hosts_main(argc, argv);
	live_begin();
	hosts_begin(&h);
	flood("one way", NETRING_XDP_NATIVE, 0, -1);
	flood("one way, a trickle back", NETRING_XDP_NATIVE, 0, 5000);
	flood("both ways", NETRING_XDP_NATIVE, 0, 0);
	flood("both ways, generic", NETRING_XDP_GENERIC, 0, 0);
	flood("both ways, HOLD", NETRING_XDP_NATIVE, NETRING_XDP_BRIDGE_HOLD,
	      0);
	narrow_far();
	changes(NETRING_XDP_NATIVE, 0);
	changes(NETRING_XDP_NATIVE, 1);
	hosts_end(&h);
	return done_testing();
}
