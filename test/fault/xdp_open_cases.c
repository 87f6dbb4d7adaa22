/* SPDX-License-Identifier: MIT */
/* xdp_open_cases.c - AF_XDP sockets whose every system call is made to fail. */
#include "xdp_open_cases.h"

#include "xdp_program.h"

#include <linux/sockios.h>
#include <stdio.h>
#include <stdlib.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define SIBLING_FRAMES 4u
#define PATIENCE_MS 5000

NETRING_UMEM_AREA(area, XDP_FRAMES, 2048);

struct netring_umem xdp_umem;
struct netring_xdp_program xdp_program;
int xdp_map = -1;
static struct netring_xdp sibling;
static int adopted;
static uint32_t turn;

#define A .interface = "nra0"
#define SMALL .rx_ring = 32, .tx_ring = 32, .fill_ring = 32

const struct xdp_case xdp_cases[] = {
	{ "both", 0, { A } },
	{ "rx", 0, { A, .mode = NETRING_XDP_RX } },
	{ "tx", 0, { A, .mode = NETRING_XDP_TX } },
	{ "copy only", 0, { A, SMALL, .bind = { NETRING_XDP_COPY } } },
	{ "shared, other queue", WITH_SIBLING, { A } },
	{ "shared, other interface", WITH_FAR, { A, SMALL } },
	{ "program", WITH_PROGRAM, { A, .mode = NETRING_XDP_RX } },
	{ "map", WITH_MAP, { A, .mode = NETRING_XDP_RX } },
	{ "adopted", WITH_ADOPTED, { A } },
	{ "promiscuous", 0, { A, .flags = NETRING_XDP_PROMISC } },
	{ "busy poll", 0, { A, .flags = NETRING_XDP_BUSY_POLL } },
	{ "fragments", 0, { A, .flags = NETRING_XDP_FRAGMENTS } },
	{ "metadata", WITH_METADATA, { A, .mode = NETRING_XDP_TX } },
	{ "tx budget", 0, { A, .mode = NETRING_XDP_TX, .tx_budget = 64 } },
	{ "much at once",
	  WITH_MAP | WITH_ADOPTED | WITH_METADATA,
	  { A, .tx_budget = 32,
	    .flags = NETRING_XDP_PROMISC | NETRING_XDP_BUSY_POLL |
		     NETRING_XDP_FRAGMENTS | NETRING_XDP_SPIN } },
	{ "shared, much at once",
	  WITH_SIBLING | WITH_PROGRAM,
	  { A, SMALL, .tx_budget = 32,
	    .flags = NETRING_XDP_PROMISC | NETRING_XDP_BUSY_POLL |
		     NETRING_XDP_KEEP_COMPLETIONS } },
};
const uint32_t xdp_case_count = COUNT(xdp_cases);

/* An XSKMAP is for who may administer the network, of the host. */
int xdp_may_bpf(void)
{
	int map = netring_xdp_make_map_(NR_BPF_MAP_TYPE_XSKMAP, 1);

	if (map >= 0)
		real_close(map);
	return map >= 0;
}

void xdp_need_bpf(void)
{
	if (xdp_may_bpf())
		return;
	printf("1..0 # SKIP bpf(2) is not allowed here\n");
	exit(0);
}

/* So is the preference for busy polling. */
static int may_busy_poll(void)
{
	int one = 1, fd = real_socket(NR_AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0);
	int r = real_setsockopt(fd, SOL_SOCKET, NR_SO_PREFER_BUSY_POLL, &one,
				sizeof(one));

	real_close(fd);
	return r >= 0;
}

int xdp_setup(void **state)
{
	const struct netring_xdp_program_config cfg = { A };
	int r;

	(void)state;
	ports_add_queues("nra0", "nra1", XDP_QUEUES);
	ports_add_queues("nrb0", "nrb1", XDP_QUEUES);
	wrap_disarm();
	if (!xdp_may_bpf())
		return 0;
	r = netring_xdp_program_open(&xdp_program, &cfg);
	if (r < 0)
		return r;
	xdp_map = netring_xdp_make_map_(NR_BPF_MAP_TYPE_XSKMAP, XDP_QUEUES);
	return xdp_map < 0;
}

int xdp_teardown(void **state)
{
	wrap_disarm();
	netring_xdp_program_close(&xdp_program);
	if (xdp_map >= 0)
		real_close(xdp_map);
	return ports_teardown(state);
}

void xdp_begin(const struct xdp_case *test)
{
	const struct netring_umem_config memory = {
		.memory = area.memory,
		.size = sizeof(area.memory),
		.table = area.table,
		.table_size = sizeof(area.table),
		.frame_size = 2048,
		.flags = test->with & WITH_METADATA ? NETRING_UMEM_METADATA : 0,
	};
	const struct netring_xdp_config cfg = {
		.interface = test->with & WITH_FAR ? "nrb0" : "nra0",
		.queue = test->with & WITH_FAR ? 0 : XDP_QUEUES - 1,
		.umem = &xdp_umem,
		.rx_frames = SIBLING_FRAMES,
		.tx_frames = SIBLING_FRAMES,
		.retry_ms = PATIENCE_MS,
	};

	wrap_disarm();
	assert_int_equal(netring_umem_init(&xdp_umem, &memory), 0);
	if (test->with & (WITH_SIBLING | WITH_FAR))
		assert_int_equal(netring_xdp_open(&sibling, &cfg), 0);
}

void xdp_end(const struct xdp_case *test)
{
	uint32_t count[NETRING_UMEM_OWNERS_];

	wrap_disarm();
	if (test->with & (WITH_SIBLING | WITH_FAR))
		assert_int_equal(netring_xdp_close(&sibling), 0);
	assert_null(xdp_umem.sockets_);
	if (!xdp_umem.number_)
		return; /* had no socket */
	assert_int_equal(netring_umem_count(&xdp_umem, count), 0);
	assert_int_equal(count[NETRING_UMEM_FREE], XDP_FRAMES);
}

struct netring_xdp_config xdp_config(const struct xdp_case *test)
{
	struct netring_xdp_config cfg = test->cfg;

	cfg.umem = &xdp_umem;
	cfg.queue = turn++ % (XDP_QUEUES - 1);
	if (test->with & WITH_PROGRAM)
		cfg.program = &xdp_program;
	if (test->with & WITH_MAP)
		cfg.map = &xdp_map;
	if (test->with & WITH_ADOPTED) {
		adopted = real_socket(NR_AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0);
		assert_true(adopted >= 0);
		cfg.socket = &adopted;
	}
	return cfg;
}

int xdp_adopted(void)
{
	return adopted;
}

/* The kernel gives a queue back late. */
static int patient_bind(int fd, const void *address)
{
	int64_t deadline = 0;
	struct timespec now;
	int r;

	for (;;) {
		r = real_bind(fd, address, sizeof(struct nr_sockaddr_xdp));
		if (r == 0 || errno != EBUSY)
			return r;
		timespec_get(&now, TIME_UTC);
		if (!deadline)
			deadline = now.tv_sec * 1000 + now.tv_nsec / 1000000 +
				   PATIENCE_MS;
		if (now.tv_sec * 1000 + now.tv_nsec / 1000000 > deadline)
			return r;
		real_poll(NULL, 0, 1);
	}
}

void xdp_arm(uint32_t n, int error)
{
	wrap_arm(n, error);
	wrap.bind = patient_bind;
}

void xdp_frames_are_free(const struct xdp_case *test)
{
	uint32_t fill =
		test->with & (WITH_SIBLING | WITH_FAR) ? SIBLING_FRAMES : 0;
	uint32_t count[NETRING_UMEM_OWNERS_];

	if (!xdp_umem.number_)
		return; /* had no socket: there are no lists */
	assert_int_equal(netring_umem_count(&xdp_umem, count), 0);
	assert_int_equal(count[NETRING_UMEM_FILL], fill);
	assert_int_equal(count[NETRING_UMEM_FREE], XDP_FRAMES - fill);
	assert_ptr_equal(xdp_umem.sockets_, fill ? &sibling : NULL);
}

void xdp_open_case(const struct xdp_case *test, struct netring_xdp *xdp)
{
	struct netring_xdp_config cfg = xdp_config(test);

	memset(xdp, 0xa5, sizeof(*xdp));
	xdp_arm(0, 0);
	if (test->with & WITH_ADOPTED)
		wrap_give(xdp_adopted());
	assert_int_equal(netring_xdp_open(xdp, &cfg), 0);
}

int xdp_open_anew(struct netring_xdp *xdp, struct netring_xdp_config cfg)
{
	memset(xdp, 0xa5, sizeof(*xdp)); /* "any content" */
	return netring_xdp_open(xdp, &cfg);
}

void xdp_close_test(const struct xdp_case *test, struct netring_xdp *xdp)
{
	xdp_close_twice(xdp);
	wrap_disarm();
	xdp_end(test);
}

void xdp_close_twice(struct netring_xdp *xdp)
{
	uint32_t before;

	wrap.fail_at = 0;
	assert_int_equal(netring_xdp_close(xdp), 0);
	assert_int_equal(netring_xdp_fd(xdp), -1);
	before = wrap.count;
	assert_int_equal(netring_xdp_close(xdp), 0);
	assert_int_equal(wrap.count, before);
	assert_int_equal(wrap_open_descriptors(), 0);
	assert_int_equal(wrap_open_mappings(), 0);
}

void xdp_works(const struct xdp_case *test, struct netring_xdp *xdp)
{
	static const uint8_t frame[60] = { 2, 0, 0, 0, 0, 2 };
	const struct netring_xdp_config *cfg = &test->cfg;
	int promisc = !!(cfg->flags & NETRING_XDP_PROMISC);
	int64_t deadline = netring_clock_ms() + PATIENCE_MS;
	struct netring_xdp_frame completed;
	int tx = 0;

	assert_int_equal(xdp->step, NETRING_STEP_NONE);
	assert_int_equal(wrap_open_descriptors(), 1 + promisc);
	assert_int_equal(wrap_open_mappings(),
			 cfg->mode == NETRING_XDP_BOTH ? 4 : 2);
	assert_int_equal(netring_xdp_bound(xdp), NETRING_XDP_COPY);
	if (test->with & WITH_ADOPTED && xdp->config_.queue == 0)
		assert_int_equal(netring_xdp_fd(xdp), adopted);
	if (cfg->mode != NETRING_XDP_TX)
		assert_true(xdp->rx.posted_ > 0);
	wrap.endless = 1;
	if (cfg->mode != NETRING_XDP_RX) {
		assert_int_equal(netring_xdp_tx_send(&xdp->tx, frame,
						     sizeof(frame), deadline),
				 0);
		while (cfg->flags & NETRING_XDP_KEEP_COMPLETIONS &&
		       !netring_xdp_tx_next_completion(&xdp->tx, &completed))
			assert_true(netring_clock_ms() < deadline);
		if (cfg->flags & NETRING_XDP_KEEP_COMPLETIONS)
			netring_xdp_tx_discard(&xdp->tx, &completed);
		tx = netring_xdp_tx_drain(&xdp->tx, deadline);
	}
	assert_int_equal(tx, 0);
}

int xdp_clean(void **state)
{
	(void)state;
	wrap_clean();
	if (ports_program("nra0"))
		ports_attach("nra0", -1, 0);
	if (ports_program("nrb0"))
		ports_attach("nrb0", -1, 0);
	memset(&sibling, 0, sizeof(sibling));
	return 0;
}

static void skipped(void **state)
{
	(void)state;
	skip();
}

int xdp_run_cases(const char *name, uint32_t some,
		  void (*function)(void **state))
{
	static char names[COUNT(xdp_cases)][64];
	struct CMUnitTest tests[COUNT(xdp_cases)];
	const struct xdp_case *test;
	uint32_t i, count = 0;
	const char *why;

	enter_private_network();
	memset(tests, 0, sizeof(tests));
	for (i = 0; i < COUNT(xdp_cases); i++) {
		if (!(some >> i & 1))
			continue;
		test = &xdp_cases[i];
		why = NULL;
		if (test->with & (WITH_PROGRAM | WITH_MAP) && !xdp_may_bpf())
			why = "bpf(2)";
		else if (test->cfg.flags & NETRING_XDP_BUSY_POLL &&
			 !may_busy_poll())
			why = "busy polling";
		snprintf(names[i], sizeof(names[i]), "%s%s%s%s", test->name,
			 why ? ": " : "", why ? why : "",
			 why ? " is not allowed here" : "");
		tests[count].name = names[i];
		tests[count].test_func = why ? skipped : function;
		tests[count].teardown_func = xdp_clean;
		tests[count++].initial_state = (void *)(uintptr_t)test;
	}
	return _cmocka_run_group_tests(name, tests, count, xdp_setup,
				       xdp_teardown);
}
