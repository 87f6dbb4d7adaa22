/* SPDX-License-Identifier: MIT */
/* capture_open.c - open the ring; say what was wrong and what to do. */
#include "capture_applet.h"

#include <errno.h>
#include <string.h>

#define HATYPE_ETHERNET 1
#define HATYPE_RAWIP 519
#define HATYPE_LOOPBACK 772
#define HATYPE_NONE 65534
#define PACKET_MAX 65550u   /* 64 KiB of IP and an Ethernet header */
#define PACKET_USUAL "1514" /* without that */
#define RING_MAX_KIB 0x200000u
#define PAUSE_MS 600u
#define BLOCK_MAX 0x100000u /* above this a block gains nothing */
#define BLOCKS_MIN 4u

static uint32_t ring_kib(const struct capture_options *options)
{
	return options->ring_kib ? options->ring_kib :
				   NETRING_CONFIG_CAPTURE_MEMORY_KIB;
}

static int fits(struct netring_geometry_request request, uint32_t kib,
		uint32_t packet)
{
	struct netring_geometry geometry;

	request.memory = kib * 1024u;
	request.max_packet = packet;
	return netring_geometry_compute(&geometry, &request) >= 0;
}

static uint32_t enough_kib(const struct netring_geometry_request *request)
{
	uint32_t kib = 4;

	while (kib < RING_MAX_KIB && !fits(*request, kib, request->max_packet))
		kib *= 2;
	return kib;
}

static int refuse_ring(const struct capture_options *options,
		       const struct netring_geometry_request *request,
		       enum netring_geometry_reason reason)
{
	uint32_t kib = ring_kib(options);
	uint32_t enough = enough_kib(request);

	if (reason != NETRING_GEOMETRY_MEMORY)
		return fail("-B %u: %s", kib, netring_geometry_explain(reason));
	if (options->snaplen && !options->ring_kib)
		return fail("-s %u: a ring of %u KiB holds less than two such "
			    "packets; -B %u would do",
			    options->snaplen, kib, enough);
	if (options->snaplen || !request->max_packet)
		return fail("-B %u: holds less than two packets; "
			    "-B %u would do",
			    kib, enough);
	return fail("-B %u: holds less than two packets of 64 KiB; -B %u "
		    "would do%s",
		    kib, enough,
		    fits(*request, kib, 1514) ?
			    ", or shorter packets: -s " PACKET_USUAL :
			    "");
}

/* Does somebody look on? */
static int is_live(const struct capture_options *options)
{
	return !options->file || !strcmp(options->file, "-") || options->live;
}

/* How long a lone packet may wait: not long where somebody looks on. */
static uint32_t retire_ms(const struct capture_options *options,
			  uint32_t blocks)
{
	int live = is_live(options);
	uint32_t least = live ? 20 : 100;
	uint32_t most = live ? 100 : 250;
	uint32_t ms = blocks > 1 ? PAUSE_MS / (blocks - 1) : most;

	if (ms < least)
		return least;
	return ms < most ? ms : most;
}

/* Each block wakes this program, which costs as much as writing many packets:
 * few and large ones, where nobody waits for them. */
static void join_blocks(struct netring_geometry *geometry)
{
	while (geometry->block_size < BLOCK_MAX &&
	       geometry->block_count >= 2 * BLOCKS_MIN &&
	       geometry->block_count % 2 == 0) {
		geometry->block_size *= 2;
		geometry->block_count /= 2;
	}
}

/*
 * A file is to hold whole packets. Those that are printed may lack their end.
 * However few packets come, each block lasts for the retire time only: all of
 * them together are to last for a pause of this program.
 */
static int plan_ring(struct netring_capture_config *config,
		     const struct capture_options *options, uint32_t *hold_ms)
{
	struct netring_geometry_request request = { 0 };
	struct netring_geometry geometry;
	int r;

	request.memory = options->ring_kib * 1024u;
	request.fixed_slots = !NETRING_CONFIG_CAPTURE_V3 || options->immediate;
	request.max_packet = options->snaplen;
	if (options->file && !options->snaplen && !request.fixed_slots)
		request.max_packet = PACKET_MAX;
	r = netring_geometry_compute(&geometry, &request);
	if (r < 0 && !options->ring_kib && !options->snaplen) {
		/* a build for little memory: as fits */
		request.max_packet = 0;
		r = netring_geometry_compute(&geometry, &request);
	}
	if (r < 0)
		return refuse_ring(options, &request, geometry.reason);
	config->memory = request.memory;
	config->max_packet = request.max_packet;
	*hold_ms = 0;
	if (!request.fixed_slots) {
		if (!is_live(options))
			join_blocks(&geometry);
		config->block_size = geometry.block_size;
		*hold_ms = retire_ms(options, geometry.block_count);
	}
	config->retire_ms = *hold_ms;
	return 0;
}

static int no_memory(const struct capture_options *options)
{
	uint32_t kib = ring_kib(options);

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

/*
 * Cooked packets begin at the network header. A program for such a device may
 * have been compiled for either of two headers in front of that, which cannot
 * be told from its instructions.
 */
static int check_filter(const struct netring_capture *cap,
			const struct capture_options *options)
{
	uint16_t hatype = netring_capture_hatype(cap);

	if (!options->filter)
		return 0;
	if (!has_link_type(hatype) && !options->raw_filter)
		return fail("-F %s: packets of %s are seen from their IP "
			    "header on; compile the filter with\n"
			    "  tcpdump -y RAW -ddd EXPRESSION >FILE\n"
			    "and add -y RAW here",
			    options->filter, options->interface);
	if (options->raw_filter && has_link_type(hatype) &&
	    netring_link_type(hatype, 0) != NETRING_LINKTYPE_RAW)
		return fail("-y RAW: packets of %s begin with an Ethernet "
			    "header; compile the filter without -y RAW",
			    options->interface);
	return 0;
}

int open_capture(struct netring_capture *cap,
		 const struct capture_options *options, uint32_t *hold_ms)
{
	struct netring_capture_config config = { 0 };
	struct netring_filter filter;
	int r;

	config.interface = options->interface;
	config.direction = options->direction;
	if (plan_ring(&config, options, hold_ms))
		return 1;
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
	if (r >= 0 && check_filter(cap, options)) {
		netring_capture_close(cap);
		return 1;
	}
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
