/* SPDX-License-Identifier: MIT */
/* kernel_fault.c - versions of the kernel that are known for a fault. */
#include "kernel_fault.h"

#include <stddef.h>

struct version {
	unsigned int number[3];
};

static const struct {
	struct version first, last;
	const char *what;
} faults[] = {
	/* xsk_generic_xmit(): seen in 5.10.223, and 5.10.262 is the same.
	 * Mended in 5.18, 5.17.2 and 5.15.33 ("xsk: Fix race at socket
	 * teardown"), so perhaps in distributions' 5.14.0-427 and 5.15.0-91 */
	{ { { 5, 10, 0 } },
	  { { 5, 10, 999999 } },
	  "removing an interface that AF_XDP sends by may fault this kernel" },
	/* xsk_destruct_skb(): seen in 6.16.12 and 6.17.8, not in 6.16.3 nor in
	 * 6.17.13; those between were not tried */
	{ { { 6, 16, 4 } },
	  { { 6, 17, 12 } },
	  "sending by AF_XDP in copy mode may panic this kernel" },
};

/* "6.17.8+deb13-amd64", "6.17-rc3", "6.17.0-12-generic": what follows the
 * numbers is the distribution's. */
static struct version parse(const char *text)
{
	struct version v = { { 0, 0, 0 } };
	int i;

	for (i = 0; i < 3; i++) {
		if (*text < '0' || *text > '9')
			break;
		for (; *text >= '0' && *text <= '9'; text++)
			if (v.number[i] < 100000)
				v.number[i] = v.number[i] * 10 +
					      (unsigned int)(*text - '0');
		if (*text != '.')
			break;
		text++;
	}
	return v;
}

static int compare(const struct version *a, const struct version *b)
{
	int i;

	for (i = 0; i < 3; i++)
		if (a->number[i] != b->number[i])
			return a->number[i] < b->number[i] ? -1 : 1;
	return 0;
}

const char *kernel_fault(const char *release)
{
	struct version v = parse(release);
	size_t i;

	for (i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		if (compare(&v, &faults[i].first) >= 0 &&
		    compare(&v, &faults[i].last) <= 0)
			return faults[i].what;
	return NULL;
}
