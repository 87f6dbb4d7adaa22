/* SPDX-License-Identifier: MIT */
/* signal_storm.c - signals at this process, as many a second as wanted. */
#define _GNU_SOURCE
#include "signal_storm.h"

#include <string.h>
#include <sys/time.h>

volatile sig_atomic_t storm_signals;

static void count(int signal)
{
	(void)signal;
	storm_signals++;
}

void storm_every(long us)
{
	struct itimerval timer = { { 0, us }, { 0, us } };
	struct sigaction action;

	if (us) {
		storm_signals = 0;
		memset(&action, 0, sizeof(action));
		action.sa_handler = count;
		sigaction(SIGALRM, &action, NULL);
	}
	setitimer(ITIMER_REAL, &timer, NULL);
}
