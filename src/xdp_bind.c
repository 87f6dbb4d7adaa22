/* SPDX-License-Identifier: MIT */
/* xdp_bind.c - options, bind as ordered, into the map. */
#include "xdp.h"

#include <netring/xdp_program.h>

#include "packet_socket.h"

/* What the sockets of a UMEM have in common. */
#define UMEM_WIDE (NETRING_XDP_FRAGMENTS | NETRING_XDP_SPIN)

#define BUSY_USECS 20u
#define BUSY_BUDGET 64u

static int set(struct netring_xdp *xdp, int level, int option, uint32_t value)
{
	return sys_setsockopt(xdp->fd_ - 1, level, option, &value,
			      sizeof(value));
}

/* What a kernel does not know, active flags lack; no reason to fail. */
static int set_busy_poll(struct netring_xdp *xdp)
{
	const struct netring_xdp_config *cfg = &xdp->config_;
	int r = set(xdp, SOL_SOCKET, NR_SO_PREFER_BUSY_POLL, 1);

	if (r >= 0)
		r = set(xdp, SOL_SOCKET, NR_SO_BUSY_POLL,
			cfg->busy_usecs ? cfg->busy_usecs : BUSY_USECS);
	if (r >= 0)
		r = set(xdp, SOL_SOCKET, NR_SO_BUSY_POLL_BUDGET,
			cfg->busy_budget ? cfg->busy_budget : BUSY_BUDGET);
	if (r != -ENOPROTOOPT)
		return r;
	xdp->active_ &= ~NETRING_XDP_BUSY_POLL;
	return 0;
}

static int set_options(struct netring_xdp *xdp)
{
	const struct netring_xdp_config *cfg = &xdp->config_;
	int r = 0;

	xdp->step = NETRING_STEP_OPTION;
	xdp->active_ = cfg->flags;
	if (NETRING_CONFIG_XDP_BUSY_POLL && cfg->flags & NETRING_XDP_BUSY_POLL)
		r = set_busy_poll(xdp);
	if (NETRING_CONFIG_XDP_TX_BUDGET && r >= 0 && cfg->tx_budget) {
		r = set(xdp, NR_SOL_XDP, NR_XDP_MAX_TX_SKB_BUDGET,
			cfg->tx_budget);
		if (r == -ENOPROTOOPT)
			r = 0;
	}
	return r;
}

/* A queue stays taken for a while after its socket was closed: *@left ms. */
static int bind_patiently(struct netring_xdp *xdp, uint16_t flags, int fd,
			  uint32_t *left)
{
	struct nr_sockaddr_xdp address;
	int r;

	address.family = NR_AF_XDP;
	address.flags = flags;
	address.ifindex = xdp->interface_.ifindex;
	address.queue_id = xdp->config_.queue;
	address.shared_umem_fd = (uint32_t)fd;
	for (;;) {
		r = sys_bind(xdp->fd_ - 1, &address, sizeof(address));
		if (r != -EBUSY || *left < XDP_PAUSE_MS)
			return r;
		*left -= XDP_PAUSE_MS;
		(void)sys_poll(NULL, 0, XDP_PAUSE_MS);
	}
}

/* Each way that was asked for, with fragments, then without. */
static int bind_own(struct netring_xdp *xdp, uint32_t left)
{
	uint16_t flags = NR_XDP_USE_NEED_WAKEUP;
	int i, r = -EINVAL;

	if (NETRING_CONFIG_XDP_SPIN && xdp->active_ & NETRING_XDP_SPIN)
		flags = 0;
	if (NETRING_CONFIG_XDP_FRAGMENTS &&
	    xdp->active_ & NETRING_XDP_FRAGMENTS)
		flags |= NR_XDP_USE_SG;
	for (;;) {
		for (i = 0; i < 2 && xdp->config_.bind[i]; i++) {
			xdp->bound_ = xdp->config_.bind[i];
			r = bind_patiently(
				xdp,
				flags | (xdp->bound_ == NETRING_XDP_COPY ?
						 NR_XDP_COPY :
						 NR_XDP_ZEROCOPY),
				0, &left);
			/* drivers refuse by any number */
			if (r >= 0 || r == -ENETDOWN || r == -ENODEV ||
			    r == -EPERM)
				return r;
		}
		if (!NETRING_CONFIG_XDP_FRAGMENTS || !(flags & NR_XDP_USE_SG))
			return r;
		flags &= (uint16_t)~NR_XDP_USE_SG;
		xdp->active_ &= ~NETRING_XDP_FRAGMENTS;
	}
}

/* By any of the UMEM's sockets whose interface is there; the first one chose
 * for all. */
static int bind_socket(struct netring_xdp *xdp)
{
	const struct netring_xdp *other = xdp->next_;
	uint32_t left = xdp->config_.retry_ms;
	int r = -EBADF;

	if (!left)
		left = XDP_RETRY_MS;

	xdp->step = NETRING_STEP_BIND;
	for (; NETRING_CONFIG_XDP_SHARED && other && r == -EBADF;
	     other = other->next_) {
		r = bind_patiently(xdp, NR_XDP_SHARED_UMEM, other->fd_ - 1,
				   &left);
		xdp->active_ = (xdp->active_ & ~UMEM_WIDE) |
			       (other->active_ & UMEM_WIDE);
		xdp->bound_ = other->bound_;
	}
	if (!NETRING_CONFIG_XDP_SHARED || !xdp->next_)
		r = bind_own(xdp, left);
	xdp->rx.flags_ = xdp->tx.flags_ =
		xdp->active_ |
		(xdp->bound_ == NETRING_XDP_COPY ? XDP_COPIES : 0);
	return r;
}

/* Once it is bound: into the map, and the guard that holds the interface in
 * promiscuous mode. */
static int register_socket(struct netring_xdp *xdp)
{
	const struct netring_xdp_config *cfg = &xdp->config_;
	int r = 0;

	xdp->step = NETRING_STEP_XSKMAP;
	if (NETRING_CONFIG_XDP_PROGRAM && cfg->program)
		r = netring_xdp_program_register(cfg->program, cfg->queue,
						 xdp->fd_ - 1);
	else if (cfg->map)
		r = netring_xdp_enter_(xdp->map_fd_, cfg->queue, xdp->fd_ - 1);
	if (r < 0 || !(cfg->flags & NETRING_XDP_PROMISC))
		return r;
	xdp->step = NETRING_STEP_MEMBERSHIP;
	r = sys_socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (r < 0)
		return r;
	xdp->promisc_ = r + 1;
	return netring_packet_join_(r, (int)xdp->interface_.ifindex,
				    NR_PACKET_MR_PROMISC);
}

int netring_xdp_bind_(struct netring_xdp *xdp)
{
	int r;

	if ((r = set_options(xdp)) < 0 || (r = bind_socket(xdp)) < 0 ||
	    (NETRING_CONFIG_XDP_RX && (r = register_socket(xdp)) < 0))
		return r;
	return 0;
}
