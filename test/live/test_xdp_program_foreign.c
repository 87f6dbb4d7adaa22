/* SPDX-License-Identifier: MIT */
/* test_xdp_program_foreign.c - another's program stays, and is named. */
#define _GNU_SOURCE
#include "foreign_programs.h"
#include "xdp_end.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#define COUNT 64u
#define TRIES 20

static const struct {
	const char *name;
	uint32_t mode;
	int shown;
} modes[] = {
	{ "native", XDP_FLAGS_DRV_MODE, XDP_ATTACHED_DRV },
	{ "generic", XDP_FLAGS_SKB_MODE, XDP_ATTACHED_SKB },
};

static const uint8_t orders[3][2] = {
	{ NETRING_XDP_NATIVE, NETRING_XDP_GENERIC },
	{ NETRING_XDP_NATIVE },
	{ NETRING_XDP_GENERIC },
};

static int spy; /* what comes to the stack */
static uint32_t number;

/* The foreign program passes these, and drops those of another type. */
static void works(const char *what)
{
	struct wire_flood pass = { .interface = FAR, .length = 100 };
	struct wire_flood drop;
	struct spied seen = { 0 };

	pass.first = number;
	pass.count = COUNT;
	drop = pass;
	drop.type = WIRE_OTHER;
	drop.first = 1u << 30;
	number += COUNT;
	spy_flush(spy, 0);
	must(wire_burst(&drop), "send");
	must(wire_burst(&pass), "send");
	spy_count(spy, &seen, COUNT, xdp_patience());
	spied_ok(&seen, COUNT, what);
	is(seen.last, number - 1, "and what it drops is dropped");
}

/* The library wants in, in each of its orders; no way leads past it. */
static void refused(int shown, uint32_t id, const char *what)
{
	struct netring_xdp_program_config cfg = { .interface = NEAR };
	static struct netring_xdp_program program;
	int i, j, r, wrong = 0;

	for (i = 0; i < 3; i++) {
		memcpy(cfg.attach, orders[i], sizeof(cfg.attach));
		must(netring_xdp_program_open(&program, &cfg), "open");
		for (j = 0; j < TRIES; j++) {
			program.foreign = 0;
			r = netring_xdp_program_attach(&program);
			wrong += r != -EBUSY ||
				 program.step != NETRING_STEP_ATTACH ||
				 program.foreign != id;
		}
		if (wrong)
			diag("  order %d: %d, step %s, foreign %u, not %u", i,
			     r, netring_step_name(program.step),
			     program.foreign, id);
		is(netring_xdp_program_attached(&program), 0,
		   "%s, order %d: not attached", what, i);
		netring_xdp_program_close(&program);
	}
	is(wrong, 0, "%s: busy, with its number, every time", what);
	foreign_is(NEAR, shown, id, what);
	works(what);
}

/* It came by a link of another process, or by netlink, from nobody. */
static void stays(int mode, int by_link)
{
	uint32_t id;
	int ours = foreign_load(), fd = -1, fds[2];
	char what[64], byte;
	pid_t pid = -1;

	must(ours, "a foreign program");
	id = foreign_id(ours);
	snprintf(what, sizeof(what), "%s, by %s", modes[mode].name,
		 by_link ? "a link" : "netlink");
	if (by_link) {
		must(pipe(fds), "a pipe");
		pid = fork();
		if (!pid) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			fd = foreign_link(ours, NEAR, modes[mode].mode);
			byte = (char)-fd;
			(void)!write(fds[1], &byte, fd < 0);
			close(fds[1]);
			for (;;)
				pause();
		}
		close(fds[1]);
		if (read(fds[0], &byte, 1) > 0)
			must(-byte, "%s", what);
		close(fds[0]);
	} else {
		must(foreign_set(NEAR, ours, modes[mode].mode), "%s", what);
	}
	close(ours);
	foreign_is(NEAR, modes[mode].shown, id, what);
	works(what);
	refused(modes[mode].shown, id, what);
	if (by_link)
		wire_stop(pid);
	else
		must(foreign_set(NEAR, -1, modes[mode].mode), "away with it");
	foreign_is(NEAR, XDP_ATTACHED_NONE, 0, "the end of it");
}

/* One of the library's own, of another process or object, is foreign, too. */
static void ours_is_foreign(void)
{
	struct netring_xdp_program_config cfg = { .interface = NEAR };
	static struct netring_xdp_program second;
	struct tally t = { 0 };
	struct foreign_seen seen;
	static struct xdp_end end;

	xdp_open(&end, &xdp_ways[2]);
	must(foreign_look(NEAR, &seen), "look");
	must(netring_xdp_program_open(&second, &cfg), "open");
	is(netring_xdp_program_attach(&second), -EBUSY, "a second of ours");
	is(second.foreign, seen.id, "is told the first one's number");
	netring_xdp_program_close(&second);
	foreign_is(NEAR, XDP_ATTACHED_DRV, seen.id, "and the first stays");
	xdp_take(&t, &end.xdp, 0, COUNT, 100);
	tally_ok(&t, COUNT, "which goes on");

	/* and once the first is gone, the second gets in */
	must(netring_xdp_program_open(&second, &cfg), "open");
	is(netring_xdp_program_attach(&second), -EBUSY, "still there");
	xdp_close(&end);
	is(netring_xdp_program_attach(&second), 0, "not any more");
	is(second.foreign, 0, "and no foreign one is told");
	is(second.step, NETRING_STEP_NONE, "nor a step");
	netring_xdp_program_close(&second);
	foreign_is(NEAR, XDP_ATTACHED_NONE, 0, "the end");
}

int main(void)
{
	int i;

	xdp_wire(1);
	spy = must(spy_open(NEAR, 0), "a look at the stack");
	for (i = 0; i < 4; i++)
		stays(i & 1, i >> 1);
	ours_is_foreign();
	return done_testing();
}
