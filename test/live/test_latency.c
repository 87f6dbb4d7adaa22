/* SPDX-License-Identifier: MIT */
/* test_latency.c - how long a lone packet waits in the ring. */
/* netring-test: alone */
#define _GNU_SOURCE
#include "live.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
#include <signal.h>

#define MOST 60
#define JIFFY_MS 10 /* the longest that is in use, HZ=100 */

static int compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* Lone packets, at other moments of the kernel's timer each. */
static pid_t send_slowly(int count, int gap_ms)
{
	pid_t pid = fork();
	uint8_t frame[100];
	int fd, i;

	if (pid)
		return pid;
	fd = wire_open(FAR);
	for (i = 0; i < count; i++) {
		live_sleep_ms(gap_ms + i * 7 % 10);
		wire_frame(frame, sizeof(frame), WIRE_TYPE, (uint32_t)i);
		if (wire_send(fd, frame, sizeof(frame)) < 0)
			_exit(1);
	}
	_exit(0);
}

/* From the time in the packet to the return of wait(). */
static int measure(struct netring_capture *cap, int64_t *delays, int count)
{
	struct netring_batch batch;
	struct netring_packet pkt;
	int64_t now;
	int n = 0;

	while (n < count) {
		if (netring_capture_wait(cap, 1000) != NETRING_EVENT_PACKETS)
			break;
		now = live_real_us();
		if (!netring_capture_next(cap, &batch))
			continue;
		while (n < count && netring_batch_next(&batch, &pkt))
			delays[n++] = now - (int64_t)pkt.sec * 1000000 -
				      pkt.nsec / 1000;
		netring_capture_release(cap);
	}
	return n;
}

static int64_t median(uint32_t flags, uint32_t retire_ms, int count)
{
	int limit_ms =
		(int)(retire_ms ? retire_ms : NETRING_CONFIG_CAPTURE_RETIRE_MS);
	struct netring_capture cap;
	int64_t delays[MOST];
	pid_t sender;
	int n;

	if (flags)
		limit_ms = 0;
	live_open(&cap, &(struct netring_capture_config){
				.interface = NEAR,
				.flags = flags,
				.protocol = WIRE_TYPE,
				.retire_ms = retire_ms,
			});
	sender = send_slowly(count, limit_ms + 2);
	(void)live_start_ms();
	n = measure(&cap, delays, count);
	wire_wait(sender);
	netring_capture_close(&cap);
	is(n, count, "%s, %u ms: lone packets", mode_name(flags), retire_ms);
	if (!n)
		return 0;
	qsort(delays, (size_t)n, sizeof(delays[0]), compare);
	diag("delay: least %lld us, median %lld us, most %lld us",
	     (long long)delays[0], (long long)delays[n / 2],
	     (long long)delays[n - 1]);
	limit_ms += flags ? live_late_ms() : 2 * JIFFY_MS + live_late_ms();
	between(delays[n - 1], 0, limit_ms * 1000, "each within %d ms",
		limit_ms);
	return delays[n / 2];
}

int main(void)
{
	int64_t at_once, one, eight, sixty, standard;

	live_begin();
	live_wire();
	one = median(0, 1, 40);
	eight = median(0, 8, 40);
	sixty = median(0, 60, 16);
	standard = median(0, 0, 16);
	at_once = median(NETRING_CAPTURE_IMMEDIATE, 0, 60);
	between(at_once, 0, 1000 * live_slower(),
		"V2 typically tells of a packet within a millisecond");
	ok(at_once < eight && one < sixty / 2 && eight < sixty / 2,
	   "the time that was asked for is what makes the difference");
	ok(standard > eight, "and without one it is the configuration's");
	return done_testing();
}
