/* SPDX-License-Identifier: MIT */
/* filter.c - socket filters: replace, detach, lock; and snapshot lengths. */
#include "packet_socket.h"

#include <netring/capture.h>

#define BPF_CLASS(code) ((code)&0x07)

int netring_filter_snaplen(struct netring_instruction *code, uint16_t count,
			   uint32_t snaplen)
{
	uint16_t i;
	int changed = 0;

	if (!snaplen || !count || count > NETRING_FILTER_MAX)
		return -EINVAL;
	for (i = 0; i < count; i++)
		if (BPF_CLASS(code[i].code) == NR_BPF_CLASS_RET &&
		    code[i].code != NR_BPF_RET_K)
			return -EOPNOTSUPP;
	for (i = 0; i < count; i++) {
		if (code[i].code != NR_BPF_RET_K || code[i].k <= snaplen)
			continue;
		code[i].k = snaplen;
		changed++;
	}
	return changed;
}

/* Does no way through the program keep more than @snaplen? */
static int within(const struct netring_filter *filter, uint32_t snaplen)
{
	uint16_t i;

	for (i = 0; i < filter->count; i++)
		if (BPF_CLASS(filter->code[i].code) == NR_BPF_CLASS_RET &&
		    (filter->code[i].code != NR_BPF_RET_K ||
		     filter->code[i].k > snaplen))
			return 0;
	return 1;
}

static int done(struct netring_capture *cap, int r)
{
	cap->step = r < 0 ? NETRING_STEP_FILTER : NETRING_STEP_NONE;
	return r;
}

int netring_capture_set_filter(struct netring_capture *cap,
			       const struct netring_filter *filter)
{
	if (cap->snaplen_ && !within(filter, cap->snaplen_))
		return done(cap, -EINVAL);
	return done(cap, netring_packet_filter_(cap->fd_ - 1, filter->code,
						filter->count));
}

int netring_capture_set_ebpf_filter(struct netring_capture *cap, int program)
{
	if (cap->snaplen_)
		return done(cap, -EINVAL);
	return done(cap, sys_setsockopt(cap->fd_ - 1, SOL_SOCKET, SO_ATTACH_BPF,
					&program, sizeof(program)));
}

int netring_capture_detach_filter(struct netring_capture *cap)
{
	int none = 0;
	int r;

	if (cap->snaplen_)
		return done(cap, netring_packet_snaplen_(cap->fd_ - 1,
							 cap->snaplen_));
	r = sys_setsockopt(cap->fd_ - 1, SOL_SOCKET, SO_DETACH_FILTER, &none,
			   sizeof(none));
	return done(cap, r == -ENOENT ? 0 : r);
}

int netring_capture_lock_filter(struct netring_capture *cap)
{
	int on = 1;

	return done(cap, sys_setsockopt(cap->fd_ - 1, SOL_SOCKET,
					SO_LOCK_FILTER, &on, sizeof(on)));
}
