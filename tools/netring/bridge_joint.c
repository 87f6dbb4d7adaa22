/* SPDX-License-Identifier: MIT */
/* bridge_joint.c - what joins the two: packet sockets, or AF_XDP. */
#include "bridge_applet.h"

/* What AF_XDP cannot do; -1 and the words, or 0. */
static int check_xdp(const struct bridge_options *options,
		     struct backend_failure *failure)
{
	if (!NETRING_CONFIG_XDP_BRIDGE)
		return backend_words(failure,
				     "this build has no AF_XDP (XDP_BRIDGE)");
	if (options->filter)
		return backend_words(failure,
				     "-F: filters are of packet sockets");
	if (options->mode_said)
		return backend_words(failure,
				     "--mode: modes are of packet sockets");
	return 0;
}

int joint_open(struct joint *joint, const struct bridge_options *options,
	       void (*event)(void *, int, enum netring_port_event), void *user)
{
	struct backend_failure failure = { .interface = options->interface[0],
					   .option = "" };
	int r;

	if (bridge_check_ports(options))
		return 1;
	if (backend_wants_xdp(&options->backend)) {
		r = check_xdp(options, &failure);
		if (NETRING_CONFIG_XDP_BRIDGE && r >= 0)
			r = xdp_joint_open(options, &failure, event, user);
		joint->xdp = r >= 0;
		if (joint->xdp)
			return 0;
		if (backend_fall_back(&options->backend, &failure))
			return 1;
	}
	return bridge_open(&joint->bridge, options, event, user);
}

int joint_step(struct joint *joint, int timeout)
{
	if (NETRING_CONFIG_XDP_BRIDGE && joint->xdp)
		return xdp_joint_step(timeout);
	return netring_bridge_step(&joint->bridge, timeout);
}

void joint_stats(struct joint *joint, struct netring_bridge_stats stats[2])
{
	int i;

	for (i = 0; i < 2; i++)
		if (NETRING_CONFIG_XDP_BRIDGE && joint->xdp)
			xdp_joint_stats(i, &stats[i]);
		else
			netring_bridge_read_stats(&joint->bridge, i, &stats[i]);
}

int joint_close(struct joint *joint)
{
	int left = NETRING_CONFIG_XDP_BRIDGE ? xdp_joint_close() : -1;

	netring_bridge_close(&joint->bridge);
	return joint->bridge.step == NETRING_STEP_OFFLOAD ? joint->bridge.port :
							    left;
}
