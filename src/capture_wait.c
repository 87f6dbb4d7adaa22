/* SPDX-License-Identifier: MIT */
/* capture_wait.c - wait for a batch; packet by packet until a deadline. */
#include "capture.h"

/*
 * After a link went down, a removal of the interface makes no event: look
 * every so often. Only while it is down; elsewhere waiting costs no wake-up.
 */
#define DOWN_SLICE_MS 500
#define SPURIOUS_MS 1

/* Is the link that went down still there, and is it up again? By its index:
 * the name may have become another's. */
static int look_at_link(struct netring_capture *cap)
{
	char name[NR_IFNAMSIZ] = { 0 };
	uint16_t hatype; /* of no interest */
	int fd = cap->fd_ - 1;
	int r = netring_packet_bound_(fd, &hatype);
	int flags;

	if (r < 0 || netring_interface_name_(fd, NULL, cap->ifindex_, name) < 0)
		return r;
	flags = netring_interface_get_(fd, NR_SIOCGIFFLAGS, name);
	if (flags > 0 && flags & NR_IFF_UP)
		cap->link_down_ = 0;
	return r;
}

static int tell_down(struct netring_capture *cap)
{
	int r;

	cap->link_down_ = 1;
	r = look_at_link(cap);
	return r < 0 ? r : NETRING_EVENT_LINK_DOWN;
}

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
		return error > 0 ? -error : -EIO; /* an end, never a spin */
	return tell_down(cap);
}

static int wait_once(struct netring_capture *cap, short events, int timeout)
{
	struct pollfd fd;
	int r;

	fd.fd = cap->fd_ - 1;
	fd.events = events;
	fd.revents = 0;
	r = sys_poll(&fd, 1, timeout);
	if (fd.revents & POLLNVAL)
		return -EBADF;
	return fd.revents & POLLERR ? fetch_error(cap) : r;
}

int netring_capture_wait(struct netring_capture *cap, int timeout)
{
	short events = POLLIN;
	int slice, r;

	sys_assert(cap->ring_);
	while (!capture_ready(cap)) {
		slice = events || !timeout ? timeout : SPURIOUS_MS;
		if (NETRING_CONFIG_CAPTURE_V2 &&
		    cap->link_down_ == CAPTURE_DOWN_UNTOLD)
			return tell_down(cap);
		if (cap->link_down_) {
			r = look_at_link(cap);
			if (r < 0)
				return r;
			if (cap->link_down_ &&
			    (slice < 0 || slice > DOWN_SLICE_MS))
				slice = DOWN_SLICE_MS;
		}
		r = wait_once(cap, events, slice);
		if (r < 0 || r == NETRING_EVENT_LINK_DOWN)
			return r;
		if (r == 0 && timeout >= 0 && (timeout -= slice) <= 0)
			return NETRING_EVENT_TIMEOUT;
		/* POLLIN but nothing at the cursor: a slot behind it was
		 * filled first, its own writer is at work on another CPU */
		if (NETRING_CONFIG_CAPTURE_V2)
			events = r > 0 ? 0 : POLLIN;
	}
	return NETRING_EVENT_PACKETS;
}

static int time_left(int64_t deadline)
{
	int64_t now;

	if (deadline == 0 || deadline == NETRING_FOREVER)
		return (int)deadline;
	now = netring_clock_ms();
	if (deadline <= now)
		return 0;
	deadline -= now;
	return deadline < INT32_MAX ? (int)deadline : INT32_MAX;
}

int netring_capture_receive(struct netring_capture *cap,
			    struct netring_packet *pkt, int64_t deadline)
{
	int timeout, r;

	for (;;) {
		if (cap->receiving_) {
			if (netring_capture_walk_(&cap->batch_, pkt))
				return 1;
			netring_capture_release(cap);
			cap->receiving_ = 0;
			if (cap->batch_.flags & NETRING_BATCH_CORRUPT)
				return -EBADMSG;
		}
		timeout = time_left(deadline);
		if (deadline && timeout == 0)
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

int netring_capture_look_(struct netring_capture *cap)
{
	return look_at_link(cap);
}
