/* SPDX-License-Identifier: MIT */
/* signals.c - end cleanly when asked to, at once when asked thrice. */
#include "tool.h"

#include <string.h>
#include <unistd.h>

volatile sig_atomic_t stop_signals;
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

/* SA_RESTART: writes go on; poll() returns in any case. */
void catch_signal(int number, void (*function)(int number))
{
	struct sigaction action;

	memset(&action, 0, sizeof(action));
	action.sa_handler = function;
	action.sa_flags = SA_RESTART;
	sigaction(number, &action, NULL);
}

void catch_signals(void)
{
	struct sigaction action;

	catch_signal(SIGPIPE, SIG_IGN);
	catch_signal(SIGINT, on_stop);
	catch_signal(SIGTERM, on_stop);
	sigaction(SIGHUP, NULL, &action);
	if (action.sa_handler != SIG_IGN) /* nohup */
		catch_signal(SIGHUP, on_stop);
}
