/* SPDX-License-Identifier: MIT */
/* test_xdp_caps_memory.c - RLIMIT_MEMLOCK; root of a user namespace. */
#define _GNU_SOURCE
#include "capabilities.h"
#include "spy_socket.h"
#include "xdp_end.h"

#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/resource.h>

#define AREA (2u << 20) /* bytes of 1024 frames */
#define LIMIT (AREA / 2)

NETRING_UMEM_AREA(area, AREA / 2048, 2048);
static struct netring_umem umem;
static struct netring_xdp xdp;

static int try_open(const char *interface, size_t size, uint32_t flags)
{
	struct netring_umem_config memory = { NETRING_UMEM_OF(area),
					      .frame_size = 2048 };
	struct netring_xdp_config cfg = { .interface = interface,
					  .umem = &umem,
					  .flags = flags,
					  .retry_ms = 50 };

	memory.size = size;
	must(netring_umem_init(&umem, &memory), "memory");
	return netring_xdp_open(&xdp, &cfg);
}

static void is_at(int r, int step, int want, int want_step, const char *what)
{
	ok(r == want && step == want_step, "%s: %d, step %s", what, want,
	   netring_step_name((enum netring_step)want_step));
	if (r != want || step != want_step)
		diag("  got %d, step %s", r,
		     netring_step_name((enum netring_step)step));
}

struct locked {
	uint64_t caps;
	uint32_t size;
	int want, open, open_step, again, again_step;
};

/* It counts by user, and for a while goes on counting what was closed: by
 * others of the same user, too. Hence the patience. */
static void lock(void *result)
{
	struct rlimit limit = { LIMIT, LIMIT };
	int64_t end = netring_clock_ms() + xdp_patience();
	struct locked *l = result;

	must(setrlimit(RLIMIT_MEMLOCK, &limit), "a limit");
	caps_only(l->caps);
	while ((l->open = try_open(NEAR, l->size, 0)) != l->want &&
	       l->open == -ENOBUFS && netring_clock_ms() < end)
		;
	l->open_step = xdp.step;
	if (l->open < 0)
		return;
	l->again = netring_xdp_reopen(&xdp);
	l->again_step = xdp.step;
}

static void with_limit(uint64_t caps, uint32_t size, int want, const char *what)
{
	struct locked l = { caps, size, want, -ENODATA, 0, -ENODATA, 0 };

	caps_run(lock, &l, sizeof(l));
	is_at(l.open, l.open_step, want,
	      want < 0 ? NETRING_STEP_UMEM : NETRING_STEP_NONE, what);
	if (want >= 0)
		is_at(l.again, l.again_step, 0, NETRING_STEP_NONE,
		      "and again: reopen");
}

struct contained {
	int unshared, open, open_step, sent, program, program_step;
};

static void contain(void *result)
{
	struct netring_xdp_program_config cfg = { .interface = "c0" };
	static struct netring_xdp_program program;
	struct contained *c = result;
	struct spied seen = { 0 };
	int spy;

	c->unshared = unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0 ? -errno : 0;
	if (c->unshared < 0)
		return;
	live_pair("c0", "c1");
	spy = must(spy_open("c1", 0), "a look at the far end");
	c->open = try_open("c0", AREA / 4, NETRING_XDP_PROMISC);
	c->open_step = xdp.step;
	if (c->open >= 0) {
		xdp_give(spy, &seen, &xdp, 0, 8, 100);
		c->sent = seen.damaged ? -1 : (int)seen.frames;
	}
	c->program = netring_xdp_program_open(&program, &cfg);
	c->program_step = program.step;
}

/* All capabilities, but of a user namespace: sockets yes, programs no. */
static void container(void)
{
	struct contained c = { -ENODATA, -ENODATA, 0, 0, -ENODATA, 0 };

	caps_run(contain, &c, sizeof(c));
	if (c.unshared < 0) {
		skip(lacking(c.unshared) ? lacking(c.unshared) :
					   strerror(-c.unshared),
		     "a user namespace");
		return;
	}
	is_at(c.open, c.open_step, 0, NETRING_STEP_NONE,
	      "user namespace: open");
	is(c.sent, 8, "frames sent arrive");
	is_at(c.program, c.program_step, -EPERM, NETRING_STEP_XSKMAP,
	      "program");
}

/* Whether root here is root, not that of a user namespace. */
static int is_privileged(void)
{
	struct netring_xdp_program_config cfg = { .interface = NEAR };
	static struct netring_xdp_program program;
	int r = netring_xdp_program_open(&program, &cfg);

	netring_xdp_program_close(&program);
	return r >= 0;
}

int main(void)
{
	const uint64_t raw = CAPS_OF(CAP_NET_RAW);

	xdp_wire(0);
	container();
	with_limit(raw, AREA, -ENOBUFS, "twice the limit");
	with_limit(raw, LIMIT, 0, "all of the limit");
	with_limit(raw, LIMIT / 4, 0, "a quarter");
	if (is_privileged())
		with_limit(raw | CAPS_OF(CAP_IPC_LOCK), AREA, 0,
			   "twice the limit, with IPC_LOCK");
	else /* not by a capability of a user namespace */
		skip("not allowed here", "CAP_IPC_LOCK");
	return done_testing();
}
