/* SPDX-License-Identifier: MIT */
/* xdp_group.c - all queues of an interface, one after the other. */
#include "xdp.h"

#include <netring/xdp_group.h>

#include "interface.h"

int netring_xdp_queues(const char *interface)
{
	return netring_interface_queues_(interface);
}

static void share(struct netring_xdp_config *cfg, uint32_t count)
{
	const struct netring_umem *umem = cfg->umem;
	uint32_t rx = umem->rx_frames_;

	if (!rx && cfg->mode != NETRING_XDP_TX)
		rx = umem->frames_ >> (cfg->mode == NETRING_XDP_BOTH);
	if (!cfg->rx_frames)
		cfg->rx_frames = rx / count;
	if (!cfg->tx_frames)
		cfg->tx_frames = (umem->frames_ - rx) / count;
}

int netring_xdp_group_open(struct netring_xdp_group *group,
			   const struct netring_xdp_group_config *cfg)
{
	struct netring_xdp_config socket = cfg->socket;
	int r;

	memset(group, 0, sizeof(*group));
	group->step = NETRING_STEP_CONFIG;
	if (!cfg->count || !socket.umem || !socket.interface || socket.socket)
		return -EINVAL;
	group->step = NETRING_STEP_INTERFACE;
	r = netring_xdp_queues(socket.interface);
	if (r < 0)
		return r;
	group->sockets_ = cfg->sockets;
	group->fds_ = cfg->fds;
	group->queues = (uint32_t)r;
	share(&socket, cfg->count < group->queues ? cfg->count : group->queues);
	while (group->count < cfg->count && group->count < group->queues) {
		socket.queue = group->count;
		r = netring_xdp_open(&cfg->sockets[group->count], &socket);
		if (r < 0) {
			group->step = cfg->sockets[group->count].step;
			netring_xdp_group_close(group);
			return r;
		}
		group->count++;
	}
	group->step = NETRING_STEP_NONE;
	return 0;
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
	return group->count ? netring_xdp_wait_(group->sockets_, group->fds_,
						group->count, timeout) :
			      -EBADF;
}
