/* SPDX-License-Identifier: MIT */
/* test_xdp_bridge_speed.c - does the AF_XDP bridge forward more frames? */
#define _GNU_SOURCE
#include "live.h"
#include "xdp_hosts.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/*
 * usage: test_xdp_bridge_speed [ROUNDS MS LENGTH RATE MODE]
 *
 * RATE: frames a second that are offered, 0: a flood; MODE: native, generic.
 * One core sends, the other has the bridge under test, and softirqs run where
 * the kernel puts them. Both bridges take turns, since figures drift.
 */
static int rounds = 5, window = 500;
static size_t length = 64;
static uint32_t rate;
static int attach = NETRING_XDP_NATIVE;

#define ROUNDS_MAX 99
#define BURST 32
#define HOT 128u /* frames of the sender */

enum kind {
	PACKET,
	XDP,
	KINDS
};

static const char *const kind_name[KINDS] = { "AF_PACKET", "AF_XDP" };
static struct hosts h;
static uint64_t offered, cost;

static void pin(int core)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(core, &set);
	/* one core for both, where there is no other */
	(void)sched_setaffinity(0, sizeof(set), &set);
}

static void unpin(void)
{
	cpu_set_t set;

	memset(&set, 0xff, sizeof(set));
	(void)sched_setaffinity(0, sizeof(set), &set);
}

static int64_t ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

NETRING_UMEM_AREA(hot, HOT, 2048);

static void open_generator(struct netring_xdp *xdp)
{
	static struct netring_umem umem;
	struct netring_umem_config memory = {
		.memory = hot.memory,
		.size = sizeof(hot.memory),
		.table = hot.table,
		.table_size = sizeof(hot.table),
		.frame_size = 2048,
	};
	struct netring_xdp_config cfg = {
		.interface = host_name[0],
		.umem = &umem,
		.mode = NETRING_XDP_TX,
		.tx_ring = HOT,
		.completion_ring = HOT,
		.tx_budget = HOT,
	};
	uint32_t i;

	must(netring_umem_init(&umem, &memory), "frames to send");
	must(netring_xdp_open(xdp, &cfg), "a sending socket (%s)",
	     netring_step_name(xdp->step));
	for (i = 0; i < HOT; i++)
		wire_frame(hot.memory + i * 2048, length, WIRE_TYPE, i);
}

/* The same few frames again and again, which stay in the cache; by AF_XDP,
 * which is the fastest way here. */
static void generate(struct netring_xdp *xdp)
{
	struct netring_xdp_frame frame;
	int64_t start = ns();
	uint64_t sent = 0;

	for (;;) {
		while (rate &&
		       (uint64_t)(ns() - start) / 1000 * rate / 1000000 < sent)
			;
		while (netring_xdp_tx_reserve(&xdp->tx, &frame) == 0) {
			if (netring_xdp_tx_commit(&xdp->tx, &frame,
						  (uint32_t)length) < 0)
				_exit(1);
			sent++;
			if (rate && sent % BURST == 0)
				break;
		}
		(void)netring_xdp_tx_flush(&xdp->tx);
	}
}

static pid_t start_generator(struct netring_xdp *xdp)
{
	int home = must(net_enter(h.ns[0]), "go there");
	pid_t pid;

	open_generator(xdp);
	must(net_return(home), "come back");
	pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		pin(0);
		generate(xdp);
	}
	return pid;
}

static pid_t start_bridge(enum kind kind)
{
	struct netring_xdp_bridge_config xdp = xdp_hosts_config(attach, 0);
	struct netring_bridge_config packet = { .flags = 0 };
	pid_t pid;

	pin(1);
	pid = kind == XDP ? xdp_hosts_run(&xdp, -1) : hosts_run(&packet, -1);
	unpin();
	return pid;
}

/* What a process computed so far. */
static int64_t cpu_ns(pid_t pid)
{
	struct timespec t = { 0, 0 };
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) == 0)
		clock_gettime(clock, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Frames a second at the far end. */
static uint64_t round_of(enum kind kind)
{
	static struct netring_xdp xdp;
	pid_t bridge = start_bridge(kind), generator = start_generator(&xdp);
	uint64_t arrived, came;
	int64_t start, cpu;

	live_sleep_ms(100); /* warm */
	start = ns();
	cpu = cpu_ns(bridge);
	arrived = hosts_arrived(&h, 1);
	came = xdp_hosts_left(&h, 0);
	live_sleep_ms(window);
	arrived = hosts_arrived(&h, 1) - arrived;
	came = xdp_hosts_left(&h, 0) - came;
	cpu = cpu_ns(bridge) - cpu;
	start = ns() - start;
	wire_stop(generator);
	(void)netring_xdp_close(&xdp);
	kill(bridge, SIGTERM);
	is(wire_wait(bridge), 0, "%s ends", kind_name[kind]);
	cost = (uint64_t)cpu / (arrived + 1);
	offered = came * 1000 / (uint64_t)(start / 1000000);
	return arrived * 1000 / (uint64_t)(start / 1000000);
}

static int ascending(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static uint64_t median(const uint64_t *values)
{
	uint64_t sorted[ROUNDS_MAX];

	memcpy(sorted, values, sizeof(*values) * (size_t)rounds);
	qsort(sorted, (size_t)rounds, sizeof(*sorted), ascending);
	return sorted[rounds / 2];
}

static void arguments(int argc, char **argv)
{
	if (argc > 1)
		rounds = atoi(argv[1]);
	if (argc > 2)
		window = atoi(argv[2]);
	if (argc > 3)
		length = (size_t)atoi(argv[3]);
	if (argc > 4)
		rate = (uint32_t)atoi(argv[4]);
	if (argc > 5 && !strcmp(argv[5], "generic"))
		attach = NETRING_XDP_GENERIC;
	if (rounds < 1 || rounds > ROUNDS_MAX || window < 1 || length < 14 ||
	    length > 1514) {
		fprintf(stderr, "usage: %s [ROUNDS MS LENGTH RATE MODE]\n",
			argv[0]);
		exit(2);
	}
}

int main(int argc, char **argv)
{
	uint64_t fps[KINDS][ROUNDS_MAX], ratio[ROUNDS_MAX];
	static struct netring_xdp_bridge br;
	struct netring_xdp_bridge_config cfg;
	int i, kind;

	arguments(argc, argv);
	live_begin();
	hosts_begin(&h);
	close(h.spy[0]); /* the far stack drops what arrives */
	close(h.spy[1]);
	h.spy[0] = h.spy[1] = -1;
	cfg = xdp_hosts_config(attach, 0);
	xdp_hosts_open(&br, &cfg); /* or skips */
	netring_xdp_bridge_close(&br);
	diag("%zu bytes, %s, %u offered (0: flood), %d ms a round", length,
	     xdp_hosts_mode(attach), rate, window);
	for (i = 0; i < rounds; i++) {
		for (kind = 0; kind < KINDS; kind++) {
			fps[kind][i] = round_of(kind);
			diag("round %d: %s: %llu frames/s of %llu, %llu ns each",
			     i + 1, kind_name[kind],
			     (unsigned long long)fps[kind][i],
			     (unsigned long long)offered,
			     (unsigned long long)cost);
		}
		ratio[i] = fps[XDP][i] * 1000 / (fps[PACKET][i] + 1);
	}
	for (kind = 0; kind < KINDS; kind++)
		diag("median %s: %llu frames/s", kind_name[kind],
		     (unsigned long long)median(fps[kind]));
	i = (int)median(ratio);
	ok(i > 1000, "AF_XDP forwards more than AF_PACKET: %d.%03d times",
	   i / 1000, i % 1000);
	hosts_end(&h);
	return done_testing();
}
