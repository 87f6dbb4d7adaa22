/* SPDX-License-Identifier: MIT */
/* test_xdp_program_netlink.c - no bpf_link (before 5.9): attach by netlink. */
#define _GNU_SOURCE
#include "foreign_programs.h"
#include "xdp_end.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define COUNT 256u

static void receives(struct xdp_end *end, const char *what)
{
	static uint32_t number;
	struct tally t = { 0 };

	xdp_take(&t, &end->xdp, number, COUNT, 100);
	tally_ok(&t, COUNT, what);
	number += COUNT;
}

static int shown(const struct xdp_way *way)
{
	return way->attach == NETRING_XDP_NATIVE ? XDP_ATTACHED_DRV :
						   XDP_ATTACHED_SKB;
}

static uint32_t shown_id(void)
{
	struct foreign_seen seen;

	must(foreign_look(NEAR, &seen), "look");
	return seen.id;
}

static void comes_and_goes(const struct xdp_way *way)
{
	static struct xdp_end end;

	memset(&end, 0, sizeof(end));
	xdp_open(&end, way);
	is(netring_xdp_program_attached(&end.steer), way->attach, "%s: so",
	   way->name);
	foreign_is(NEAR, shown(way), 0, way->name);
	receives(&end, way->name);
	is(netring_xdp_program_attach(&end.steer), 0, "attach again");
	foreign_is(NEAR, shown(way), 0, "then");
	receives(&end, "then");
	xdp_close(&end);
	foreign_is(NEAR, XDP_ATTACHED_NONE, 0, "after close");
}

/* lo has no native mode: on to the next of the order. */
static void falls_back(void)
{
	struct netring_xdp_program_config cfg = { .interface = "lo" };
	static struct netring_xdp_program program;

	must(netring_xdp_program_open(&program, &cfg), "open");
	is(netring_xdp_program_attach(&program), 0, "lo: attach");
	is(netring_xdp_program_attached(&program), NETRING_XDP_GENERIC,
	   "generic");
	netring_xdp_program_close(&program);
	foreign_is("lo", XDP_ATTACHED_NONE, 0, "after close");
	cfg.attach[0] = NETRING_XDP_NATIVE;
	must(netring_xdp_program_open(&program, &cfg), "open");
	is(netring_xdp_program_attach(&program), -EOPNOTSUPP, "lo, native");
	is(program.step, NETRING_STEP_ATTACH, "step");
	netring_xdp_program_close(&program);
}

/* Nobody's program is replaced, in no mode. */
static void replaces_none(const struct xdp_way *way)
{
	struct netring_xdp_program_config cfg = { .interface = NEAR };
	uint32_t mode = way->attach == NETRING_XDP_NATIVE ? XDP_FLAGS_DRV_MODE :
							    XDP_FLAGS_SKB_MODE;
	static struct netring_xdp_program program;
	int i, fd = must(foreign_load(), "a foreign program");
	uint32_t id = foreign_id(fd);

	must(foreign_set(NEAR, fd, mode), "attach it");
	for (i = 0; i < 3; i++) {
		cfg.attach[0] = (uint8_t)i;
		must(netring_xdp_program_open(&program, &cfg), "open");
		is(netring_xdp_program_attach(&program), -EBUSY,
		   "foreign one, %s, we want %d", way->name, i);
		is(program.foreign, id, "its number");
		netring_xdp_program_close(&program);
		foreign_is(NEAR, shown(way), id, "and it stays");
	}
	must(foreign_set(NEAR, -1, mode), "away with it");
	close(fd);
}

/* Someone puts theirs in place of ours: it is not ours to take away. */
static void was_replaced(const struct xdp_way *way)
{
	uint32_t mode = way->attach == NETRING_XDP_NATIVE ? XDP_FLAGS_DRV_MODE :
							    XDP_FLAGS_SKB_MODE;
	static struct xdp_end end;
	int fd = must(foreign_load(), "a foreign program");
	uint32_t id = foreign_id(fd);

	memset(&end, 0, sizeof(end));
	xdp_open(&end, way);
	must(foreign_set(NEAR, fd, mode), "replaced by force");
	foreign_is(NEAR, shown(way), id, "ours was replaced");
	is(netring_xdp_program_attach(&end.steer), -EBUSY, "attach again");
	is(end.steer.foreign, id, "foreign");
	xdp_close(&end);
	foreign_is(NEAR, shown(way), id, "and stays after close");
	must(foreign_set(NEAR, -1, mode), "away with it");

	/* or takes ours away: close has nothing to do */
	memset(&end, 0, sizeof(end));
	xdp_open(&end, way);
	must(foreign_set(NEAR, -1, mode), "ours taken away");
	must(foreign_set(NEAR, fd, mode), "and then another");
	xdp_close(&end);
	foreign_is(NEAR, shown(way), id, "stays after close");
	must(foreign_set(NEAR, -1, mode), "away with it");
	close(fd);
}

/* kill -9 leaves it there, as documented, until the next one comes; that of a
 * process that lives stays. */
static void killed(const struct xdp_way *way)
{
	struct netring_xdp_program_config cfg = { .interface = NEAR };
	static struct netring_xdp_program program;
	static struct xdp_end end;
	int spy = must(spy_open(NEAR, 0), "a look at the stack");
	struct spied seen = { 0 };
	int fds[2], status;
	uint32_t id;
	pid_t pid;
	char byte;

	must(pipe(fds), "a pipe");
	memset(&end, 0, sizeof(end));
	pid = fork();
	if (!pid) {
		xdp_open(&end, way);
		(void)!write(fds[1], "", 1);
		for (;;)
			pause();
	}
	close(fds[1]);
	is(read(fds[0], &byte, 1), 1, "%s: another process attaches",
	   way->name);
	close(fds[0]);
	id = shown_id();
	must(netring_xdp_program_open(&program, &cfg), "open");
	is(netring_xdp_program_attach(&program), -EBUSY, "another one");
	is(program.foreign, id, "is told its number");
	foreign_is(NEAR, shown(way), id, "nor does that take it away");
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	foreign_is(NEAR, shown(way), id, "killed: it is left");
	spy_flush(spy, 0);
	xdp_wire_lot(0, XDP_LOT, 100);
	spy_count(spy, &seen, XDP_LOT, xdp_patience());
	spied_ok(&seen, XDP_LOT, "what is left passes all to the stack");
	close(spy);
	is(netring_xdp_program_attach(&program), 0, "the next one attaches");
	is(program.foreign, 0, "nothing is in its way");
	ok(shown_id() != id, "and what was left is gone");
	netring_xdp_program_close(&program);
	foreign_is(NEAR, XDP_ATTACHED_NONE, 0, "after close");
	memset(&end, 0, sizeof(end));
	xdp_open(&end, way);
	receives(&end, "then all is as at first");
	xdp_close(&end);
}

/* The interface goes, and another comes with its name. */
static void made_anew(const struct xdp_way *way)
{
	static struct xdp_end end;

	memset(&end, 0, sizeof(end));
	xdp_open(&end, way);
	must(net_delete(NEAR), "delete");
	is(netring_xdp_program_attach(&end.steer), -ENODEV, "%s: deleted",
	   way->name);
	is(end.steer.step, NETRING_STEP_INTERFACE, "step");
	is(netring_xdp_program_attached(&end.steer), 0, "not attached");
	live_wire();
	must(netring_xdp_reopen(&end.xdp), "reopen");
	must(netring_xdp_program_attach(&end.steer), "attach again");
	foreign_is(NEAR, shown(way), 0, "made anew");
	xdp_close(&end);
	foreign_is(NEAR, XDP_ATTACHED_NONE, 0, "after close");
}

int main(void)
{
	int i, r;

	xdp_wire(1);
	r = foreign_no_links();
	if (r < 0)
		skip_all(lacking(r) ? lacking(r) : strerror(-r),
			 "a seccomp filter");
	r = must(foreign_load(), "a program");
	is(foreign_link(r, NEAR, 0), -EINVAL, "this kernel has no links now");
	close(r);
	falls_back();
	for (i = 0; i < XDP_WAYS; i += 2) {
		comes_and_goes(&xdp_ways[i]);
		replaces_none(&xdp_ways[i]);
		was_replaced(&xdp_ways[i]);
		killed(&xdp_ways[i]);
	}
	for (i = 0; i < XDP_WAYS; i += 2)
		made_anew(&xdp_ways[i]);
	return done_testing();
}
