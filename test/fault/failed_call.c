/* SPDX-License-Identifier: MIT */
/* failed_call.c - which call was made to fail, and the step it belongs to. */
#include "wrap.h"

const struct wrap_entry *wrap_failed(void)
{
	static const struct wrap_entry none;

	return wrap.fail_at && wrap.fail_at <= wrap.count ?
		       &wrap.log[wrap.fail_at - 1] :
		       &none;
}

const char *wrap_name(const struct wrap_entry *entry)
{
	static const char *const names[] = {
		"none",	       "socket", "bind",    "setsockopt", "getsockopt",
		"getsockname", "mmap",	 "munmap",  "poll",	  "ioctl",
		"close",       "clock",	 "open",    "setns",	  "nanosleep",
		"send",	       "sendto", "sendmsg", "recv",	  "recvmsg",
		"read",	       "write",	 "eventfd", "bpf",
	};

	return names[entry->call];
}

void wrap_tell(const char *test, uint32_t n, int r, enum netring_step step)
{
	const struct wrap_entry *call = wrap_failed();

	print_message("# %s, call %u: %s %d %d by %d: %d, %s\n", test, n,
		      wrap_name(call), call->level, call->option, wrap.error, r,
		      netring_step_name(step));
}

enum netring_step wrap_step(const struct wrap_entry *call)
{
	static const struct {
		int level, option;
		enum netring_step step;
	} options[] = {
		{ SOL_PACKET, PACKET_ADD_MEMBERSHIP, NETRING_STEP_MEMBERSHIP },
		{ SOL_PACKET, PACKET_RX_RING, NETRING_STEP_RING },
		{ SOL_PACKET, PACKET_STATISTICS, NETRING_STEP_OPTION },
		{ SOL_PACKET, PACKET_COPY_THRESH, NETRING_STEP_OPTION },
		{ SOL_PACKET, PACKET_VERSION, NETRING_STEP_VERSION },
		{ SOL_PACKET, PACKET_RESERVE, NETRING_STEP_RESERVE },
		{ SOL_PACKET, PACKET_TX_RING, NETRING_STEP_RING },
		{ SOL_PACKET, PACKET_LOSS, NETRING_STEP_LOSS },
		{ SOL_PACKET, PACKET_VNET_HDR, NETRING_STEP_VNET_HDR },
		{ SOL_PACKET, PACKET_TIMESTAMP, NETRING_STEP_TIMESTAMP },
		{ SOL_PACKET, PACKET_FANOUT, NETRING_STEP_FANOUT },
		{ SOL_PACKET, PACKET_FANOUT_DATA, NETRING_STEP_FANOUT },
		{ SOL_PACKET, PACKET_TX_HAS_OFF, NETRING_STEP_OPTION },
		{ SOL_PACKET, PACKET_QDISC_BYPASS, NETRING_STEP_OPTION },
		{ SOL_PACKET, PACKET_IGNORE_OUTGOING, NETRING_STEP_DIRECTION },
		{ SOL_SOCKET, SO_SNDBUF, NETRING_STEP_OPTION },
		{ SOL_SOCKET, SO_RCVBUF, NETRING_STEP_OPTION },
		{ SOL_SOCKET, SO_PRIORITY, NETRING_STEP_OPTION },
		{ SOL_SOCKET, SO_MARK, NETRING_STEP_OPTION },
		{ SOL_SOCKET, SO_TIMESTAMPING, NETRING_STEP_TIMESTAMP },
		{ SOL_SOCKET, SO_TXTIME, NETRING_STEP_TIMESTAMP },
		{ SOL_SOCKET, SO_ATTACH_FILTER, NETRING_STEP_FILTER },
		{ SOL_SOCKET, SO_ATTACH_BPF, NETRING_STEP_FILTER },
		{ SOL_SOCKET, SO_LOCK_FILTER, NETRING_STEP_FILTER },
		{ SOL_SOCKET, SO_DETACH_FILTER, NETRING_STEP_FILTER },
		{ SOL_SOCKET, SO_DOMAIN, NETRING_STEP_SOCKET },
		{ SOL_SOCKET, SO_TYPE, NETRING_STEP_SOCKET },
	};
	uint32_t i;

	switch (call->call) {
	case WRAP_SOCKET:
		return NETRING_STEP_SOCKET;
	case WRAP_OPEN:
	case WRAP_SETNS:
		return NETRING_STEP_NETNS;
	case WRAP_MMAP:
		return NETRING_STEP_MAP;
	case WRAP_IOCTL:
		return call->option == SIOCETHTOOL ? NETRING_STEP_OFFLOAD :
						     NETRING_STEP_INTERFACE;
	case WRAP_BIND:
	case WRAP_GETSOCKNAME:
		return NETRING_STEP_BIND;
	default:
		break;
	}
	for (i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (options[i].level == call->level &&
		    options[i].option == call->option)
			return options[i].step;
	return NETRING_STEP_NONE;
}
