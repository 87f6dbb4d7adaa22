/* SPDX-License-Identifier: MIT */
/* test_offloads.c - what a bridge turns off comes on again, there alone. */
#define _GNU_SOURCE
#include "live.h"
#include "port_settings.h"

#include <netring/bridge.h>

#include <errno.h>
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>

#define LEFT "nrl0"
#define RIGHT "nrr0"
#define MOVED "nrl0moved"

static struct netring_bridge bridge;

static void wires(void)
{
	live_pair(LEFT, "nrl1");
	live_pair(RIGHT, "nrr1");
	must(port_set(LEFT, PORT_GRO, 1), "GRO");
	must(port_set(RIGHT, PORT_GRO, 1), "GRO");
}

static void no_wires(void)
{
	must(net_delete("nrl1"), "delete");
	must(net_delete("nrr1"), "delete");
}

static int open_bridge(const struct netring_bridge_config *more)
{
	struct netring_bridge_config cfg = *more;

	cfg.interface[0] = LEFT;
	cfg.interface[1] = RIGHT;
	return netring_bridge_open(&bridge, &cfg);
}

static void both_are(int on, const char *when)
{
	is(port_get(LEFT, PORT_GRO), on, "%s: GRO of one", when);
	is(port_get(RIGHT, PORT_GRO), on, "and of the other");
	is(port_get(LEFT, PORT_TSO), on, "TSO of one");
	is(port_get(RIGHT, PORT_TSO), on, "and of the other");
}

static void plain(void)
{
	wires();
	both_are(1, "before");
	must(open_bridge(&(struct netring_bridge_config){ 0 }), "open");
	both_are(0, "open");
	netring_bridge_close(&bridge);
	is(bridge.step, NETRING_STEP_NONE, "all was given back");
	both_are(1, "closed");
	no_wires();
}

/* Another one takes the name: it is left alone, whatever it has. */
static void renamed(int others)
{
	wires();
	must(open_bridge(&(struct netring_bridge_config){ 0 }), "open");
	must(net_down(LEFT), "down");
	must(net_rename(LEFT, MOVED), "renamed");
	live_pair(LEFT, "nrx1");
	must(port_set(LEFT, PORT_GRO, others), "the other's GRO");
	must(port_set(LEFT, PORT_TSO, others), "the other's TSO");
	netring_bridge_close(&bridge);
	is(bridge.step, NETRING_STEP_NONE, "renamed: all was given back");
	is(port_get(MOVED, PORT_GRO), 1, "GRO of the renamed one");
	is(port_get(MOVED, PORT_TSO), 1, "TSO of the renamed one");
	is(port_get(LEFT, PORT_GRO), others, "the other's GRO is as it was");
	is(port_get(LEFT, PORT_TSO), others, "the other's TSO is as it was");
	is(port_get(RIGHT, PORT_GRO), 1, "and GRO of the second port is on");
	must(net_delete("nrx1"), "delete");
	no_wires();
}

/* Gone, and another in its place that nothing was taken from. */
static void replaced(void)
{
	wires();
	must(open_bridge(&(struct netring_bridge_config){ 0 }), "open");
	must(net_delete("nrl1"), "delete");
	live_pair(LEFT, "nrl1");
	must(port_set(LEFT, PORT_GRO, 0), "GRO of a new one");
	must(port_set(LEFT, PORT_TSO, 0), "TSO of a new one");
	netring_bridge_close(&bridge);
	is(bridge.step, NETRING_STEP_NONE, "replaced: that is no failure");
	is(port_get(LEFT, PORT_GRO), 0, "GRO of the new one is as it was");
	is(port_get(LEFT, PORT_TSO), 0, "TSO of the new one is as it was");
	is(port_get(RIGHT, PORT_GRO), 1, "GRO of the second port is on");
	no_wires();
}

/* The privilege is gone: the caller can see that something stays off. */
static void setuid_between(void)
{
	int status = 0;
	pid_t pid;

	wires();
	pid = fork();
	if (!pid) {
		if (open_bridge(&(struct netring_bridge_config){ 0 }) < 0)
			_exit(1);
		if (setuid(65534) < 0)
			_exit(2);
		netring_bridge_close(&bridge);
		_exit(bridge.step == NETRING_STEP_OFFLOAD ? 10 + bridge.port :
							    3);
	}
	waitpid(pid, &status, 0);
	if (WEXITSTATUS(status) == 2) {
		skip("no other user here", "a setuid() in between");
		no_wires();
		return;
	}
	between(WEXITSTATUS(status), 10, 11, "setuid() in between: told");
	both_are(0, "and so it is");
	no_wires();
}

int main(void)
{
	live_begin();
	plain();
	renamed(0);
	renamed(1);
	replaced();
	setuid_between();
	is(open_bridge(&(struct netring_bridge_config){ 0 }), -ENODEV,
	   "no such interface");
	return done_testing();
}
