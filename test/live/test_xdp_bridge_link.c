/* SPDX-License-Identifier: MIT */
/* test_xdp_bridge_link.c - AF_XDP: links that go down, ports that go away. */
#define _GNU_SOURCE
#include "bridge_checks.h"
#include "live.h"
#include "port_settings.h"
#include "spy_socket.h"
#include "xdp_hosts.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define LOOK 1100 /* ms in which a change of a link is seen */
#define BACK 400  /* and one of a port that is down or gone */

static struct hosts h;
static struct netring_xdp_bridge br;
static uint32_t number;

/* Until the port was told of @what, or for @ms. */
static void until(int port, enum netring_port_event what, int ms)
{
	int64_t end = netring_clock_ms() + ms * live_slack_ms() / 20;

	while (!bridge_told[port][what] && netring_clock_ms() < end)
		xdp_hosts_run_for(&br, 20);
}

static void passes(int from, const char *what)
{
	uint8_t frame[100];

	wire_frame(frame, sizeof(frame), WIRE_TYPE, ++number);
	hosts_send(&h, from, frame, sizeof(frame));
	xdp_hosts_take(&br, 1);
	ok(spy_is(h.spy[!from], frame, sizeof(frame)) &&
		   spy_quiet(h.spy[!from], 1),
	   "%s: a frame from %d passes", what, from);
}

static void both_pass(const char *what)
{
	passes(0, what);
	passes(1, what);
}

/* Nothing to do, or a port that is down or away: no wake-ups to speak of. */
static void quiet(int ms, int most, const char *what)
{
	int64_t cpu = live_cpu_us();
	long sleeps = xdp_hosts_run_for(&br, ms);

	between(sleeps, 0, most, "%s: sleeps in %d ms", what, ms);
	between(live_cpu_us() - cpu, 0, 1000 * live_slack_ms(),
		"processor time, us");
}

static void ten(int from)
{
	uint8_t frame[100];
	int i;

	for (i = 0; i < 10; i++) {
		wire_frame(frame, sizeof(frame), WIRE_TYPE, 1000);
		hosts_send(&h, from, frame, sizeof(frame));
	}
}

static void down_and_up(int port)
{
	struct netring_bridge_stats before, s;

	both_pass("before");
	must(net_down(port_name[port]), "%s down", port_name[port]);
	until(port, NETRING_PORT_DOWN, LOOK);
	bridge_told_is(port, 1, 0, 0, "down");
	before = xdp_hosts_stats(&br, !port, "down");
	ten(!port);
	quiet(600, 9, "down");
	bridge_told_is(port, 0, 0, 0, "and not again");
	s = xdp_hosts_stats(&br, !port, "down");
	is((long long)(s.link_down - before.link_down), 10,
	   "ten were counted as link down");
	is((long long)(s.forwarded - before.forwarded), 0, "not as forwarded");
	must(net_up(port_name[port]), "%s up", port_name[port]);
	until(port, NETRING_PORT_BACK, BACK);
	bridge_told_is(port, 0, 0, 1, "up");
	ok(spy_quiet(h.spy[port], 5), "no stale burst");
	both_pass("up");
}

/* Frames that are on their way out when nobody knows yet: they meet a link
 * that is down, are counted so, and do not come later. */
static void down_with_frames(int port)
{
	struct netring_bridge_stats before, s;

	before = xdp_hosts_stats(&br, !port, "before");
	must(net_down(port_name[port]), "down");
	ten(!port);
	xdp_hosts_pump(&br, 10);
	s = xdp_hosts_stats(&br, !port, "frames meet a downed link");
	is((long long)(s.link_down - before.link_down), 10,
	   "all ten are counted as link down");
	is((long long)(s.forwarded - before.forwarded), 0, "not as forwarded");
	bridge_told_is(port, 1, 0, 0, "the frames tell at once");
	must(net_up(port_name[port]), "up");
	until(port, NETRING_PORT_BACK, BACK);
	ok(spy_quiet(h.spy[port], 20), "they are not sent later");
	memset(bridge_told, 0, sizeof(bridge_told));
	both_pass("after that");
}

/* A kernel before 6.18 lets frames that were sent seem to wait. They were
 * forwarded, whatever becomes of the link; and the socket is made anew only
 * once they wait for a second. */
static void told_late(int port)
{
	struct netring_xdp_tx *tx = &br.port_[port].xdp.tx;
	struct netring_bridge_stats before, s;
	uint32_t late;
	int i;

	for (i = 0; i < 10; i++)
		passes(!port, "told late");
	xdp_hosts_pump(&br, 5);
	before = xdp_hosts_stats(&br, !port, "told late");
	late = *tx->ring_.peer_ - 10;
	for (i = 0; i < 2; i++) {
		br.looked_ = 0;
		(void)netring_xdp_bridge_step(&br, 0); /* none waited yet */
		tx->ring_.peer_ = &late;
		br.looked_ = 0;
		(void)netring_xdp_bridge_step(&br, 0);
		ok(tx->ring_.peer_ == &late, "they wait only since now");
		if (i)
			must(net_down(port_name[port]), "down");
		else
			live_sleep_ms(1000);
		br.looked_ = 0;
		(void)netring_xdp_bridge_step(&br, 0);
		ok(tx->ring_.peer_ != &late, "a new socket");
		s = xdp_hosts_stats(&br, !port, "told late");
		is((long long)s.forwarded, (long long)before.forwarded,
		   "all were forwarded");
		is((long long)s.pending, 0, "none is on its way");
		is((long long)s.link_down, (long long)before.link_down,
		   "none met a downed link");
	}
	must(net_up(port_name[port]), "up");
	until(port, NETRING_PORT_BACK, BACK);
	memset(bridge_told, 0, sizeof(bridge_told));
	both_pass("told late");
}

/* Down and up before anybody looked. */
static void flap(int port)
{
	int i;

	for (i = 0; i < 5; i++) {
		must(net_down(port_name[port]), "down");
		must(net_up(port_name[port]), "up");
	}
	xdp_hosts_run_for(&br, LOOK + BACK);
	ok(bridge_told[port][NETRING_PORT_DOWN] <= 5 &&
		   bridge_told[port][NETRING_PORT_DOWN] ==
			   bridge_told[port][NETRING_PORT_BACK] &&
		   !bridge_told[port][NETRING_PORT_GONE],
	   "flaps: %d told, and as often back",
	   bridge_told[port][NETRING_PORT_DOWN]);
	memset(bridge_told, 0, sizeof(bridge_told));
	both_pass("after flaps");
}

static void delete (int port)
{
	must(net_delete(port_name[port]), "delete %s", port_name[port]);
	close(h.out[port]);
	close(h.spy[port]);
}

static void removed(int port)
{
	struct netring_bridge_stats before, s;

	delete (port);
	until(port, NETRING_PORT_GONE, LOOK + BACK);
	ok(bridge_told[port][NETRING_PORT_DOWN] <= 1,
	   "down at most once before");
	bridge_told[port][NETRING_PORT_DOWN] = 0;
	bridge_told_is(port, 0, 1, 0, "deleted");
	before = xdp_hosts_stats(&br, !port, "deleted");
	ten(!port);
	quiet(600, 20, "gone"); /* looking waits for the kernel, too */
	s = xdp_hosts_stats(&br, !port, "gone");
	is((long long)(s.link_down - before.link_down), 10,
	   "frames to it are counted");
	bridge_told_is(port, 0, 0, 0, "and not told again");
	hosts_wire(&h, port);
	until(port, NETRING_PORT_BACK, BACK);
	bridge_told_is(port, 0, 0, 1, "made again");
	is(net_promiscuity(port_name[port]), 1, "which is promiscuous");
	ok(spy_quiet(h.spy[port], 5), "no stale burst");
	both_pass("made again");
	xdp_hosts_stats(&br, port, "made again");
}

static void removed_when_down(int port)
{
	must(net_down(port_name[port]), "down");
	until(port, NETRING_PORT_DOWN, LOOK);
	bridge_told_is(port, 1, 0, 0, "down");
	delete (port);
	until(port, NETRING_PORT_GONE, BACK);
	bridge_told_is(port, 0, 1, 0, "then deleted");
	hosts_wire(&h, port);
	until(port, NETRING_PORT_BACK, BACK);
	bridge_told_is(port, 0, 0, 1, "made again");
	both_pass("made again");
}

/* Both at once. */
static void both_removed(void)
{
	delete (0);
	delete (1);
	xdp_hosts_run_for(&br, LOOK);
	quiet(600, 20, "both gone");
	hosts_wire(&h, 0);
	hosts_wire(&h, 1);
	until(0, NETRING_PORT_BACK, BACK);
	until(1, NETRING_PORT_BACK, BACK);
	is(bridge_told[0][NETRING_PORT_BACK] +
		   bridge_told[1][NETRING_PORT_BACK],
	   2, "both are back");
	memset(bridge_told, 0, sizeof(bridge_told));
	both_pass("both made again");
}

int main(void)
{
	struct netring_xdp_bridge_config cfg = xdp_hosts_config(0, 0);
	int port;

	live_begin();
	hosts_begin(&h);
	cfg.event = bridge_event;
	xdp_hosts_open(&br, &cfg);
	quiet(1500, 4, "idle");
	for (port = 0; port < 2; port++) {
		diag("port %d", port);
		down_and_up(port);
		down_with_frames(port);
		removed(port);
		told_late(port);
	}
	flap(0);
	removed_when_down(1);
	both_removed();
	xdp_hosts_close(&br, "links");
	must(net_down("p0"), "p0 down");
	xdp_hosts_open(&br, &cfg);
	until(0, NETRING_PORT_DOWN, LOOK);
	bridge_told_is(0, 1, 0, 0, "opened with a port that is down");
	must(net_up("p0"), "p0 up");
	until(0, NETRING_PORT_BACK, BACK);
	bridge_told_is(0, 0, 0, 1, "then up");
	both_pass("then up");
	xdp_hosts_close(&br, "opened with a port that is down");
	hosts_end(&h);
	return done_testing();
}
