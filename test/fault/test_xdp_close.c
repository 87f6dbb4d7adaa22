/* SPDX-License-Identifier: MIT */
/* test_xdp_close.c - every system call of an AF_XDP socket's close fails. */
#include "xdp_open_cases.h"

/* Frames that were committed but not sent are lost, and the caller is told. */
static int queue_some(struct netring_xdp *xdp)
{
	struct netring_xdp_frame frame;
	int i;

	if (xdp->config_.mode == NETRING_XDP_RX)
		return 0;
	for (i = 0; i < 3; i++) {
		assert_int_equal(netring_xdp_tx_reserve(&xdp->tx, &frame), 0);
		memset(frame.data, 0, 60);
		if (i < 2)
			assert_int_equal(
				netring_xdp_tx_commit(&xdp->tx, &frame, 60), 0);
	}
	return 2; /* and one that is reserved */
}

/* Whatever complains, the rest is given back. */
static void sweep(void **state)
{
	const struct xdp_case *test = *state;
	uint32_t n, calls, maps;
	struct netring_xdp xdp;
	int queued;

	xdp_begin(test);
	for (n = calls = 0; n <= calls; n++) {
		xdp_open_case(test, &xdp);
		queued = queue_some(&xdp);
		maps = (uint32_t)wrap_open_mappings();
		calls = wrap.count;
		wrap.fail_at = n ? calls + n : 0;
		wrap.error = n % 2 ? EINTR : EIO;
		assert_int_equal(netring_xdp_close(&xdp), queued);
		calls = wrap.count - calls;
		assert_int_equal(wrap_open_descriptors(), 0);
		assert_int_equal(wrap_open_mappings(), 0);
		xdp_frames_are_free(test);
		xdp_close_twice(&xdp);
		xdp_frames_are_free(test);
	}
	/* the socket, and the one that is promiscuous */
	assert_int_equal(calls,
			 maps + 1 + !!(test->cfg.flags & NETRING_XDP_PROMISC));
	xdp_end(test);
}

int main(void)
{
	return xdp_run_cases("xdp_close", XDP_ALL_CASES, sweep);
}
