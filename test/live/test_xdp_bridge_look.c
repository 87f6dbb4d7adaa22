/* SPDX-License-Identifier: MIT */
/* test_xdp_bridge_look.c - AF_XDP: what a bridge finds out without an event. */
#define _GNU_SOURCE
#include "bridge_checks.h"
#include "foreign_programs.h"
#include "live.h"
#include "spy_socket.h"
#include "xdp_hosts.h"

#include <linux/if_link.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LOOK_MS 1100
#define BPF_LINK_DETACH_ 34

static struct hosts h;
static struct netring_xdp_bridge br;
static uint32_t number;

/* Until the port was told of @what. */
static void until(int port, enum netring_port_event what)
{
	int64_t end = netring_clock_ms() + LOOK_MS * live_slack_ms() / 20;

	while (!bridge_told[port][what] && netring_clock_ms() < end)
		xdp_hosts_run_for(&br, 20);
}

static void told(int port, enum netring_port_event what, int count,
		 const char *name)
{
	is(bridge_told[port][what], count, "port %d: %s", port, name);
	bridge_told[port][what] = 0;
}

static void both_pass(const char *what)
{
	uint8_t frame[100];
	int from;

	for (from = 0; from < 2; from++) {
		wire_frame(frame, sizeof(frame), WIRE_TYPE, ++number);
		hosts_send(&h, from, frame, sizeof(frame));
		xdp_hosts_take(&br, 1);
		ok(spy_is(h.spy[!from], frame, sizeof(frame)),
		   "%s: a frame from %d passes", what, from);
	}
}

/* As "bpftool link detach" does it. */
static void take_off(int port)
{
	struct {
		uint32_t fd, rest[3];
	} detach = { (uint32_t)br.port_[port].program.link_ - 1, { 0 } };

	must((int)syscall(SYS_bpf, BPF_LINK_DETACH_, &detach, sizeof(detach)),
	     "take the program off");
}

static void program_taken_off(int port)
{
	struct netring_bridge_stats before, after;
	int foreign = must(foreign_load(), "another program");

	before = xdp_hosts_stats(&br, port, "before");
	take_off(port);
	until(port, NETRING_PORT_BACK);
	told(port, NETRING_PORT_DEAF, 1, "told that its program is off");
	told(port, NETRING_PORT_BACK, 1, "and is on again");
	after = xdp_hosts_stats(&br, port, "after");
	is((long long)(after.renewals - before.renewals), 1, "counted");
	both_pass("attached again");

	take_off(port);
	must(foreign_set(port_name[port], foreign, XDP_FLAGS_DRV_MODE),
	     "another one takes its place");
	until(port, NETRING_PORT_DEAF);
	(void)xdp_hosts_run_for(&br, LOOK_MS);
	told(port, NETRING_PORT_DEAF, 1, "told once");
	told(port, NETRING_PORT_BACK, 0, "it is not back");
	foreign_is(port_name[port], XDP_ATTACHED_DRV, 0, "the other stays");
	must(foreign_set(port_name[port], -1, XDP_FLAGS_DRV_MODE), "away");
	until(port, NETRING_PORT_BACK);
	told(port, NETRING_PORT_BACK, 1, "back by itself");
	both_pass("attached once more");
	close(foreign);
}

/* A cable that is pulled out at the other end. */
static void carrier(int port)
{
	struct netring_bridge_stats before, after;
	uint8_t frame[100];
	int home = must(net_enter(h.ns[port]), "go there");

	must(net_down(host_name[port]), "the other end down");
	must(net_return(home), "come back");
	until(port, NETRING_PORT_DOWN);
	told(port, NETRING_PORT_DOWN, 1, "no carrier is told");
	before = xdp_hosts_stats(&br, !port, "no carrier");
	wire_frame(frame, sizeof(frame), WIRE_TYPE, ++number);
	hosts_send(&h, !port, frame, sizeof(frame));
	xdp_hosts_take(&br, 1);
	after = xdp_hosts_stats(&br, !port, "no carrier");
	is((long long)(after.link_down - before.link_down), 1, "counted");
	is((long long)(after.forwarded - before.forwarded), 0,
	   "and not as forwarded");
	home = must(net_enter(h.ns[port]), "go there");
	must(net_up(host_name[port]), "up again");
	must(net_return(home), "come back");
	until(port, NETRING_PORT_BACK);
	told(port, NETRING_PORT_BACK, 1, "and that it is back");
	(void)spy_flush(h.spy[port], 1); /* it was told, too */
	both_pass("a carrier again");
}

/* An interface is its index: another name, and another that has its name. */
static void renamed(int port)
{
	must(net_down(port_name[port]), "down");
	must(net_rename(port_name[port], "other"), "another name");
	must(net_veth(port_name[port], "peer"), "and one that takes it");
	must(net_up("peer"), "its other end is up");
	must(net_up(port_name[port]), "which is up");
	until(port, NETRING_PORT_DOWN);
	told(port, NETRING_PORT_DOWN, 1, "down is told");
	must(net_up("other"), "up");
	until(port, NETRING_PORT_BACK);
	told(port, NETRING_PORT_BACK, 1, "and up");
	told(port, NETRING_PORT_GONE, 0, "never gone");
	both_pass("by another name");
	is(net_promiscuity(port_name[port]), 0, "the new one is left alone");
	foreign_is(port_name[port], XDP_ATTACHED_NONE, 0, "so is");
	must(net_delete(port_name[port]), "away with it");
	must(net_down("other"), "down");
	must(net_rename("other", port_name[port]), "as it was");
	must(net_up(port_name[port]), "up");
	(void)xdp_hosts_run_for(&br, LOOK_MS);
	memset(bridge_told, 0, sizeof(bridge_told));
	both_pass("by its own name");
}

/* The name that it has now is the one that it is looked for by, for the socket
 * and for the program. */
static void made_again(int port)
{
	must(net_down(port_name[port]), "down");
	must(net_rename(port_name[port], "other"), "another name");
	must(net_up("other"), "up");
	(void)xdp_hosts_run_for(&br, LOOK_MS);
	must(net_veth(port_name[port], "peer"), "one that takes the old name");
	must(net_up("peer"), "its other end is up");
	must(net_up(port_name[port]), "which is up");
	memset(bridge_told, 0, sizeof(bridge_told));
	must(net_delete("other"), "the port is gone");
	until(port, NETRING_PORT_GONE);
	must(net_veth("other", "peer2"), "made again");
	must(net_up("peer2"), "its other end is up");
	must(net_up("other"), "and it");
	until(port, NETRING_PORT_BACK);
	told(port, NETRING_PORT_BACK, 1, "back");
	foreign_is("other", XDP_ATTACHED_DRV, 0, "the program is there");
	foreign_is(port_name[port], XDP_ATTACHED_NONE, 0,
		   "and not on the one of the old name");
	is(net_promiscuity(port_name[port]), 0, "which is left alone");
	must(net_delete(port_name[port]), "away with it");
}

int main(void)
{
	struct netring_xdp_bridge_config cfg =
		xdp_hosts_config(NETRING_XDP_NATIVE, 0);
	int port;

	live_begin();
	hosts_begin(&h);
	cfg.event = bridge_event;
	xdp_hosts_open(&br, &cfg);
	both_pass("open");
	for (port = 0; port < 2; port++) {
		program_taken_off(port);
		carrier(port);
		renamed(port);
	}
	made_again(0);
	xdp_hosts_close(&br, "look");
	hosts_end(&h);
	return done_testing();
}
