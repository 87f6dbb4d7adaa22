/* SPDX-License-Identifier: MIT */
/* xdp_group.c - all queues of an interface, one after the other. */
#include "xdp.h"

#include <netring/xdp_group.h>
#include <netring/xdp_program.h>

#include "interface.h"

#define LOOK_MS 1000

int netring_xdp_queues(const char *interface)
{
	uint32_t most;

	return netring_interface_queues_(interface, &most);
}

/* In how many parts; those of queues that may come are left aside. */
static void share(struct netring_xdp_config *cfg, uint32_t parts)
{
	const struct netring_umem *umem = cfg->umem;
	uint32_t rx = umem->number_ ? umem->rx_frames_ : umem->given_;

	if (!rx && cfg->mode != NETRING_XDP_TX)
		rx = umem->frames_ >> (cfg->mode == NETRING_XDP_BOTH);
	if (!cfg->rx_frames)
		cfg->rx_frames = rx / parts;
	if (!cfg->tx_frames)
		cfg->tx_frames = (umem->frames_ - rx) / parts;
}

/* A socket on each queue that has none, as far as there are sockets. */
static int open_more(struct netring_xdp_group *group,
		     struct netring_xdp_config *socket)
{
	int r;

	while (group->count < group->most_ && group->count < group->queues) {
		socket->queue = group->count;
		r = netring_xdp_open(&group->sockets_[group->count], socket);
		if (r < 0) {
			group->step = group->sockets_[group->count].step;
			return r;
		}
		group->count++;
	}
	return 0;
}

int netring_xdp_group_open(struct netring_xdp_group *group,
			   const struct netring_xdp_group_config *cfg)
{
	struct netring_xdp_config socket = cfg->socket;
	uint32_t most = 0, parts;
	int r;

	memset(group, 0, sizeof(*group));
	group->step = NETRING_STEP_CONFIG;
	if (!cfg->count || !socket.umem || !socket.interface || socket.socket)
		return -EINVAL;
	group->step = NETRING_STEP_INTERFACE;
	r = netring_interface_queues_(socket.interface, &most);
	if (r < 0)
		return r;
	group->sockets_ = cfg->sockets;
	group->fds_ = cfg->fds;
	group->most_ = cfg->count;
	group->queues = (uint32_t)r;
	parts = cfg->count;
	if (group->queues < parts)
		parts = group->queues + (most > group->queues);
	share(&socket, parts);
	group->looked_ = netring_clock_ms();
	r = open_more(group, &socket);
	if (r < 0)
		netring_xdp_group_close(group);
	else
		group->step = NETRING_STEP_NONE;
	return r;
}

/*
 * New queues: the sockets on the others are to have less from now on, and give
 * it back with what they receive; until then the new ones share what is free.
 */
static void grow(struct netring_xdp_group *group)
{
	struct netring_xdp *first = group->sockets_;
	struct netring_xdp_config socket = first->config_;
	struct netring_umem *umem = socket.umem;
	uint32_t i, most, want = group->most_, each, before = group->queues;
	int r = netring_interface_queues_(first->interface_.name, &most);

	if (r < 0)
		return;
	group->queues = (uint32_t)r;
	if (group->queues < want)
		want = group->queues;
	if (want <= group->count)
		return;
	each = umem->rx_frames_ / want;
	if (each > first->rx.most_)
		each = first->rx.most_;
	if (!each)
		each = 1;
	i = umem->rx_.count / (want - group->count);
	socket.rx_frames = i < each ? i : each;
	socket.interface = first->interface_.name;
	socket.retry_ms = 1; /* there is a next look */
	if (socket.rx_frames || socket.mode == NETRING_XDP_TX)
		(void)open_more(group, &socket);
	for (i = 0; i < group->count; i++)
		group->sockets_[i].rx.most_ =
			group->sockets_[i].config_.rx_frames = each;
	/* drivers (veth) give a program to the queues that there are then */
	if (NETRING_CONFIG_XDP_PROGRAM && socket.program &&
	    group->queues > before &&
	    netring_xdp_program_attached(socket.program))
		(void)netring_xdp_program_attach(socket.program);
}

int netring_xdp_group_look(struct netring_xdp_group *group)
{
	int r;

	if (!group->count)
		return -EBADF;
	r = netring_xdp_look_(group->sockets_);
	if (r >= 0)
		grow(group);
	return r;
}

void netring_xdp_group_close(struct netring_xdp_group *group)
{
	while (group->count)
		(void)netring_xdp_close(&group->sockets_[--group->count]);
}

struct netring_xdp *netring_xdp_group_next(struct netring_xdp_group *group)
{
	struct netring_xdp *xdp;
	uint32_t i;

	for (i = 0; i < group->count; i++) {
		xdp = &group->sockets_[group->turn_];
		if (++group->turn_ == group->count)
			group->turn_ = 0;
		if (netring_xdp_next_(&xdp->rx))
			return xdp;
	}
	return NULL;
}

int netring_xdp_group_wait(struct netring_xdp_group *group, int timeout)
{
	int64_t now = netring_clock_ms();
	int r;

	if (group->count && now - group->looked_ >= LOOK_MS) {
		group->looked_ = now;
		r = netring_xdp_group_look(group);
		if (r < 0)
			return r;
	}
	return group->count ? netring_xdp_wait_(group->sockets_, group->fds_,
						group->count, timeout) :
			      -EBADF;
}
