/* SPDX-License-Identifier: MIT */
/* capture_wait.c - wait for a batch; packet by packet until a deadline. */
#include "capture.h"

/*
 * After a link went down, a removal of the interface makes no event: look
 * every so often. Only while it is down; elsewhere waiting costs no wake-up.
 */
#define DOWN_SLICE_MS 500
#define SPURIOUS_MS 1

/* POLLERR stays until the error is fetched. */
static int fetch_error(struct netring_capture *cap)
{
	int error = 0;
	socklen_t size = sizeof(error);
	int r;

	r = sys_getsockopt(cap->fd_ - 1, SOL_SOCKET, SO_ERROR, &error, &size);
	if (r < 0)
		return r;
	if (error != ENETDOWN)
		return -error;
	cap->link_down_ = 1;
	r = netring_packet_bound_(cap->fd_ - 1);
	return r < 0 ? r : NETRING_EVENT_LINK_DOWN;
}

/* One poll. > 0 or < 0: the answer; 0: the time is over. */
static int wait_once(struct netring_capture *cap, int timeout)
{
	struct pollfd fd;
	int r;

	fd.fd = cap->fd_ - 1;
	fd.events = POLLIN;
	fd.revents = 0;
	r = sys_poll(&fd, 1, timeout);
	if (r > 0 && fd.revents & POLLNVAL)
		return -EBADF;
	if (r > 0 && fd.revents & POLLERR)
		r = fetch_error(cap);
	return r;
}

int netring_capture_wait(struct netring_capture *cap, int timeout)
{
	int slice, r;

	for (;;) {
		if (capture_ready(cap))
			return NETRING_EVENT_PACKETS;
		slice = timeout;
		if (cap->link_down_) {
			r = netring_packet_bound_(cap->fd_ - 1);
			if (r < 0)
				return r;
			if (timeout < 0 || timeout > DOWN_SLICE_MS)
				slice = DOWN_SLICE_MS;
		}
		r = wait_once(cap, slice);
		if (r < 0 || r == NETRING_EVENT_LINK_DOWN)
			return r;
		if (r > 0 && !capture_ready(cap)) {
			/* a later slot was filled before the one at the
			 * cursor: its writer is at work on another CPU */
			slice = SPURIOUS_MS;
			(void)sys_poll(NULL, 0, slice);
		}
		if (timeout >= 0 && !capture_ready(cap)) {
			timeout -= slice;
			if (timeout <= 0)
				return NETRING_EVENT_TIMEOUT;
		}
	}
}

static int time_left(int64_t deadline)
{
	int64_t left;

	if (deadline <= 0)
		return (int)deadline;
	left = deadline - netring_clock_ms();
	if (left < 0)
		return 0;
	return left < INT32_MAX ? (int)left : INT32_MAX;
}

int netring_capture_receive(struct netring_capture *cap,
			    struct netring_packet *pkt, int64_t deadline)
{
	int timeout, r;

	for (;;) {
		if (cap->receiving_) {
			if (netring_batch_next(&cap->batch_, pkt))
				return 1;
			netring_capture_release(cap);
			cap->receiving_ = 0;
			if (cap->batch_.flags & NETRING_BATCH_CORRUPT)
				return -EBADMSG;
		}
		timeout = time_left(deadline);
		if (deadline > 0 && timeout == 0)
			return 0;
		if (!netring_capture_next(cap, &cap->batch_)) {
			r = netring_capture_wait(cap, timeout);
			if (r < 0 || (r == NETRING_EVENT_TIMEOUT && !timeout))
				return r;
			continue;
		}
		cap->receiving_ = 1;
	}
}
