/* SPDX-License-Identifier: MIT */
/* inject_outlet.c - where frames go: a packet socket's ring, or AF_XDP. */
#include "inject.h"

#include <string.h>

int outlet_open(struct outlet *outlet, const struct inject_options *options)
{
	struct backend_failure failure = { .interface = options->interface,
					   .option = "-i " };
	int r = -1;

	if (backend_wants_xdp(&options->backend)) {
		if (NETRING_CONFIG_XDP_TX)
			r = xdp_outlet_open(options, &failure);
		else
			r = backend_words(&failure,
					  "this build has no AF_XDP (XDP_TX)");
		outlet->xdp = r >= 0;
		if (outlet->xdp)
			return 0;
		if (backend_fall_back(&options->backend, &failure))
			return 1;
	}
	return inject_open(&outlet->inj, options);
}

int outlet_queue(struct outlet *outlet, const void *frame, uint32_t len,
		 int64_t deadline)
{
	if (NETRING_CONFIG_XDP_TX && outlet->xdp)
		return xdp_outlet_queue(frame, len, deadline);
	return netring_injector_queue(&outlet->inj, frame, len, deadline);
}

int outlet_flush(struct outlet *outlet)
{
	if (NETRING_CONFIG_XDP_TX && outlet->xdp)
		return xdp_outlet_flush();
	return netring_injector_flush(&outlet->inj);
}

int outlet_drain(struct outlet *outlet, int64_t deadline)
{
	if (NETRING_CONFIG_XDP_TX && outlet->xdp)
		return xdp_outlet_drain(deadline);
	return netring_injector_drain(&outlet->inj, deadline);
}

int outlet_again(struct outlet *outlet, enum netring_step *step)
{
	int r;

	if (NETRING_CONFIG_XDP_TX && outlet->xdp)
		return xdp_outlet_again(step);
	r = netring_injector_rebind(&outlet->inj);
	*step = outlet->inj.step;
	return r;
}

int outlet_xdp_stats(const struct outlet *outlet,
		     struct netring_xdp_stats *stats)
{
	memset(stats, 0, sizeof(*stats));
	if (NETRING_CONFIG_XDP_TX && outlet->xdp)
		xdp_outlet_stats(stats);
	return outlet->xdp;
}

/* A completion says that the device has it. */
void outlet_stats(struct outlet *outlet, struct netring_injector_stats *stats)
{
	struct netring_xdp_stats xdp;

	if (!outlet_xdp_stats(outlet, &xdp)) {
		netring_injector_read_stats(&outlet->inj, stats);
		return;
	}
	memset(stats, 0, sizeof(*stats));
	stats->queued = xdp.queued;
	stats->accepted = xdp.sent;
	stats->discarded = xdp.refused + xdp.discarded;
	stats->too_short = xdp.too_short;
	stats->too_long = xdp.too_long;
	stats->retried = xdp.retried;
	stats->link_down = xdp.link_down;
}

uint32_t outlet_mtu(const struct outlet *outlet)
{
	if (NETRING_CONFIG_XDP_TX && outlet->xdp)
		return xdp_outlet_mtu();
	return netring_injector_mtu(&outlet->inj);
}

/* What is left over: no stale burst when the link comes back. */
void outlet_discard(struct outlet *outlet)
{
	if (!NETRING_CONFIG_XDP_TX || !outlet->xdp)
		netring_injector_discard_pending(&outlet->inj);
}

void outlet_close(struct outlet *outlet)
{
	if (NETRING_CONFIG_XDP_TX && outlet->xdp)
		xdp_outlet_close();
	netring_injector_close(&outlet->inj);
}
