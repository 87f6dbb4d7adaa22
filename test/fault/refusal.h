/* SPDX-License-Identifier: MIT */
/* refusal.h - an open that is refused leaves nothing, and tells why. */
#ifndef NETRING_TEST_REFUSAL_H
#define NETRING_TEST_REFUSAL_H

#include "wrap.h"

#define EARLY 1 /* before any system call */
#define STEP(name) NETRING_STEP_##name

struct refusal {
	int result;
	enum netring_step step;
	int when;
	enum netring_geometry_reason reason;
};

/* What open of row @row returned and told, of a wrapping that was armed. */
void refusal_is(const struct refusal *want, uint32_t row, int r,
		enum netring_step step, enum netring_geometry_reason reason,
		int fd);

#endif
