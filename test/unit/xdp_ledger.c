/* SPDX-License-Identifier: MIT */
/* xdp_ledger.c - who has each frame, as a test sees it from outside. */
#include "xdp_ledger.h"

struct ledger ledger;

static uint32_t sockets(void)
{
	return xdp.shape.sockets ? xdp.shape.sockets : 1;
}

void ledger_begin(void)
{
	uint32_t i;

	assert_true(xdp.shape.frames <= LEDGER_FRAMES);
	memset(&ledger, 0, sizeof(ledger));
	for (i = 0; i < XDP_SOCKETS; i++)
		ledger.reaped[i] = xdp.shape.start;
}

void ledger_reap(void)
{
	const struct xdp_shared *ring;
	uint64_t addr;
	uint32_t i;

	for (i = 0; i < sockets(); i++) {
		ring = &xdp.kernel[i].completion;
		for (; ledger.reaped[i] != ring->indices->consumer;
		     ledger.reaped[i]++) {
			addr = ((const uint64_t *)
					ring->slots)[ledger.reaped[i] &
						     (ring->size - 1)];
			/* those that cannot be are nobody's */
			if (addr < xdp.umem.size_ &&
			    ledger.frames[addr / XDP_FRAME].place ==
				    COMPLETED &&
			    ledger.frames[addr / XDP_FRAME].socket == i)
				ledger_move(addr, COMPLETED, i, IN_LIBRARY, 0);
		}
	}
}

void ledger_move(uint64_t addr, enum place from, uint32_t from_socket,
		 enum place to, uint32_t socket)
{
	uint32_t frame = (uint32_t)(addr / XDP_FRAME);

	assert_true(addr < xdp.umem.size_);
	if (from == IN_LIBRARY && ledger.frames[frame].place == COMPLETED)
		ledger_reap();
	assert_int_equal(ledger.frames[frame].place, from);
	if (from != IN_LIBRARY)
		assert_int_equal(ledger.frames[frame].socket, from_socket);
	ledger.frames[frame].place = to;
	ledger.frames[frame].socket = socket;
	ledger.frames[frame].addr = addr;
}

uint32_t ledger_any(enum place place, uint32_t socket)
{
	uint32_t i, frame = random_below(xdp.shape.frames);

	for (i = 0; i < xdp.shape.frames; i++) {
		if (ledger.frames[frame].place == place &&
		    ledger.frames[frame].socket == socket)
			return frame;
		frame = (frame + 1) % xdp.shape.frames;
	}
	return LEDGER_FRAMES;
}

void ledger_commit(uint32_t socket, uint64_t addr, enum place from,
		   uint32_t from_socket, uint32_t len, uint32_t options)
{
	struct ledger_queue *queue = &ledger.queue[socket];
	struct netring_xdp_desc *desc =
		&queue->desc[queue->in++ % LEDGER_QUEUE];

	assert_true(queue->in - queue->out <= LEDGER_QUEUE);
	ledger_move(addr, from, from_socket, COMMITTED, socket);
	desc->addr = addr;
	desc->len = len;
	desc->options = options;
	queue->open = options & NETRING_XDP_MORE ? queue->open + 1 : 0;
}

void ledger_give_up(uint32_t socket)
{
	struct ledger_queue *queue = &ledger.queue[socket];

	for (; queue->open; queue->open--)
		ledger_move(queue->desc[--queue->in % LEDGER_QUEUE].addr,
			    COMMITTED, socket, IN_LIBRARY, 0);
}

void ledger_take(uint32_t socket, const struct netring_xdp_desc *desc)
{
	struct ledger_queue *queue = &ledger.queue[socket];
	const struct netring_xdp_desc *due =
		&queue->desc[queue->out++ % LEDGER_QUEUE];

	/* whole packets only, in order */
	assert_true((int32_t)(queue->in - queue->open - queue->out) >= 0);
	assert_true(desc->addr == due->addr);
	assert_int_equal(desc->len, due->len);
	assert_int_equal(desc->options, due->options);
	ledger_move(desc->addr, COMMITTED, socket, SENDING, socket);
}

void ledger_check(void)
{
	uint32_t count[NETRING_UMEM_OWNERS_], at[PLACES] = { 0 }, i;
	uint32_t filled = 0;
	const struct netring_xdp *socket;

	ledger_reap();
	for (i = 0; i < xdp.shape.frames; i++)
		at[ledger.frames[i].place]++;
	for (i = 0; i < sockets(); i++) {
		filled += xdp_waiting(&xdp.kernel[i].fill);
		socket = &xdp.sockets[i];
		assert_true(socket->rx.posted_ <= socket->rx.most_);
		assert_true(socket->tx.in_flight_ + socket->tx.staged_ +
				    socket->tx.reserved_ <=
			    socket->tx.most_);
		xdp_waiting(&xdp.kernel[i].tx);
	}
	assert_int_equal(netring_umem_count(&xdp.umem, count), 0);
	assert_int_equal(count[NETRING_UMEM_RX], at[IN_BATCH]);
	assert_int_equal(count[NETRING_UMEM_USER], at[KEPT] + at[RESERVED]);
	assert_int_equal(count[NETRING_UMEM_TX],
			 at[COMMITTED] + at[SENDING] + at[COMPLETED]);
	assert_int_equal(count[NETRING_UMEM_FILL],
			 at[IN_STOCK] + at[IN_RX_RING] + filled);
	assert_int_equal(count[NETRING_UMEM_FREE] + filled, at[IN_LIBRARY]);
}
