/* SPDX-License-Identifier: MIT */
/* test_xdp_bridge_ports.c - AF_XDP: what a bridge does to its ports. */
#define _GNU_SOURCE
#include "bridge_checks.h"
#include "foreign_programs.h"
#include "live.h"
#include "port_settings.h"
#include "spy_socket.h"
#include "vlan_tag.h"
#include "xdp_end.h"
#include "xdp_hosts.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static struct hosts h;
static struct netring_xdp_bridge br;

/* Off while it is open, and then as they were; or left alone. */
static void switched(int attach, uint32_t flags)
{
	struct netring_xdp_bridge_config cfg = xdp_hosts_config(attach, flags);
	int kept = flags != 0;

	diag("%s%s", xdp_hosts_mode(attach), kept ? ", offloads kept" : "");
	bridge_set_offloads(0, 1, 1);
	bridge_set_offloads(1, 0, 1);
	xdp_hosts_open(&br, &cfg);
	is(port_get("p0", PORT_GRO), kept, "GRO of port 0, open");
	if (!kept)
		is(port_get("p1", PORT_GRO), 0, "GRO of port 1, open");
	xdp_hosts_close(&br, "offloads");
	bridge_offloads_are(0, 1, 1, "port 0, closed");
	bridge_offloads_are(1, 0, 1, "port 1, closed");
	bridge_set_offloads(0, 0, 0);
	xdp_hosts_open(&br, &cfg);
	netring_xdp_bridge_close(&br);
	bridge_offloads_are(0, 0, 0, "port 0, all off before, closed");
	bridge_set_offloads(0, 1, 1);
	bridge_set_offloads(1, 1, 1);
	cfg.interface[1] = "no";
	is(xdp_hosts_try(&br, &cfg), -ENODEV, "an open that fails");
	bridge_offloads_are(0, 1, 1, "port 0, then");
}

/* A program that is there: nothing is opened, nothing of it is touched. */
static void taken(int port, uint32_t mode, int attached)
{
	struct netring_xdp_bridge_config cfg = xdp_hosts_config(0, 0);
	int program = must(foreign_load(), "a program of someone else");
	uint32_t id = foreign_id(program);
	int link = must(foreign_link(program, port_name[port], mode),
			"attached to port %d", port);

	bridge_set_offloads(0, 1, 1);
	bridge_set_offloads(1, 1, 1);
	is(xdp_hosts_try(&br, &cfg), -EBUSY, "port %d has a program", port);
	is(br.step, NETRING_STEP_ATTACH, "its step");
	is(br.port, port, "its port");
	is(br.foreign, id, "its number");
	foreign_is(port_name[port], attached, id, "it is as it was");
	foreign_is(port_name[!port], 0, 0, "and the other port without");
	is(net_promiscuity("p0") + net_promiscuity("p1"), 0,
	   "neither is promiscuous");
	bridge_offloads_are(0, 1, 1, "offloads of port 0");
	bridge_offloads_are(1, 1, 1, "offloads of port 1");
	close(link);
	close(program);
	live_sleep_ms(20);
	xdp_hosts_open(&br, &cfg);
	is(br.foreign, 0, "without it, the bridge opens");
	xdp_hosts_close(&br, "a program");
}

static void in_a_row(void)
{
	struct netring_xdp_bridge_config a = xdp_hosts_config(0, 0);
	struct netring_xdp_bridge_config b = xdp_hosts_config(0, 0);
	struct spied seen[2] = { { 0 }, { 0 } };
	pid_t one, two, senders[2];
	int i;

	must(net_veth("x0", "x1"), "a wire between two bridges");
	must(net_up("x0"), "up");
	must(net_up("x1"), "up");
	a.interface[1] = "x0";
	b.interface[0] = "x1";
	one = xdp_hosts_run(&a, -1);
	two = xdp_hosts_run(&b, -1);
	bridge_both_pass(&h, "two bridges in a row");
	for (i = 0; i < 2; i++)
		senders[i] = hosts_flood(&h, i, 1000, 4000, 300);
	for (i = 0; i < 2; i++) {
		spy_count(h.spy[!i], &seen[i], 1000, 1000);
		spied_ok(&seen[i], 1000, "both ways at once");
		wire_wait(senders[i]);
	}
	kill(one, SIGTERM);
	kill(two, SIGTERM);
	is(wire_wait(one), 0, "one ends");
	is(wire_wait(two), 0, "the other ends");
	net_delete("x0");
}

static void killed(void)
{
	struct netring_xdp_bridge_config cfg = xdp_hosts_config(0, 0);
	pid_t pid;
	int i;

	bridge_set_offloads(0, 1, 1);
	bridge_set_offloads(1, 1, 1);
	pid = xdp_hosts_run(&cfg, -1);
	for (i = 0; i < 3; i++) {
		bridge_both_pass(&h, "a bridge");
		wire_stop(pid);
		is(net_promiscuity("p0") + net_promiscuity("p1"), 0,
		   "killed: not promiscuous");
		foreign_is("p0", 0, 0, "no program on port 0");
		foreign_is("p1", 0, 0, "no program on port 1");
		pid = xdp_hosts_run(&cfg, -1);
	}
	bridge_both_pass(&h, "started again");
	kill(pid, SIGTERM);
	is(wire_wait(pid), 0, "SIGTERM ends it");
	bridge_set_offloads(0, 1, 1);
	bridge_set_offloads(1, 1, 1);
}

/* One queue of an interface is joined; how many there are is told. What comes
 * in by another one is the stack's. */
static void queues(void)
{
	struct netring_xdp_bridge_config cfg =
		xdp_hosts_config(NETRING_XDP_NATIVE, 0);

	xdp_hosts_open(&br, &cfg);
	is(br.queues[0], 1, "port 0 has one queue");
	is(br.queues[1], 1, "port 1, too");
	xdp_hosts_close(&br, "queues");
	xdp_pair("q0", "q1", 2);
	cfg = xdp_hosts_config(NETRING_XDP_NATIVE, 0);
	cfg.interface[1] = "q0";
	xdp_hosts_open(&br, &cfg);
	is(br.queues[0], 1, "one queue");
	is(br.queues[1], port_queues("q0") < 0 ? 1 : 2,
	   "and two, where the driver tells");
	xdp_hosts_close(&br, "queues");
	cfg.port[0].queue = 1;
	is(xdp_hosts_try(&br, &cfg), -EINVAL, "one has no second queue");
	net_delete("q0");
}

/*
 * A tag that the sender keeps beside the frame, for the device to put in, is
 * not there for XDP: the frame goes on without. "txvlan off" at the sender
 * puts it in.
 */
static void vlan_lost(int attach)
{
	struct netring_xdp_bridge_config cfg = xdp_hosts_config(attach, 0);
	const char *mode = xdp_hosts_mode(attach);
	uint8_t frame[104];
	int home;

	wire_frame(frame + 4, 100, WIRE_TYPE, 0);
	xdp_hosts_open(&br, &cfg);
	home = must(net_enter(h.ns[0]), "go there");
	must(xdp_hosts_txvlan("h0", 1), "txvlan");
	must(net_return(home), "come back");
	hosts_send(&h, 0, frame + 4, 100);
	xdp_hosts_pump(&br, 20);
	ok(spy_is(h.spy[1], frame + 4, 100),
	   "%s: a tag beside the frame is lost", mode);
	home = must(net_enter(h.ns[0]), "go there");
	must(xdp_hosts_txvlan("h0", 0), "no txvlan");
	must(net_return(home), "come back");
	hosts_send(&h, 0, frame + 4, 100);
	xdp_hosts_pump(&br, 20);
	memmove(frame, frame + 4, 12);
	wire_put32(frame + 12, 0x81000005);
	ok(spy_is(h.spy[1], frame, 104), "%s: one in the frame is not", mode);
	xdp_hosts_close(&br, "tags");
}

/* Host 0 tags all that it sends; for good. */
static void tags(void)
{
	int home = must(net_enter(h.ns[0]), "go there");
	int r = tag_all("h0", 5);

	must(net_return(home), "come back");
	if (r < 0) {
		skip(lacking(r) ? lacking(r) : strerror(-r),
		     "a tag beside the frame");
		return;
	}
	vlan_lost(NETRING_XDP_NATIVE);
	vlan_lost(NETRING_XDP_GENERIC);
}

int main(void)
{
	struct netring_xdp_bridge_config cfg = xdp_hosts_config(0, 0);

	live_begin();
	hosts_begin(&h);
	xdp_hosts_open(&br, &cfg); /* or skips */
	netring_xdp_bridge_close(&br);
	switched(NETRING_XDP_NATIVE, 0);
	switched(NETRING_XDP_NATIVE, NETRING_XDP_BRIDGE_KEEP_OFFLOADS);
	switched(NETRING_XDP_GENERIC, 0);
	switched(NETRING_XDP_GENERIC, NETRING_XDP_BRIDGE_KEEP_OFFLOADS);
	taken(0, XDP_FLAGS_DRV_MODE, XDP_ATTACHED_DRV);
	taken(1, XDP_FLAGS_DRV_MODE, XDP_ATTACHED_DRV);
	taken(1, XDP_FLAGS_SKB_MODE, XDP_ATTACHED_SKB);
	in_a_row();
	killed();
	queues();
	tags();
	hosts_end(&h);
	return done_testing();
}
