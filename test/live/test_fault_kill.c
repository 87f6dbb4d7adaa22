/* SPDX-License-Identifier: MIT */
/* test_fault_kill.c - kill -9 under load: the kernel gives all back. */
#define _GNU_SOURCE
#include "fault_roles.h"
#include "live.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define TIMES 2

/* Opened, told, at work until the end. */
static void doomed(const struct role *role, int pipe)
{
	char told = 0;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	told = role->open() >= 0;
	(void)!write(pipe, &told, 1);
	for (;;)
		(void)role->step(5);
}

static int life(const struct role *role)
{
	int fds[2], status = 0;
	char told = 0;
	pid_t pid;

	must(pipe(fds) < 0 ? -errno : 0, "a pipe");
	pid = fork();
	if (!pid)
		doomed(role, fds[1]);
	close(fds[1]);
	if (read(fds[0], &told, 1) != 1)
		told = 0;
	close(fds[0]);
	live_sleep_ms(20); /* in the middle of it */
	kill(pid, SIGKILL);
	return waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) && told;
}

static void killed(const struct role *role, struct hosts *h)
{
	struct holdings before, now;
	int i, k, good = 0, more = 0;
	pid_t load;

	if (!faults_can(role, "kill -9"))
		return;
	before = faults_look();
	for (i = 0; i < TIMES; i++) {
		load = faults_flood(h);
		good += life(role);
		wire_stop(load);
		now = faults_look();
		for (k = 0; k < 2; k++)
			more += now.offloads[k] & ~before.offloads[k];
		faults_offloads(&before);
	}
	is(good, TIMES, "%s: opened, worked, was killed, so many times",
	   role->name);
	is(more, 0, "no offload is on that was off");
	faults_same(&before, role->name);
	must(role->open(), "%s opens again", role->name);
	faults_works(role, h, "after a kill -9");
	role->close();
	faults_same(&before, "closed");
}

int main(void)
{
	return faults_each(killed);
}
