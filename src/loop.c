/* SPDX-License-Identifier: MIT */
/* loop.c - poll(2) over the caller's arrays, each source in turn. */
#include "sys.h"

#include <netring/loop.h>

#define BUDGET 64
#define LOOK_MS 1000 /* at stop_, while no element is left to be woken by */

int netring_loop_open(struct netring_loop *loop, struct pollfd *fds,
		      struct netring_loop_slot *slots, int count)
{
	int i, r;

	memset(loop, 0, sizeof(*loop));
	if (count < 1)
		return -EINVAL;
	r = sys_eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (r < 0)
		return r;
	loop->wake_ = r + 1;
	loop->fds_ = fds;
	loop->slots_ = slots;
	loop->count_ = count;
	memset(slots, 0, sizeof(*slots) * (size_t)count);
	for (i = 0; i < count; i++) {
		fds[i].fd = -1; /* poll skips it */
		fds[i].events = 0;
		fds[i].revents = 0;
	}
	/* more than RLIMIT_NOFILE: poll would refuse in every step */
	r = sys_poll(fds, (nfds_t)count, 0);
	if (r < 0)
		netring_loop_close(loop);
	return r;
}

void netring_loop_close(struct netring_loop *loop)
{
	if (loop->wake_)
		sys_close(loop->wake_ - 1);
	memset(loop, 0, sizeof(*loop));
}

static int64_t time_in(int ms)
{
	return netring_clock_ms() + ms;
}

int netring_loop_add(struct netring_loop *loop,
		     const struct netring_loop_source *source)
{
	struct netring_loop_slot *slot = loop->slots_;
	int i;

	/* descriptor 0 without events is a field that was left out */
	if (!source->function || (source->fd >= 0 && !source->events) ||
	    source->period < 0)
		return -EINVAL;
	for (i = 0; i < loop->count_ && slot->used_; i++)
		slot++;
	if (i == loop->count_)
		return -ENOSPC;
	slot->source_ = *source;
	if (!slot->source_.budget)
		slot->source_.budget = BUDGET;
	slot->due_ = source->period ? time_in(source->period) : NETRING_FOREVER;
	slot->used_ = 1;
	slot->more_ = 0;
	slot->called_ = 0;
	loop->fds_[i].fd = source->fd;
	loop->fds_[i].events = source->events;
	loop->fds_[i].revents = 0;
	return i;
}

static int valid(const struct netring_loop *loop, int number)
{
	return number >= 0 && number < loop->count_ &&
	       loop->slots_[number].used_;
}

int netring_loop_modify(struct netring_loop *loop, int number, short events)
{
	if (!valid(loop, number))
		return -ENOENT;
	loop->fds_[number].events = events;
	return 0;
}

int netring_loop_call_in(struct netring_loop *loop, int number, int ms)
{
	if (!valid(loop, number))
		return -ENOENT;
	loop->slots_[number].due_ = ms < 0 ? NETRING_FOREVER : time_in(ms);
	return 0;
}

int netring_loop_remove(struct netring_loop *loop, int number)
{
	if (!valid(loop, number))
		return -ENOENT;
	loop->slots_[number].used_ = 0;
	loop->fds_[number].fd = -1;
	loop->fds_[number].revents = 0;
	return 0;
}

/* What is left of @timeout until the first source is due. */
static int time_to_wait(const struct netring_loop *loop, int timeout)
{
	const struct netring_loop_slot *slot;
	int64_t left, now = -1;

	for (slot = loop->slots_; slot < loop->slots_ + loop->count_; slot++) {
		if (!slot->used_)
			continue;
		if (slot->more_)
			return 0;
		if (slot->due_ == NETRING_FOREVER)
			continue;
		if (now < 0)
			now = netring_clock_ms();
		left = slot->due_ > now ? slot->due_ - now : 0;
		if (timeout < 0 || left < timeout)
			timeout = (int)left;
	}
	return timeout;
}

/* 1: called, 0: had no reason to, < 0: of the function. */
static int call(struct netring_loop *loop, int i, int64_t now)
{
	struct netring_loop_slot *slot = &loop->slots_[i];
	int revents = loop->fds_[i].revents;
	int budget = slot->source_.budget;
	int r, due = slot->due_ != NETRING_FOREVER && slot->due_ <= now;

	if (!slot->used_ || !(revents || slot->more_ || due))
		return 0;
	loop->fds_[i].revents = 0;
	slot->more_ = 0;
	if (due)
		slot->due_ = slot->source_.period ? now + slot->source_.period :
						    NETRING_FOREVER;
	slot->called_ = 1;
	r = slot->source_.function(slot->source_.user, revents, budget);
	if (r < 0)
		return r;
	/* it may be another source by now */
	if (slot->used_ && slot->called_)
		slot->more_ = r >= budget;
	return 1;
}

static void clear_wake(struct netring_loop *loop)
{
	uint64_t wakes;

	(void)sys_read(loop->wake_ - 1, &wakes, sizeof(wakes));
}

/* The last element is free until all are in use: there stop() wakes. */
static int wait(struct netring_loop *loop, int timeout)
{
	int last = loop->count_ - 1, r;
	int spare = !loop->slots_[last].used_;

	timeout = time_to_wait(loop, timeout);
	if (spare) {
		loop->fds_[last].fd = loop->wake_ - 1;
		loop->fds_[last].events = POLLIN;
	} else if (timeout < 0 || timeout > LOOK_MS) {
		timeout = LOOK_MS;
	}
	r = sys_poll(loop->fds_, (nfds_t)loop->count_, timeout);
	if (spare) {
		if (r > 0 && loop->fds_[last].revents)
			clear_wake(loop); /* a stop ends one wait */
		loop->fds_[last].fd = -1;
		loop->fds_[last].revents = 0;
	}
	return r;
}

/* All that have a reason, whatever one of them says. */
static int call_all(struct netring_loop *loop)
{
	int64_t now = netring_clock_ms();
	int i, n, r, called = 0, error = 0;

	for (n = 0; n < loop->count_; n++) {
		i = loop->first_ + n;
		r = call(loop, i < loop->count_ ? i : i - loop->count_, now);
		if (r >= 0)
			called += r;
		else if (!error)
			error = r;
	}
	if (++loop->first_ >= loop->count_)
		loop->first_ = 0;
	return error ? error : called;
}

int netring_loop_step(struct netring_loop *loop, int timeout)
{
	int r = wait(loop, timeout);

	return r < 0 ? r : call_all(loop);
}

int netring_loop_run(struct netring_loop *loop)
{
	int r;

	while (!__atomic_load_n(&loop->stop_, __ATOMIC_RELAXED)) {
		r = wait(loop, NETRING_FOREVER);
		if (r == -EINTR)
			continue;
		if (r >= 0)
			r = call_all(loop);
		if (r < 0)
			return r;
	}
	__atomic_store_n(&loop->stop_, 0, __ATOMIC_RELAXED);
	clear_wake(loop);
	return 0;
}

void netring_loop_stop(struct netring_loop *loop)
{
	const uint64_t one = 1;
	int saved = sys_errno();

	__atomic_store_n(&loop->stop_, 1, __ATOMIC_RELAXED);
	(void)sys_write(loop->wake_ - 1, &one, sizeof(one));
	sys_set_errno(saved); /* a signal handler leaves no trace */
}
