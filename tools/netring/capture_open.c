/* SPDX-License-Identifier: MIT */
/* capture_open.c - open the ring; say what was wrong and what to do. */
#include "capture.h"

#include <errno.h>
#include <string.h>

#define HATYPE_ETHERNET 1
#define HATYPE_RAWIP 519
#define HATYPE_LOOPBACK 772
#define HATYPE_NONE 65534

static int no_memory(const struct capture_options *options)
{
	uint32_t kib = options->ring_kib ? options->ring_kib :
					   NETRING_CONFIG_CAPTURE_MEMORY_KIB;

	return fail("the kernel has no memory for a ring of %u KiB; "
		    "try a smaller one: -B %u",
		    kib, kib > 128 ? kib / 2 : 64);
}

/* The cases that have a remedy; -1: none of them. */
static int explain(const struct netring_capture *cap,
		   const struct capture_options *options, int error)
{
	switch (cap->step) {
	case NETRING_STEP_CONFIG:
		return fail("this build has no %s", options->immediate ?
							    "--immediate-mode "
							    "(CAPTURE_V2)" :
							    "-F and -s "
							    "(CAPTURE_FILTER)");
	case NETRING_STEP_GEOMETRY:
		return fail("-B %u: %s", options->ring_kib,
			    netring_geometry_explain(cap->reason));
	case NETRING_STEP_VERSION:
		return error != EINVAL ?
			       -1 :
			       fail("this kernel has no TPACKET_V%d%s",
				    options->immediate ? 2 : 3,
				    options->immediate ?
					    "" :
					    "; try --immediate-mode");
	case NETRING_STEP_RING:
	case NETRING_STEP_MAP:
		return error == ENOMEM ? no_memory(options) : -1;
	case NETRING_STEP_FILTER:
		return options->filter && error == EINVAL ?
			       fail("-F %s: the kernel refuses this program",
				    options->filter) :
			       -1;
	default:
		return fail_open(cap->step, error, "-i ", options->interface);
	}
}

/* Is the link header of such a device one that capture files know? */
static int has_link_type(uint16_t hatype)
{
	return hatype == HATYPE_ETHERNET || hatype == HATYPE_LOOPBACK ||
	       hatype == HATYPE_NONE || hatype == HATYPE_RAWIP;
}

int open_capture(struct netring_capture *cap,
		 const struct capture_options *options)
{
	struct netring_capture_config config = { 0 };
	struct netring_filter filter;
	int r;

	config.interface = options->interface;
	config.direction = options->direction;
	config.memory = options->ring_kib * 1024u;
	if (options->immediate)
		config.flags |= NETRING_CAPTURE_IMMEDIATE;
	if (!options->no_promiscuous)
		config.flags |= NETRING_CAPTURE_PROMISC;
	if (options->filter) {
		if (read_filter(&filter, options->filter, options->snaplen))
			return 1;
		config.filter = &filter;
	} else if (NETRING_CONFIG_CAPTURE_FILTER) {
		config.snaplen = options->snaplen;
	}
	r = netring_capture_open(cap, &config);
	if (r >= 0 && !has_link_type(netring_capture_hatype(cap))) {
		netring_capture_close(cap);
		config.flags |= NETRING_CAPTURE_COOKED;
		r = netring_capture_open(cap, &config);
	}
	if (r < 0 && explain(cap, options, -r) < 0)
		fail("-i %s: %s: %s", options->interface,
		     netring_step_name(cap->step), strerror(-r));
	return r < 0;
}
