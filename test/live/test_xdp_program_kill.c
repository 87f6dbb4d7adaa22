/* SPDX-License-Identifier: MIT */
/* test_xdp_program_kill.c - kill -9 leaves nothing, a hundred times over. */
#define _GNU_SOURCE
#include "foreign_programs.h"
#include "xdp_end.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define TIMES 100
#define LOT 16u

/* What the doomed one does: open all anew, receive, tell so, wait for it. */
static void doomed(const struct xdp_way *way, uint32_t first, int pipe)
{
	struct tally t = { 0 };
	static struct xdp_end end;
	char told = 1;

	if (first / LOT % 8 == 0) /* for it, the kernel waits a while longer */
		end.socket.flags = NETRING_XDP_PROMISC;
	xdp_open(&end, way);
	xdp_take(&t, &end.xdp, first, LOT, 100);
	told = t.numbered == LOT && t.low == first && !t.foreign &&
	       !t.damaged && !t.unordered;
	(void)!write(pipe, &told, 1);
	for (;;)
		pause();
}

/* In the middle of receiving, too: packets on their way, frames anywhere. */
static int life(const struct xdp_way *way, uint32_t first)
{
	int fds[2], status;
	char told = 0;
	pid_t pid;

	must(pipe(fds), "a pipe");
	pid = fork();
	if (!pid) {
		close(fds[0]);
		doomed(way, first, fds[1]);
	}
	close(fds[1]);
	if (read(fds[0], &told, 1) != 1)
		told = 0;
	close(fds[0]);
	if (told)
		xdp_wire_lot(first, LOT, 100); /* for nobody */
	kill(pid, SIGKILL);
	if (waitpid(pid, &status, 0) != pid || !WIFSIGNALED(status))
		return 0;
	return told;
}

static void many(const struct xdp_way *way)
{
	int i, good = 0, left = 0, promiscuous = 0;
	struct foreign_seen seen;

	for (i = 0; i < TIMES / 2; i++) {
		good += life(way, (uint32_t)i * LOT);
		/* a killed process is gone only after its files are */
		if (foreign_look(NEAR, &seen) < 0 || seen.attached)
			left++;
		promiscuous += net_promiscuity(NEAR) != 0;
	}
	is(good, TIMES / 2, "%s: opened, received, killed: %d times", way->name,
	   TIMES / 2);
	is(left, 0, "no program was left, not once");
	is(promiscuous, 0, "nor promiscuous mode");
}

int main(void)
{
	struct tally t = { 0 };
	static struct xdp_end end;

	xdp_wire(1);
	alarm(20u * (unsigned int)live_slack_ms());
	many(&xdp_ways[0]);
	many(&xdp_ways[2]);
	xdp_open(&end, &xdp_ways[2]);
	xdp_take(&t, &end.xdp, 7, LOT, 100);
	tally_ok(&t, LOT, "and then");
	xdp_close(&end);
	return done_testing();
}
