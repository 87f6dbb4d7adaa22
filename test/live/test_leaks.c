/* SPDX-License-Identifier: MIT */
/* test_leaks.c - open and close leave no descriptor and no mapping. */
#define _GNU_SOURCE
#include "live.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define WORKERS 10 /* as each close waits for the kernel */
#define ROUNDS 100

static int descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = 0;

	while (dir && readdir(dir))
		n++;
	if (dir)
		closedir(dir);
	return n;
}

static int mappings(void)
{
	FILE *file = fopen("/proc/self/maps", "r");
	int c, n = 0;

	while (file && (c = getc(file)) != EOF)
		n += c == '\n';
	if (file)
		fclose(file);
	return n;
}

/* Ways to open that work, and ways that fail, each at another step. */
static int one(int i)
{
	static const struct netring_instruction code[] = { { 0x15, 9, 9, 0 } };
	static const struct netring_filter bad = { code, 1 };
	struct netring_fanout fanout = { .id = (uint16_t)(getpid() + i) };
	int null = -1, here = -1, r;
	struct netring_capture_config cfg = { .interface = NEAR };
	struct netring_capture cap;

	switch (i % 8) {
	case 0:
		cfg.flags = NETRING_CAPTURE_PROMISC;
		break;
	case 1:
		cfg.flags = NETRING_CAPTURE_IMMEDIATE;
		break;
	case 2:
		cfg.fanout = &fanout;
		break;
	case 3:
		cfg.netns = &here;
		here = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
		break;
	case 4:
		cfg.interface = "nosuch";
		break;
	case 5:
		cfg.filter = &bad;
		break;
	case 6:
		cfg.block_size = 1;
		break;
	case 7:
		cfg.netns = &null;
		null = open("/dev/null", O_RDONLY | O_CLOEXEC);
		break;
	}
	r = netring_capture_open(&cap, &cfg);
	netring_capture_close(&cap);
	netring_capture_close(&cap); /* twice is allowed */
	if (null >= 0)
		close(null);
	if (here >= 0)
		close(here);
	return (r < 0) == (i % 8 >= 4) ? 0 : -EPROTO;
}

static pid_t start(void)
{
	pid_t pid = fork();
	int i, fds, maps, r = 0;

	if (pid)
		return pid;
	fds = descriptors();
	maps = mappings();
	for (i = 0; i < ROUNDS && r >= 0; i++)
		r = one(i);
	if (r < 0)
		_exit(1);
	if (descriptors() != fds)
		_exit(2);
	_exit(mappings() != maps ? 3 : 0);
}

int main(void)
{
	struct netring_capture cap;
	pid_t workers[WORKERS];
	int i, r, wrong[4] = { 0, 0, 0, 0 };

	live_begin();
	live_wire();
	ok(descriptors() > 3 && mappings() > 3, "/proc tells");
	for (i = 0; i < WORKERS; i++)
		workers[i] = start();
	for (i = 0; i < WORKERS; i++) {
		r = wire_wait(workers[i]);
		wrong[r <= 0 && r >= -3 ? -r : 1]++;
	}
	is(wrong[1], 0, "%d opens of eight kinds end as they should",
	   WORKERS * ROUNDS);
	is(wrong[2], 0, "no descriptor is left");
	is(wrong[3], 0, "no mapping is left");
	is(net_promiscuity(NEAR), 0, "no interface is left promiscuous");
	memset(&cap, 0, sizeof(cap));
	netring_capture_close(&cap);
	is(netring_capture_fd(&cap), -1, "an all-zero object may be closed");
	return done_testing();
}
