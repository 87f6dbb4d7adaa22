/* SPDX-License-Identifier: MIT */
/* refusal.c - an open that is refused leaves nothing, and tells why. */
#include "refusal.h"

void refusal_is(const struct refusal *want, uint32_t row, int r,
		enum netring_step step, enum netring_geometry_reason reason,
		int fd)
{
	if (r != want->result || step != want->step)
		print_message("# row %u: %d, %s\n", row, r,
			      netring_step_name(step));
	assert_int_equal(r, want->result);
	assert_int_equal(step, want->step);
	assert_int_equal(reason, want->reason);
	if (want->when == EARLY)
		assert_int_equal(wrap.count, 0);
	assert_int_equal(wrap_open_descriptors(), 0);
	assert_int_equal(wrap_open_mappings(), 0);
	assert_int_equal(fd, -1);
}
