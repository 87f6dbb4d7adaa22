/* SPDX-License-Identifier: MIT */
/* injector_send.c - copy frames into the ring, wait for room, drain. */
#include "injector.h"

#define PAUSE_MIN_NS 20000L
#define PAUSE_MAX_NS 1000000L

/*
 * No event tells that a slot became free, so sleep, longer each time. Return:
 * 0, -EAGAIN: there was no time left, or -EINTR.
 */
static int pause_until(int64_t deadline, long *ns)
{
	struct timespec time;

	if (deadline != NETRING_FOREVER && netring_clock_ms() >= deadline)
		return -EAGAIN;
	time.tv_sec = 0;
	time.tv_nsec = *ns;
	if (*ns < PAUSE_MAX_NS)
		*ns *= 2;
	return sys_nanosleep(&time);
}

int netring_injector_queue(struct netring_injector *inj, const void *frame,
			   uint32_t len, int64_t deadline)
{
	struct netring_frame slot;
	long pause = PAUSE_MIN_NS;
	int r, paused;

	while (netring_injector_reserve(inj, &slot) < 0) {
		r = netring_injector_flush(inj);
		if (r < 0 && r != -ENETDOWN)
			return r;
		if (netring_injector_reserve(inj, &slot) >= 0)
			break;
		paused = pause_until(deadline, &pause);
		if (paused < 0)
			return paused == -EAGAIN && r < 0 ? r : paused;
	}
	if (len <= slot.capacity)
		memcpy(slot.data, frame, len);
	return netring_injector_commit(inj, &slot, len);
}

int netring_injector_send(struct netring_injector *inj, const void *frame,
			  uint32_t len, int64_t deadline)
{
	int r = netring_injector_queue(inj, frame, len, deadline);

	if (r < 0)
		return r;
	r = netring_injector_flush(inj);
	return r < 0 && r != -ENETDOWN ? r : 0; /* it is queued, and stays */
}

int netring_injector_drain(struct netring_injector *inj, int64_t deadline)
{
	long pause = PAUSE_MIN_NS;
	int r;

	do {
		r = netring_injector_flush(inj);
		if (r == 0 || (r < 0 && r != -ENETDOWN))
			return r;
		r = pause_until(deadline, &pause);
	} while (r == 0);
	return r == -EAGAIN ? (int)netring_injector_pending(inj) : r;
}

uint32_t netring_vlan_insert(uint8_t *data, uint32_t len, uint16_t tpid,
			     uint16_t tci)
{
	uint8_t *tag = data + 12;

	if (len < 14)
		return len;
	memmove(tag + 4, tag, len - 12);
	tag[0] = (uint8_t)(tpid >> 8);
	tag[1] = (uint8_t)tpid;
	tag[2] = (uint8_t)(tci >> 8);
	tag[3] = (uint8_t)tci;
	return len + 4;
}
