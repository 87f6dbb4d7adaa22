/* SPDX-License-Identifier: MIT */
/* inject_xdp.c - send by an AF_XDP socket; it needs no XDP program. */
#include "inject.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <netring/xdp_group.h>

#define LOOK_MS 1000
#define USUAL_KIB 1024

static struct {
	struct netring_umem umem;
	struct netring_xdp xdp;
	uint32_t mtu;
	uint32_t frame; /* bytes */
	int gone;	/* the interface: nothing is open */
	int64_t looked;
} outlet;

/* How many queues there are; 0: this build cannot tell. */
static int count_queues(const struct inject_options *options,
			struct backend_failure *failure)
{
	int r = 0;

	if (!NETRING_CONFIG_XDP_GROUP)
		return 0;
	r = netring_xdp_queues(options->interface);
	if (r < 0)
		return backend_step(failure, NETRING_STEP_INTERFACE, r);
	if (options->backend.queue > (uint32_t)r)
		return backend_words(failure, "--queue %u: there are %d",
				     options->backend.queue - 1, r);
	return r;
}

static void say_choice(uint32_t queue, int queues)
{
	char mode[32], of[24] = "";

	backend_name_mode(mode, sizeof(mode), (enum netring_xdp_attach)0,
			  netring_xdp_bound(&outlet.xdp));
	if (queues)
		snprintf(of, sizeof(of), " of %d", queues);
	note("backend: xdp (%s), queue %u%s", mode, queue, of);
}

int xdp_outlet_open(const struct inject_options *options,
		    struct backend_failure *failure)
{
	struct netring_xdp_config config = { 0 };
	int queues, r;

	if (backend_mtu(options->interface, failure, &outlet.mtu) < 0 ||
	    backend_memory(&outlet.umem, failure, outlet.mtu, options->ring_kib,
			   USUAL_KIB) < 0)
		return -1;
	queues = count_queues(options, failure);
	if (queues < 0)
		return -1;
	outlet.frame = 1u << outlet.umem.shift_;
	config.interface = options->interface;
	config.umem = &outlet.umem;
	config.mode = NETRING_XDP_TX;
	config.tx_ring = config.completion_ring = backend_slots(
		(uint32_t)(outlet.umem.size_ >> outlet.umem.shift_));
	if (options->backend.queue)
		config.queue = options->backend.queue - 1;
	r = netring_xdp_open(&outlet.xdp, &config);
	if (r < 0)
		return backend_step(failure, outlet.xdp.step, r);
	say_choice(config.queue, queues);
	return 0;
}

int xdp_outlet_queue(const void *frame, uint32_t len, int64_t deadline)
{
	if (outlet.gone)
		return -ENODEV;
	return netring_xdp_tx_queue(&outlet.xdp.tx, frame, len, deadline);
}

/* Once a second the MTU is looked at. */
int xdp_outlet_flush(void)
{
	int64_t now = netring_clock_ms();

	if (outlet.gone)
		return -ENODEV;
	if (now - outlet.looked >= LOOK_MS) {
		outlet.looked = now;
		(void)netring_xdp_health(&outlet.xdp);
	}
	return netring_xdp_tx_flush(&outlet.xdp.tx);
}

int xdp_outlet_drain(int64_t deadline)
{
	if (outlet.gone)
		return -ENODEV;
	return netring_xdp_tx_drain(&outlet.xdp.tx, deadline);
}

int xdp_outlet_again(enum netring_step *step)
{
	int r = netring_xdp_reopen(&outlet.xdp);

	*step = outlet.xdp.step;
	outlet.gone = r < 0;
	return r == -ENETDOWN ? -ENODEV : r; /* there, but not up yet */
}

void xdp_outlet_stats(struct netring_xdp_stats *stats)
{
	(void)netring_xdp_read_stats(&outlet.xdp, stats);
}

/* What a frame may have: of a long MTU, what the memory's frames hold. */
uint32_t xdp_outlet_mtu(void)
{
	uint32_t most = outlet.frame - NETRING_XDP_OVER_MTU;

	return most < outlet.mtu ? most : outlet.mtu;
}

void xdp_outlet_close(void)
{
	(void)netring_xdp_close(&outlet.xdp);
}
