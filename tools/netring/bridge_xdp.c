/* SPDX-License-Identifier: MIT */
/* bridge_xdp.c - join two interfaces by AF_XDP. */
#include "bridge_applet.h"

#include <stdio.h>
#include <string.h>

#include <netring/xdp_bridge.h>

#define USUAL_KIB 4096

#define MORE (NETRING_CONFIG_XDP_GROUP ? NETRING_XDP_BRIDGE_MORE : 0u)

static struct {
	struct netring_umem umem;
	struct netring_xdp_bridge bridge;
	struct netring_xdp more[2][NETRING_XDP_BRIDGE_MORE];
	const char *const *interface;
	void (*event)(void *, int, enum netring_port_event);
} joint;

/* "eth0: 16 of 20 queues are joined, ...", where it is not all. */
static void say_queues(int port, int always)
{
	uint32_t queues = joint.bridge.queues[port];
	uint32_t joined = joint.bridge.joined[port];

	if (joined < queues)
		note("%s: %u of %u queues are joined; what comes in on others "
		     "is not forwarded: ethtool -L %s combined %u",
		     joint.interface[port], joined, queues,
		     joint.interface[port], joined);
	else if (always)
		note("%s: all %u queues are joined", joint.interface[port],
		     queues);
}

static void on_event(void *user, int port, enum netring_port_event event)
{
	joint.event(user, port, event);
	if (event == NETRING_PORT_QUEUES)
		say_queues(port, 1);
}

/* In auto mode that not all queues are joined is a reason for packet sockets,
 * which have all. */
static int check_queues(const struct bridge_options *options,
			struct backend_failure *failure)
{
	const struct netring_xdp_bridge *br = &joint.bridge;
	int i;

	for (i = 0; i < 2; i++) {
		if (options->backend.backend != BACKEND_AUTO)
			say_queues(i, 0);
		else if (br->joined[i] < br->queues[i])
			return backend_words(failure,
					     "%s has %u queues, and %u would "
					     "be joined",
					     options->interface[i],
					     br->queues[i], br->joined[i]);
	}
	return 0;
}

static void configure(struct netring_xdp_bridge_config *config,
		      const struct bridge_options *options, uint32_t mtu)
{
	uint32_t frames = (uint32_t)(joint.umem.size_ >> joint.umem.shift_);
	struct netring_xdp_bridge_port_config *port;
	int i;

	if (options->link_local)
		config->flags |= NETRING_XDP_BRIDGE_LINK_LOCAL;
	if (options->hold)
		config->flags |= NETRING_XDP_BRIDGE_HOLD;
	config->socket.umem = &joint.umem;
	if (backend_fragments(&joint.umem, mtu))
		config->socket.flags = NETRING_XDP_FRAGMENTS;
	for (i = 0; i < 2; i++) {
		port = &config->port[i];
		config->interface[i] = options->interface[i];
		memcpy(port->attach, options->backend.mode,
		       sizeof(port->attach));
		if (options->backend.backend == BACKEND_AUTO &&
		    !port->attach[0])
			port->attach[0] = NETRING_XDP_NATIVE;
		port->rx_ring = port->tx_ring = backend_slots(frames / 4);
		port->more = joint.more[i];
		port->more_count = MORE;
	}
}

/* "backend: xdp (a: native, copy, 4 of 4 queues; b: ...)" */
static void say_choice(const struct bridge_options *options)
{
	const struct netring_xdp_bridge *br = &joint.bridge;
	char mode[2][32];
	int i;

	for (i = 0; i < 2; i++)
		backend_name_mode(
			mode[i], sizeof(mode[i]),
			netring_xdp_program_attached(&br->port_[i].program),
			netring_xdp_bound(&br->port_[i].xdp));
	note("backend: xdp (%s: %s, %u of %u queues; %s: %s, %u of %u queues)",
	     options->interface[0], mode[0], br->joined[0], br->queues[0],
	     options->interface[1], mode[1], br->joined[1], br->queues[1]);
	note("%s <-> %s", options->interface[0], options->interface[1]);
}

int xdp_joint_open(const struct bridge_options *options,
		   struct backend_failure *failure,
		   void (*event)(void *, int, enum netring_port_event),
		   void *user)
{
	struct netring_xdp_bridge_config config = { 0 };
	uint32_t mtu = 0;
	int r;

	if (!strcmp(options->interface[0], options->interface[1]))
		return backend_words(failure, "twice the same interface");
	if (backend_mtu(options->interface[0], failure, &mtu) < 0 ||
	    backend_mtu(options->interface[1], failure, &mtu) < 0 ||
	    backend_memory(&joint.umem, failure, mtu, options->ring_kib,
			   USUAL_KIB) < 0)
		return -1;
	configure(&config, options, mtu);
	joint.interface = options->interface;
	joint.event = event;
	config.event = on_event;
	config.user = user;
	r = netring_xdp_bridge_open(&joint.bridge, &config);
	if (r < 0) {
		failure->interface = options->interface[joint.bridge.port];
		failure->foreign = joint.bridge.foreign;
		return backend_step(failure, joint.bridge.step, r);
	}
	if (check_queues(options, failure) < 0) {
		netring_xdp_bridge_close(&joint.bridge);
		return -1;
	}
	if (!options->quiet)
		say_choice(options);
	return 0;
}

int xdp_joint_step(int timeout)
{
	return netring_xdp_bridge_step(&joint.bridge, timeout);
}

void xdp_joint_stats(int direction, struct netring_bridge_stats *stats)
{
	(void)netring_xdp_bridge_read_stats(&joint.bridge, direction, stats);
}

int xdp_joint_close(void)
{
	netring_xdp_bridge_close(&joint.bridge);
	return joint.bridge.step == NETRING_STEP_OFFLOAD ? joint.bridge.port :
							   -1;
}
