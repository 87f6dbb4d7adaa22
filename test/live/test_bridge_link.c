/* SPDX-License-Identifier: MIT */
/* test_bridge_link.c - links that go down, and ports that go away. */
#define _GNU_SOURCE
#include "bridge_checks.h"
#include "hosts.h"
#include "live.h"
#include "port_settings.h"
#include "spy_socket.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static struct hosts h;
static struct netring_bridge br;
static uint32_t number;

/* Steps as netring_bridge_run() makes them; counts the sleeps. */
static long run_for(int ms)
{
	int64_t end = netring_clock_ms() + ms, left;
	long sleeps = live_sleeps();
	int r;

	while ((left = end - netring_clock_ms()) > 0) {
		r = netring_bridge_step(&br, (int)left);
		if (r < 0 && r != -EINTR)
			must(r, "step");
	}
	return live_sleeps() - sleeps;
}

static void passes(int from, const char *what)
{
	uint8_t frame[100];

	wire_frame(frame, sizeof(frame), WIRE_TYPE, ++number);
	hosts_send(&h, from, frame, sizeof(frame));
	hosts_take(&br, 1);
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
static void quiet(int most, const char *what)
{
	int64_t cpu = live_cpu_us();
	long sleeps = run_for(600);

	between(sleeps, 0, most, "%s: sleeps in 600 ms", what);
	between(live_cpu_us() - cpu, 0, 1000 * live_slack_ms(),
		"processor time, us");
}

static void down_and_up(int port)
{
	struct netring_bridge_stats before, s;
	uint8_t frame[100];
	int i;

	both_pass("before");
	netring_bridge_read_stats(&br, !port, &before);
	must(net_down(port_name[port]), "%s down", port_name[port]);
	run_for(20);
	bridge_told_is(port, 1, 0, 0, "down");
	for (i = 0; i < 10; i++) {
		wire_frame(frame, sizeof(frame), WIRE_TYPE, 1000);
		hosts_send(&h, !port, frame, sizeof(frame));
	}
	quiet(9, "down");
	bridge_told_is(port, 0, 0, 0, "and not again");
	netring_bridge_read_stats(&br, !port, &s);
	is((long long)(s.link_down - before.link_down), 10,
	   "ten were counted as link down");
	is((long long)(s.forwarded - before.forwarded), 0, "not as forwarded");
	hosts_adds_up(&s, "down");
	must(net_up(port_name[port]), "%s up", port_name[port]);
	run_for(300);
	bridge_told_is(port, 0, 0, 1, "up");
	ok(spy_quiet(h.spy[port], 1), "no stale burst");
	both_pass("up");
}

static void far_end(int port, int up)
{
	int home = must(net_enter(h.ns[port]), "to the host");

	must(up ? net_up(host_name[port]) : net_down(host_name[port]),
	     "its end %s", up ? "up" : "down");
	must(net_return(home), "and back");
}

/* The port is up, but the other end of its wire is not. */
static void no_carrier(int port)
{
	struct netring_bridge_stats before, s;
	uint8_t frame[100];
	int i;

	both_pass("with a carrier");
	far_end(port, 0);
	run_for(20);
	netring_bridge_read_stats(&br, !port, &before);
	for (i = 0; i < 10; i++) {
		wire_frame(frame, sizeof(frame), WIRE_TYPE, 1000);
		hosts_send(&h, !port, frame, sizeof(frame));
		run_for(3);
	}
	netring_bridge_read_stats(&br, !port, &s);
	is((long long)(s.link_down - before.link_down), 10,
	   "no carrier: ten were counted as link down");
	is((long long)(s.forwarded - before.forwarded), 0, "not as forwarded");
	hosts_adds_up(&s, "no carrier");
	far_end(port, 1);
	run_for(100);
	spy_flush(h.spy[port], 10); /* its own link was down */
	both_pass("with a carrier again");
}

/* Down and up before anybody looked. */
static void flap(int port)
{
	int i;

	for (i = 0; i < 5; i++) {
		must(net_down(port_name[port]), "down");
		must(net_up(port_name[port]), "up");
	}
	run_for(250);
	ok(bridge_told[port][NETRING_PORT_DOWN] <= 5 &&
		   bridge_told[port][NETRING_PORT_DOWN] ==
			   bridge_told[port][NETRING_PORT_BACK] &&
		   !bridge_told[port][NETRING_PORT_GONE],
	   "flaps: %d told, and as often back",
	   bridge_told[port][NETRING_PORT_DOWN]);
	memset(bridge_told, 0, sizeof(bridge_told));
	both_pass("after flaps");
}

/* Frames are in the ring when the link goes down: they do not come later. */
static void down_with_frames(int port)
{
	struct netring_bridge_stats s;
	uint8_t frame[500];
	int i;

	if (port_tbf(port_name[port], 20000, 1500, 1500) < 0) {
		skip("not in this kernel", "tbf");
		return;
	}
	for (i = 0; i < 50; i++) {
		wire_frame(frame, sizeof(frame), WIRE_TYPE, 5000);
		hosts_send(&h, !port, frame, sizeof(frame));
	}
	run_for(30);
	must(net_down(port_name[port]), "down");
	run_for(50);
	must(port_no_qdisc(port_name[port]), "no tbf any more");
	spy_flush(h.spy[port], 5);
	must(net_up(port_name[port]), "up");
	run_for(300);
	ok(spy_quiet(h.spy[port], 20), "frames in the ring are not sent later");
	netring_bridge_read_stats(&br, !port, &s);
	hosts_adds_up(&s, "down with frames in the ring");
	memset(bridge_told, 0, sizeof(bridge_told));
	both_pass("after that");
}

static void removed(int port)
{
	struct netring_bridge_stats before, s;
	uint8_t frame[100];
	int i;

	must(net_delete(port_name[port]), "delete %s", port_name[port]);
	close(h.out[port]);
	close(h.spy[port]);
	run_for(400);
	ok(bridge_told[port][NETRING_PORT_DOWN] <= 1,
	   "down at most once before");
	bridge_told[port][NETRING_PORT_DOWN] = 0;
	bridge_told_is(port, 0, 1, 0, "deleted");
	netring_bridge_read_stats(&br, !port, &before);
	for (i = 0; i < 10; i++) {
		wire_frame(frame, sizeof(frame), WIRE_TYPE, 1000);
		hosts_send(&h, !port, frame, sizeof(frame));
	}
	quiet(20, "gone"); /* looking waits for the kernel, too */
	netring_bridge_read_stats(&br, !port, &s);
	is((long long)(s.link_down - before.link_down), 10,
	   "frames to it are counted");
	bridge_told_is(port, 0, 0, 0, "and not told again");
	hosts_wire(&h, port);
	run_for(400);
	bridge_told_is(port, 0, 0, 1, "made again");
	is(net_promiscuity(port_name[port]), 1, "which is promiscuous");
	ok(spy_quiet(h.spy[port], 1), "no stale burst");
	both_pass("made again");
	netring_bridge_read_stats(&br, port, &s);
	hosts_adds_up(&s, "made again");
}

static void removed_when_down(int port)
{
	must(net_down(port_name[port]), "down");
	run_for(20);
	bridge_told_is(port, 1, 0, 0, "down");
	must(net_delete(port_name[port]), "delete");
	close(h.out[port]);
	close(h.spy[port]);
	run_for(500);
	bridge_told_is(port, 0, 1, 0, "then deleted");
	hosts_wire(&h, port);
	run_for(400);
	bridge_told_is(port, 0, 0, 1, "made again");
	both_pass("made again");
}

/* Both at once. */
static void both_removed(void)
{
	int i;

	for (i = 0; i < 2; i++) {
		must(net_delete(port_name[i]), "delete");
		close(h.out[i]);
		close(h.spy[i]);
	}
	quiet(20, "both gone");
	for (i = 0; i < 2; i++)
		hosts_wire(&h, i);
	run_for(400);
	is(bridge_told[0][NETRING_PORT_BACK] +
		   bridge_told[1][NETRING_PORT_BACK],
	   2, "both are back");
	memset(bridge_told, 0, sizeof(bridge_told));
	both_pass("both made again");
}

int main(void)
{
	struct netring_bridge_config cfg = { .event = bridge_event };
	int port;

	live_begin();
	hosts_begin(&h);
	hosts_open(&br, &cfg);
	quiet(6, "idle");
	for (port = 0; port < 2; port++) {
		diag("port %d", port);
		down_and_up(port);
		flap(port);
		no_carrier(port);
		down_with_frames(port);
		removed(port);
		removed_when_down(port);
	}
	both_removed();
	netring_bridge_close(&br);
	must(net_down("p0"), "p0 down");
	hosts_open(&br, &cfg);
	run_for(50);
	bridge_told_is(0, 1, 0, 0, "opened with a port that is down");
	must(net_up("p0"), "p0 up");
	run_for(300);
	bridge_told_is(0, 0, 0, 1, "then up");
	both_pass("then up");
	netring_bridge_close(&br);
	hosts_end(&h);
	return done_testing();
}
