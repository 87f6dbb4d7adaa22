/* SPDX-License-Identifier: MIT */
/* fault_program.c - a test of failures: its hosts, its flood, each role. */
#define _GNU_SOURCE
#include "fault_roles.h"

#include "live.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#define LENGTH 100u

void faults_begin(struct hosts *h)
{
	struct rlimit limit = { RLIM_INFINITY, RLIM_INFINITY };

	live_begin();
	(void)setrlimit(RLIMIT_MEMLOCK, &limit);
	hosts_begin(h);
}

/* Not past the queue (direct): the README's known kernel faults say why. */
pid_t faults_flood(const struct hosts *h)
{
	struct wire_flood flood = { .interface = host_name[0],
				    .count = 200,
				    .rate = 20000,
				    .length = LENGTH };
	pid_t pid = fork();

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	must(net_enter(h->ns[0]), "go there");
	for (;;)
		if (wire_burst(&flood) < 0)
			live_sleep_ms(1);
}

int faults_each(void (*test)(const struct role *role, struct hosts *h))
{
	struct hosts h;
	int i;

	faults_begin(&h);
	for (i = 0; i < ROLES; i++)
		test(&roles[i], &h);
	hosts_end(&h);
	return done_testing();
}
