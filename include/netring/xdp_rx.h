/* SPDX-License-Identifier: MIT */
/* xdp_rx.h - AF_XDP, the receiving handle: batches of packets, in place. */
#ifndef NETRING_XDP_RX_H
#define NETRING_XDP_RX_H

#include <stddef.h>
#include <stdint.h>

#include <netring/umem.h>
#include <netring/xdp_ring.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A received packet, or a fragment of one; valid until release. */
struct netring_xdp_packet {
	uint8_t *data; /* from the Ethernet header on, VLAN tags in place */
	uint32_t len;
	uint32_t options; /* NETRING_XDP_MORE: the next one goes on with it */
	uint64_t addr;	  /* of data in the UMEM */
};

/* Receives; private. One thread. */
struct netring_xdp_rx {
	struct netring_umem *umem_;
	uint32_t number_;
	int fd_; /* + 1 */
	uint32_t flags_;
	uint32_t posted_; /* frames with the kernel */
	uint32_t most_;	  /* of these at most */
	uint32_t batch_;  /* descriptors at hand */
	uint32_t walked_; /* of these, looked at */
	struct netring_xdp_ring ring_;
	struct netring_xdp_ring fill_;
	uint64_t received_;
	uint64_t invalid_;
};

#define NETRING_XDP_BATCH 64u /* packets at most, unless there is more to one */

/* Give the kernel frames to receive into, as many as are free. rx_next() does
 * it. Return: how many. */
uint32_t netring_xdp_rx_fill(struct netring_xdp_rx *rx);

/* Wake the kernel for the fill ring, if it sleeps. Return: 0; -ENETDOWN,
 * -ENODEV as netring_xdp_health(). */
int netring_xdp_rx_kick(struct netring_xdp_rx *rx);

/* Private: nothing there; fill, wake. */
void netring_xdp_rx_idle_(struct netring_xdp_rx *rx);

/**
 * netring_xdp_rx_next() - take the next batch, without blocking.
 *
 * Return: descriptors in it, 0: nothing there now. What a batch before left
 * (walked in part, and released) comes first. One that was walked is to be
 * released before the next: else it comes again, and counts as invalid.
 */
static inline uint32_t netring_xdp_rx_next(struct netring_xdp_rx *rx)
{
	uint32_t have = netring_xdp_ring_seek(&rx->ring_, 1);

	if (!have || (rx->posted_ < rx->most_ / 2 && rx->umem_->rx_.count))
		netring_xdp_rx_idle_(rx);
	rx->batch_ = have < NETRING_XDP_BATCH ? have : NETRING_XDP_BATCH;
	rx->walked_ = 0;
	return rx->batch_;
}

/* The next packet of the batch: 1 and @pkt, or 0. Invalid descriptors are
 * counted and left out. */
static inline int netring_xdp_rx_packet(struct netring_xdp_rx *rx,
					struct netring_xdp_packet *pkt)
{
	uint32_t fill = NETRING_UMEM_WORD_(NETRING_UMEM_FILL, rx->number_);
	const volatile struct netring_xdp_desc *desc;
	uint32_t frame;

	while (rx->walked_ < rx->batch_) {
		desc = netring_xdp_ring_desc(&rx->ring_, rx->walked_++);
		pkt->addr = desc->addr;
		pkt->len = desc->len;
		pkt->options = desc->options;
		frame = netring_umem_find_(rx->umem_, fill, pkt->addr,
					   pkt->len);
		if (frame == UINT32_MAX) {
			rx->invalid_++;
			continue;
		}
		rx->umem_->table_[frame] =
			NETRING_UMEM_WORD_(NETRING_UMEM_RX, rx->number_);
		rx->posted_--;
		pkt->data = rx->umem_->memory_ + (size_t)pkt->addr;
		return 1;
	}
	return 0;
}

/**
 * netring_xdp_complete() - fill in a checksum that was left to a device.
 * @pkt: a packet, from its Ethernet header on: its @count descriptors (1, or
 * up to 17 with NETRING_XDP_FRAGMENTS), the first of which has all headers.
 *
 * Call it for what came over a virtual wire (veth, a container's, a virtual
 * machine's) and leaves again, as it is or as an answer. The sender's kernel
 * leaves checksums to a device that is none, AF_XDP has no mark for that, and
 * whoever gets such a packet drops it: ping works, TCP and UDP do not. What a
 * real device received needs no call. Else, at the sender: ethtool -K
 * INTERFACE tx off.
 *
 * TCP, UDP, SCTP and GRE over IPv4 and IPv6; behind VLAN tags, behind IPv6
 * options and routes, in IP, GRE, and on any UDP port VXLAN, GENEVE and IP
 * (foo over UDP), up to four within each other. An unfinished checksum is
 * recognized by its value, the sum of the pseudo-header (SCTP, GRE: 0). A right
 * one stays right, whatever its value; what is inside a tunnel whose own
 * checksum is right stays as it is. When a packet was damaged on a wire, its
 * wrong checksum becomes a right one in one of 65536 cases.
 *
 * Return: 1: filled in; 0: there was nothing to do. CONFIG_XDP_CHECKSUM.
 */
int netring_xdp_complete(const struct netring_xdp_packet *pkt, uint32_t count);

/* Hand back the walked packets of the batch. The kernel receives into their
 * frames again, but for those kept or forwarded. */
void netring_xdp_rx_release(struct netring_xdp_rx *rx);

/* Keep a packet of the batch beyond its release, until netring_umem_free(). It
 * cannot be forwarded any more.
 * Return: 0, or -EBADF: it is in no batch. */
int netring_xdp_rx_keep(struct netring_xdp_rx *rx,
			const struct netring_xdp_packet *pkt);

/*
 * What a program of the caller's put in front of the packet
 * (bpf_xdp_adjust_meta()), @size bytes; NULL when no such room is. Whether
 * anything was put there only the program can say, by a magic number, say.
 */
static inline const void *
netring_xdp_rx_metadata(const struct netring_xdp_rx *rx,
			const struct netring_xdp_packet *pkt, uint32_t size)
{
	return ((size_t)pkt->addr & ((1u << rx->umem_->shift_) - 1)) < size ?
		       NULL :
		       pkt->data - size;
}

/**
 * netring_xdp_rx_wait() - sleep until packets are there.
 * @timeout: milliseconds; 0: do not wait; NETRING_FOREVER.
 *
 * With netring_xdp_config.gather_us it lets packets gather before, which comes
 * on top of @timeout.
 *
 * While nothing comes, it looks at the link, the MTU and the program once a
 * second: no event reports a change of these.
 *
 * When all frames are forwarded or kept, nothing can come, and no event reports
 * when they are back. Then it returns 0 after a millisecond: flush or reap the
 * sender, or free what was kept.
 *
 * Return: 1; 0: timeout; -EINTR;
 *   -ENETDOWN  wait on: the link may come up again
 *   -ENODEV    the interface is gone: netring_xdp_reopen()
 *   -EBUSY     another program took the place of netring_xdp_config.program.
 *              Wait on: it is attached again as soon as it can be. (So with
 *              any error of netring_xdp_program_attach())
 *   -EBADMSG   poll reported an event, but the ring is empty: the kernel's
 *              index is invalid, or the descriptor is no AF_XDP socket
 */
int netring_xdp_rx_wait(struct netring_xdp_rx *rx, int timeout);

/* The bare rings, for the ring layer. What it takes from the rx ring goes to
 * the fill ring at once, as it takes part in no books. */
static inline struct netring_xdp_ring *
netring_xdp_rx_ring(struct netring_xdp_rx *rx)
{
	return &rx->ring_;
}

static inline struct netring_xdp_ring *
netring_xdp_fill_ring(struct netring_xdp_rx *rx)
{
	return &rx->fill_;
}

#ifdef __cplusplus
}
#endif
#endif
