/* SPDX-License-Identifier: MIT */
/* test_xdp_reopen.c - every system call of an AF_XDP socket's reopen fails. */
#include "xdp_open_cases.h"

static const int errors[] = { ENOMEM, EINVAL, EPERM, ENODEV, EINTR };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* It reads the old socket's counters and gives that back: no failing there
 * matters. Then it makes a new one, not the adopted one again. */
static int is_of_the_old(uint32_t from, uint32_t n)
{
	uint32_t i;

	for (i = from; i < n; i++)
		if (wrap.log[i].call == WRAP_SOCKET)
			return 0;
	return 1;
}

/* Returns whether there was an @n-th call. */
static int fail_one(const struct xdp_case *test, uint32_t n, int error)
{
	enum netring_step step = NETRING_STEP_NONE;
	const struct wrap_entry *call;
	struct netring_xdp_stats stats;
	struct netring_xdp xdp;
	int r, expected = 0, reached;
	uint32_t from;

	xdp_open_case(test, &xdp);
	from = wrap.count;
	wrap.fail_at = n ? from + n : 0;
	wrap.error = error;
	r = netring_xdp_reopen(&xdp);
	reached = !n || wrap.count >= from + n;
	call = wrap_failed();
	if (n && reached && !is_of_the_old(from, from + n) &&
	    !xdp_has_fallback(test, from, n, error)) {
		expected = -error;
		step = xdp_step(call);
	}
	if (r != expected || xdp.step != step)
		wrap_tell(test->name, n, r, xdp.step);
	assert_int_equal(r, expected);
	assert_int_equal(xdp.step, step);
	wrap.fail_at = 0;
	if (r < 0) {
		assert_int_equal(netring_xdp_fd(&xdp), -1);
		assert_int_equal(wrap_open_descriptors(), 0);
		assert_int_equal(wrap_open_mappings(), 0);
		xdp_frames_are_free(test);
		assert_int_equal(netring_xdp_read_stats(&xdp, &stats), -EBADF);
		assert_int_equal(netring_xdp_health(&xdp), -EBADF);
		assert_int_equal(netring_xdp_reopen(&xdp), 0);
	}
	xdp_works(test, &xdp);
	xdp_close_twice(&xdp);
	/* closed for good: there is nothing to open again */
	assert_int_equal(netring_xdp_reopen(&xdp), -EBADF);
	wrap_disarm();
	xdp_frames_are_free(test);
	return reached;
}

static void sweep(void **state)
{
	const struct xdp_case *test = *state;
	uint32_t n;

	xdp_begin(test);
	assert_true(fail_one(test, 0, 0));
	for (n = 1; fail_one(test, n, errors[n % COUNT(errors)]); n++)
		;
	print_message("# %u calls\n", n - 1);
	assert_true(n > 15);
	xdp_end(test);
}

int main(void)
{
	/* a queue that was just closed makes each of these wait: both, shared
	 * with another interface, and both that are much at once */
	return xdp_run_cases("xdp_reopen", 0xc021u, sweep);
}
