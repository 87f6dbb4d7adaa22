/* SPDX-License-Identifier: MIT */
/* xdp_map.c - change an entry of a map; a socket is one, in an XSKMAP. */
#include "xdp.h"

int netring_xdp_map_entry_(int command, int map, const void *key,
			   const void *value)
{
	struct nr_bpf_map_elem elem;

	memset(&elem, 0, sizeof(elem));
	elem.map_fd = (uint32_t)map;
	elem.key = (uintptr_t)key;
	elem.value = (uintptr_t)value;
	return sys_bpf(command, &elem, sizeof(elem));
}

int netring_xdp_enter_(int map, uint32_t queue, int fd)
{
	return netring_xdp_map_entry_(NR_BPF_MAP_UPDATE_ELEM, map, &queue, &fd);
}
