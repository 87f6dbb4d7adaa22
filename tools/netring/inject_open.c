/* SPDX-License-Identifier: MIT */
/* inject_open.c - open the ring to send from; say what is wrong with it. */
#include "inject.h"

#include <errno.h>
#include <string.h>

#define VLAN_AND_HEADER 18u
#define HATYPE_ETHERNET 1
#define HATYPE_LOOPBACK 772

static int explain(const struct netring_injector *inj,
		   const struct inject_options *options, int error)
{
	unsigned int kib = options->ring_kib ?
				   (unsigned int)options->ring_kib :
				   NETRING_CONFIG_INJECTOR_MEMORY_KIB;

	switch (inj->step) {
	case NETRING_STEP_GEOMETRY:
		return fail("-B %u: %s", kib,
			    netring_geometry_explain(inj->reason));
	case NETRING_STEP_RING:
	case NETRING_STEP_MAP:
		return error != ENOMEM ?
			       -1 :
			       fail("the kernel has no memory for a ring of "
				    "%u KiB; try a smaller one: -B %u",
				    kib, kib > 128 ? kib / 2 : 64);
	default:
		return fail_open(inj->step, error, "-i ", options->interface);
	}
}

int inject_open(struct netring_injector *inj,
		const struct inject_options *options)
{
	struct netring_injector_config config = { 0 };
	uint8_t address[6];
	uint16_t hatype;
	uint32_t mtu;
	int r;

	config.interface = options->interface;
	config.memory = (uint32_t)options->ring_kib * 1024;
	if (options->bypass)
		config.flags |= NETRING_INJECTOR_QDISC_BYPASS;
	if (interface_mtu(options->interface, &mtu) == 0)
		config.max_packet = mtu + VLAN_AND_HEADER;
	r = netring_injector_open(inj, &config);
	if (r < 0) {
		if (explain(inj, options, -r) < 0)
			fail("-i %s: %s: %s", options->interface,
			     netring_step_name(inj->step), strerror(-r));
		return 1;
	}
	if (interface_address(options->interface, address, &hatype) == 0 &&
	    hatype != HATYPE_ETHERNET && hatype != HATYPE_LOOPBACK)
		return fail("-i %s: no Ethernet device (its type is %u)",
			    options->interface, hatype);
	return 0;
}
