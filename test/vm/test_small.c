/* SPDX-License-Identifier: MIT */
/* test_small.c - a router of 32 MB whose memory is in pieces: all roles open
 * as they are configured, and carry what they should. */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <netring/bridge.h>
#include <netring/injector.h>

#include "../live/live.h"
#include "../live/port_settings.h"
#include "../live/spy_socket.h"

#define FAR_NEAR "nr2" /* the other wire of a bridge */
#define FAR_FAR "nr3"
#define COUNT 10000u
#define LOT 50u
#define LENGTH 300u
#define LEAVE_KIB 512 /* free, when all else is taken */

/* A number of a file of "name: number" or "name number" lines; KiB. */
static long meminfo(const char *name)
{
	FILE *file = fopen("/proc/meminfo", "r");
	char line[128];
	long value = -1;

	while (file && value < 0 && fgets(line, sizeof(line), file))
		if (strncmp(line, name, strlen(name)) == 0)
			(void)sscanf(line + strlen(name), ": %ld", &value);
	if (file)
		fclose(file);
	return value;
}

/* How many blocks of @order pages (a power of two) can be had in one piece. */
static long free_blocks(int order)
{
	FILE *file = fopen("/proc/buddyinfo", "r");
	char line[512], *at;
	long blocks = 0, n;
	int i, used;

	while (file && fgets(line, sizeof(line), file)) {
		at = strstr(line, "zone");
		if (!at || sscanf(at, "zone %*s%n", &used) < 0)
			continue;
		for (at += used, i = 0; sscanf(at, "%ld%n", &n, &used) == 1;
		     at += used, i++)
			if (i >= order)
				blocks += n << (i - order);
	}
	if (file)
		fclose(file);
	return blocks;
}

static void show_blocks(const char *when)
{
	FILE *file = fopen("/proc/buddyinfo", "r");
	char line[512];

	while (file && fgets(line, sizeof(line), file))
		diag("%s: %.*s", when, (int)strcspn(line, "\n"), line);
	if (file)
		fclose(file);
}

static void say(const char *path, const char *value)
{
	FILE *file = fopen(path, "w");

	if (file) {
		fputs(value, file);
		fclose(file);
	}
}

/* Take all memory, give every second page back. */
static void fragment(void)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), size, i, taken = 0;
	uint8_t *memory;

	say("/proc/sys/vm/min_free_kbytes", "128\n");
	size = (size_t)meminfo("MemTotal") * 1024;
	memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	must(memory == MAP_FAILED ? -1 : 0, "room for all memory");
	while (taken < size && meminfo("MemFree") > LEAVE_KIB)
		for (i = 0; i < 8 && taken < size; i++, taken += page)
			memory[taken] = 1;
	for (i = 0; i < taken; i += 2 * page)
		must(madvise(memory + i, page, MADV_DONTNEED), "give back");
	diag("%ld KiB in all, %ld free", meminfo("MemTotal"),
	     meminfo("MemFree"));
	show_blocks("fragmented");
}

/* More blocks than there are in one piece: the kernel put @rings such rings
 * together page by page, which it counts. @before: what it had counted. */
static void in_pieces(const struct netring_geometry *geometry, long rings,
		      long free, long before, const char *what)
{
	long blocks = rings * (long)geometry->block_count;

	diag("%s: %ld blocks of %u KiB, %ld in one piece were free", what,
	     blocks, geometry->block_size / 1024, free);
	ok(free < blocks, "%s: too few in one piece", what);
	between(meminfo("VmallocUsed") - before, 1,
		2 * blocks * (long)geometry->block_size / 1024,
		"%s: KiB put together page by page", what);
}

static int order_of(const struct netring_geometry *geometry)
{
	int order = 0;

	while ((sysconf(_SC_PAGESIZE) << order) < (long)geometry->block_size)
		order++;
	return order;
}

static int patience(void)
{
	return 50 * live_slack_ms();
}

/* Of the same configuration, to know what its ring will be. */
static struct netring_geometry capture_geometry(void)
{
	struct netring_geometry_request request = { 0 };
	struct netring_geometry geometry;

	must(netring_geometry_compute(&geometry, &request), "geometry");
	return geometry;
}

static void lot(const char *from, uint32_t first)
{
	struct wire_flood flood = { .interface = from,
				    .first = first,
				    .count = LOT,
				    .length = LENGTH };

	must(wire_burst(&flood), "send");
}

static void captures(uint32_t flags)
{
	struct netring_capture_config cfg = { .interface = NEAR,
					      .flags = flags };
	struct netring_geometry geometry = capture_geometry();
	long free = free_blocks(order_of(&geometry));
	long before = meminfo("VmallocUsed"), memory = meminfo("MemFree");
	struct netring_capture cap;
	struct tally t = { 0 };
	uint32_t sent;

	live_open(&cap, &cfg);
	if (!flags)
		in_pieces(&cap.geometry_, 1, free, before, "capture");
	diag("capture %s: %ld KiB", mode_name(flags),
	     memory - meminfo("MemFree"));
	for (sent = 0; sent < COUNT; sent += LOT) {
		lot(FAR, sent);
		(void)tally_batches(&t, &cap, sent + LOT, patience());
	}
	tally_ok(&t, COUNT, mode_name(flags));
	netring_capture_close(&cap);
}

static void injects(int spy)
{
	struct netring_injector_config cfg = { .interface = NEAR };
	long memory = meminfo("MemFree");
	struct netring_injector inj;
	struct spied seen = { 0 };
	uint8_t frame[LENGTH];
	uint32_t sent;

	must(netring_injector_open(&inj, &cfg), "open (%s)",
	     netring_step_name(inj.step));
	diag("injector: %ld KiB", memory - meminfo("MemFree"));
	for (sent = 0; sent < COUNT;) {
		wire_frame(frame, sizeof(frame), WIRE_TYPE, sent);
		must(netring_injector_queue(&inj, frame, sizeof(frame),
					    netring_clock_ms() + patience()),
		     "queue");
		if (++sent % LOT)
			continue;
		must(netring_injector_flush(&inj), "flush");
		spy_count(spy, &seen, sent, patience());
	}
	spied_ok(&seen, COUNT, "injected");
	is(netring_injector_close(&inj), 0, "none is lost by close");
}

static void bridges(int spy)
{
	struct netring_bridge_config cfg = {
		.interface = { NEAR, FAR_NEAR },
	};
	long before = meminfo("VmallocUsed"), memory = meminfo("MemFree");
	struct netring_geometry geometry = capture_geometry();
	long free = free_blocks(order_of(&geometry));
	static struct netring_bridge br;
	struct spied seen = { 0 };
	int64_t end;
	uint32_t sent;

	must(netring_bridge_open(&br, &cfg), "open (%s)",
	     netring_step_name(br.step));
	in_pieces(&br.port_[0].capture.geometry_, 2, free, before, "bridge");
	diag("bridge: %ld KiB, %ld free", memory - meminfo("MemFree"),
	     meminfo("MemFree"));
	for (sent = LOT; sent <= COUNT; sent += LOT) {
		lot(FAR, sent - LOT);
		end = netring_clock_ms() + patience();
		while (spy_count(spy, &seen, sent, 0) < sent &&
		       netring_clock_ms() < end)
			must(netring_bridge_step(&br, 1), "step");
	}
	spied_ok(&seen, COUNT, "over the bridge");
	netring_bridge_close(&br);
}

int main(void)
{
	int spies[2];

	live_begin();
	port_quiet();
	live_wire();
	live_pair(FAR_NEAR, FAR_FAR);
	spies[0] = must(spy_open(FAR, 0), "a look at the far end");
	spies[1] = must(spy_open(FAR_FAR, 0), "a look at the other");
	fragment();
	ok(meminfo("MemTotal") < 32 * 1024, "less than 32 MB");
	captures(0);
	captures(NETRING_CAPTURE_IMMEDIATE);
	spy_flush(spies[0], 20);
	injects(spies[0]);
	spy_flush(spies[0], 20);
	spy_flush(spies[1], 20);
	bridges(spies[1]);
	show_blocks("at the end");
	return done_testing();
}
