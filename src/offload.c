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

/* The name is looked up each time: it may have become another's. */
static int change(int fd, uint32_t ifindex, const struct offload *what,
		  enum offload_change how)
{
	struct nr_ethtool_value value = { what->get, 0 };
	char name[NR_IFNAMSIZ] = { 0 };
	int r = netring_interface_name_(fd, NULL, ifindex, name);

	if (r < 0)
		return r == -ENODEV ? 0 : r;
	r = netring_ethtool_(fd, name, &value);
	/* a device that does not know it does not do it */
	if (r < 0 || !(value.data & what->mask) != (how == OFFLOAD_RESTORE))
		return 0;
	value.cmd = what->set;
	if (how != OFFLOAD_LOOK)
		value.data ^= what->mask;
	r = netring_ethtool_(fd, name, &value);
	return r < 0 ? r : 1;
}

int netring_offload_change_(int fd, struct netring_offloads_ *cleared,
			    enum offload_change how)
{
	uint32_t bit, before;
	unsigned int i;
	int r, first = 0;

	for (i = 0; i < OFFLOADS; i++) {
		bit = 1u << i;
		before = cleared->off & bit;
		if (how == OFFLOAD_RESTORE && !before)
			continue;
		/* noted before it is so: a program may be ended in between */
		if (how == OFFLOAD_CLEAR)
			cleared->off |= bit;
		r = change(fd, cleared->ifindex, &offloads[i], how);
		if (how == OFFLOAD_RESTORE && r >= 0)
			cleared->off ^= bit;
		else if (how == OFFLOAD_CLEAR && r <= 0)
			cleared->off ^= bit ^ before;
		if (r < 0 && !first)
			first = r;
	}
	return first;
}
