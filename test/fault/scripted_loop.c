/* SPDX-License-Identifier: MIT */
/* scripted_loop.c - a loop over a scripted poll and clock. */
#include "scripted_loop.h"

struct looping t;

static int scripted_poll(struct pollfd *fds, nfds_t count, int timeout)
{
	int i, n = 0;

	assert_ptr_equal(fds, t.fds);
	assert_int_equal(count, COUNT);
	t.polls++;
	t.timeout = timeout;
	if (t.poll_error) {
		errno = t.poll_error;
		t.poll_error = 0;
		return -1;
	}
	for (i = 0; i < COUNT; i++) {
		fds[i].revents = 0;
		if (fds[i].fd >= 0 && t.slots[i].used_)
			fds[i].revents =
				(short)(t.ready[i] &
					(fds[i].events | POLLERR | POLLHUP));
		n += fds[i].revents != 0;
	}
	if (t.loop.wake_ && !t.slots[COUNT - 1].used_ && timeout)
		assert_int_equal(fds[COUNT - 1].fd, t.loop.wake_ - 1);
	if (!n && timeout < 0 && !t.loop.stop_)
		fail_msg("poll %d would sleep for ever", t.polls);
	if (!n && timeout > 0)
		t.now += timeout + t.late;
	return n;
}

static int scripted_clock(struct timespec *now)
{
	return wrap_time(now, t.now * 1000);
}

int function(void *user, int revents, int budget)
{
	int number = (int)(intptr_t)user;
	struct told *told = &t.told[t.total++ % 32];

	told->number = number;
	told->revents = revents;
	told->budget = budget;
	told->when = t.now;
	t.calls[number]++;
	return t.act ? t.act(number) : t.result[number];
}

int add(int number, int fd, int period, int budget)
{
	const struct netring_loop_source source = {
		.fd = fd,
		.events = POLLIN,
		.period = period,
		.budget = budget,
		.function = function,
		.user = (void *)(intptr_t)number,
	};

	return netring_loop_add(&t.loop, &source);
}

int begin(void **state)
{
	(void)state;
	memset(&t, 0, sizeof(t));
	memset(&t.loop, 0xa5, sizeof(t.loop));
	memset(t.fds, 0xa5, sizeof(t.fds));
	memset(t.slots, 0xa5, sizeof(t.slots));
	t.now = START;
	wrap_arm(0, 0);
	wrap.endless = 1;
	wrap.poll = scripted_poll;
	wrap.clock = scripted_clock;
	assert_int_equal(netring_loop_open(&t.loop, t.fds, t.slots, COUNT), 0);
	t.polls = 0;
	return 0;
}

/* The arrays have @count elements, and no more is touched. */
int end(void **state)
{
	static const struct netring_loop closed;
	uint8_t *beyond = (uint8_t *)&t.fds[COUNT];
	uint32_t i;

	(void)state;
	for (i = 0; i < 2 * sizeof(t.fds[0]); i++)
		assert_int_equal(beyond[i], 0xa5);
	beyond = (uint8_t *)&t.slots[COUNT];
	for (i = 0; i < 2 * sizeof(t.slots[0]); i++)
		assert_int_equal(beyond[i], 0xa5);
	assert_int_equal(wrap_open_descriptors(), 1);
	netring_loop_close(&t.loop);
	assert_int_equal(wrap_open_descriptors(), 0);
	netring_loop_close(&t.loop);
	assert_memory_equal(&t.loop, &closed, sizeof(closed));
	wrap_disarm();
	return 0;
}

int step(int timeout)
{
	t.total = 0;
	return netring_loop_step(&t.loop, timeout);
}
