/* SPDX-License-Identifier: MIT */
/* bridge.c - `netring bridge`: an appliance in the wire. */
#include "bridge_applet.h"

#include <errno.h>
#include <string.h>

#define TICK_MS 1000

const char bridge_about[] = "join two interfaces, and count what passes";

struct session {
	struct bridge_options options;
	struct joint joint;
	struct bridge_status status;
};

static void on_event(void *user, int port, enum netring_port_event event)
{
	static const char *const texts[] = {
		[NETRING_PORT_BACK] = "is back",
		[NETRING_PORT_DOWN] = "the link is down",
		[NETRING_PORT_GONE] = "is gone; waiting for it",
		[NETRING_PORT_DEAF] = "its XDP program was taken off",
		[NETRING_PORT_QUEUES] = "has another number of queues",
	};
	struct session *s = user;

	report_break(&s->status.report);
	note("%s: %s", s->options.interface[port], texts[event]);
}

/* Until the next report is due, or the end. */
static int sleep_time(int64_t now, int64_t end)
{
	return end != NETRING_FOREVER && end - now < TICK_MS ?
		       (int)(end - now) :
		       TICK_MS;
}

static int run(struct session *s)
{
	int64_t now = netring_clock_ms();
	int64_t end = s->options.duration ?
			      now + (int64_t)s->options.duration * TICK_MS :
			      NETRING_FOREVER;
	int r = 0;

	while (!stop_signals && (end == NETRING_FOREVER || now < end)) {
		r = joint_step(&s->joint, sleep_time(now, end));
		if (r < 0 && r != -EINTR)
			return fail("%s", strerror(-r));
		now = netring_clock_ms();
		bridge_show(&s->status, &s->joint, now);
		if (total_asked())
			bridge_total(&s->status, &s->joint);
	}
	return 0;
}

static struct session session;

/* What was changed of the interfaces, also by a program that ends at once: all
 * of it is system calls, which may be made in a signal's handler. */
static void close_joint(void)
{
	(void)joint_close(&session.joint);
}

int bridge_main(int argc, char **argv)
{
	struct session *s = &session;
	int r = bridge_parse(&s->options, argc, argv);
	int opened, left;

	if (r >= 0)
		return r;
	give_back = close_joint;
	catch_signals();
	opened = !joint_open(&s->joint, &s->options, on_event, s);
	r = !opened || bridge_start(&s->status, &s->options);
	if (!r) {
		r = run(s);
		if (!s->options.quiet)
			bridge_total(&s->status, &s->joint);
		bridge_metrics(&s->status, &s->joint);
	}
	left = joint_close(&s->joint);
	if (opened && left >= 0)
		return fail("%s: GRO, LRO or TSO stays off: it was on, and "
			    "cannot be turned on again",
			    s->options.interface[left]);
	return r;
}
