/* SPDX-License-Identifier: MIT */
/* test_xdp_open.c - every system call of an AF_XDP socket's open fails. */
/* netring-test: fuller */
#include "xdp_open_cases.h"

#include <stdlib.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const int errors[] = { ENOMEM, EINVAL, EPERM,	   ENODEV,
			      EINTR,  EACCES, ENOPROTOOPT, EOPNOTSUPP };

static struct wrap_entry failed; /* the call that failed last */

/* Of the flags asked for, those that the failed call took away. */
static uint32_t lost_flags(uint32_t n)
{
	const struct wrap_entry *call = wrap_failed();
	uint32_t i, binds = 0;

	for (i = 0; i < n; i++)
		binds += wrap.log[i].call == WRAP_BIND;
	if (call->call == WRAP_BIND && binds == 2)
		return NETRING_XDP_FRAGMENTS; /* not refused zero-copy */
	if (call->call == WRAP_SETSOCKOPT && call->level == SOL_SOCKET)
		return NETRING_XDP_BUSY_POLL;
	return 0;
}

static void opened(const struct xdp_case *test, struct netring_xdp *xdp,
		   uint32_t n)
{
	uint32_t active = test->cfg.flags & ~(n ? lost_flags(n) : 0);

	wrap.fail_at = 0;
	if (test->with & WITH_SIBLING) /* the first one chose */
		active &= ~(NETRING_XDP_FRAGMENTS | NETRING_XDP_SPIN);
	assert_int_equal(netring_xdp_active(xdp), active);
	xdp_works(test, xdp);
	xdp_close_twice(xdp);
}

/* Everything is as before, and the object may be opened again. */
static void refused(const struct xdp_case *test, struct netring_xdp *xdp)
{
	struct netring_xdp_config cfg;
	int is_adopted = !!(test->with & WITH_ADOPTED);
	uint32_t calls = wrap.count;

	wrap.fail_at = 0;
	assert_int_equal(netring_xdp_fd(xdp), -1);
	assert_int_equal(wrap_open_descriptors(), is_adopted);
	assert_int_equal(wrap_open_mappings(), 0);
	xdp_frames_are_free(test);
	assert_int_equal(netring_xdp_close(xdp), 0);
	assert_int_equal(wrap.count, calls);
	xdp_frames_are_free(test);
	if (is_adopted) {
		assert_true(fcntl(xdp_adopted(), F_GETFD) >= 0);
		real_close(xdp_adopted());
	}
	if (xdp_map >= 0)
		assert_true(fcntl(xdp_map, F_GETFD) >= 0);
	cfg = xdp_config(test);
	xdp_arm(0, 0);
	if (is_adopted)
		wrap_give(xdp_adopted());
	assert_int_equal(netring_xdp_open(xdp, &cfg), 0);
	xdp_close_twice(xdp);
}

/* Returns whether there was an @n-th call. */
static int fail_one(const struct xdp_case *test, uint32_t n, int error)
{
	struct netring_xdp_config cfg = xdp_config(test);
	const struct wrap_entry *call;
	enum netring_step step = NETRING_STEP_NONE;
	struct netring_xdp xdp;
	int r, expected = 0, reached;

	memset(&xdp, 0xa5, sizeof(xdp)); /* "any content" */
	xdp_arm(n, error);
	if (test->with & WITH_ADOPTED)
		wrap_give(xdp_adopted());
	r = netring_xdp_open(&xdp, &cfg);
	reached = !n || wrap.count >= n;
	failed = *wrap_failed();
	call = &failed;
	if (n && reached && !xdp_has_fallback(test, 0, n, error)) {
		expected = -error;
		step = xdp_step(call);
	}
	if (r != expected || xdp.step != step)
		wrap_tell(test->name, n, r, xdp.step);
	assert_int_equal(r, expected);
	assert_int_equal(xdp.step, step);
	if (r < 0)
		refused(test, &xdp);
	else
		opened(test, &xdp, reached ? n : 0);
	wrap_disarm();
	xdp_frames_are_free(test);
	return reached;
}

/* Errors that mean something there; and of the others one, in turn: closing a
 * bound socket takes the kernel a while. NETRING_FULL: all. */
static int worth_trying(uint32_t n, uint32_t e)
{
	const struct wrap_entry *call = &failed;

	if (getenv("NETRING_FULL") || n % COUNT(errors) == e)
		return 1;
	switch (errors[e]) {
	case EINVAL:
		return call->call == WRAP_BIND ||
		       (call->level == SOL_XDP && call->option == XDP_UMEM_REG);
	case EOPNOTSUPP:
		return call->call == WRAP_BIND;
	case ENOPROTOOPT:
		return call->call == WRAP_SETSOCKOPT &&
		       (call->level == SOL_SOCKET ||
			call->option == NR_XDP_MAX_TX_SKB_BUDGET);
	default:
		return 0;
	}
}

static void sweep(void **state)
{
	const struct xdp_case *test = *state;
	uint32_t n, e;

	xdp_begin(test);
	assert_true(fail_one(test, 0, 0));
	for (n = 1; fail_one(test, n, errors[n % COUNT(errors)]); n++)
		for (e = 0; e < COUNT(errors); e++)
			if (n % COUNT(errors) != e && worth_trying(n, e))
				fail_one(test, n, errors[e]);
	print_message("# %u calls\n", n - 1);
	assert_true(n > 12);
	xdp_end(test);
}

int main(void)
{
	return xdp_run_cases("xdp_open", XDP_ALL_CASES, sweep);
}
