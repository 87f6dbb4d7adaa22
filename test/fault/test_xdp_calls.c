/* SPDX-License-Identifier: MIT */
/* test_xdp_calls.c - kicks, waits and looks of AF_XDP whose calls fail. */
#include "xdp_open_cases.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define QUEUED 20u

static const struct xdp_case plain = { "plain", 0, { .interface = "nra0" } };

static struct netring_xdp xdp;
static int kick_error, recv_error, poll_error;
static int kicks, recvs, polls, naps;
static uint16_t gather_us; /* to open with */
static short revents;	   /* of a poll for packets, */
static int timeouts[16];   /* as asked for */
static int64_t now;

static ssize_t kick(int fd, const void *bytes, size_t size)
{
	assert_int_equal(fd, netring_xdp_fd(&xdp));
	assert_null(bytes);
	assert_int_equal(size, 0);
	kicks++;
	errno = kick_error;
	return kick_error ? -1 : 0;
}

static ssize_t wake(int fd, void *bytes, size_t size, int flags)
{
	assert_int_equal(fd, netring_xdp_fd(&xdp));
	assert_null(bytes);
	assert_int_equal(size, 0);
	assert_int_equal(flags, MSG_DONTWAIT);
	recvs++;
	errno = recv_error;
	return recv_error ? -1 : 0;
}

/* A pause, or a wait for packets. Time passes. */
static int wait_for(struct pollfd *fds, nfds_t count, int timeout)
{
	timeouts[polls++ % 16] = timeout;
	assert_true(polls < 10000); /* a spin */
	if (poll_error) {
		errno = poll_error;
		return -1;
	}
	if (count) {
		assert_int_equal(fds->fd, netring_xdp_fd(&xdp));
		assert_int_equal(fds->events, POLLIN);
		fds->revents = revents;
		if (revents)
			return 1;
	}
	assert_true(timeout >= 0);
	now += timeout;
	return 0;
}

static int tell_time(struct timespec *time)
{
	return wrap_time(time, now * 1000);
}

static void begin(uint32_t flags)
{
	struct netring_xdp_config cfg;

	xdp_begin(&plain);
	xdp_arm(0, 0);
	wrap.endless = 1;
	cfg = xdp_config(&plain);
	cfg.flags = flags;
	cfg.gather_us = gather_us;
	assert_int_equal(netring_xdp_open(&xdp, &cfg), 0);
	wrap.sendto = kick;
	wrap.recv = wake;
	wrap.poll = wait_for;
	wrap.clock = tell_time;
	kick_error = recv_error = poll_error = 0;
	kicks = recvs = polls = naps = 0;
	revents = 0;
	now = 5000000000000;
}

static void end(void)
{
	netring_xdp_close(&xdp);
	xdp_close_twice(&xdp);
	xdp_end(&plain);
}

static void queue(uint32_t count)
{
	struct netring_xdp_frame frame;

	while (count--) {
		assert_int_equal(netring_xdp_tx_reserve(&xdp.tx, &frame), 0);
		memset(frame.data, 0, 60);
		assert_int_equal(netring_xdp_tx_commit(&xdp.tx, &frame, 60), 0);
	}
}

/* What a kick that fails means: asked to repeat, down, gone, or broken. */
static const struct {
	int error, flush, health; /* 1: what waits */
} kicked[] = {
	{ 0, 1, 0 },
	{ EAGAIN, 1, 0 },
	{ EBUSY, 1, 0 },
	{ ENOBUFS, 1, 0 },
	{ ENETDOWN, -ENETDOWN, -ENETDOWN },
	{ ENXIO, -ENODEV, -ENODEV },
	{ EINTR, -EINTR, -EINTR },
	{ EINVAL, -EINVAL, -EINVAL },
	{ EPERM, -EPERM, -EPERM },
};

static void kick_and_flush(void **state)
{
	struct netring_xdp_stats stats;
	uint32_t i;
	int r, wanted;

	(void)state;
	for (i = 0; i < COUNT(kicked); i++) {
		begin(0);
		queue(QUEUED);
		kick_error = kicked[i].error;
		r = netring_xdp_tx_flush(&xdp.tx);
		wanted = kicked[i].flush > 0 ? (int)QUEUED : kicked[i].flush;
		assert_int_equal(r, wanted);
		/* nothing moves: so many kicks as 20 frames may need, or one
		 * where there is no point */
		assert_in_range(kicks, 1, wanted > 0 ? QUEUED / 16 + 2 : 1);
		assert_int_equal(netring_xdp_tx_pending(&xdp.tx), QUEUED);
		assert_int_equal(netring_xdp_read_stats(&xdp, &stats), 0);
		assert_int_equal(stats.retried,
				 wanted > 0 && kicked[i].error &&
						 kicked[i].error != EBUSY ?
					 kicks :
					 0);
		assert_int_equal(stats.link_down,
				 kicked[i].error == ENETDOWN ? 1 : 0);
		assert_int_equal(stats.queued, QUEUED);
		assert_int_equal(stats.sent, 0);
		kicks = 0;
		assert_int_equal(netring_xdp_tx_kick(&xdp.tx), wanted);
		assert_int_equal(kicks, 1);
		assert_int_equal(netring_xdp_health(&xdp), kicked[i].health);
		assert_int_equal(kicks, 2);
		/* with nothing queued there is nothing to ask for */
		assert_int_equal(polls + recvs, 0);
		assert_int_equal(netring_xdp_close(&xdp), QUEUED);
		end();
	}
}

/* A flush of nothing makes no call; and one that moves goes on. */
static uint32_t step;

static ssize_t move(int fd, const void *bytes, size_t size)
{
	uint32_t *taken = (uint32_t *)(uintptr_t)xdp.tx.ring_.peer_;

	(void)kick(fd, bytes, size);
	*taken += step;
	errno = EAGAIN;
	return -1;
}

static void flush_goes_on(void **state)
{
	(void)state;
	for (step = 1; step <= 8; step *= 2) {
		begin(0);
		assert_int_equal(netring_xdp_tx_flush(&xdp.tx), 0);
		assert_int_equal(kicks, 0);
		wrap.sendto = move;
		queue(4 * step > 24 ? 24 : 4 * step);
		assert_int_equal(netring_xdp_tx_flush(&xdp.tx), 0);
		assert_in_range(kicks, 3, 4);
		netring_xdp_close(&xdp);
		end();
	}
}

/* Sent by poll where recv cannot (before Linux 5.11). */
static void wake_ups(void **state)
{
	static const struct {
		int error, poll_error, result, polls;
		short revents;
	} rows[] = {
		{ 0, 0, 0, 0, 0 },
		{ EAGAIN, 0, 0, 0, 0 },
		{ EOPNOTSUPP, 0, 0, 1, 0 },
		{ EOPNOTSUPP, 0, 0, 1, POLLIN },
		{ EOPNOTSUPP, EINTR, -EINTR, 1, 0 },
		{ ENETDOWN, 0, -ENETDOWN, 0, 0 },
		{ ENXIO, 0, -ENODEV, 0, 0 },
	};
	uint32_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		begin(NETRING_XDP_SPIN);
		recv_error = rows[i].error;
		poll_error = rows[i].poll_error;
		revents = rows[i].revents;
		assert_int_equal(netring_xdp_rx_kick(&xdp.rx), rows[i].result);
		assert_int_equal(recvs, 1);
		assert_int_equal(polls, rows[i].polls);
		if (polls)
			assert_int_equal(timeouts[0], 0);
		/* a batch of nothing looks the same way */
		assert_int_equal(netring_xdp_rx_next(&xdp.rx), 0);
		assert_int_equal(recvs, 2);
		end();
	}
	/* only a kernel that sleeps is woken */
	begin(0);
	*(uint32_t *)(uintptr_t)xdp.rx.fill_.flags_ = 0;
	assert_int_equal(netring_xdp_rx_kick(&xdp.rx), 0);
	assert_int_equal(recvs, 0);
	*(uint32_t *)(uintptr_t)xdp.rx.fill_.flags_ = 1;
	assert_int_equal(netring_xdp_rx_kick(&xdp.rx), 0);
	assert_int_equal(recvs, 1);
	end();
}

/* Each way a wait may end at its first poll. */
static void waits(void **state)
{
	static const struct {
		int error;
		short revents;
		int result;
	} rows[] = {
		{ EINTR, 0, -EINTR },
		{ ENOMEM, 0, -ENOMEM },
		{ 0, POLLERR, -EBADMSG }, /* not explained: never a spin */
		{ 0, POLLHUP, -EBADMSG },
		{ 0, POLLNVAL, -EBADMSG },
		{ 0, POLLIN, -EBADMSG }, /* and nothing there */
		{ 0, POLLIN | POLLERR, -EBADMSG },
	};
	static const int timeout[] = { 0, 5, NETRING_FOREVER };
	uint32_t i, k;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		begin(0);
		poll_error = rows[i].error;
		revents = rows[i].revents;
		for (k = 0; k < COUNT(timeout); k++) {
			assert_int_equal(netring_xdp_rx_wait(&xdp.rx,
							     timeout[k]),
					 rows[i].result);
			assert_int_equal(polls, k + 1);
		}
		end();
	}
}

/* A wait takes as long as it was told, and looks after the link meanwhile. */
static void wait_times(void **state)
{
	static const int timeout[] = { 0, 1, 999, 1000, 1001, 2500 };
	int64_t began;
	uint32_t i;

	(void)state;
	begin(0);
	for (i = 0; i < COUNT(timeout); i++) {
		polls = kicks = 0;
		began = now;
		assert_int_equal(netring_xdp_rx_wait(&xdp.rx, timeout[i]), 0);
		assert_int_equal(now - began, timeout[i]);
		assert_int_equal(polls,
				 timeout[i] ? (timeout[i] + 999) / 1000 : 1);
		assert_int_equal(kicks, polls);
	}
	for (i = 0; i < COUNT(kicked); i++) {
		if (!kicked[i].health)
			continue;
		kick_error = kicked[i].error;
		assert_int_equal(netring_xdp_rx_wait(&xdp.rx, -1),
				 kicked[i].health);
	}
	end();
}

/* How packets gather: none come, one comes, a signal comes. */
static enum {
	NONE,
	PACKET,
	SIGNAL
} meanwhile;

static int nap(const struct timespec *time)
{
	assert_int_equal(time->tv_sec, 0);
	assert_int_equal(time->tv_nsec, gather_us * 1000L);
	assert_true(naps++ < 100); /* a spin */
	if (meanwhile == PACKET)
		++*(uint32_t *)(uintptr_t)xdp.rx.ring_.peer_;
	errno = EINTR;
	return meanwhile == SIGNAL ? -1 : 0;
}

/* One sleep before the first poll; none where nothing is to be waited for. */
static void gathers(void **state)
{
	(void)state;
	gather_us = UINT16_MAX;
	begin(0);
	wrap.nanosleep = nap;
	meanwhile = NONE;
	assert_int_equal(netring_xdp_rx_wait(&xdp.rx, 0), 0);
	assert_int_equal(naps, 0);
	assert_int_equal(polls, 1);
	assert_int_equal(netring_xdp_rx_wait(&xdp.rx, 2500), 0);
	assert_int_equal(naps, 1);
	assert_int_equal(polls, 4);
	meanwhile = SIGNAL;
	assert_int_equal(netring_xdp_rx_wait(&xdp.rx, -1), -EINTR);
	assert_int_equal(naps, 2);
	meanwhile = PACKET;
	assert_int_equal(netring_xdp_rx_wait(&xdp.rx, -1), 1);
	assert_int_equal(naps, 3);
	assert_int_equal(netring_xdp_rx_wait(&xdp.rx, -1), 1);
	assert_int_equal(naps, 3); /* it is there */
	assert_int_equal(polls, 4);
	end();
	gather_us = 0;
}

/* An index of the kernel's that cannot be gives no packet, and no spin. */
static void broken_producer(void **state)
{
	static const uint32_t ahead[] = { 513, 100000, 0x80000000, 0xffffffff };
	uint32_t i, *producer;

	(void)state;
	begin(0);
	producer = (uint32_t *)(uintptr_t)xdp.rx.ring_.peer_;
	revents = POLLIN;
	for (i = 0; i < COUNT(ahead); i++) {
		*producer += ahead[i];
		polls = 0;
		assert_int_equal(netring_xdp_rx_wait(&xdp.rx, -1), -EBADMSG);
		assert_int_equal(polls, 1);
		assert_int_equal(netring_xdp_rx_next(&xdp.rx), 0);
		*producer -= ahead[i];
	}
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(kick_and_flush, xdp_clean),
		cmocka_unit_test_teardown(flush_goes_on, xdp_clean),
		cmocka_unit_test_teardown(wake_ups, xdp_clean),
		cmocka_unit_test_teardown(waits, xdp_clean),
		cmocka_unit_test_teardown(wait_times, xdp_clean),
		cmocka_unit_test_teardown(gathers, xdp_clean),
		cmocka_unit_test_teardown(broken_producer, xdp_clean),
	};

	enter_private_network();
	return cmocka_run_group_tests_name("xdp_calls", tests, xdp_setup,
					   xdp_teardown);
}
