/* SPDX-License-Identifier: MIT */
/* capture_xdp.c - packets of AF_XDP sockets, as those of a packet socket. */
#include "capture_xdp.h"

#include <errno.h>
#include <string.h>
#include <time.h>

static int next_socket(struct capture_xdp *x)
{
	/* the rest of a packet in fragments comes from the same */
	if (x->joined) {
		if (netring_xdp_rx_next(&x->at->rx))
			return 1;
		x->joined = 0;
	}
	if (NETRING_CONFIG_XDP_GROUP && x->grouped) {
		x->at = netring_xdp_group_next(&x->group);
		return x->at != NULL;
	}
	x->at = x->sockets;
	return netring_xdp_rx_next(&x->at->rx) != 0;
}

int xdp_feed_next(void)
{
	struct capture_xdp *x = &capture_xdp;
	struct timespec now = { 0, 0 };

	if (x->gone || !next_socket(x))
		return 0;
	clock_gettime(CLOCK_REALTIME, &now);
	x->sec = (uint32_t)now.tv_sec;
	x->nsec = (uint32_t)now.tv_nsec;
	x->down = 0;
	return 1;
}

/* One more fragment. Returns whether the packet is whole. */
static int join(struct capture_xdp *x, struct netring_xdp_packet *raw)
{
	uint32_t room = (uint32_t)sizeof(x->packet) - x->joined;
	uint32_t len = raw->len < room ? raw->len : room;
	int more = (raw->options & NETRING_XDP_MORE) != 0;

	if (!x->joined && !more)
		return 1;
	memcpy(x->packet + x->joined, raw->data, len);
	x->joined += len;
	if (more)
		return 0;
	raw->data = x->packet;
	raw->len = x->joined;
	x->joined = 0;
	return 1;
}

static uint8_t kind(const struct capture_xdp *x, const uint8_t *to)
{
	if (!memcmp(to, "\377\377\377\377\377\377", 6))
		return NETRING_TYPE_BROADCAST;
	if (to[0] & 1)
		return NETRING_TYPE_MULTICAST;
	return memcmp(to, x->own, 6) ? NETRING_TYPE_OTHERHOST :
				       NETRING_TYPE_HOST;
}

static void describe(struct capture_xdp *x,
		     const struct netring_xdp_packet *raw,
		     struct netring_packet *pkt)
{
	memset(pkt, 0, sizeof(*pkt));
	pkt->data = raw->data;
	pkt->len = pkt->wire_len = raw->len;
	if (x->snaplen && pkt->len > x->snaplen)
		pkt->len = x->snaplen;
	pkt->sec = x->sec;
	pkt->nsec = x->nsec;
	pkt->link = &x->link;
	x->link.type = NETRING_TYPE_HOST;
	x->link.protocol = 0;
	if (raw->len < NETRING_XDP_SHORTEST)
		return;
	x->link.type = kind(x, raw->data);
	memcpy(x->link.address, raw->data + 6, 6);
	memcpy(&x->link.protocol, raw->data + 12, 2);
}

int xdp_feed_packet(struct netring_packet *pkt, uint64_t *taken)
{
	struct capture_xdp *x = &capture_xdp;
	struct netring_xdp_packet raw;

	while (netring_xdp_rx_packet(&x->at->rx, &raw)) {
		++*taken;
		if (join(x, &raw)) {
			describe(x, &raw, pkt);
			return 1;
		}
	}
	return 0;
}

void xdp_feed_release(void)
{
	netring_xdp_rx_release(&capture_xdp.at->rx);
}

/* A link that is down is an event once. */
int xdp_feed_wait(int timeout)
{
	struct capture_xdp *x = &capture_xdp;
	int r;

	if (NETRING_CONFIG_XDP_GROUP && x->grouped) {
		r = netring_xdp_group_wait(&x->group, timeout);
		x->count = x->group.count; /* queues may have come */
	} else {
		r = netring_xdp_rx_wait(&x->sockets->rx, timeout);
	}
	if (r == -EBUSY) {
		if (!x->robbed)
			note("someone took our XDP program off, and there is "
			     "another (id %u): nothing comes until that is "
			     "gone",
			     x->program.foreign);
		x->robbed = 1;
		return 0;
	}
	if (r != -ENETDOWN) {
		x->robbed = x->down = 0;
		return r;
	}
	if (x->down)
		return 0;
	x->down = 1;
	return NETRING_EVENT_LINK_DOWN;
}

int xdp_feed_again(enum netring_step *step)
{
	struct capture_xdp *x = &capture_xdp;
	uint32_t i;
	int r = 0, one;

	x->gone = 1; /* no socket is to be touched until all are open */
	x->joined = 0;
	/* all are closed, even if none can be opened: one that is left is of
	 * the old interface, and the next could not share the UMEM with it */
	for (i = 0; i < x->count; i++) {
		one = netring_xdp_reopen(&x->sockets[i]);
		if (r >= 0) {
			r = one;
			*step = x->sockets[i].step;
		}
	}
	if (r < 0) /* down, or with an old one: there, but not yet */
		return r == -ENETDOWN || r == -EBADF ? -ENODEV : r;
	r = netring_xdp_program_attach(&x->program);
	*step = x->program.step;
	x->gone = r < 0;
	return r;
}

/* The sum of all sockets'. */
void xdp_feed_stats(struct netring_xdp_stats *total)
{
	struct capture_xdp *x = &capture_xdp;
	uint64_t sum[sizeof(*total) / sizeof(uint64_t)] = { 0 };
	uint64_t one[sizeof(*total) / sizeof(uint64_t)];
	struct netring_xdp_stats stats;
	size_t n;
	uint32_t i;

	for (i = 0; i < x->count; i++) {
		(void)netring_xdp_read_stats(&x->sockets[i], &stats);
		memcpy(one, &stats, sizeof(one));
		for (n = 0; n < sizeof(sum) / sizeof(sum[0]); n++)
			sum[n] += one[n];
	}
	memcpy(total, sum, sizeof(*total));
	total->reattached = x->program.reattached; /* which all share */
}

uint64_t xdp_feed_waiting(void)
{
	struct capture_xdp *x = &capture_xdp;
	uint64_t count = 0;
	uint32_t i;

	for (i = 0; !x->gone && i < x->count; i++)
		count += netring_xdp_ring_seek(&x->sockets[i].rx.ring_,
					       UINT32_MAX);
	return count;
}
