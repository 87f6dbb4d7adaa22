/* SPDX-License-Identifier: MIT */
/* fault_leftovers.c - what a process holds, and what the ports show. */
#define _GNU_SOURCE
#include "fault_roles.h"
#include "foreign_programs.h"
#include "live.h"
#include "port_settings.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* Without the heap, which would map some itself. */

static int descriptors(void)
{
	int i, n = 0;

	for (i = 0; i < 1024; i++)
		n += fcntl(i, F_GETFD) >= 0;
	return n;
}

static int mappings(void)
{
	int fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC), n = 0;
	char text[4096];
	ssize_t r, i;

	while ((r = read(fd, text, sizeof(text))) > 0)
		for (i = 0; i < r; i++)
			n += text[i] == '\n';
	close(fd);
	return n;
}

struct holdings faults_look(void)
{
	struct foreign_seen seen;
	struct holdings h;
	int i;

	memset(&h, 0, sizeof(h));
	h.descriptors = descriptors();
	h.mappings = mappings();
	for (i = 0; i < 2; i++) {
		h.promiscuous[i] = net_promiscuity(port_name[i]);
		/* a program switches a veth's TSO by itself */
		h.offloads[i] = port_get(port_name[i], PORT_GRO) +
				2 * port_get(port_name[i], PORT_TSO);
		(void)foreign_look(port_name[i], &seen);
		h.attached[i] = seen.attached;
	}
	return h;
}

int faults_same(const struct holdings *before, const char *what)
{
	int64_t end = netring_clock_ms() + 100 * live_slack_ms();
	struct holdings now;
	int same, i;

	do {
		now = faults_look();
		same = !memcmp(&now, before, sizeof(now));
		if (!same)
			live_sleep_ms(2);
	} while (!same && netring_clock_ms() < end);
	ok(same, "%s: nothing is left, nothing is changed", what);
	if (same)
		return 1;
	diag("  descriptors %d, %d before; mappings %d, %d", now.descriptors,
	     before->descriptors, now.mappings, before->mappings);
	for (i = 0; i < 2; i++)
		diag("  %s: promiscuous %d, %d; offloads %d, %d; program %d, "
		     "%d",
		     port_name[i], now.promiscuous[i], before->promiscuous[i],
		     now.offloads[i], before->offloads[i], now.attached[i],
		     before->attached[i]);
	return 0;
}

void faults_offloads(const struct holdings *before)
{
	int i;

	for (i = 0; i < 2; i++) {
		(void)port_set(port_name[i], PORT_GRO, before->offloads[i] & 1);
		(void)port_set(port_name[i], PORT_TSO, before->offloads[i] / 2);
	}
}
