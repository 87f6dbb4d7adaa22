/* SPDX-License-Identifier: MIT */
/* test_xdp_flush.c - AF_XDP: kicks, of kernels old and new, until all is taken. */
#include "xdp_model.h"

#include "syscall_hook.h"

#define TX (&xdp.sockets[0].tx)
#define KERNEL (&xdp.kernel[0])
#define FD 77

static const struct xdp_shape shape = {
	.frames = 512, .rx_frames = 2, .slots = 256, .start = UINT32_MAX - 99
};

/* How the kernel of a test does it; net/xdp/xsk.c has all of these. */
static struct {
	uint32_t budget;  /* descriptors a kick; 32 of late, 16 before */
	int tells;	  /* Linux 6.18: how far it came, each time; before,
			 * the consumer index moves once all is taken */
	int holds;	  /* completions, until complete() */
	int error;	  /* of every kick */
	int drops;	  /* one frame a kick, as a device without carrier */
	uint32_t stop_at; /* ends with 0 in front of this one */
	uint32_t kicks;
	uint32_t taken;	 /* in all */
	uint32_t hidden; /* of these, not told of */
	uint64_t held[512];
	uint32_t held_count;
} kernel;

static int fails(int error)
{
	errno = error;
	return -1;
}

static void complete(void)
{
	while (kernel.held_count)
		assert_true(xdp_give(&KERNEL->completion,
				     kernel.held[--kernel.held_count]));
}

/* A kick: sendto(). */
static long kick(long number, const long words[6])
{
	struct netring_xdp_desc desc;
	uint32_t i, had = xdp_waiting(&KERNEL->tx);

	assert_int_equal(number, SYS_sendto);
	assert_int_equal((int)words[0], FD);
	assert_int_equal(words[1] | words[2] | words[4] | (int)words[5], 0);
	assert_int_equal((int)words[3], MSG_DONTWAIT);
	kernel.kicks++;
	if (kernel.error)
		return fails(kernel.error);
	had -= kernel.hidden;
	KERNEL->tx.indices->consumer += kernel.hidden;
	if (kernel.drops && had) {
		assert_true(xdp_take_desc(&KERNEL->tx, &desc));
		kernel.held[kernel.held_count++] = desc.addr;
		complete();
		KERNEL->tx.indices->consumer -= ++kernel.hidden;
		return fails(EBUSY);
	}
	for (i = 0; i < had && i < kernel.budget; i++) {
		if (kernel.stop_at && kernel.taken == kernel.stop_at) {
			kernel.stop_at = 0;
			return 0;
		}
		assert_true(xdp_take_desc(&KERNEL->tx, &desc));
		kernel.taken++;
		kernel.held[kernel.held_count++] = desc.addr;
	}
	if (!kernel.holds)
		complete();
	kernel.hidden = i == had || kernel.tells ? 0 : kernel.hidden + i;
	KERNEL->tx.indices->consumer -= kernel.hidden;
	return i == had ? 0 : fails(EAGAIN);
}

static void make(uint32_t budget, int tells, uint32_t count)
{
	struct netring_xdp_frame frame;

	xdp_make(&shape);
	memset(&kernel, 0, sizeof(kernel));
	kernel.budget = budget;
	kernel.tells = tells;
	direct = kick;
	TX->fd_ = FD + 1;
	KERNEL->tx.indices->flags = 1; /* always, in copy mode */
	while (count--) {
		assert_int_equal(netring_xdp_tx_reserve(TX, &frame), 0);
		assert_int_equal(netring_xdp_tx_commit(TX, &frame, 60), 0);
	}
}

/* One flush, whatever the number and the kernel. */
static void all_at_once(void **state)
{
	static const uint32_t counts[] = { 1,  15, 16, 17, 31,	32,
					   33, 64, 65, 97, 200, 256 };
	uint32_t i, budget;
	int tells;

	(void)state;
	for (tells = 0; tells < 2; tells++)
		for (budget = 16; budget <= 32; budget += 16)
			for (i = 0; i < 12; i++) {
				make(budget, tells, counts[i]);
				assert_int_equal(netring_xdp_tx_flush(TX), 0);
				assert_int_equal(kernel.taken, counts[i]);
				/* no kick more than it takes */
				assert_int_equal(kernel.kicks,
						 (counts[i] + budget - 1) /
							 budget);
				assert_int_equal(TX->retried_,
						 kernel.kicks - 1);
				assert_int_equal(xdp_count(NETRING_UMEM_TX), 0);
				assert_int_equal(netring_xdp_tx_flush(TX), 0);
				xdp_free();
			}
}

/* A call that ends early, with 0 (Linux 6.12: an invalid descriptor). */
static void ends_early(void **state)
{
	uint32_t at;

	(void)state;
	for (at = 1; at < 100; at += 7) {
		make(32, 1, 100);
		kernel.stop_at = at;
		assert_int_equal(netring_xdp_tx_flush(TX), 0);
		assert_int_equal(kernel.taken, 100);
		assert_true(kernel.kicks <= 6);
		xdp_free();
	}
}

/* No progress: it says what is left, after a number of kicks that is bounded;
 * and all goes with the next flush. */
static void stuck(void **state)
{
	static const int errors[] = { EAGAIN, EBUSY, ENOBUFS };
	uint32_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		make(32, 1, 200);
		kernel.error = errors[i];
		assert_int_equal(netring_xdp_tx_flush(TX), 200);
		assert_true(kernel.kicks && kernel.kicks <= 200 / 16 + 3);
		assert_int_equal(TX->retried_, kernel.kicks);
		assert_int_equal(netring_xdp_tx_pending(TX), 200);
		assert_int_equal(netring_xdp_tx_kick(TX), 200);
		kernel.error = 0;
		assert_int_equal(netring_xdp_tx_flush(TX), 0);
		assert_int_equal(xdp_count(NETRING_UMEM_TX), 0);
		xdp_free();
	}
}

/* One flush, though a kernel before 6.18 tells of each that it dropped only by
 * its completion. */
static void dropped(void **state)
{
	(void)state;
	make(32, 0, 200);
	TX->flags_ |= XDP_COPIES;
	kernel.drops = 1;
	assert_int_equal(netring_xdp_tx_flush(TX), 0);
	assert_int_equal(TX->refused_, 200);
	assert_int_equal(TX->sent_, 0);
	assert_int_equal(netring_xdp_tx_pending(TX), 0);
	assert_int_equal(xdp_count(NETRING_UMEM_TX), 0);
	xdp_free();
}

/* Taken, not completed: done, though under way. */
static void completed_late(void **state)
{
	(void)state;
	make(32, 0, 100);
	kernel.holds = 1;
	assert_int_equal(netring_xdp_tx_flush(TX), 0);
	assert_int_equal(netring_xdp_tx_pending(TX), 100);
	assert_int_equal(xdp_count(NETRING_UMEM_TX), 100);
	complete();
	assert_int_equal(netring_xdp_tx_drain(TX, 0), 0);
	assert_int_equal(netring_xdp_tx_pending(TX), 0);
	xdp_free();
}

/* What ends it, and what is told of it. */
static void errors(void **state)
{
	static const struct {
		int error, result;
	} rows[] = { { ENETDOWN, -ENETDOWN }, { ENXIO, -ENODEV },
		     { EINTR, -EINTR },	      { EINVAL, -EINVAL },
		     { ENOMEM, -ENOMEM },     { EBADF, -EBADF } };
	uint32_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		make(32, 1, 50);
		kernel.error = rows[i].error;
		assert_int_equal(netring_xdp_tx_flush(TX), rows[i].result);
		assert_int_equal(kernel.kicks, 1);
		assert_int_equal(netring_xdp_tx_kick(TX), rows[i].result);
		assert_int_equal(TX->link_down_,
				 rows[i].error == ENETDOWN ? 2 : 0);
		/* nothing is lost by it */
		assert_int_equal(netring_xdp_tx_pending(TX), 50);
		kernel.error = 0;
		assert_int_equal(netring_xdp_tx_flush(TX), 0);
		assert_int_equal(kernel.taken, 50);
		xdp_free();
	}
}

/* Nothing to send, or a kernel that is awake: no system call. */
static void no_kick(void **state)
{
	(void)state;
	make(32, 1, 0);
	assert_int_equal(netring_xdp_tx_flush(TX), 0);
	assert_int_equal(kernel.kicks, 0);
	xdp_free();
	make(32, 1, 20);
	KERNEL->tx.indices->flags = 0; /* a driver at work */
	assert_int_equal(netring_xdp_tx_flush(TX), 20);
	assert_int_equal(netring_xdp_tx_kick(TX), 20);
	assert_int_equal(kernel.kicks, 0);
	assert_int_equal(xdp_transmit(0), 20);
	assert_int_equal(netring_xdp_tx_flush(TX), 0);
	assert_int_equal(netring_xdp_tx_pending(TX), 0);
	xdp_free();
}

/* SPIN and BUSY_POLL: no flag is believed. */
static void always(void **state)
{
	static const uint32_t flags[] = { NETRING_XDP_SPIN,
					  NETRING_XDP_BUSY_POLL };
	uint32_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		make(32, 1, 20);
		KERNEL->tx.indices->flags = 0;
		TX->flags_ = flags[i];
		assert_int_equal(netring_xdp_tx_flush(TX), 0);
		assert_int_equal(kernel.kicks, 1);
		assert_int_equal(netring_xdp_tx_kick(TX), 0);
		assert_int_equal(kernel.kicks, 2);
		xdp_free();
	}
}

/* A consumer index that cannot be: an end, and no error that is none. */
static void wrong_index(void **state)
{
	uint32_t i;

	(void)state;
	for (i = 1; i; i *= 2) {
		make(32, 1, 4);
		KERNEL->tx.indices->flags = 0;
		KERNEL->tx.indices->consumer += 4 + i;
		assert_true(netring_xdp_tx_flush(TX) >= 0);
		assert_true(netring_xdp_tx_kick(TX) >= 0);
		xdp_free();
	}
}

/* A frame that is full, none free: kicked out, and then there is one. */
static void sending_on(void **state)
{
	uint8_t data[60] = { 0 };
	uint32_t i;

	(void)state;
	make(32, 0, 0);
	for (i = 0; i < 5000; i++)
		assert_int_equal(netring_xdp_tx_queue(TX, data, 60, 0), 0);
	assert_true(kernel.kicks < 5000 / 16);
	assert_int_equal(netring_xdp_tx_drain(TX, 0), 0);
	assert_int_equal(kernel.taken, 5000);
	assert_int_equal(TX->sent_, 5000);
	for (i = 0; i < 10; i++)
		assert_int_equal(netring_xdp_tx_send(TX, data, 60, 0), 0);
	assert_int_equal(kernel.taken, 5010);
	/* the link is down: queued all the same, until there is no frame */
	kernel.error = ENETDOWN;
	for (i = 0; i < 256; i++)
		assert_int_equal(netring_xdp_tx_send(TX, data, 60, 0), 0);
	assert_int_equal(netring_xdp_tx_send(TX, data, 60, 0), -ENETDOWN);
	assert_int_equal(netring_xdp_tx_drain(TX, 0), 256);
	kernel.error = ENXIO;
	assert_int_equal(netring_xdp_tx_send(TX, data, 60, 0), -ENODEV);
	assert_int_equal(netring_xdp_tx_drain(TX, 0), -ENODEV);
	kernel.error = 0;
	assert_int_equal(netring_xdp_tx_drain(TX, 0), 0);
	assert_int_equal(kernel.taken, 5010 + 256);
	xdp_free();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_at_once), cmocka_unit_test(ends_early),
		cmocka_unit_test(stuck),       cmocka_unit_test(completed_late),
		cmocka_unit_test(errors),      cmocka_unit_test(no_kick),
		cmocka_unit_test(always),      cmocka_unit_test(wrong_index),
		cmocka_unit_test(sending_on),  cmocka_unit_test(dropped),
	};

	return cmocka_run_group_tests_name("xdp_flush", tests, NULL, NULL);
}
