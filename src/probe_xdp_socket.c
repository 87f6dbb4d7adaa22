/* SPDX-License-Identifier: MIT */
/* probe_xdp_socket.c - features of AF_XDP, tried without an interface. */
#include "probe.h"

#define CHUNK 2048u
#define MEMORY 65536u	  /* a page at least */
#define TX_SLOTS 32	  /* the least budget, and no more than the ring */
#define METADATA_SIZE 24u /* struct xsk_tx_metadata of Linux 6.15 */
#define METADATA_FIRST 16u

static int set(int fd, int level, int option, int value)
{
	return sys_setsockopt(fd, level, option, &value, sizeof(value));
}

static int register_memory(int fd, void *memory, uint32_t flags,
			   uint32_t metadata)
{
	struct nr_xdp_umem_reg reg;

	memset(&reg, 0, sizeof(reg));
	reg.addr = (uintptr_t)memory;
	reg.len = MEMORY;
	reg.chunk_size = CHUNK;
	reg.flags = flags;
	reg.tx_metadata_len = metadata;
	return sys_setsockopt(fd, NR_SOL_XDP, NR_XDP_UMEM_REG, &reg,
			      metadata ? sizeof(reg) : NR_XDP_UMEM_REG_V1);
}

/* Linux 6.8 to 6.10 take the length without the flag that tells of it; those
 * before ignore the length, but refuse the flag for checksums. */
static int try_metadata(int fd, void *memory)
{
	int r = register_memory(fd, memory, NR_XDP_UMEM_TX_METADATA_LEN,
				METADATA_SIZE);

	if (r == -EINVAL)
		r = register_memory(fd, memory, NR_XDP_UMEM_TX_SW_CSUM,
				    METADATA_FIRST);
	return r;
}

static int try_rings(int fd, void *memory)
{
	static const uint8_t rings[] = { NR_XDP_RX_RING, NR_XDP_TX_RING,
					 NR_XDP_UMEM_FILL_RING,
					 NR_XDP_UMEM_COMPLETION_RING };
	int r = register_memory(fd, memory, 0, 0);
	size_t i;

	for (i = 0; i < sizeof(rings) && r >= 0; i++)
		r = set(fd, NR_SOL_XDP, rings[i], TX_SLOTS);
	return r;
}

/* The pages stay pinned as long as the socket is open. */
static int with_memory(int fd, int (*try)(int fd, void *memory))
{
	void *memory;
	int r = sys_mmap(&memory, NULL, MEMORY, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			 0);
	int unmapped;

	if (r < 0)
		return r;
	r = try(fd, memory);
	unmapped = sys_munmap(memory, MEMORY);
	return r < 0 ? r : unmapped;
}

/* Flags are looked at before the interface, of which there is none. */
static int try_flag(int fd, uint16_t flag)
{
	struct nr_sockaddr_xdp address;
	int r;

	memset(&address, 0, sizeof(address));
	address.family = NR_AF_XDP;
	address.flags = flag;
	r = sys_bind(fd, &address, sizeof(address));
	return r == -ENODEV ? 0 : r;
}

int netring_probe_xdp_socket_(int fd, enum netring_feature feature)
{
	int r;

	switch (feature) {
	case NETRING_FEATURE_XDP_RINGS:
		return with_memory(fd, try_rings);
	case NETRING_FEATURE_XDP_METADATA:
		return with_memory(fd, try_metadata);
	case NETRING_FEATURE_XDP_FRAGMENTS:
		return try_flag(fd, NR_XDP_USE_SG);
	case NETRING_FEATURE_XDP_TX_BUDGET:
		r = set(fd, NR_SOL_XDP, NR_XDP_TX_RING, TX_SLOTS);
		return r < 0 ? r :
			       set(fd, NR_SOL_XDP, NR_XDP_MAX_TX_SKB_BUDGET,
				   TX_SLOTS);
	case NETRING_FEATURE_XDP_BUSY_POLL:
		return set(fd, SOL_SOCKET, NR_SO_PREFER_BUSY_POLL, 1);
	default:
		return 0;
	}
}
