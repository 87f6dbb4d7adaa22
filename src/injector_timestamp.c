/* SPDX-License-Identifier: MIT */
/* injector_timestamp.c - when frames have left. */
#include "injector.h"

/*
 * The kernel numbers what it tries to send. A try that failed takes a number
 * too, so that this frame and all behind it have one more. Each slot remembers
 * how often its frame was refused, until it is used again: from the newest
 * frame back, each number is less what was refused since. A hole that takes no
 * number counts as refused -1 times.
 */
static uint32_t frame_of(const struct netring_injector *inj, uint32_t key)
{
	uint32_t count = inj->geometry_.frame_count;
	uint32_t frame = inj->newest_, retries = inj->retries_, i;
	int32_t refused;
	uint32_t slot = inj->head_slot_ + (inj->newest_ - inj->head_);

	if (slot >= count)
		slot -= count;
	for (i = 0; i < count; i++) {
		slot = (slot ? slot : count) - 1;
		refused = injector_slot(inj, slot)->retries;
		frame--;
		if ((int32_t)(frame + retries - key) <= refused)
			return frame;
		retries -= (uint32_t)refused;
	}
	return key - retries;
}

/*
 * The parts of one message of the error queue; returns whether it had both. A
 * length that goes behind the end is not believed, nor what would follow it.
 */
static int read_parts(struct msghdr *message, struct netring_tx_timestamp *out)
{
	const uint8_t *end =
		(uint8_t *)message->msg_control + message->msg_controllen;
	struct nr_scm_timestamping_old times;
	struct nr_sock_extended_err error;
	struct cmsghdr *part;
	int hardware, have = 0;

	for (part = CMSG_FIRSTHDR(message);
	     part && part->cmsg_len <= (size_t)(end - (uint8_t *)part);
	     part = CMSG_NXTHDR(message, part)) {
		if (part->cmsg_level == SOL_SOCKET &&
		    part->cmsg_type == NR_SO_TIMESTAMPING_OLD &&
		    part->cmsg_len >= CMSG_LEN(sizeof(times))) {
			memcpy(&times, CMSG_DATA(part), sizeof(times));
			hardware = times.ts[2][0] || times.ts[2][1];
			out->sec = (uint32_t)times.ts[hardware ? 2 : 0][0];
			out->nsec = (uint32_t)times.ts[hardware ? 2 : 0][1];
			out->flags = hardware ? NETRING_PACKET_TIME_HARDWARE :
						NETRING_PACKET_TIME_SOFTWARE;
			have |= 1;
		}
		if (part->cmsg_level == NR_SOL_PACKET &&
		    part->cmsg_type == NR_PACKET_TX_TIMESTAMP &&
		    part->cmsg_len >= CMSG_LEN(sizeof(error))) {
			memcpy(&error, CMSG_DATA(part), sizeof(error));
			out->frame = error.data;
			have |= 2;
		}
	}
	return have == 3;
}

int netring_injector_read_timestamp(struct netring_injector *inj,
				    struct netring_tx_timestamp *stamp)
{
	union {
		struct cmsghdr header; /* for its alignment */
		uint8_t bytes[128];    /* two parts: 64 and 32 */
	} control;
	struct msghdr message;
	int r;

	do {
		memset(&message, 0, sizeof(message));
		message.msg_control = &control;
		message.msg_controllen = sizeof(control);
		r = sys_recvmsg(inj->fd_ - 1, &message,
				MSG_ERRQUEUE | MSG_DONTWAIT);
		if (r < 0)
			return r == -EAGAIN ? 0 : r;
	} while (message.msg_controllen > sizeof(control) ||
		 !read_parts(&message, stamp));
	stamp->frame = frame_of(inj, stamp->frame);
	return 1;
}
