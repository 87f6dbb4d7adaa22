/* SPDX-License-Identifier: MIT */
/* xdp_map.c - put a socket into an XSKMAP, whoever made the map. */
#include "xdp.h"

int netring_xdp_enter_(int map, uint32_t queue, int fd)
{
	struct nr_bpf_map_elem elem;

	memset(&elem, 0, sizeof(elem));
	elem.map_fd = (uint32_t)map;
	elem.key = (uintptr_t)&queue;
	elem.value = (uintptr_t)&fd;
	return sys_bpf(NR_BPF_MAP_UPDATE_ELEM, &elem, sizeof(elem));
}
