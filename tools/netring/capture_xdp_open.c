/* SPDX-License-Identifier: MIT */
/* capture_xdp_open.c - a program, and a socket on each queue. */
#include "capture_xdp.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define USUAL_KIB 4096

struct capture_xdp capture_xdp;

static int open_program(const struct capture_options *options,
			struct backend_failure *failure, int fragments)
{
	struct netring_xdp_program_config config = { 0 };
	int r;

	config.interface = options->interface;
	memcpy(config.attach, options->backend.mode, sizeof(config.attach));
	/* generic mode is slower than a packet socket */
	if (options->backend.backend == BACKEND_AUTO && !config.attach[0])
		config.attach[0] = NETRING_XDP_NATIVE;
	if (options->backend.queue > CAPTURE_QUEUES)
		config.queues = options->backend.queue;
	if (fragments)
		config.flags |= NETRING_XDP_PROGRAM_FRAGMENTS;
	r = netring_xdp_program_open(&capture_xdp.program, &config);
	return r < 0 ? backend_step(failure, capture_xdp.program.step, r) : 0;
}

static int open_group(struct netring_xdp_config *socket, uint32_t queues,
		      struct backend_failure *failure)
{
	struct capture_xdp *x = &capture_xdp;
	struct netring_xdp_group_config config = { .sockets = x->sockets,
						   .fds = x->fds,
						   .count = CAPTURE_QUEUES };
	int r;

	if (queues > CAPTURE_QUEUES)
		queues = CAPTURE_QUEUES;
	socket->rx_ring = socket->fill_ring = backend_slots(
		(uint32_t)(x->umem.size_ >> x->umem.shift_) / queues);
	config.socket = *socket;
	r = netring_xdp_group_open(&x->group, &config);
	if (r < 0)
		return backend_step(failure, x->group.step, r);
	x->count = x->group.count;
	x->grouped = 1;
	return 0;
}

static int open_one(struct netring_xdp_config *socket,
		    struct backend_failure *failure)
{
	struct capture_xdp *x = &capture_xdp;
	int r;

	socket->rx_ring = socket->fill_ring =
		backend_slots((uint32_t)(x->umem.size_ >> x->umem.shift_));
	r = netring_xdp_open(x->sockets, socket);
	if (r < 0)
		return backend_step(failure, x->sockets->step, r);
	x->count = 1;
	return 0;
}

static int open_sockets(const struct capture_options *options,
			struct backend_failure *failure, int fragments)
{
	struct netring_xdp_config socket = { 0 };
	int queues = 1;

	socket.interface = options->interface;
	socket.umem = &capture_xdp.umem;
	socket.mode = NETRING_XDP_RX;
	socket.program = &capture_xdp.program;
	if (!options->no_promiscuous)
		socket.flags |= NETRING_XDP_PROMISC;
	if (fragments)
		socket.flags |= NETRING_XDP_FRAGMENTS;
	if (options->backend.queue)
		socket.queue = options->backend.queue - 1;
	if (NETRING_CONFIG_XDP_GROUP) {
		queues = netring_xdp_queues(options->interface);
		if (queues < 0)
			return backend_step(failure, NETRING_STEP_INTERFACE,
					    queues);
		if (socket.queue >= (uint32_t)queues)
			return backend_words(failure,
					     "--queue %u: there are %d",
					     socket.queue, queues);
		if (options->backend.backend == BACKEND_AUTO &&
		    !options->backend.queue && queues > CAPTURE_QUEUES)
			return backend_words(failure, "%d of %d queues",
					     CAPTURE_QUEUES, queues);
		capture_xdp.group.queues = (uint32_t)queues;
		if (!options->backend.queue)
			return open_group(&socket, (uint32_t)queues, failure);
	}
	return open_one(&socket, failure);
}

static int set_up(const struct capture_options *options,
		  struct backend_failure *failure)
{
	struct capture_xdp *x = &capture_xdp;
	uint32_t mtu = 0;
	int fragments, r;

	if (backend_mtu(options->interface, failure, &mtu) < 0 ||
	    backend_memory(&x->umem, failure, mtu, options->ring_kib,
			   USUAL_KIB) < 0)
		return -1;
	fragments = backend_fragments(&x->umem, mtu);
	if (open_program(options, failure, fragments) < 0 ||
	    open_sockets(options, failure, fragments) < 0)
		return -1;
	r = netring_xdp_program_attach(&x->program);
	failure->foreign = x->program.foreign;
	return r < 0 ? backend_step(failure, x->program.step, r) : 0;
}

/* "backend: xdp (native, copy), 4 of 4 queues" */
static void say_choice(const struct capture_options *options)
{
	const struct capture_xdp *x = &capture_xdp;
	char mode[32], of[24] = "";

	backend_name_mode(mode, sizeof(mode),
			  netring_xdp_program_attached(&x->program),
			  netring_xdp_bound(x->sockets));
	if (x->grouped) {
		note("backend: xdp (%s), %u of %u queues", mode, x->count,
		     x->group.queues);
		return;
	}
	if (x->group.queues)
		snprintf(of, sizeof(of), " of %u", x->group.queues);
	note("backend: xdp (%s), queue %u%s", mode,
	     options->backend.queue ? options->backend.queue - 1 : 0, of);
}

int xdp_feed_open(const struct capture_options *options,
		  struct backend_failure *failure)
{
	struct capture_xdp *x = &capture_xdp;
	uint16_t hatype = 0;

	if (set_up(options, failure) < 0) {
		xdp_feed_close();
		return -1;
	}
	(void)interface_address(options->interface, x->own, &hatype);
	x->link.family = AF_PACKET;
	x->link.ifindex = (int32_t)if_nametoindex(options->interface);
	x->link.hatype = hatype;
	x->link.length = 6;
	x->snaplen = options->snaplen;
	say_choice(options);
	return 0;
}

void xdp_feed_close(void)
{
	struct capture_xdp *x = &capture_xdp;

	netring_xdp_program_close(&x->program);
	while (x->count)
		(void)netring_xdp_close(&x->sockets[--x->count]);
}

uint32_t xdp_feed_kib(void)
{
	return (uint32_t)(capture_xdp.umem.size_ / 1024);
}
