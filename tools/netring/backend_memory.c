/* SPDX-License-Identifier: MIT */
/* backend_memory.c - the memory of AF_XDP, cut into frames for an MTU. */
#include "backend.h"

#include <errno.h>
#include <unistd.h>

#define FRAMES 8192u
#define LEAST_FRAMES 64u
#define SLOTS_MAX 32768u
#define KIB 1024u

NETRING_UMEM_AREA(area, FRAMES, NETRING_UMEM_FRAME_MIN);

int backend_mtu(const char *interface, struct backend_failure *failure,
		uint32_t *mtu)
{
	uint32_t one;

	if (interface_mtu(interface, &one) < 0)
		return backend_step(failure, NETRING_STEP_INTERFACE, -errno);
	if (one > *mtu)
		*mtu = one;
	return backend_ports(interface, failure);
}

/* A page is the most that the kernel takes; longer packets come in several. */
static uint32_t frame_size(uint32_t mtu)
{
	uint32_t page = (uint32_t)sysconf(_SC_PAGESIZE);
	uint32_t whole = mtu + NETRING_XDP_OVER_MTU + NETRING_UMEM_XDP_HEADROOM;
	uint32_t size = NETRING_CONFIG_XDP_FRAME_SIZE;

	while (size < whole && size < page)
		size *= 2;
	return size;
}

int backend_memory(struct netring_umem *umem, struct backend_failure *failure,
		   uint32_t mtu, uint64_t kib, uint32_t usual_kib)
{
	struct netring_umem_config config = { 0 };
	uint32_t size = frame_size(mtu);

	if (!kib)
		kib = usual_kib;
	if (kib > sizeof(area.memory) / KIB)
		return backend_words(failure, "-B %llu: AF_XDP has %u at most",
				     (unsigned long long)kib,
				     (unsigned int)sizeof(area.memory) / KIB);
	if (kib * KIB < (uint64_t)LEAST_FRAMES * size)
		return backend_words(failure,
				     "-B %llu: AF_XDP needs %u at least",
				     (unsigned long long)kib,
				     LEAST_FRAMES * size / KIB);
	config.memory = area.memory;
	config.size = (size_t)(kib * KIB / size) * size;
	config.frame_size = size;
	config.table = area.table;
	config.table_size = sizeof(area.table);
	if (netring_umem_init(umem, &config) < 0)
		return backend_words(failure, "-B %llu: %s",
				     (unsigned long long)kib,
				     netring_geometry_explain(umem->reason));
	return 0;
}

int backend_fragments(const struct netring_umem *umem, uint32_t mtu)
{
	return NETRING_CONFIG_XDP_FRAGMENTS &&
	       mtu + NETRING_XDP_OVER_MTU > netring_umem_room(umem);
}

uint32_t backend_slots(uint32_t frames)
{
	uint32_t slots = 64;

	while (slots < frames && slots < SLOTS_MAX)
		slots *= 2;
	return slots;
}
