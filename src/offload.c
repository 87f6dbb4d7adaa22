/* SPDX-License-Identifier: MIT */
/* offload.c - switch off what makes super-frames, and switch it on again. */
#include "offload.h"

#include "ethtool.h"

/* One ethtool command reads, its neighbour writes; LRO is a bit of a word. */
struct offload {
	uint8_t get;
	uint8_t set;
	uint16_t mask;
};

static const struct offload offloads[] = {
	{ NR_ETHTOOL_GGRO, NR_ETHTOOL_SGRO, 1 },
	{ NR_ETHTOOL_GTSO, NR_ETHTOOL_STSO, 1 },
	{ NR_ETHTOOL_GFLAGS, NR_ETHTOOL_SFLAGS, NR_ETH_FLAG_LRO },
};

#define OFFLOADS (sizeof(offloads) / sizeof(offloads[0]))

/* Off, or on again. 1: changed, 0: was so already. */
static int change(int fd, const char *name, const struct offload *what, int on)
{
	struct nr_ethtool_value value = { what->get, 0 };
	int r = netring_ethtool_(fd, name, &value);

	/* a device that does not know it does not do it */
	if (r < 0 || !(value.data & what->mask) == !on)
		return 0;
	value.cmd = what->set;
	value.data ^= what->mask;
	r = netring_ethtool_(fd, name, &value);
	return r < 0 ? r : 1;
}

int netring_offload_set_(int fd, const char *name, uint32_t *off, int on)
{
	unsigned int i;
	int r, first = 0;

	for (i = 0; i < OFFLOADS; i++) {
		if (on && !(*off >> i & 1))
			continue;
		r = change(fd, name, &offloads[i], on);
		if (r > 0)
			*off ^= 1u << i;
		else if (!first)
			first = r;
	}
	return first;
}
