/* SPDX-License-Identifier: MIT */
/* test_inject_queue.c - a slow queue in front of the device, and a fast one. */
#define _GNU_SOURCE
#include "live.h"
#include "port_settings.h"
#include "spy_socket.h"

#include <netring/injector.h>

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define MILLION live_share(1000000)
#define BURST 3000u
#define SLOW (64000 / 8) /* bytes a second */

static struct netring_injector inj;

static void open_it(uint32_t flags, uint32_t memory, uint32_t send_buffer)
{
	struct netring_injector_config cfg = { .interface = FAR,
					       .flags = flags,
					       .memory = memory,
					       .send_buffer = send_buffer };
	int r = netring_injector_open(&inj, &cfg);

	must(r, "open (%s)", netring_step_name(inj.step));
}

/* Ten times the burst and what may wait is queued: the rest is refused. */
static void slow(uint32_t limit, uint32_t send_buffer, const char *what)
{
	struct netring_injector_stats s;
	struct spied seen = { 0 };
	uint8_t frame[500];
	uint32_t i, count = 24, pending;
	int spy, r;
	int64_t start;

	r = port_tbf(FAR, SLOW, BURST, limit);
	if (r < 0) {
		skip(lacking(r) ? lacking(r) : strerror(-r), "tbf");
		return;
	}
	spy = must(spy_open(NEAR, 0), "a look at the far end");
	open_it(0, 65536, send_buffer);
	for (i = 0; i < count; i++) {
		wire_frame(frame, sizeof(frame), WIRE_TYPE, i);
		must(netring_injector_queue(&inj, frame, sizeof(frame), 0),
		     "queue");
	}
	start = live_start_ms();
	r = netring_injector_flush(&inj);
	between(netring_clock_ms() - start, 0, live_late_ms(),
		"%s: flush does not block, ms", what);
	between(r, 1, count - BURST / 500, "frames pending");
	for (i = 0; i < 20; i++)
		r = netring_injector_flush(&inj);
	pending = netring_injector_pending(&inj);
	netring_injector_read_stats(&inj, &s);
	is(pending, (long long)(s.queued - s.accepted), "pending is true");
	is(r, pending, "as flush says");
	ok(s.retried > 0, "the kernel asked to repeat: %llu",
	   (unsigned long long)s.retried);
	start = live_start_ms();
	r = netring_injector_drain(&inj, start + 100);
	between(netring_clock_ms() - start, 99, 100 + live_late_ms(),
		"drain keeps its deadline, ms");
	between(r, 1, pending, "and says how many remain");
	spy_count(spy, &seen, count, 1);
	between(seen.frames, 1, count - 1, "some have arrived");
	r = netring_injector_flush(&inj);
	between(seen.frames, 0, count - r, "none that was not taken");
	is(netring_injector_drain(&inj, start + 5000), 0, "drained at last");
	start = netring_clock_ms() - start;
	spy_count(spy, &seen, count, 1500);
	spied_ok(&seen, count, what);
	netring_injector_read_stats(&inj, &s);
	is((long long)s.accepted, count, "accepted");
	is(netring_injector_close(&inj), 0, "close");
	must(port_no_qdisc(FAR), "no tbf any more");
	close(spy);
}

/* Given up while the queue is full: only what was taken arrives. */
static void give_up(void)
{
	struct netring_injector_stats s;
	struct spied seen = { 0 };
	uint8_t frame[500];
	uint32_t i;
	int spy, dropped;

	if (port_tbf(FAR, SLOW, BURST, 1500) < 0)
		return;
	spy = must(spy_open(NEAR, 0), "a look at the far end");
	open_it(0, 65536, 0);
	for (i = 0; i < 20; i++) {
		wire_frame(frame, sizeof(frame), WIRE_TYPE, i);
		must(netring_injector_queue(&inj, frame, sizeof(frame), 0),
		     "queue");
	}
	between(netring_injector_flush(&inj), 1, 15, "pending");
	dropped = netring_injector_discard_pending(&inj);
	netring_injector_read_stats(&inj, &s);
	is((long long)s.discarded, dropped, "discarded");
	is((long long)(s.accepted + netring_injector_pending(&inj)),
	   20 - dropped, "the others the kernel has");
	spy_count(spy, &seen, (uint32_t)(20 - dropped), 1500);
	spied_ok(&seen, (uint32_t)(20 - dropped), "tbf, discard_pending");
	ok(spy_quiet(spy, 200), "no discarded one");
	netring_injector_close(&inj);
	must(port_no_qdisc(FAR), "no tbf any more");
	close(spy);
}

/* The far end of a million: a capture in another process. */
static pid_t start_far_end(int to)
{
	struct netring_capture_config cfg = { .interface = NEAR,
					      .protocol = WIRE_TYPE,
					      .memory = 32 << 20 };
	struct tally t = { 0 };
	struct netring_capture_stats total;
	static struct netring_capture cap;
	pid_t pid = fork();
	int r;

	if (pid)
		return pid;
	r = netring_capture_open(&cap, &cfg);
	if (write(to, &r, sizeof(r)) < 0 || r < 0)
		_exit(1);
	tally_batches(&t, &cap, MILLION, 2000);
	netring_capture_read_stats(&cap, &total, NULL);
	r = (int)total.dropped;
	if (write(to, &t, sizeof(t)) < 0 || write(to, &r, sizeof(r)) < 0)
		_exit(1);
	_exit(0);
}

/* At full speed by a queue that waits: all arrive. The counters of the
 * interface are exact; the capture may be too slow for what it looks at. */
static void million(uint32_t flags)
{
	static uint8_t frame[60];
	struct netring_injector_stats s;
	struct port_counters before, after;
	struct tally t;
	uint32_t i;
	int64_t start;
	pid_t pid;
	int pipes[2], r, dropped = -1;

	must(pipe(pipes), "a pipe");
	pid = start_far_end(pipes[1]);
	must(read(pipes[0], &r, sizeof(r)) < 0 ? -errno : r, "the far end");
	must(port_counters(NEAR, &before), "counters");
	open_it(flags, 0, 0);
	start = live_us();
	for (i = 0; i < MILLION; i++) {
		wire_frame(frame, sizeof(frame), WIRE_TYPE, i);
		r = netring_injector_queue(&inj, frame, sizeof(frame),
					   NETRING_FOREVER);
		if (r < 0)
			break;
	}
	is(i, MILLION, "flags %x: a million by a queue that waits", flags);
	is(netring_injector_drain(&inj, netring_clock_ms() + 5000), 0, "drain");
	start = live_us() - start;
	diag("%lld frames a second", (long long)MILLION * 1000000 / start);
	netring_injector_read_stats(&inj, &s);
	is((long long)s.queued, MILLION, "queued");
	is((long long)s.accepted, MILLION, "accepted");
	is(netring_injector_close(&inj), 0, "none is lost by close");
	if (read(pipes[0], &t, sizeof(t)) < 0 ||
	    read(pipes[0], &dropped, sizeof(dropped)) < 0)
		must(-EIO, "the far end's tally");
	wire_wait(pid);
	must(port_counters(NEAR, &after), "counters");
	is((long long)(after.rx_packets - before.rx_packets), MILLION,
	   "the far interface received a million");
	is((long long)(after.rx_dropped - before.rx_dropped), 0,
	   "and dropped none");
	is(t.numbered + (uint32_t)dropped, MILLION,
	   "a capture there saw them, or says that it was too slow");
	ok(!t.damaged && !t.foreign && !t.unordered, "whole, in order");
	if (dropped)
		diag("%d seen by the interface only", dropped);
	close(pipes[0]);
	close(pipes[1]);
}

int main(void)
{
	live_begin();
	live_wire();
	slow(1500, 0, "tbf with room for 3: ENOBUFS");
	slow(100000, 4608, "tbf, a small socket buffer: EAGAIN");
	give_up();
	million(0);
	million(NETRING_INJECTOR_QDISC_BYPASS);
	return done_testing();
}
