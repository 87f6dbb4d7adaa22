/* SPDX-License-Identifier: MIT */
/* test_xdp_send_stalled.c - AF_XDP: sending, but the kernel takes nothing. */
#include "xdp_open_cases.h"

#define TX_FRAMES (XDP_FRAMES / 2)

static const struct xdp_case plain = { "plain", 0, { .interface = "nra0" } };
static const uint8_t bytes[60];

static struct netring_xdp xdp;
static int kick_error, kicks, pauses;
static int64_t now, moves_at; /* from then on it takes all */

/* All that was published is taken, and sent at once. */
static void complete(void)
{
	struct netring_xdp_ring *ring = &xdp.tx.ring_;
	struct netring_xdp_ring *done = &xdp.tx.completions_;
	uint32_t *taken = (uint32_t *)(uintptr_t)ring->peer_;
	uint32_t *produced = (uint32_t *)(uintptr_t)done->peer_;
	struct netring_xdp_desc *desc = ring->slots_;
	uint64_t *address = done->slots_;

	while (*taken != *ring->own_)
		address[(*produced)++ & done->mask_] =
			desc[(*taken)++ & ring->mask_].addr;
}

static ssize_t kick(int fd, const void *data, size_t size)
{
	assert_int_equal(fd, netring_xdp_fd(&xdp));
	assert_null(data);
	assert_int_equal(size, 0);
	assert_true(kicks++ < 10000);
	if (now >= moves_at) {
		complete();
		return 0;
	}
	errno = kick_error;
	return -1;
}

static int pause_for(struct pollfd *fds, nfds_t count, int timeout)
{
	assert_null(fds);
	assert_int_equal(count, 0);
	assert_in_range(timeout, 1, 10);
	pauses++;
	now += timeout;
	return 0;
}

static int tell_time(struct timespec *time)
{
	return wrap_time(time, now * 1000);
}

static void begin(int error)
{
	struct netring_xdp_config cfg;
	uint32_t i;

	xdp_begin(&plain);
	xdp_arm(0, 0);
	wrap.endless = 1;
	cfg = xdp_config(&plain);
	assert_int_equal(netring_xdp_open(&xdp, &cfg), 0);
	wrap.sendto = kick;
	wrap.poll = pause_for;
	wrap.clock = tell_time;
	kick_error = error;
	now = 5000000000000;
	moves_at = INT64_MAX;
	for (i = 0; i < TX_FRAMES; i++)
		assert_int_equal(netring_xdp_tx_queue(&xdp.tx, bytes,
						      sizeof(bytes), 0),
				 0);
	kicks = pauses = 0;
}

static void end(void)
{
	netring_xdp_close(&xdp);
	xdp_close_twice(&xdp);
	xdp_end(&plain);
}

/* No frame is free: at once, or after the deadline, and not much later. */
static void no_frame(void **state)
{
	static const struct {
		int error, result;
	} rows[] = {
		{ EAGAIN, -EAGAIN },	 { ENOBUFS, -EAGAIN },
		{ ENETDOWN, -ENETDOWN }, { ENXIO, -ENODEV },
		{ EPERM, -EPERM },
	};
	static const int deadline[] = { 0, 1, 50 };
	int64_t began;
	uint32_t i, k, waits;
	int by_send, r;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		begin(rows[i].error);
		waits = rows[i].result == -EAGAIN ||
			rows[i].result == -ENETDOWN;
		for (k = 0; k < 6; k++) {
			by_send = (int)k / 3;
			began = now;
			r = (by_send ? netring_xdp_tx_send :
				       netring_xdp_tx_queue)(
				&xdp.tx, bytes, sizeof(bytes),
				deadline[k % 3] ? now + deadline[k % 3] : 0);
			assert_int_equal(r, rows[i].result);
			if (waits)
				assert_in_range(now - began, deadline[k % 3],
						deadline[k % 3] + 10);
			else
				assert_int_equal(now, began);
			assert_int_equal(netring_xdp_tx_pending(&xdp.tx),
					 TX_FRAMES);
		}
		end();
	}
}

/* The kernel goes on before the deadline; or whenever, with none. */
static void goes_on(void **state)
{
	int64_t began;
	int forever;

	(void)state;
	for (forever = 0; forever < 2; forever++) {
		begin(forever ? ENETDOWN : EAGAIN);
		began = now;
		moves_at = now + 200;
		assert_int_equal(netring_xdp_tx_send(&xdp.tx, bytes,
						     sizeof(bytes),
						     forever ? -1 : now + 900),
				 0);
		assert_in_range(now - began, 200, 210);
		assert_int_equal(netring_xdp_tx_drain(&xdp.tx, 0), 0);
		end();
	}
}

/* A frame that cannot be needs no frame: but it is looked at when there is
 * one, and then it is free again. */
static void cannot_be(void **state)
{
	static uint8_t long_one[4096];

	(void)state;
	begin(EAGAIN);
	moves_at = 0;
	assert_int_equal(netring_xdp_tx_send(&xdp.tx, bytes, 13, 0), -EINVAL);
	assert_int_equal(netring_xdp_tx_send(&xdp.tx, long_one,
					     sizeof(long_one), 0),
			 -EMSGSIZE);
	assert_int_equal(netring_xdp_tx_drain(&xdp.tx, 0), 0);
	xdp_close_twice(&xdp);
	xdp_frames_are_free(&plain);
	end();
}

static void drain(void **state)
{
	static const int deadline[] = { 0, 1, 50 };
	int64_t began;
	uint32_t i;

	(void)state;
	begin(EAGAIN);
	for (i = 0; i < 6; i++) {
		kick_error = i < 3 ? EAGAIN : ENETDOWN;
		began = now;
		assert_int_equal(
			netring_xdp_tx_drain(
				&xdp.tx,
				deadline[i % 3] ? now + deadline[i % 3] : 0),
			TX_FRAMES);
		assert_in_range(now - began, deadline[i % 3],
				deadline[i % 3] + 10);
	}
	kick_error = ENXIO;
	began = now;
	assert_int_equal(netring_xdp_tx_drain(&xdp.tx, -1), -ENODEV);
	assert_int_equal(now, began);
	kick_error = ENETDOWN;
	moves_at = now + 300;
	assert_int_equal(netring_xdp_tx_drain(&xdp.tx, -1), 0);
	assert_in_range(now - began, 300, 310);
	end();
}

/* A new one goes in where the old one's memory is still pinned. */
static int no_memory;

static int set_option(int fd, int level, int option, const void *value,
		      socklen_t size)
{
	if (level != NR_SOL_XDP || option != NR_XDP_UMEM_REG || !no_memory)
		return real_setsockopt(fd, level, option, value, size);
	no_memory -= no_memory > 0;
	errno = ENOBUFS;
	return -1;
}

static void reopen_waits(void **state)
{
	int64_t began;

	(void)state;
	begin(EAGAIN);
	wrap.setsockopt = set_option;
	no_memory = 9;
	assert_int_equal(netring_xdp_reopen(&xdp), 0);
	assert_int_equal(no_memory, 0);
	assert_true(pauses > 0);
	assert_int_equal(netring_xdp_tx_pending(&xdp.tx), 0);
	no_memory = -1;
	began = now;
	assert_int_equal(netring_xdp_reopen(&xdp), -ENOBUFS);
	assert_int_equal(xdp.step, NETRING_STEP_UMEM);
	assert_in_range(now - began, 50, 2000);
	assert_int_equal(wrap_open_descriptors(), 0);
	assert_int_equal(wrap_open_mappings(), 0);
	xdp_frames_are_free(&plain);
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(no_frame, xdp_clean),
		cmocka_unit_test_teardown(goes_on, xdp_clean),
		cmocka_unit_test_teardown(cannot_be, xdp_clean),
		cmocka_unit_test_teardown(drain, xdp_clean),
		cmocka_unit_test_teardown(reopen_waits, xdp_clean),
	};

	enter_private_network();
	return cmocka_run_group_tests_name("xdp_send_stalled", tests, xdp_setup,
					   xdp_teardown);
}
