/* SPDX-License-Identifier: MIT */
/* test_xdp_open_failed.c - a socket that failed to open leaves nothing. */
#include "xdp_open_cases.h"

static const struct xdp_case plain = { "plain", 0, { 0 } };
static struct netring_xdp xdp;

/* There is nothing to open again, though the object was told of a UMEM. */
static void not_again(void)
{
	uint32_t before = wrap.count;

	assert_int_equal(netring_xdp_fd(&xdp), -1);
	assert_int_equal(netring_xdp_reopen(&xdp), -EBADF);
	assert_int_equal(netring_xdp_close(&xdp), 0);
	assert_int_equal(wrap.count, before);
	assert_int_equal(wrap_open_descriptors(), 0);
}

static int open_mode(enum netring_xdp_mode mode, const char *interface)
{
	struct netring_xdp_config cfg = xdp_config(&plain);

	cfg.mode = mode;
	cfg.interface = interface;
	memset(&xdp, 0xa5, sizeof(xdp));
	return netring_xdp_open(&xdp, &cfg);
}

static void refused(void **state)
{
	(void)state;
	xdp_begin(&plain);
	xdp_arm(0, 0);
	assert_int_equal(open_mode(NETRING_XDP_BOTH, NULL), -EINVAL);
	assert_int_equal(xdp.step, NETRING_STEP_CONFIG);
	not_again();
	xdp_end(&plain);
}

static void failed(void **state)
{
	(void)state;
	xdp_begin(&plain);
	xdp_arm(0, 0);
	assert_int_equal(open_mode(NETRING_XDP_BOTH, "nonesuch0"), -ENODEV);
	assert_int_equal(xdp.step, NETRING_STEP_INTERFACE);
	not_again();
	xdp_end(&plain);
}

/* The first socket of a UMEM decides what its frames are for, if it comes. */
static void decides_nothing(void **state)
{
	uint32_t n;

	(void)state;
	for (n = 1;; n++) {
		xdp_begin(&plain);
		xdp_arm(n, ENOMEM);
		if (open_mode(NETRING_XDP_TX, "nra0") == 0) {
			wrap.fail_at = 0;
			xdp_close_twice(&xdp);
			if (wrap.count < n)
				break;
			continue; /* zero-copy was refused, it copies then */
		}
		not_again();
		xdp_arm(0, 0);
		assert_int_equal(open_mode(NETRING_XDP_BOTH, "nra0"), 0);
		xdp_works(&plain, &xdp);
		xdp_close_twice(&xdp);
		xdp_end(&plain);
	}
	assert_true(n > 8);
	xdp_end(&plain);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(refused, xdp_clean),
		cmocka_unit_test_teardown(failed, xdp_clean),
		cmocka_unit_test_teardown(decides_nothing, xdp_clean),
	};

	enter_private_network();
	return cmocka_run_group_tests_name("xdp_open_failed", tests, xdp_setup,
					   xdp_teardown);
}
