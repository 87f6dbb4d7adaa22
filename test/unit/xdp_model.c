/* SPDX-License-Identifier: MIT */
/* xdp_model.c - AF_XDP sockets on rings in memory, the kernel's half too. */
#include "xdp_model.h"

#include <stdlib.h>

struct xdp xdp;

void xdp_ring_make(struct netring_xdp_ring *ring, struct xdp_shared *shared,
		   uint32_t slots, size_t slot_size, uint32_t start, int ours)
{
	shared->size = slots;
	shared->indices = calloc(1, sizeof(*shared->indices));
	shared->slots = calloc(slots, slot_size);
	assert_non_null(shared->indices);
	assert_non_null(shared->slots);
	shared->indices->producer = shared->indices->consumer = start;
	memset(ring, 0, sizeof(*ring));
	ring->own_ = ours ? &shared->indices->producer :
			    &shared->indices->consumer;
	ring->peer_ = ours ? &shared->indices->consumer :
			     &shared->indices->producer;
	ring->flags_ = &shared->indices->flags;
	ring->slots_ = shared->slots;
	ring->lead_ = ours ? slots : 0;
	ring->mask_ = slots - 1;
	ring->next_ = ring->edge_ = start;
}

void xdp_ring_free(struct xdp_shared *shared)
{
	free(shared->indices);
	free(shared->slots);
}

static uint32_t least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* What netring_xdp_open() does between the system calls. */
static void make_socket(uint32_t i)
{
	const struct xdp_shape *shape = &xdp.shape;
	struct netring_xdp *socket = &xdp.sockets[i];
	struct xdp_kernel *kernel = &xdp.kernel[i];
	struct netring_xdp_rx *rx = &socket->rx;
	struct netring_xdp_tx *tx = &socket->tx;
	uint32_t slots = shape->slots ? shape->slots : 8;
	uint32_t start = shape->start;

	xdp_ring_make(&rx->ring_, &kernel->rx, slots,
		      sizeof(struct netring_xdp_desc), start, 0);
	xdp_ring_make(&rx->fill_, &kernel->fill, slots, sizeof(uint64_t), start,
		      1);
	xdp_ring_make(&tx->ring_, &kernel->tx, slots,
		      sizeof(struct netring_xdp_desc), start, 1);
	xdp_ring_make(&tx->completions_, &kernel->completion, slots,
		      sizeof(uint64_t), start, 0);
	assert_int_equal(netring_umem_begin_(&xdp.umem, NETRING_XDP_BOTH), 0);
	rx->umem_ = tx->umem_ = &xdp.umem;
	rx->number_ = tx->number_ = xdp.umem.number_;
	rx->flags_ = tx->flags_ = shape->flags;
	rx->most_ = least(slots, xdp.umem.rx_frames_);
	tx->most_ = least(slots, xdp.umem.frames_);
	if (shape->most) {
		rx->most_ = least(rx->most_, shape->most);
		tx->most_ = least(tx->most_, shape->most);
	}
	tx->longest_ = 1500 + NETRING_XDP_OVER_MTU;
	socket->next_ = xdp.umem.sockets_;
	xdp.umem.sockets_ = socket;
}

void xdp_make(const struct xdp_shape *shape)
{
	struct netring_umem_config cfg;
	uint32_t i;

	memset(&xdp, 0, sizeof(xdp));
	memset(&cfg, 0, sizeof(cfg));
	xdp.shape = *shape;
	cfg.frame_size = XDP_FRAME;
	cfg.size = (size_t)shape->frames * XDP_FRAME;
	cfg.table_size = shape->frames * sizeof(*cfg.table);
	xdp.table = malloc(cfg.table_size);
	/* a multiple of the alignment, as C11 wants it, may be a frame more */
	xdp.memory = aligned_alloc(XDP_PAGE, (cfg.size + XDP_PAGE - 1) /
						     XDP_PAGE * XDP_PAGE);
	assert_non_null(xdp.table);
	assert_non_null(xdp.memory);
	memset(xdp.table, 0xa5, cfg.table_size); /* need not be cleared */
	cfg.memory = xdp.memory;
	cfg.table = xdp.table;
	cfg.headroom = shape->headroom;
	cfg.rx_frames = shape->rx_frames;
	cfg.flags = shape->umem_flags;
	assert_int_equal(netring_umem_init(&xdp.umem, &cfg), 0);
	for (i = 0; i < (shape->sockets ? shape->sockets : 1); i++)
		make_socket(i);
}

void xdp_free(void)
{
	uint32_t i;

	for (i = 0; i < XDP_SOCKETS; i++) {
		xdp_ring_free(&xdp.kernel[i].rx);
		xdp_ring_free(&xdp.kernel[i].fill);
		xdp_ring_free(&xdp.kernel[i].tx);
		xdp_ring_free(&xdp.kernel[i].completion);
	}
	free(xdp.memory);
	free(xdp.table);
	memset(&xdp, 0, sizeof(xdp));
}

uint32_t xdp_waiting(const struct xdp_shared *ring)
{
	uint32_t waiting = ring->indices->producer - ring->indices->consumer;

	assert_true(waiting <= ring->size); /* never overrun */
	return waiting;
}

uint64_t xdp_take(struct xdp_shared *fill)
{
	const uint64_t *slots = fill->slots;

	if (!xdp_waiting(fill))
		return XDP_NOWHERE;
	return slots[fill->indices->consumer++ & (fill->size - 1)];
}

int xdp_take_desc(struct xdp_shared *tx, struct netring_xdp_desc *desc)
{
	const struct netring_xdp_desc *slots = tx->slots;

	if (!xdp_waiting(tx))
		return 0;
	*desc = slots[tx->indices->consumer++ & (tx->size - 1)];
	return 1;
}

int xdp_give(struct xdp_shared *completion, uint64_t addr)
{
	uint64_t *slots = completion->slots;

	if (xdp_waiting(completion) == completion->size)
		return 0;
	slots[completion->indices->producer & (completion->size - 1)] = addr;
	completion->indices->producer++;
	return 1;
}

int xdp_give_desc(struct xdp_shared *rx, uint64_t addr, uint32_t len,
		  uint32_t options)
{
	struct netring_xdp_desc *slots = rx->slots;
	struct netring_xdp_desc *desc;

	if (xdp_waiting(rx) == rx->size)
		return 0;
	desc = &slots[rx->indices->producer & (rx->size - 1)];
	desc->addr = addr;
	desc->len = len;
	desc->options = options;
	rx->indices->producer++;
	return 1;
}

uint32_t xdp_count(enum netring_umem_owner owner)
{
	uint32_t count[NETRING_UMEM_OWNERS_];

	assert_int_equal(netring_umem_count(&xdp.umem, count), 0);
	return count[owner];
}

uint64_t xdp_receive(uint32_t socket, uint32_t len)
{
	uint64_t addr = xdp_take(&xdp.kernel[socket].fill);

	assert_true(addr != XDP_NOWHERE);
	assert_int_equal(addr % XDP_FRAME, 0);
	assert_true(addr < xdp.umem.size_);
	addr += NETRING_UMEM_XDP_HEADROOM + xdp.shape.headroom;
	assert_true(xdp_give_desc(&xdp.kernel[socket].rx, addr, len, 0));
	return addr;
}

uint32_t xdp_transmit(uint32_t socket)
{
	struct netring_xdp_desc desc;
	uint32_t sent = 0;

	while (xdp_take_desc(&xdp.kernel[socket].tx, &desc)) {
		assert_true(
			xdp_give(&xdp.kernel[socket].completion, desc.addr));
		sent++;
	}
	return sent;
}
