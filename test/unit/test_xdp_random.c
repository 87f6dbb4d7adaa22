/* SPDX-License-Identifier: MIT */
/* test_xdp_random.c - AF_XDP: a million random steps lose or double no frame. */
/* netring-test: fuller */
#include "xdp_ledger.h"
#include "rounds.h"

#define STEPS 1000000u /* of one socket, and of two */
#define EPISODE 2500u  /* of one shape */

/* An address that cannot be one of @word, and will not be by the next call. */
static uint64_t wrong_address(uint32_t word)
{
	uint32_t frame = random_below(2 * xdp.shape.frames);

	if (frame >= xdp.shape.frames)
		return random_below(2) ? (uint64_t)frame * XDP_FRAME :
					 XDP_NOWHERE << random_below(64);
	if (xdp.table[frame] == word ||
	    netring_umem_owner(&xdp.umem, frame * XDP_FRAME) ==
		    NETRING_UMEM_FREE)
		return UINT64_MAX;
	return frame * XDP_FRAME + 256;
}

/* Wrong descriptors among right ones, some of which come twice; all looked at
 * in one batch, since later nobody can tell them from right ones. */
static void wrong_receive(uint32_t s)
{
	struct netring_xdp_rx *rx = &xdp.sockets[s].rx;
	struct xdp_shared *ring = &xdp.kernel[s].rx;
	struct netring_xdp_desc *last;
	uint32_t i, wrong = 0, before = (uint32_t)rx->invalid_;
	uint32_t word = UMEM_WORD(NETRING_UMEM_FILL, rx->number_);

	if (rx->batch_ || xdp_waiting(ring))
		return;
	for (i = 0; i < ring->size; i++) {
		last = (struct netring_xdp_desc *)ring->slots +
		       ((ring->indices->producer - 1) & (ring->size - 1));
		if (random_below(2) && kernel_receive(s))
			continue;
		if (i && random_below(2))
			xdp_give_desc(ring, last->addr, last->len, 0);
		else if (ledger_any(IN_STOCK, s) < LEDGER_FRAMES)
			xdp_give_desc(ring,
				      ledger_any(IN_STOCK, s) * XDP_FRAME + 512,
				      1537 + random_size() % 0x80000000, 0);
		else
			xdp_give_desc(ring, wrong_address(word), 60, 0);
		wrong++;
	}
	while (netring_xdp_rx_next(rx)) {
		while (user_walk(s))
			;
		user_release(s);
	}
	assert_int_equal(rx->invalid_ - before, wrong);
	assert_int_equal(ledger.given[s], ledger.walked[s]);
}

/* The same for completions, looked at at once. */
static void wrong_complete(uint32_t s)
{
	struct netring_xdp_tx *tx = &xdp.sockets[s].tx;
	struct xdp_shared *ring = &xdp.kernel[s].completion;
	uint32_t wrong = 0, before = (uint32_t)tx->invalid_, frame;
	uint32_t word = UMEM_WORD(NETRING_UMEM_TX, tx->number_);

	ledger_reap(); /* before its slots are used again */
	for (;;) {
		uint64_t addr = wrong_address(word);

		frame = ledger_any(COMPLETED, s);
		if (frame < LEDGER_FRAMES && random_below(2))
			addr = ledger.frames[frame].addr;
		if (!random_below(3) || !xdp_give(ring, addr))
			break;
		wrong++;
	}
	(void)netring_xdp_tx_reap(tx);
	assert_int_equal(tx->invalid_ - before, wrong);
	ledger_reap();
}

/* Indices that cannot be, for a while. */
static void wrong_index(uint32_t s)
{
	struct xdp_kernel *kernel = &xdp.kernel[s];
	uint32_t *at[] = { &kernel->fill.indices->consumer,
			   &kernel->tx.indices->consumer,
			   &kernel->rx.indices->producer,
			   &kernel->completion.indices->producer };
	uint32_t i = random_below(4), right = *at[i];

	*at[i] += 2 * kernel->rx.size + 1 + random_below(1000000);
	switch (i) {
	case 0:
		(void)netring_xdp_rx_fill(&xdp.sockets[s].rx);
		break;
	case 1:
		user_reserve(s);
		user_commit(s);
		break;
	case 2:
		if (!xdp.sockets[s].rx.batch_)
			assert_int_equal(
				netring_xdp_rx_next(&xdp.sockets[s].rx), 0);
		break;
	default:
		assert_int_equal(netring_xdp_tx_reap(&xdp.sockets[s].tx), 0);
	}
	*at[i] = right;
}

static void step(uint32_t s)
{
	uint32_t n = 1 + random_below(8);

	switch (random_below(20)) {
	case 0:
	case 1:
		while (n--)
			kernel_fill(s);
		break;
	case 2:
	case 3:
		while (n-- && kernel_receive(s))
			;
		break;
	case 4:
		kernel_transmit(s);
		break;
	case 5:
	case 6:
		while (n-- && kernel_complete(s))
			;
		break;
	case 7:
		user_next(s);
		break;
	case 8:
	case 9:
		while (n-- && user_walk(s))
			;
		break;
	case 10:
		user_release(s);
		break;
	case 11:
	case 12:
		user_reserve(s);
		break;
	case 13:
	case 14:
		user_commit(s);
		break;
	case 15:
		assert_true(netring_xdp_tx_flush(&xdp.sockets[s].tx) >= 0);
		break;
	case 16:
		while (n--)
			user_free();
		break;
	case 17:
		(void)netring_xdp_rx_fill(&xdp.sockets[s].rx);
		break;
	case 18:
		user_discard(s);
		break;
	default:
		n < 3 ? wrong_receive(s) :
		n < 6 ? wrong_complete(s) :
			wrong_index(s);
	}
}

/* Something happened. */
static uint64_t received, sent, invalid;

static void add_up(uint32_t sockets)
{
	while (sockets--) {
		received += xdp.sockets[sockets].rx.received_;
		sent += xdp.sockets[sockets].tx.sent_;
		invalid += xdp.sockets[sockets].rx.invalid_ +
			   xdp.sockets[sockets].tx.invalid_;
	}
}

static void run(uint32_t sockets)
{
	struct xdp_shape shape;
	uint32_t i, n, steps = rounds_of(STEPS);

	seed_print();
	received = sent = invalid = 0;
	for (i = 0; i < steps / EPISODE; i++) {
		memset(&shape, 0, sizeof(shape));
		shape.sockets = sockets;
		shape.frames = 4 + random_below(LEDGER_FRAMES - 4 + 1);
		shape.rx_frames = 1 + random_below(shape.frames);
		shape.slots = 1u << random_below(6);
		shape.most = random_below(2) ? 1 + random_below(32) : 0;
		shape.start = UINT32_MAX - random_below(1000);
		shape.flags = random_below(2) ? NETRING_XDP_FRAGMENTS : 0;
		xdp_make(&shape);
		ledger_begin();
		for (n = 0; n < EPISODE; n++) {
			step(random_below(sockets));
			ledger_check();
		}
		add_up(sockets);
		xdp_free();
	}
	print_message("# received %u, sent %u, invalid %u\n",
		      (uint32_t)received, (uint32_t)sent, (uint32_t)invalid);
	assert_true(received > steps / 20 && sent > steps / 50 &&
		    invalid > steps / 50);
}

static void one_socket(void **state)
{
	(void)state;
	run(1);
}

static void two_sockets(void **state)
{
	(void)state;
	run(2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_socket),
		cmocka_unit_test(two_sockets),
	};

	return cmocka_run_group_tests_name("xdp_random", tests, NULL, NULL);
}
