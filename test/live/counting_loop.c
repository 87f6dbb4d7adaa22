/* SPDX-License-Identifier: MIT */
/* counting_loop.c - a loop whose sources count what they are called for. */
#define _GNU_SOURCE
#include "counting_loop.h"

#include "live.h"

#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>

struct netring_loop loop;
struct source sources[SOURCES];
int sequence[1000], called;

static struct netring_loop_slot slots[SOURCES];
static struct pollfd fds[SOURCES];

static int function(void *user, int revents, int budget)
{
	struct source *s = user;

	s->revents = revents;
	if (s->calls < TIMES)
		s->times[s->calls] = live_us();
	s->calls++;
	if (called < 1000)
		sequence[called++] = s->number;
	if (s->extra)
		s->extra(s);
	return s->result == MUCH ? budget : s->result;
}

void loop_begin(void)
{
	memset(sources, 0, sizeof(sources));
	called = 0;
	must(netring_loop_open(&loop, fds, slots, SOURCES), "open");
}

int loop_add(int i, int fd, int period, int result)
{
	struct netring_loop_source what = { .fd = fd,
					    .events = POLLIN,
					    .period = period,
					    .budget = BUDGET,
					    .function = function,
					    .user = &sources[i] };

	sources[i].fd = fd;
	sources[i].result = result;
	sources[i].number = netring_loop_add(&loop, &what);
	return sources[i].number;
}

int loop_ready(void)
{
	int fd = eventfd(1, EFD_CLOEXEC);

	return must(fd < 0 ? -errno : fd, "an eventfd");
}
