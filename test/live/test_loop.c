/* SPDX-License-Identifier: MIT */
/* test_loop.c - turns, more to do than a budget, changes from inside. */
#define _GNU_SOURCE
#include "live.h"
#include "counting_loop.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

static int none(void *user, int revents, int budget)
{
	(void)user, (void)revents, (void)budget;
	return 0;
}

/* All are always ready, one pretends to have more to do: each gets a turn in
 * each step, and each is the first as often. */
static void turns(void)
{
	int first[SOURCES] = { 0 }, i, n, good = 1;

	loop_begin();
	for (i = 0; i < SOURCES; i++)
		must(loop_add(i, loop_ready(), 0, i == 2 ? MUCH : 1), "add");
	is(netring_loop_add(&loop,
			    &(struct netring_loop_source){ .fd = sources[0].fd,
							   .events = POLLIN,
							   .function = none }),
	   -ENOSPC, "no place for more");
	for (i = 0; i < 60; i++) {
		called = 0;
		n = netring_loop_step(&loop, NETRING_FOREVER);
		good = good && n == SOURCES && called == SOURCES;
		first[sequence[0]]++;
	}
	ok(good, "all are called once in each step");
	for (i = 0; i < SOURCES; i++)
		is(first[i], 10, "source %d was the first as often as others",
		   i);
	for (i = 0; i < SOURCES; i++)
		close(sources[i].fd);
	netring_loop_close(&loop);
}

/* More to do without an event: called again, without waiting. */
static void more(void)
{
	int fd = eventfd(1, EFD_CLOEXEC);
	uint64_t value;
	int i, n = 0;

	loop_begin();
	must(loop_add(0, fd, 0, MUCH), "add");
	is(netring_loop_step(&loop, NETRING_FOREVER), 1, "an event");
	is(sources[0].revents, POLLIN, "is told");
	must(read(fd, &value, 8) == 8 ? 0 : -EIO, "taken");
	for (i = 0; i < 5; i++)
		n += netring_loop_step(&loop, 1000);
	is(n, 5, "it has more to do: called again at once");
	is(sources[0].revents, 0, "without an event");
	sources[0].result = 7;
	is(netring_loop_step(&loop, 1000), 1, "and once more");
	is(netring_loop_step(&loop, 5), 0, "less than its budget: done");
	sources[0].result = -EIO;
	must(write(fd, &value, 8) == 8 ? 0 : -EIO, "an event");
	is(netring_loop_step(&loop, 5), -EIO, "its error ends the step");
	is(netring_loop_run(&loop), -EIO, "and the run");
	close(fd);
	netring_loop_close(&loop);
}

static void remove_self(struct source *s)
{
	is(netring_loop_remove(&loop, s->number), 0, "removes itself");
}

static void remove_next(struct source *s)
{
	(void)s;
	netring_loop_remove(&loop, sources[1].number);
}

static void replace(struct source *s)
{
	netring_loop_remove(&loop, s->number);
	is(loop_add(5, sources[4].fd, 0, 1), s->number, "another in its place");
}

static void deafen(struct source *s)
{
	is(netring_loop_modify(&loop, s->number, 0), 0, "modify");
}

static void inside(void)
{
	int ready = loop_ready(), silent = eventfd(0, EFD_CLOEXEC);

	loop_begin();
	must(loop_add(0, ready, 0, 1), "add");
	sources[0].extra = remove_self;
	is(netring_loop_step(&loop, 0), 1, "called");
	is(netring_loop_step(&loop, 0), 0, "and no more");
	is(netring_loop_remove(&loop, sources[0].number), -ENOENT, "not there");
	is(netring_loop_modify(&loop, sources[0].number, 0), -ENOENT, "nor");
	is(netring_loop_call_in(&loop, 99, 0), -ENOENT, "nor that");
	netring_loop_close(&loop);

	loop_begin();
	must(loop_add(0, ready, 0, 1), "add");
	must(loop_add(1, ready, 0, 1), "add");
	sources[0].extra = remove_next;
	is(netring_loop_step(&loop, 0), 1, "one removes the next");
	is(sources[1].calls, 0, "which is not called in this step");
	netring_loop_close(&loop);

	loop_begin();
	sources[4].fd = silent;
	must(loop_add(0, ready, 0, MUCH), "add");
	sources[0].extra = replace;
	is(netring_loop_step(&loop, 0), 1, "one puts another in its place");
	is(netring_loop_step(&loop, 5), 0, "which has nothing to do yet");
	is(sources[5].calls, 0, "and is not called for its forerunner");
	netring_loop_close(&loop);

	loop_begin();
	must(loop_add(0, ready, 0, 1), "add");
	sources[0].extra = deafen;
	is(netring_loop_step(&loop, 0), 1, "called");
	is(netring_loop_step(&loop, 5), 0, "no event it waits for");
	is(netring_loop_modify(&loop, sources[0].number, POLLIN), 0, "modify");
	is(netring_loop_step(&loop, 5), 1, "again");
	netring_loop_close(&loop);
	close(ready);
	close(silent);
}

static void refused(void)
{
	struct netring_loop_slot slots[1];
	struct pollfd fds[1];
	struct netring_loop_source s = { .fd = 0, .function = none };

	is(netring_loop_open(&loop, fds, slots, 0), -EINVAL, "no source");
	loop_begin();
	s.function = NULL;
	is(netring_loop_add(&loop, &s), -EINVAL, "no function");
	s.function = none;
	is(netring_loop_add(&loop, &s), -EINVAL, "fd left out, which is 0");
	s.period = 10;
	is(netring_loop_add(&loop, &s), -EINVAL, "of a period, too");
	s.events = POLLIN;
	is(netring_loop_add(&loop, &s), 0, "standard input, meant so");
	netring_loop_close(&loop);
	netring_loop_close(&loop);
}

int main(void)
{
	live_begin();
	turns();
	more();
	inside();
	refused();
	return done_testing();
}
