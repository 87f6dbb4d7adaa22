/* SPDX-License-Identifier: MIT */
/* xdp_rx.c - give the kernel frames, take them back, wait for packets. */
#include "xdp.h"

#include <netring/xdp_program.h>

#define LOOK_MS 1000 /* at the link, which makes no event */
#define STARVED_MS 1 /* all frames are away: nothing can come */

/* A frame's own beginning; the kernel wants it, not where the packet was. */
static void post(struct netring_xdp_rx *rx, uint32_t slot, uint32_t frame)
{
	rx->umem_->table_[frame] = UMEM_WORD(NETRING_UMEM_FILL, rx->number_);
	*netring_xdp_ring_address(&rx->fill_, slot) =
		umem_address(rx->umem_, frame);
}

uint32_t netring_xdp_rx_fill(struct netring_xdp_rx *rx)
{
	struct netring_umem *umem = rx->umem_;
	uint32_t i, count = rx->most_ - rx->posted_;

	if (rx->posted_ > rx->most_) /* its share has become a smaller one */
		return 0;
	if (count > umem->rx_.count)
		count = umem->rx_.count;
	i = netring_xdp_seek_(&rx->fill_, count);
	if (count > i)
		count = i;
	for (i = 0; i < count; i++)
		post(rx, i, umem_pop(umem, &umem->rx_));
	if (count)
		netring_xdp_ring_commit(&rx->fill_, count);
	rx->posted_ += count;
	umem_assert(umem, &umem->rx_);
	return count;
}

void netring_xdp_rx_release(struct netring_xdp_rx *rx)
{
	struct netring_umem *umem = rx->umem_;
	uint32_t mine = UMEM_WORD(NETRING_UMEM_RX, rx->number_);
	uint32_t room = netring_xdp_seek_(&rx->fill_, rx->walked_);
	const struct netring_xdp_desc *desc;
	uint32_t i, frame, filled = 0;

	for (i = 0; i < rx->walked_; i++) {
		desc = netring_xdp_ring_desc(&rx->ring_, i);
		frame = netring_umem_frame_(umem, mine, desc->addr);
		if (frame == UINT32_MAX)
			continue; /* kept, forwarded, or never valid */
		if (filled < room && rx->posted_ + filled < rx->most_)
			post(rx, filled++, frame);
		else
			netring_umem_push_(umem, frame);
	}
	if (filled)
		netring_xdp_ring_commit(&rx->fill_, filled);
	if (rx->walked_)
		netring_xdp_ring_commit(&rx->ring_, rx->walked_);
	rx->posted_ += filled;
	rx->received_ += rx->walked_;
	rx->batch_ -= rx->walked_;
	rx->walked_ = 0;
	umem_assert(umem, &umem->rx_);
}

int netring_xdp_rx_keep(struct netring_xdp_rx *rx,
			const struct netring_xdp_packet *pkt)
{
	uint32_t frame = netring_umem_frame_(
		rx->umem_, UMEM_WORD(NETRING_UMEM_RX, rx->number_), pkt->addr);

	if (frame == UINT32_MAX)
		return -EBADF;
	rx->umem_->table_[frame] = UMEM_WORD(NETRING_UMEM_USER, 0);
	return 0;
}

int netring_xdp_rx_kick(struct netring_xdp_rx *rx)
{
	struct pollfd fd;
	int r;

	xdp_fence();
	if (!(rx->flags_ & XDP_ALWAYS_KICK) &&
	    !netring_xdp_ring_sleeps(&rx->fill_))
		return 0;
	r = sys_recv(rx->fd_ - 1, NULL, 0, MSG_DONTWAIT);
	if (r == -EOPNOTSUPP) { /* before Linux 5.11 poll does it */
		fd.fd = rx->fd_ - 1;
		fd.events = POLLIN;
		r = sys_poll(&fd, 1, 0);
	}
	return r == -EAGAIN || r > 0 ? 0 : xdp_error(r);
}

void netring_xdp_rx_idle_(struct netring_xdp_rx *rx)
{
	(void)netring_xdp_rx_fill(rx);
	(void)netring_xdp_rx_kick(rx);
}

uint32_t netring_xdp_next_(struct netring_xdp_rx *rx)
{
	return netring_xdp_rx_next(rx);
}

static int any_ready(struct netring_xdp *sockets, uint32_t count)
{
	while (count--)
		if (netring_xdp_seek_(&sockets[count].rx.ring_, 1))
			return 1;
	return 0;
}

/* All are on one interface, and have one program. */
int netring_xdp_look_(struct netring_xdp *xdp)
{
	int r = netring_xdp_health(xdp);

	if (!NETRING_CONFIG_XDP_PROGRAM || r < 0 || !xdp->config_.program)
		return r;
	r = netring_xdp_program_check(xdp->config_.program);
	return r < 0 ? r : 0;
}

int netring_xdp_wait_(struct netring_xdp *sockets, struct pollfd *fds,
		      uint32_t count, int timeout)
{
	struct timespec time = { .tv_nsec =
					 sockets->config_.gather_us * 1000L };
	int slice, r = 0;
	uint32_t i;

	for (i = 0; i < count; i++) {
		(void)netring_xdp_rx_fill(&sockets[i].rx);
		if (!sockets[i].rx.posted_ && timeout)
			timeout = STARVED_MS;
		fds[i].fd = sockets[i].rx.fd_ - 1;
		fds[i].events = POLLIN;
	}
	while (!any_ready(sockets, count)) {
		if (r > 0) /* an event, and nothing there: never a spin */
			return -EBADMSG;
		slice = 0;
		if (time.tv_nsec && timeout) { /* nobody has to wake us */
			r = sys_nanosleep(&time);
			time.tv_nsec = 0;
		} else {
			slice = timeout < 0 || timeout > LOOK_MS ? LOOK_MS :
								   timeout;
			r = sys_poll(fds, count, slice);
			if (r == 0)
				r = netring_xdp_look_(sockets);
		}
		if (r < 0 ||
		    (r == 0 && timeout >= 0 && (timeout -= slice) <= 0))
			return r;
	}
	return 1;
}

int netring_xdp_rx_wait(struct netring_xdp_rx *rx, int timeout)
{
	struct pollfd fd;

	return netring_xdp_wait_(
		(struct netring_xdp *)(void *)((uint8_t *)rx -
					       offsetof(struct netring_xdp,
							rx)),
		&fd, 1, timeout);
}
