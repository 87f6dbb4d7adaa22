/* SPDX-License-Identifier: MIT */
/* xdp_random_steps.c - random steps of a kernel and a user, and the ledger. */
#include "xdp_ledger.h"

void kernel_fill(uint32_t s)
{
	uint64_t addr = xdp_take(&xdp.kernel[s].fill);

	if (addr == XDP_NOWHERE)
		return;
	assert_int_equal(addr % XDP_FRAME, 0);
	assert_true(addr / XDP_FRAME < xdp.umem.rx_frames_);
	ledger_move(addr, IN_LIBRARY, 0, IN_STOCK, s);
}

/* A numbered packet, of any length, somewhere behind the headroom. */
int kernel_receive(uint32_t s)
{
	uint32_t frame = ledger_any(IN_STOCK, s), len, offset;
	uint64_t addr;

	if (frame == LEDGER_FRAMES ||
	    xdp_waiting(&xdp.kernel[s].rx) == xdp.kernel[s].rx.size)
		return 0;
	offset = 256 + random_below(3) * 16;
	len = 14 + random_below(XDP_FRAME - offset - 14 + 1);
	addr = (uint64_t)frame * XDP_FRAME + offset;
	memcpy(xdp.memory + addr, &ledger.given[s], sizeof(ledger.given[s]));
	ledger.given[s]++;
	assert_true(xdp_give_desc(&xdp.kernel[s].rx, addr, len,
				  random_below(8) ? 0 : NETRING_XDP_MORE));
	ledger_move(addr, IN_STOCK, s, IN_RX_RING, s);
	return 1;
}

void kernel_transmit(uint32_t s)
{
	struct netring_xdp_desc desc;
	uint32_t count = 1 + random_below(8);

	while (count-- && xdp_take_desc(&xdp.kernel[s].tx, &desc))
		ledger_take(s, &desc);
}

int kernel_complete(uint32_t s)
{
	uint32_t frame = ledger_any(SENDING, s);
	uint64_t addr;

	if (frame == LEDGER_FRAMES)
		return 0;
	ledger_reap();
	addr = ledger.frames[frame].addr;
	/* there is always room for all that is under way */
	assert_true(xdp_give(&xdp.kernel[s].completion, addr));
	ledger_move(addr, SENDING, s, COMPLETED, s);
	return 1;
}

static void forward(struct netring_xdp_packet *pkt, uint32_t s, uint32_t to)
{
	int r;

	if (!random_below(8))
		pkt->len = random_below(8) ? random_below(XDP_FRAME) :
					     random_u32();
	r = netring_xdp_tx_forward(&xdp.sockets[to].tx, pkt);
	if (r == 0)
		ledger_commit(to, pkt->addr, IN_BATCH, s, pkt->len,
			      pkt->options);
	else /* -EAGAIN too: a packet goes whole or not at all */
		ledger_give_up(to);
}

int user_walk(uint32_t s)
{
	struct netring_xdp_rx *rx = &xdp.sockets[s].rx;
	struct netring_xdp_packet pkt;

	if (!netring_xdp_rx_packet(rx, &pkt))
		return 0;
	ledger_move(pkt.addr, IN_RX_RING, s, IN_BATCH, s);
	assert_ptr_equal(pkt.data, xdp.memory + pkt.addr);
	assert_memory_equal(pkt.data, &ledger.walked[s],
			    sizeof(ledger.walked[s]));
	ledger.walked[s]++;
	if (!random_below(12)) {
		netring_xdp_rx_keep(rx, &pkt);
		ledger_move(pkt.addr, IN_BATCH, s, KEPT, 0);
	} else if (random_below(2)) {
		forward(&pkt, s,
			random_below(xdp.shape.sockets ? xdp.shape.sockets :
							 1));
	}
	return 1;
}

void user_release(uint32_t s)
{
	uint32_t frame;

	netring_xdp_rx_release(&xdp.sockets[s].rx);
	for (frame = 0; frame < xdp.shape.frames; frame++)
		if (ledger.frames[frame].place == IN_BATCH &&
		    ledger.frames[frame].socket == s)
			ledger_move(frame * XDP_FRAME, IN_BATCH, s, IN_LIBRARY,
				    0);
}

void user_next(uint32_t s)
{
	struct netring_xdp_rx *rx = &xdp.sockets[s].rx;

	if (!rx->batch_)
		assert_true(netring_xdp_rx_next(rx) <=
			    xdp_waiting(&xdp.kernel[s].rx));
}

void user_reserve(uint32_t s)
{
	struct netring_xdp_frame frame;

	if (netring_xdp_tx_reserve(&xdp.sockets[s].tx, &frame) == 0)
		ledger_move(frame.addr, IN_LIBRARY, 0, RESERVED, s);
}

void user_commit(uint32_t s)
{
	struct netring_xdp_tx *tx = &xdp.sockets[s].tx;
	struct netring_xdp_frame frame;
	uint32_t i = ledger_any(RESERVED, s), len, more;
	int r;

	if (i == LEDGER_FRAMES)
		return;
	memset(&frame, 0, sizeof(frame));
	frame.addr = i * XDP_FRAME;
	len = random_below(16) ? random_below(1518) : random_size();
	more = random_below(4) ? 0 : NETRING_XDP_MORE;
	r = more ? netring_xdp_tx_commit_more(tx, &frame, len) :
		   netring_xdp_tx_commit(tx, &frame, len);
	if (r == 0) {
		ledger_commit(s, frame.addr, RESERVED, s, len, more);
		return;
	}
	ledger_move(frame.addr, RESERVED, s, IN_LIBRARY, 0);
	ledger_give_up(s);
}

void user_discard(uint32_t s)
{
	struct netring_xdp_frame frame;
	uint32_t i = ledger_any(RESERVED, s);

	memset(&frame, 0, sizeof(frame));
	frame.addr = i * XDP_FRAME;
	if (i < LEDGER_FRAMES)
		ledger_move(frame.addr, RESERVED, s, IN_LIBRARY, 0);
	else /* which is beyond the UMEM */
		frame.addr = XDP_NOWHERE - random_below(10);
	netring_xdp_tx_discard(&xdp.sockets[s].tx, &frame);
}

void user_free(void)
{
	uint32_t i = random_below(xdp.shape.frames + 1);
	uint64_t addr = i * XDP_FRAME + random_below(XDP_FRAME);

	if (random_below(2) && ledger_any(KEPT, 0) < LEDGER_FRAMES)
		addr = ledger.frames[i = ledger_any(KEPT, 0)].addr;
	if (i < xdp.shape.frames && ledger.frames[i].place == KEPT) {
		assert_int_equal(netring_umem_free(&xdp.umem, addr), 0);
		ledger_move(addr, KEPT, 0, IN_LIBRARY, 0);
	}
	assert_int_equal(netring_umem_free(&xdp.umem, addr), -EINVAL);
}
