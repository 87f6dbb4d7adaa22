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

/* 1: was @off and is @on now, or the reverse; 0: was so already. */
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

int netring_offload_off_(int fd, const char *name, uint32_t *was_on)
{
	unsigned int i;
	int r;

	for (i = 0; i < OFFLOADS; i++) {
		r = change(fd, name, &offloads[i], 0);
		if (r < 0)
			return r;
		*was_on |= (uint32_t)r << i;
	}
	return 0;
}

void netring_offload_restore_(int fd, const char *name, uint32_t was_on)
{
	unsigned int i;

	for (i = 0; i < OFFLOADS; i++)
		if (was_on >> i & 1)
			(void)change(fd, name, &offloads[i], 1);
}
