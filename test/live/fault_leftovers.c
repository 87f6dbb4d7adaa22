/* SPDX-License-Identifier: MIT */
/* fault_leftovers.c - what a process holds, and what the ports show. */
#define _GNU_SOURCE
#include "fault_roles.h"
#include "foreign_programs.h"
#include "live.h"
#include "port_settings.h"

#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <linux/bpf.h>

#define NEW 64

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

/* The next program after @id, anybody's; 0: none, or not told. */
static uint32_t next_program(uint32_t id)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.start_id = id;
	return syscall(SYS_bpf, BPF_PROG_GET_NEXT_ID, &attr, sizeof(attr)) < 0 ?
		       0 :
		       attr.next_id;
}

static uint32_t last_program(void)
{
	uint32_t id, last = 0;

	for (id = 0; (id = next_program(id));)
		last = id;
	return last;
}

/* Is it there, and of XDP? */
static int is_program(uint32_t id)
{
	struct bpf_prog_info info;
	union bpf_attr attr;
	int fd;

	memset(&attr, 0, sizeof(attr));
	attr.prog_id = id;
	fd = (int)syscall(SYS_bpf, BPF_PROG_GET_FD_BY_ID, &attr, sizeof(attr));
	if (fd < 0)
		return 0;
	memset(&attr, 0, sizeof(attr));
	memset(&info, 0, sizeof(info));
	attr.info.bpf_fd = (uint32_t)fd;
	attr.info.info_len = sizeof(info);
	attr.info.info = (uintptr_t)&info;
	(void)syscall(SYS_bpf, BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr));
	close(fd);
	return info.type == BPF_PROG_TYPE_XDP;
}

/* Those that have come since @last, and are not gone: somebody else's may come
 * and go meanwhile, too. */
static int new_programs(uint32_t last, uint32_t ids[NEW])
{
	uint32_t id = last;
	int n = 0;

	while (n < NEW && (id = next_program(id)))
		if (is_program(id))
			ids[n++] = id;
	return n;
}

static int left(const uint32_t *ids, int count)
{
	int n = 0;

	while (count-- > 0)
		n += is_program(ids[count]);
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
	h.last_program = last_program();
	return h;
}

int faults_same(const struct holdings *before, const char *what)
{
	int64_t end = netring_clock_ms() + 100 * live_slack_ms();
	struct holdings now;
	uint32_t ids[NEW];
	int same, i, programs, n = new_programs(before->last_program, ids);

	do {
		now = faults_look();
		now.last_program = before->last_program;
		programs = left(ids, n);
		same = !programs && !memcmp(&now, before, sizeof(now));
		if (!same)
			live_sleep_ms(2);
	} while (!same && netring_clock_ms() < end);
	ok(same, "%s: nothing is left, nothing is changed", what);
	if (same)
		return 1;
	diag("  descriptors %d, %d before; mappings %d, %d; %d programs",
	     now.descriptors, before->descriptors, now.mappings,
	     before->mappings, programs);
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
