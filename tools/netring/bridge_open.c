/* SPDX-License-Identifier: MIT */
/* bridge_open.c - choose the mode, open, and say what is wrong. */
#include "bridge_applet.h"

#include <errno.h>
#include <string.h>

#include <netring/filter.h>
#include <netring/probe.h>

#define HATYPE_ETHERNET 1

/* For super-frames that come although no slot of SMALL holds them. */
static uint32_t oversize[NETRING_BRIDGE_OVERSIZE / sizeof(uint32_t)];

static int explain(const struct netring_bridge *bridge,
		   const struct bridge_options *options, int error)
{
	const char *interface = options->interface[bridge->port];
	int r = -1;

	switch (bridge->step) {
	case NETRING_STEP_CONFIG:
		if (error == EINVAL)
			return fail("%s and %s are the same interface",
				    options->interface[0],
				    options->interface[1]);
		break;
	case NETRING_STEP_GEOMETRY:
		return fail("%s, -B %llu: %s", interface,
			    (unsigned long long)options->ring_kib,
			    netring_geometry_explain(bridge->reason));
	case NETRING_STEP_OFFLOAD:
		return fail("%s: %s: GRO, LRO or TSO is on and stays on; "
			    "needs CAP_NET_ADMIN, or --mode large",
			    interface, strerror(error));
	case NETRING_STEP_RING:
	case NETRING_STEP_MAP:
		if (error == ENOMEM)
			return fail("the kernel has no memory for this ring; "
				    "try a smaller one: -B 128");
		break;
	case NETRING_STEP_FILTER:
		if (options->filter && error == EINVAL)
			return fail("-F %s: the kernel refuses this program",
				    options->filter);
		break;
	default:
		r = fail_open(bridge->step, error, "", interface);
	}
	return r >= 0 ? r :
			fail("%s: %s: %s", interface,
			     netring_step_name(bridge->step), strerror(error));
}

/* Which of the two, if any, makes super-frames still. */
static const char *with_offloads(const struct bridge_options *options)
{
	struct netring_interface facts;
	int i;

	if (!NETRING_CONFIG_PROBE)
		return NULL;
	for (i = 0; i < 2; i++)
		if (netring_probe_interface(&facts, options->interface[i]) >=
			    0 &&
		    (facts.gro || facts.lro))
			return options->interface[i];
	return NULL;
}

/* Why SMALL is not the choice of MODE_AUTO; NULL: it is. */
static const char *why_large(struct netring_bridge *bridge,
			     const struct bridge_options *options, int r)
{
	if (r >= 0)
		return with_offloads(options) ?
			       "receive offloads stay on without "
			       "CAP_NET_ADMIN" :
			       NULL;
	return bridge->step == NETRING_STEP_OFFLOAD ||
			       bridge->step == NETRING_STEP_GEOMETRY ||
			       bridge->step == NETRING_STEP_OPTION ?
		       "small was refused" :
		       NULL;
}

static int open_mode(struct netring_bridge *bridge,
		     struct netring_bridge_config *config,
		     const struct bridge_options *options)
{
	const char *why = NULL, *interface;
	int r = 0;

	if (options->mode != MODE_LARGE) {
		config->oversize = oversize;
		config->oversize_size = sizeof(oversize);
		r = netring_bridge_open(bridge, config);
		if (options->mode == MODE_AUTO)
			why = why_large(bridge, options, r);
		interface = r < 0 || why ? NULL : with_offloads(options);
		if (interface)
			note("%s: receive offloads stay on; needs "
			     "CAP_NET_ADMIN. Super-frames take a slower way.",
			     interface);
	}
	if (options->mode == MODE_LARGE || why) {
		netring_bridge_close(bridge);
		config->oversize = NULL;
		config->oversize_size = 0;
		config->flags |= NETRING_BRIDGE_LARGE;
		r = netring_bridge_open(bridge, config);
	}
	if (r >= 0 && !options->quiet)
		note("%s <-> %s, mode %s%s%s", options->interface[0],
		     options->interface[1],
		     config->flags & NETRING_BRIDGE_LARGE ? "large" : "small",
		     why ? ": " : "", why ? why : "");
	return r;
}

static int check_port(const char *interface)
{
	uint8_t address[6];
	uint16_t hatype;

	if (interface_address(interface, address, &hatype) < 0)
		return errno == ENODEV ?
			       fail_interface("", interface) :
			       fail("%s: %s", interface, strerror(errno));
	if (hatype != HATYPE_ETHERNET)
		return fail("%s: no Ethernet device (its type is %u)",
			    interface, hatype);
	return 0;
}

int bridge_check_ports(const struct bridge_options *options)
{
	return check_port(options->interface[0]) ||
	       check_port(options->interface[1]);
}

static void warn_mtu(const struct netring_bridge *bridge,
		     const struct bridge_options *options)
{
	uint32_t a = netring_bridge_mtu(bridge, 0);
	uint32_t b = netring_bridge_mtu(bridge, 1);

	if (a != b)
		note("the MTU of %s is %u, that of %s is %u: longer frames "
		     "will be dropped on their way to %s",
		     options->interface[0], a, options->interface[1], b,
		     options->interface[a > b]);
}

int bridge_open(struct netring_bridge *bridge,
		const struct bridge_options *options,
		void (*event)(void *, int, enum netring_port_event), void *user)
{
	struct netring_bridge_config config = { 0 };
	struct netring_filter filter;
	int i, r;

	for (i = 0; i < 2; i++) {
		config.interface[i] = options->interface[i];
		config.port[i].rx_memory = (uint32_t)options->ring_kib * 1024;
		config.port[i].tx_memory = config.port[i].rx_memory;
		if (options->filter)
			config.port[i].filter = &filter;
	}
	if (options->filter && read_filter(&filter, options->filter, 0))
		return 1;
	if (options->link_local)
		config.flags |= NETRING_BRIDGE_LINK_LOCAL;
	if (options->hold)
		config.flags |= NETRING_BRIDGE_HOLD;
	config.event = event;
	config.user = user;
	r = open_mode(bridge, &config, options);
	if (r < 0)
		return explain(bridge, options, -r);
	warn_mtu(bridge, options);
	return 0;
}
