/* SPDX-License-Identifier: MIT */
/* loop.h - wait for many descriptors and times at once, by poll(2). */
#ifndef NETRING_LOOP_H
#define NETRING_LOOP_H

#include <poll.h>
#include <stddef.h>
#include <stdint.h>

#include <netring/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * For programs that have no event loop yet. Those that have one watch the
 * descriptors of the roles themselves, or call netring_loop_step() with 0.
 * The loop knows no role: a source is a descriptor, a time, or both, and a
 * function.
 */

/**
 * netring_loop_function - called when a source is ready.
 * @revents: poll's; 0 when its time has come, or it had more to do.
 * @budget:  of the source: how much to do at most.
 *
 * May add, modify and remove sources, itself too. Return: how much was done,
 * and the loop calls again without waiting (after all others) if that is
 * @budget or more; < 0, -EINTR too, ends netring_loop_run() and _step() with
 * that value, once the others have been called.
 */
typedef int netring_loop_function(void *user, int revents, int budget);

/* What to watch. One without descriptor and period is a timer that runs once
 * for each netring_loop_call_in(). */
struct netring_loop_source {
	int fd;	      /* -1: none; 0 is standard input */
	short events; /* of fd: POLLIN, ...; POLLERR and POLLHUP come unasked */
	int budget;   /* 0: 64 */
	int period;   /* ms: call every so often; 0: never */
	netring_loop_function *function;
	void *user;
};

/* Of a loop, an element for each source; private. */
struct netring_loop_slot {
	struct netring_loop_source source_;
	int64_t due_; /* when to call; NETRING_FOREVER: not by time */
	uint8_t used_;
	uint8_t more_;
	uint8_t called_;
};

/* Private. */
struct netring_loop {
	struct pollfd *fds_;
	struct netring_loop_slot *slots_;
	int count_; /* of both arrays */
	int first_; /* whose turn it is to be called first */
	int wake_;  /* eventfd + 1 */
	int stop_;
};

/**
 * netring_loop_open() - begin a loop over the caller's arrays.
 * @fds, @slots: @count elements each, one for each source; the caller's, not
 *               to be touched until close.
 *
 * Holds one eventfd. While @count sources are in use no element is left to
 * watch it by, and netring_loop_stop() from another thread is seen within a
 * second; else at once.
 *
 * Return: 0; -EINVAL: no @count, or more than poll(2) takes at once, which is
 * the limit of open files (RLIMIT_NOFILE); or -errno.
 */
int netring_loop_open(struct netring_loop *loop, struct pollfd *fds,
		      struct netring_loop_slot *slots, int count)
	NETRING_TAGGED(netring_loop_open);

/* Safe on a closed or all-zero loop. Sources' descriptors stay open. */
void netring_loop_close(struct netring_loop *loop);

/* Return: the source's number; -ENOSPC: @count are in use; -EINVAL: no
 * function, a descriptor without events (fd left out, and so 0?), or < 0. A
 * level-triggered descriptor, as all of netring's are. */
int netring_loop_add(struct netring_loop *loop,
		     const struct netring_loop_source *source);

/* Watch for other events from now on. */
int netring_loop_modify(struct netring_loop *loop, int number, short events);

/* Call the source once more in @ms, whatever its descriptor does; takes the
 * place of its next period. NETRING_FOREVER: not by time any more. */
int netring_loop_call_in(struct netring_loop *loop, int number, int ms);

int netring_loop_remove(struct netring_loop *loop, int number);

/**
 * netring_loop_step() - wait once, call what is ready.
 * @timeout: milliseconds; 0: do not wait; NETRING_FOREVER.
 *
 * A source is called at most once in a step; each step begins with the next
 * one, so that none starves.
 *
 * Return: functions called, 0: none, perhaps before @timeout; -EINTR; the
 * first < 0 of a function.
 */
int netring_loop_step(struct netring_loop *loop, int timeout);

/* Step until stopped, over signals. Return: 0, or a function's own < 0. */
int netring_loop_run(struct netring_loop *loop);

/* End netring_loop_run(), now or when it begins, and the wait of a
 * netring_loop_step(); may be called in a signal handler and from another
 * thread. A later run or step goes on. */
void netring_loop_stop(struct netring_loop *loop);

#ifdef __cplusplus
}
#endif
#endif
