/* SPDX-License-Identifier: MIT */
/* step.c - words for what failed: steps of an open, reasons of a geometry. */
#include <netring/base.h>
#include <netring/geometry.h>

const char *netring_step_name(enum netring_step step)
{
	static const char names[][16] = {
		"none",	     "configuration", "ring sizes", "namespace",
		"socket",    "version",	      "reserve",    "vnet header",
		"timestamp", "ring",	      "map",	    "filter",
		"interface", "membership",    "direction",  "bind",
		"fanout",    "loss",	      "option",	    "offload",
	};
	static const char of_xdp[][8] = { "umem", "xskmap", "program",
					  "attach" };
	unsigned int i = (unsigned int)step;

	if (NETRING_CONFIG_XDP && i - NETRING_STEP_UMEM < 4)
		return of_xdp[i - NETRING_STEP_UMEM];
	return i < sizeof(names) / sizeof(names[0]) ? names[i] : "unknown";
}

const char *netring_geometry_explain(enum netring_geometry_reason reason)
{
	static const char sentences[][56] = {
		"the sizes are valid",
		"the page size is no power of two from 4096 up",
		"the block size is no multiple of the page size",
		"the frame size is no multiple of 16 from 128 up",
		"a packet is longer than a frame, or that than a block",
		"the memory holds too few frames or blocks",
		"the ring is not below 2 GiB",
		"the memory does not begin at a page",
		"the frame size is no power of 2 from 2048 to a page",
		"the size is no multiple of the frame size",
		"the headroom leaves no room for a packet",
		"the table is missing, or has no word for each frame",
		"no frames to receive into, or none to send from",
		"a ring is no power of two from 1 to 32768",
	};
	unsigned int i = (unsigned int)reason;

	return i < sizeof(sentences) / sizeof(sentences[0]) ? sentences[i] :
							      "unknown";
}
