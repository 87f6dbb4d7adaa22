/* SPDX-License-Identifier: MIT */
/* capture_feed.c - where packets come from: a packet socket, or AF_XDP. */
#include "capture_applet.h"
#include "capture_xdp.h"

#include <errno.h>
#include <string.h>

/* What AF_XDP cannot do; -1 and the words, or 0. */
static int check_xdp(const struct capture_options *options,
		     struct backend_failure *failure)
{
	if (!NETRING_CONFIG_XDP_PROGRAM)
		return backend_words(failure,
				     "this build has no AF_XDP (XDP_PROGRAM)");
	if (options->filter)
		return backend_words(failure,
				     "-F: filters are of packet sockets");
	if (options->direction_said &&
	    options->direction != NETRING_DIRECTION_IN)
		return backend_words(failure,
				     "-Q: AF_XDP sees what comes in only");
	return 0;
}

static int open_xdp(struct feed *feed, const struct capture_options *options)
{
	struct backend_failure failure = { .interface = options->interface,
					   .option = "-i " };

	if (check_xdp(options, &failure) < 0)
		return backend_fall_back(&options->backend, &failure);
	if (NETRING_CONFIG_XDP_PROGRAM) {
		if (xdp_feed_open(options, &failure) < 0)
			return backend_fall_back(&options->backend, &failure);
		feed->xdp = 1;
	}
	return 0;
}

int feed_open(struct feed *feed, const struct capture_options *options)
{
	if (backend_wants_xdp(&options->backend)) {
		if (open_xdp(feed, options))
			return 1;
		if (feed->xdp) {
			feed->link_type = NETRING_LINKTYPE_ETHERNET;
			return 0;
		}
	}
	if (open_capture(&feed->cap, options, &feed->hold_ms))
		return 1;
	feed->link_type = netring_capture_link_type(&feed->cap);
	return 0;
}

uint32_t feed_kib(const struct feed *feed)
{
	const struct netring_geometry *geometry;

	if (NETRING_CONFIG_XDP_PROGRAM && feed->xdp)
		return xdp_feed_kib();
	geometry = netring_capture_geometry(&feed->cap);
	return geometry->block_size / 1024 * geometry->block_count;
}

int feed_next(struct feed *feed)
{
	if (NETRING_CONFIG_XDP_PROGRAM && feed->xdp)
		return xdp_feed_next();
	if (!netring_capture_next(&feed->cap, &feed->batch))
		return 0;
	feed->taken += feed->batch.count;
	return 1;
}

int feed_packet(struct feed *feed, struct netring_packet *pkt)
{
	if (NETRING_CONFIG_XDP_PROGRAM && feed->xdp)
		return xdp_feed_packet(pkt, &feed->taken);
	return netring_batch_next(&feed->batch, pkt);
}

void feed_release(struct feed *feed)
{
	if (NETRING_CONFIG_XDP_PROGRAM && feed->xdp)
		xdp_feed_release();
	else
		netring_capture_release(&feed->cap);
}

int feed_wait(struct feed *feed, int timeout)
{
	if (NETRING_CONFIG_XDP_PROGRAM && feed->xdp)
		return xdp_feed_wait(timeout);
	return netring_capture_wait(&feed->cap, timeout);
}

int feed_again(struct feed *feed, enum netring_step *step)
{
	int r;

	if (NETRING_CONFIG_XDP_PROGRAM && feed->xdp)
		return xdp_feed_again(step);
	r = netring_capture_rebind(&feed->cap);
	*step = feed->cap.step;
	return r;
}

int feed_xdp_stats(const struct feed *feed, struct netring_xdp_stats *total)
{
	memset(total, 0, sizeof(*total));
	if (NETRING_CONFIG_XDP_PROGRAM && feed->xdp)
		xdp_feed_stats(total);
	return feed->xdp;
}

void feed_stats(struct feed *feed, struct netring_capture_stats *total)
{
	struct netring_xdp_stats xdp;

	memset(total, 0, sizeof(*total));
	if (feed_xdp_stats(feed, &xdp)) {
		total->received = xdp.received;
		total->dropped = xdp.rx_dropped + xdp.rx_ring_full;
		return;
	}
	netring_capture_read_stats(&feed->cap, total, NULL);
}

uint64_t feed_there(struct feed *feed)
{
	struct netring_capture_stats total;

	if (NETRING_CONFIG_XDP_PROGRAM && feed->xdp)
		return feed->taken + xdp_feed_waiting();
	feed_stats(feed, &total);
	return total.received;
}

void feed_close(struct feed *feed)
{
	if (NETRING_CONFIG_XDP_PROGRAM && feed->xdp)
		xdp_feed_close();
	else
		netring_capture_close(&feed->cap);
}
