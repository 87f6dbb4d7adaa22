/* SPDX-License-Identifier: MIT */
/* hosts.c - host A, this one in the middle, host B: three namespaces. */
#define _GNU_SOURCE
#include "hosts.h"

#include "live.h"
#include "port_settings.h"
#include "spy_socket.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

const char *const host_name[2] = { "h0", "h1" };
const char *const port_name[2] = { "p0", "p1" };

void hosts_wire(struct hosts *h, int side)
{
	const char *host = host_name[side], *port = port_name[side];
	int home;

	must(net_veth(host, port), "a veth pair %s, %s", host, port);
	must(net_move(host, h->ns[side]), "%s in its namespace", host);
	must(net_up(port), "%s up", port);
	home = must(net_enter(h->ns[side]), "go there");
	must(net_mac(host, side ? far_mac : near_mac), "its address");
	must(net_up(host), "%s up", host);
	h->out[side] = must(wire_open(host), "a sending socket");
	h->spy[side] = must(spy_open(host, 0), "a look at what arrives");
	must(net_return(home), "come back");
}

void hosts_begin(struct hosts *h)
{
	int side, home;

	port_quiet();
	for (side = 0; side < 2; side++) {
		h->ns[side] = must(net_namespace(), "a namespace");
		home = must(net_enter(h->ns[side]), "go there");
		port_quiet();
		must(net_return(home), "come back");
		hosts_wire(h, side);
	}
	live_sleep_ms(20);
}

void hosts_end(struct hosts *h)
{
	int side;

	for (side = 0; side < 2; side++) {
		close(h->out[side]);
		close(h->spy[side]);
		(void)net_delete(port_name[side]);
		close(h->ns[side]);
	}
}

void hosts_send(const struct hosts *h, int side, const void *frame,
		size_t length)
{
	must(wire_send(h->out[side], frame, length), "send from %s",
	     host_name[side]);
}

pid_t hosts_flood(const struct hosts *h, int side, uint32_t count,
		  uint32_t rate, size_t length)
{
	struct wire_flood flood = { .interface = host_name[side],
				    .count = count,
				    .rate = rate,
				    .length = length };
	int home = must(net_enter(h->ns[side]), "go there");
	pid_t pid = wire_start(&flood);

	must(net_return(home), "come back");
	return pid;
}

uint64_t hosts_arrived(const struct hosts *h, int side)
{
	struct port_counters c = { 0 };
	int home = must(net_enter(h->ns[side]), "go there");

	must(port_counters(host_name[side], &c), "counters");
	must(net_return(home), "come back");
	return c.rx_packets;
}

static void both_ports(struct netring_bridge_config *cfg)
{
	if (!cfg->interface[0])
		cfg->interface[0] = port_name[0];
	if (!cfg->interface[1])
		cfg->interface[1] = port_name[1];
}

void hosts_shares(struct hosts_count (*now)(void), void (*run)(void), int rate,
		  const char *what)
{
	int alone = sysconf(_SC_NPROCESSORS_ONLN) == 1;
	int tries = 3; /* a machine may hold up one of the senders */
	int flooded, one_way, other_way;
	struct hosts_count from, to;
	uint64_t one, other, fair;

	do {
		from = now();
		run();
		to = now();
		one = to.out[1] - from.out[1];
		other = to.out[0] - from.out[0];
		diag("%s: %llu one way, %llu the other", what,
		     (unsigned long long)one, (unsigned long long)other);
		fair = (one + other) / 2;
		if (fair > to.in[1] - from.in[1])
			fair = to.in[1] - from.in[1];
		flooded = alone || to.in[0] - from.in[0] > one * 3 / 2;
		other_way = rate < 0 || other >= fair / 3;
		one_way = rate != 0 || one >= fair / 3;
	} while (--tries && !(flooded && one_way && other_way));
	if (alone)
		skip("the sender is on the same processor",
		     "%s: more comes than it can carry", what);
	else
		ok(flooded, "%s: more comes than it can carry", what);
	if (rate >= 0)
		ok(other_way, "the other direction keeps a third of its share");
	if (rate == 0)
		ok(one_way, "and so does this one");
}

void hosts_open(struct netring_bridge *br, struct netring_bridge_config *cfg)
{
	int r;

	both_ports(cfg);
	r = netring_bridge_open(br, cfg);
	must(r, "open (%s of port %d)", netring_step_name(br->step), br->port);
}

static int step(struct netring_bridge *br)
{
	int r = netring_bridge_step(br, 1);

	if (r < 0 && r != -EINTR)
		must(r, "step");
	return r > 0 ? r : 0;
}

int hosts_pump(struct netring_bridge *br, int ms)
{
	int64_t last, end, now;
	int r, moved = 0;

	ms = live_quiet_ms(ms);
	end = netring_clock_ms() + ms;
	last = end + 5000;
	do {
		/* before the step: a late one still takes what is there */
		now = netring_clock_ms();
		r = step(br);
		if (r)
			end = netring_clock_ms() + ms;
		moved += r;
	} while (now < last && (now < end || netring_bridge_timeout(br) == 0));
	return moved;
}

void hosts_take(struct netring_bridge *br, int frames)
{
	int64_t last = netring_clock_ms() + 5000;

	while (frames > 0 && netring_clock_ms() < last)
		frames -= step(br);
	hosts_pump(br, 1);
}

static volatile int stopped;

static void stop(int signal)
{
	(void)signal;
	stopped = 1;
}

pid_t hosts_run(struct netring_bridge_config *cfg, int to)
{
	static struct netring_bridge br;
	struct netring_bridge_stats stats[2];
	int ready[2], r;
	char byte = 1;
	pid_t pid;

	both_ports(cfg);
	must(pipe(ready) < 0 ? -errno : 0, "a pipe");
	pid = fork();
	if (pid) {
		close(ready[1]);
		must(read(ready[0], &byte, 1) == 1 ? 0 : -EIO,
		     "a bridge in another process");
		close(ready[0]);
		return pid;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGTERM, stop);
	r = netring_bridge_open(&br, cfg);
	if (r < 0 || write(ready[1], &byte, 1) != 1) {
		diag("open (%s of port %d): %s", netring_step_name(br.step),
		     br.port, strerror(-r));
		_exit(1);
	}
	close(ready[0]);
	close(ready[1]);
	r = netring_bridge_run(&br, &stopped, -1);
	netring_bridge_read_stats(&br, 0, &stats[0]);
	netring_bridge_read_stats(&br, 1, &stats[1]);
	if (to >= 0 && write(to, stats, sizeof(stats)) < 0)
		r = -EIO;
	netring_bridge_close(&br);
	_exit(r < 0);
}

void hosts_print(const struct netring_bridge_stats *s, const char *what)
{
	diag("%s: %llu received, %llu forwarded, %llu filtered, %llu local, "
	     "%llu long, %llu full, %llu down, %llu refused, %llu pending, %llu sums, %llu gso, %llu drops",
	     what, (unsigned long long)s->received,
	     (unsigned long long)s->forwarded, (unsigned long long)s->filtered,
	     (unsigned long long)s->link_local, (unsigned long long)s->too_long,
	     (unsigned long long)s->ring_full, (unsigned long long)s->link_down,
	     (unsigned long long)netring_refused_sum(&s->refused),
	     (unsigned long long)s->pending, (unsigned long long)s->checksum,
	     (unsigned long long)s->gso, (unsigned long long)s->kernel_drops);
}

int hosts_adds_up(const struct netring_bridge_stats *s, const char *what)
{
	int good = s->received == s->forwarded + s->filtered + s->link_local +
					  s->too_long + s->ring_full +
					  s->link_down + s->pending +
					  netring_refused_sum(&s->refused);

	ok(good, "%s: received = forwarded and all drops", what);
	if (!good)
		hosts_print(s, what);
	return good;
}
