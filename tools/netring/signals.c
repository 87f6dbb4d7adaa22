/* SPDX-License-Identifier: MIT */
/* signals.c - end cleanly when asked to, at once when asked thrice. */
#include "tool.h"

#include <string.h>
#include <unistd.h>

volatile sig_atomic_t stop_signals;
static volatile sig_atomic_t total_wanted;
void (*give_back)(void);

/* The third one ends a write that does not return. */
static void on_stop(int number)
{
	(void)number;
	if (++stop_signals <= 2)
		return;
	if (give_back)
		give_back();
	_exit(1);
}

static void on_total(int number)
{
	(void)number;
	total_wanted = 1;
}

int total_asked(void)
{
	int asked = total_wanted;

	total_wanted = 0;
	return asked;
}

/* SA_RESTART: writes go on; poll() returns in any case. */
void catch_signal(int number, void (*function)(int number))
{
	struct sigaction action;

	memset(&action, 0, sizeof(action));
	action.sa_handler = function;
	action.sa_flags = SA_RESTART;
	sigaction(number, &action, NULL);
}

/* All that would end the program, but for faults of its own and SIGKILL. */
void catch_signals(void)
{
	static const int stops[] = { SIGINT,  SIGTERM,	 SIGQUIT, SIGALRM,
				     SIGPROF, SIGVTALRM, SIGXCPU, SIGPOLL };
	struct sigaction action;
	size_t i;

	catch_signal(SIGPIPE, SIG_IGN);
	for (i = 0; i < sizeof(stops) / sizeof(stops[0]); i++)
		catch_signal(stops[i], on_stop);
	catch_signal(SIGUSR1, on_total);
	catch_signal(SIGUSR2, on_total);
	sigaction(SIGHUP, NULL, &action);
	if (action.sa_handler != SIG_IGN) /* nohup */
		catch_signal(SIGHUP, on_stop);
}
