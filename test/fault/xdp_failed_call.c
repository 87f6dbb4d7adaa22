/* SPDX-License-Identifier: MIT */
/* xdp_failed_call.c - a failed call of AF_XDP: its step, what it means. */
#include "xdp_open_cases.h"

#include <linux/sockios.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum netring_step xdp_step(const struct wrap_entry *call)
{
	static const struct {
		enum wrap_call call;
		int level, option; /* -1: any */
		enum netring_step step;
	} steps[] = {
		{ WRAP_SOCKET, AF_UNIX, -1, NETRING_STEP_INTERFACE },
		{ WRAP_SOCKET, AF_XDP, -1, NETRING_STEP_SOCKET },
		{ WRAP_SOCKET, AF_PACKET, -1, NETRING_STEP_MEMBERSHIP },
		{ WRAP_SOCKET, AF_NETLINK, -1, NETRING_STEP_ATTACH },
		{ WRAP_SENDTO, -1, -1, NETRING_STEP_ATTACH },
		{ WRAP_RECV, -1, -1, NETRING_STEP_ATTACH },
		{ WRAP_IOCTL, -1, -1, NETRING_STEP_INTERFACE },
		{ WRAP_GETSOCKOPT, SOL_SOCKET, SO_DOMAIN, NETRING_STEP_SOCKET },
		{ WRAP_SETSOCKOPT, SOL_XDP, XDP_UMEM_REG, NETRING_STEP_UMEM },
		{ WRAP_SETSOCKOPT, SOL_XDP, XDP_RX_RING, NETRING_STEP_RING },
		{ WRAP_SETSOCKOPT, SOL_XDP, XDP_TX_RING, NETRING_STEP_RING },
		{ WRAP_SETSOCKOPT, SOL_XDP, XDP_UMEM_FILL_RING,
		  NETRING_STEP_RING },
		{ WRAP_SETSOCKOPT, SOL_XDP, XDP_UMEM_COMPLETION_RING,
		  NETRING_STEP_RING },
		{ WRAP_GETSOCKOPT, SOL_XDP, XDP_MMAP_OFFSETS,
		  NETRING_STEP_VERSION },
		{ WRAP_MMAP, -1, -1, NETRING_STEP_MAP },
		{ WRAP_SETSOCKOPT, SOL_SOCKET, -1, NETRING_STEP_OPTION },
		{ WRAP_SETSOCKOPT, SOL_XDP, NR_XDP_MAX_TX_SKB_BUDGET,
		  NETRING_STEP_OPTION },
		{ WRAP_BIND, -1, -1, NETRING_STEP_BIND },
		{ WRAP_BPF, 0, BPF_MAP_CREATE, NETRING_STEP_XSKMAP },
		{ WRAP_BPF, 0, BPF_MAP_UPDATE_ELEM, NETRING_STEP_XSKMAP },
		{ WRAP_BPF, 0, BPF_PROG_LOAD, NETRING_STEP_PROGRAM },
		{ WRAP_BPF, 0, BPF_LINK_CREATE, NETRING_STEP_ATTACH },
		{ WRAP_SETSOCKOPT, SOL_PACKET, PACKET_ADD_MEMBERSHIP,
		  NETRING_STEP_MEMBERSHIP },
	};
	uint32_t i;

	for (i = 0; i < COUNT(steps); i++)
		if (steps[i].call == call->call &&
		    (steps[i].level < 0 || steps[i].level == call->level) &&
		    (steps[i].option < 0 || steps[i].option == call->option))
			return steps[i].step;
	return NETRING_STEP_NONE;
}

static int calls_before(uint32_t from, uint32_t n, enum wrap_call call,
			int option)
{
	uint32_t i;
	int count = 0;

	for (i = from; i + 1 < from + n; i++)
		count += wrap.log[i].call == call &&
			 wrap.log[i].option == option;
	return count;
}

int xdp_has_fallback(const struct xdp_case *test, uint32_t from, uint32_t n,
		     int error)
{
	const struct netring_xdp_config *cfg = &test->cfg;
	const struct wrap_entry *call = wrap_failed();

	switch (call->call) {
	case WRAP_CLOSE: /* of the socket that asks for the interface */
		return 1;
	case WRAP_SOCKET: /* which asks by the index, then by the name */
		return from && error == ENODEV && call->level == AF_UNIX;
	case WRAP_IOCTL: /* the number of queues: 1 then; again, where there
			  * is no such index any more: by its name */
		return call->option == SIOCETHTOOL || (from && error == ENODEV);
	case WRAP_BIND: /* zero-copy, copy; the same without fragments */
		return error != ENETDOWN && error != ENODEV && error != EPERM &&
		       !(test->with & (WITH_SIBLING | WITH_FAR)) &&
		       (cfg->flags & NETRING_XDP_FRAGMENTS ||
			(!cfg->bind[0] &&
			 !calls_before(from, n, WRAP_BIND, 0)));
	case WRAP_SETSOCKOPT:
		if (call->level == SOL_XDP && call->option == XDP_UMEM_REG)
			return error == EINVAL && test->with & WITH_METADATA;
		return error == ENOPROTOOPT &&
		       (call->option == SO_PREFER_BUSY_POLL ||
			call->option == SO_BUSY_POLL ||
			call->option == SO_BUSY_POLL_BUDGET ||
			call->option == NR_XDP_MAX_TX_SKB_BUDGET);
	default:
		return 0;
	}
}
