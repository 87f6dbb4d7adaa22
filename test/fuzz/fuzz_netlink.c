/* SPDX-License-Identifier: MIT */
/* fuzz_netlink.c - answers by netlink, and all that a probe is told. */
#include "fuzz.h"

#include <netring/probe.h>

#include "netlink.h"
#include "probe.h"
#include "xdp_program.h"

enum {
	FOUND,
	NOT_FOUND,
	PROGRAM,
	ANSWERED,
	REFUSED,
	MODES,
	FACTS
};
const char *const fuzz_points[] = { "found",	"not_found", "program",
				    "answered", "refused",   "modes",
				    "facts",	NULL };

static void find(void)
{
	uint16_t type = take16();
	uint32_t size = (uint32_t)input.left, length = size;
	uint8_t *bytes = exact(size);
	const uint8_t *found;

	take_bytes(bytes, size);
	found = netring_netlink_find_(bytes, &length, type);
	REACHED(found ? FOUND : NOT_FOUND);
	if (found) {
		CHECK(found >= bytes + 4 && length <= bytes + size - found);
		touch(found, length);
	}
	free(bytes);
}

static void query(void)
{
	uint32_t size = 16u + take8() * 4u, id = 0;
	uint32_t *answer = exact(size);
	int r = netring_xdp_query_(7, &id, answer, size);

	REACHED(r < 0 ? REFUSED : ANSWERED);
	if (id)
		REACHED(PROGRAM);
	CHECK(r <= 255);
	free(answer);
}

static void set(uint32_t what)
{
	int r = netring_xdp_set_(7, 5, what & 4 ? -1 : 5, what);

	CHECK(r <= 128); /* of its answer's room */
}

static void probe(void)
{
	struct netring_interface *facts = exact(sizeof(*facts));

	if (netring_probe_interface(facts, "eth7") == 0) {
		REACHED(FACTS);
		CHECK(memchr(facts->driver, 0, sizeof(facts->driver)));
	}
	if (facts->known & NETRING_INTERFACE_XDP_MODES)
		REACHED(MODES);
	free(facts);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint32_t what;

	input_begin(data, size);
	what = take8();
	switch (what & 3) {
	case 0:
		find();
		break;
	case 1:
		query();
		break;
	case 2:
		set(what);
		break;
	default:
		probe();
	}
	CHECK(!fuzz_open_fds);
	return 0;
}
