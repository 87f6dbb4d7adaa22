/* SPDX-License-Identifier: MIT */
/* libev.c - an example: a bridge in libev's loop. */
#include <netring/netring.h>

#include <ev.h>
#include <stdio.h>
#include <string.h>

static struct netring_bridge bridge;
static ev_io ports[2];
static ev_timer later;

/* Forward what is there; the bridge says when to call it without an event. */
static void step(struct ev_loop *loop)
{
	int ms;

	if (netring_bridge_step(&bridge, 0) < 0)
		ev_break(loop, EVBREAK_ALL);
	ms = netring_bridge_timeout(&bridge);
	ev_timer_stop(loop, &later);
	if (ms < 0)
		return;
	ev_timer_set(&later, ms / 1000., 0);
	ev_timer_start(loop, &later);
}

static void on_port(struct ev_loop *loop, ev_io *port, int events)
{
	(void)port, (void)events;
	step(loop);
}

static void on_time(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)timer, (void)events;
	step(loop);
}

static void on_signal(struct ev_loop *loop, ev_signal *signal, int events)
{
	(void)signal, (void)events;
	ev_break(loop, EVBREAK_ALL);
}

/* usage: libev INTERFACE INTERFACE */
int main(int argc, char **argv)
{
	struct ev_loop *loop = ev_default_loop(0);
	struct netring_bridge_config cfg = { .flags = NETRING_BRIDGE_LARGE };
	struct netring_bridge_stats stats[2];
	ev_signal term;
	int i, r;

	if (argc != 3)
		return 2;
	cfg.interface[0] = argv[1];
	cfg.interface[1] = argv[2];
	r = netring_bridge_open(&bridge, &cfg);
	if (r < 0)
		return fprintf(stderr, "%s: %s: %s\n", argv[1 + bridge.port],
			       netring_step_name(bridge.step), strerror(-r)),
		       1;
	for (i = 0; i < 2; i++) {
		ev_io_init(&ports[i], on_port, netring_bridge_fd(&bridge, i),
			   EV_READ);
		ev_io_start(loop, &ports[i]);
	}
	ev_timer_init(&later, on_time, 0, 0);
	ev_signal_init(&term, on_signal, SIGTERM);
	ev_signal_start(loop, &term);
	printf("ready\n");
	fflush(stdout);
	ev_run(loop, 0);
	for (i = 0; i < 2; i++)
		netring_bridge_read_stats(&bridge, i, &stats[i]);
	printf("%llu %llu\n", (unsigned long long)stats[0].forwarded,
	       (unsigned long long)stats[1].forwarded);
	netring_bridge_close(&bridge);
	return 0;
}
