/* SPDX-License-Identifier: MIT */
/* test_xdp_open_refused.c - what a kernel refuses that has a meaning. */
#include "xdp_open_cases.h"

#include <linux/sockios.h>
#include <net/if.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct xdp_case plain = { "plain", 0, { .interface = "nra0" } };

static uint16_t tried[8]; /* flags of each bind */
static uint32_t binds, pauses;
static int refusals[8];	  /* what the first ones are answered with; 0: ok */
static uint16_t unwanted; /* flags that are refused by EINVAL */
static int busy;	  /* binds that find the queue taken; -1: all */

static int scripted_bind(int fd, const void *address)
{
	struct nr_sockaddr_xdp given;

	memcpy(&given, address, sizeof(given));
	if (busy) {
		busy -= busy > 0;
		binds++;
		errno = EBUSY;
		return -1;
	}
	errno = binds < COUNT(refusals) ? refusals[binds] : 0;
	if (binds < COUNT(tried))
		tried[binds++] = given.flags;
	if (!errno && given.flags & unwanted)
		errno = EINVAL;
	if (errno)
		return -1;
	given.flags &= (uint16_t)~NR_XDP_ZEROCOPY; /* no veth has that */
	given.flags &= (uint16_t)~NR_XDP_USE_SG;
	while (real_bind(fd, &given, sizeof(given)) < 0) {
		if (errno != EBUSY)
			return -1;
		real_poll(NULL, 0, 1);
	}
	return 0;
}

static int no_pause(struct pollfd *fds, nfds_t count, int timeout)
{
	(void)fds;
	assert_int_equal(count, 0);
	assert_in_range(timeout, 1, 100);
	pauses += (uint32_t)timeout;
	return 0;
}

static void begin(const struct xdp_case *test)
{
	xdp_begin(test);
	memset(refusals, 0, sizeof(refusals));
	memset(tried, 0, sizeof(tried));
	binds = pauses = 0;
	unwanted = 0;
	busy = 0;
	wrap_arm(0, 0);
	wrap.endless = 1;
	wrap.bind = scripted_bind;
	wrap.poll = no_pause;
}

/* A queue that is taken for good: until the deadline, and no further. */
static void taken(void **state)
{
	static const uint32_t retry[] = { 0, 1, 60, 500 };
	struct netring_xdp_config cfg;
	struct netring_xdp xdp;
	uint32_t i, ms;

	(void)state;
	for (i = 0; i < COUNT(retry); i++) {
		begin(&plain);
		busy = -1;
		cfg = xdp_config(&plain);
		cfg.retry_ms = retry[i];
		ms = retry[i] ? retry[i] : 500;
		assert_int_equal(xdp_open_anew(&xdp, cfg), -EBUSY);
		assert_int_equal(xdp.step, NETRING_STEP_BIND);
		assert_in_range(pauses, ms > 10 ? ms - 10 : 0, ms);
		/* asked again after each pause, and the other way once */
		assert_in_range(binds, pauses / 10 + 2, pauses + 2);
		xdp_close_test(&plain, &xdp);
	}
}

static uint16_t interface_flags;

static int flags_of(int fd, unsigned long request, void *argument)
{
	struct ifreq *answer = argument;
	int r = real_ioctl(fd, request, argument);

	if (request == SIOCGIFFLAGS)
		answer->ifr_flags |= (short)interface_flags;
	return r;
}

/* A bond would bind, and take a program, and nothing would come. */
static void bond(void **state)
{
	static const uint16_t flags[] = { IFF_MASTER, 0, IFF_SLAVE };
	struct netring_xdp xdp;
	uint32_t i;
	int r;

	(void)state;
	for (i = 0; i < COUNT(flags); i++) {
		begin(&plain);
		wrap.ioctl = flags_of;
		interface_flags = flags[i];
		r = xdp_open_anew(&xdp, xdp_config(&plain));
		assert_int_equal(r, flags[i] & IFF_MASTER ? -EPFNOSUPPORT : 0);
		assert_int_equal(xdp.step, r ? NETRING_STEP_INTERFACE :
					       NETRING_STEP_NONE);
		xdp_close_test(&plain, &xdp);
	}
}

/* A queue that comes back meanwhile. */
static void given_back(void **state)
{
	struct netring_xdp xdp;

	(void)state;
	begin(&plain);
	busy = 7;
	assert_int_equal(xdp_open_anew(&xdp, xdp_config(&plain)), 0);
	assert_true(binds > 7);
	assert_true(pauses > 0);
	xdp_close_test(&plain, &xdp);
}

/* Taken in earnest, by a socket of another UMEM. */
static void taken_by_another(void **state)
{
	static struct {
		_Alignas(65536) uint8_t memory[8 * 2048];
		uint32_t table[8];
	} area;
	const struct netring_umem_config memory = {
		.memory = area.memory,
		.size = sizeof(area.memory),
		.table = area.table,
		.table_size = sizeof(area.table),
		.frame_size = 2048,
	};
	struct netring_xdp first, second;
	struct netring_xdp_config cfg;
	struct netring_umem umem;

	(void)state;
	begin(&plain);
	wrap.bind = NULL;
	wrap.poll = NULL;
	cfg = xdp_config(&plain);
	cfg.retry_ms = 5000;
	assert_int_equal(xdp_open_anew(&first, cfg), 0);
	assert_int_equal(netring_umem_init(&umem, &memory), 0);
	cfg.umem = &umem;
	cfg.retry_ms = 20;
	assert_int_equal(xdp_open_anew(&second, cfg), -EBUSY);
	assert_int_equal(second.step, NETRING_STEP_BIND);
	netring_xdp_close(&second);
	/* and in this UMEM it is known without asking */
	cfg.umem = &xdp_umem;
	assert_int_equal(xdp_open_anew(&second, cfg), -EBUSY);
	assert_int_equal(second.step, NETRING_STEP_CONFIG);
	netring_xdp_close(&second);
	assert_int_equal(netring_xdp_close(&first), 0);
	cfg.umem = &umem;
	cfg.retry_ms = 5000; /* the kernel gives it back late */
	assert_int_equal(xdp_open_anew(&second, cfg), 0);
	xdp_close_test(&plain, &second);
}

/* Which ways are tried, and what comes of refusals. */
static void ladder(void **state)
{
	enum {
		ZC = NR_XDP_ZEROCOPY,
		CP = NR_XDP_COPY,
		W = NR_XDP_USE_NEED_WAKEUP,
		SG = NR_XDP_USE_SG
	};
	static const struct {
		uint8_t bind[2];
		uint32_t flags;
		int refusals[4];
		uint16_t tried[5];
		int result;
		uint32_t active;
	} rows[] = {
		{ { 0 }, 0, { 0 }, { ZC | W }, 0, 0 },
		{ { 0 }, 0, { EOPNOTSUPP }, { ZC | W, CP | W }, 0, 0 },
		{ { 0 }, 0, { EINVAL }, { ZC | W, CP | W }, 0, 0 },
		{ { 0 }, 0, { ENOMEM }, { ZC | W, CP | W }, 0, 0 },
		{ { 0 }, 0, { EIO }, { ZC | W, CP | W }, 0, 0 },
		{ { 0 }, 0, { 524 }, { ZC | W, CP | W }, 0, 0 },
		{ { 0 }, 0, { ENODEV }, { ZC | W }, -ENODEV, 0 },
		{ { 0 }, 0, { EPERM }, { ZC | W }, -EPERM, 0 },
		{ { 0 }, 0, { ENETDOWN }, { ZC | W }, -ENETDOWN, 0 },
		{ { 0 },
		  0,
		  { EOPNOTSUPP, EINVAL },
		  { ZC | W, CP | W },
		  -EINVAL,
		  0 },
		{ { 1 }, 0, { EOPNOTSUPP }, { ZC | W }, -EOPNOTSUPP, 0 },
		{ { 1 }, 0, { EINVAL }, { ZC | W }, -EINVAL, 0 },
		{ { 2 }, 0, { EOPNOTSUPP }, { CP | W }, -EOPNOTSUPP, 0 },
		{ { 2, 1 }, 0, { EOPNOTSUPP }, { CP | W, ZC | W }, 0, 0 },
		{ { 2 }, NETRING_XDP_SPIN, { 0 }, { CP }, 0, NETRING_XDP_SPIN },
		{ { 0 },
		  NETRING_XDP_FRAGMENTS,
		  { EOPNOTSUPP },
		  { ZC | W | SG, CP | W | SG },
		  0,
		  NETRING_XDP_FRAGMENTS },
		{ { 0 },
		  NETRING_XDP_FRAGMENTS,
		  { EINVAL, EINVAL },
		  { ZC | W | SG, CP | W | SG, ZC | W },
		  0,
		  0 },
		{ { 0 },
		  NETRING_XDP_FRAGMENTS | NETRING_XDP_SPIN,
		  { EINVAL, EINVAL, EOPNOTSUPP },
		  { ZC | SG, CP | SG, ZC, CP },
		  0,
		  NETRING_XDP_SPIN },
		{ { 1 },
		  NETRING_XDP_FRAGMENTS,
		  { EINVAL, EOPNOTSUPP },
		  { ZC | W | SG, ZC | W },
		  -EOPNOTSUPP,
		  0 },
		{ { 2 },
		  NETRING_XDP_FRAGMENTS,
		  { EPERM },
		  { CP | W | SG },
		  -EPERM,
		  0 },
	};
	struct netring_xdp_config cfg;
	struct netring_xdp xdp;
	uint32_t i, k;
	int r;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		begin(&plain);
		memcpy(refusals, rows[i].refusals, sizeof(rows[i].refusals));
		cfg = xdp_config(&plain);
		memcpy(cfg.bind, rows[i].bind, 2);
		cfg.flags = rows[i].flags;
		r = xdp_open_anew(&xdp, cfg);
		if (r != rows[i].result)
			print_message("# row %u: %d\n", i, r);
		assert_int_equal(r, rows[i].result);
		assert_int_equal(xdp.step,
				 r < 0 ? NETRING_STEP_BIND : NETRING_STEP_NONE);
		for (k = 0; k < 5 && rows[i].tried[k]; k++)
			assert_int_equal(tried[k], rows[i].tried[k]);
		assert_int_equal(binds, k);
		assert_int_equal(pauses, 0);
		if (!r)
			assert_int_equal(netring_xdp_active(&xdp),
					 rows[i].active);
		xdp_close_test(&plain, &xdp);
	}
}

/* A kernel that knows no fragments: refused wherever they are asked for. */
static void no_fragments(void **state)
{
	struct netring_xdp_config cfg;
	struct netring_xdp_frame frame;
	struct netring_xdp xdp;

	(void)state;
	begin(&plain);
	unwanted = NR_XDP_USE_SG;
	cfg = xdp_config(&plain);
	cfg.flags = NETRING_XDP_FRAGMENTS;
	assert_int_equal(xdp_open_anew(&xdp, cfg), 0);
	assert_int_equal(netring_xdp_active(&xdp), 0);
	assert_int_equal(netring_xdp_tx_reserve(&xdp.tx, &frame), 0);
	assert_int_equal(netring_xdp_tx_commit_more(&xdp.tx, &frame, 100),
			 -EOPNOTSUPP);
	assert_int_equal(netring_xdp_tx_pending(&xdp.tx), 0);
	xdp_close_test(&plain, &xdp);
}

/* Which way it became; a socket that shares goes the first one's. */
static void reported(void **state)
{
	static const uint8_t ways[] = { NETRING_XDP_ZEROCOPY,
					NETRING_XDP_COPY };
	struct netring_xdp_config cfg;
	struct netring_xdp xdp, sharer;
	uint32_t i;

	(void)state;
	for (i = 0; i < COUNT(ways); i++) {
		begin(&plain);
		refusals[0] = i ? EOPNOTSUPP : 0;
		cfg = xdp_config(&plain);
		cfg.rx_frames = cfg.tx_frames = 4;
		assert_int_equal(xdp_open_anew(&xdp, cfg), 0);
		assert_int_equal(netring_xdp_bound(&xdp), ways[i]);
		cfg = xdp_config(&plain);
		cfg.bind[0] = NETRING_XDP_COPY;
		assert_int_equal(xdp_open_anew(&sharer, cfg), 0);
		assert_int_equal(tried[1 + i], NR_XDP_SHARED_UMEM);
		assert_int_equal(netring_xdp_bound(&sharer), ways[i]);
		assert_int_equal(netring_xdp_close(&sharer), 0);
		xdp_close_test(&plain, &xdp);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(taken, xdp_clean),
		cmocka_unit_test_teardown(given_back, xdp_clean),
		cmocka_unit_test_teardown(taken_by_another, xdp_clean),
		cmocka_unit_test_teardown(ladder, xdp_clean),
		cmocka_unit_test_teardown(no_fragments, xdp_clean),
		cmocka_unit_test_teardown(reported, xdp_clean),
		cmocka_unit_test_teardown(bond, xdp_clean),
	};

	enter_private_network();
	return cmocka_run_group_tests_name("xdp_open_refused", tests, xdp_setup,
					   xdp_teardown);
}
