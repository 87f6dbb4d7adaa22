/* SPDX-License-Identifier: MIT */
/* test_fault_link.c - links that flap, go away and come back, under load. */
#define _GNU_SOURCE
#include "fault_roles.h"
#include "live.h"
#include "net.h"
#include "spy_socket.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define FLAPS 30
#define DELETES 3

/* The wire of port 0; at the end it is up. */
static pid_t trouble(struct hosts *h)
{
	pid_t pid = fork();
	int i;

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	live_sleep_ms(100); /* until the role is open */
	for (i = 0; i < FLAPS; i++) {
		must(net_down(port_name[0]), "down");
		live_sleep_ms(i % 3);
		must(net_up(port_name[0]), "up");
		live_sleep_ms(3);
	}
	for (i = 0; i < DELETES; i++) {
		live_sleep_ms(30);
		if (i & 1)
			must(net_down(port_name[0]), "down");
		must(live_delete_under(getppid(), port_name[0]), "delete");
		live_sleep_ms(i * 10);
		hosts_wire(h, 0);
	}
	_exit(0);
}

/* Sockets of the new wire, here. */
static void look_again(struct hosts *h)
{
	int home = must(net_enter(h->ns[0]), "go there");

	close(h->out[0]);
	close(h->spy[0]);
	h->out[0] = must(wire_open(host_name[0]), "a sending socket");
	h->spy[0] = must(spy_open(host_name[0], 0), "a look there");
	must(net_return(home), "come back");
}

static int is_of_links(int r)
{
	return r == -ENETDOWN || r == -ENODEV || r == -ENXIO || r == -EAGAIN;
}

struct seen {
	uint32_t steps, down, gone, again, wrong;
	int last;
};

static void count(struct seen *s, int r)
{
	s->down += r == -ENETDOWN;
	s->gone += r == -ENODEV || r == -ENXIO;
	if (r < 0 && !is_of_links(r)) {
		s->wrong++;
		s->last = r;
	}
}

/* What a program does that goes by the headers: when an interface is gone, made
 * anew until that works. */
static void step(const struct role *role, struct seen *s)
{
	static int lost;
	int r = lost ? -ENODEV : role->step(5);

	s->steps += !lost;
	count(s, r);
	lost = role->again && (r == -ENODEV || r == -ENXIO);
	if (!lost)
		return;
	r = role->again();
	lost = r < 0;
	s->again += r >= 0;
	count(s, r == -EBUSY ? 0 : r); /* a queue comes back late */
	if (lost)
		live_sleep_ms(1);
}

static void flapped(const struct role *role, struct hosts *h)
{
	struct holdings before;
	int64_t end;
	struct seen s;
	pid_t load, troubled;

	if (!faults_can(role, "links"))
		return;
	memset(&s, 0, sizeof(s));
	before = faults_look();
	load = faults_flood(h);
	troubled = trouble(h);
	must(role->open(), "%s opens", role->name);
	while (waitpid(troubled, NULL, WNOHANG) == 0)
		step(role, &s);
	wire_stop(load);
	look_again(h);
	/* a link that was down is looked at twice a second */
	for (end = netring_clock_ms() + 500; netring_clock_ms() < end;)
		step(role, &s);
	(void)spy_flush(h->spy[1], 0);
	faults_settle(role, h);
	diag("%s: %u steps, %u down, %u gone, made anew %u", role->name,
	     s.steps, s.down, s.gone, s.again);
	is(s.wrong, 0, "%s: no other errors (%d)", role->name, s.last);
	if (role->again)
		ok(s.down + s.gone > 0, "told so");
	ok(s.steps > 20, "it worked all the time");
	faults_works(role, h, "after all that");
	if (role->sums)
		role->sums(role->name);
	role->close();
	faults_same(&before, role->name);
}

int main(void)
{
	return faults_each(flapped);
}
