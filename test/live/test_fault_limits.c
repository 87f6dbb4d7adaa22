/* SPDX-License-Identifier: MIT */
/* test_fault_limits.c - too few descriptors, too little memory, no rights. */
#define _GNU_SOURCE
#include "capabilities.h"
#include "fault_roles.h"
#include "live.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* What an open said: each refusal must be one of two, and tell its step. */
struct told {
	int opened; /* after so many refusals */
	int refused, wrong, kept;
	int last, step;
};

static void try_open(const struct role *role, struct told *t, int a, int b)
{
	struct holdings before = faults_look(), now;
	int r = role->open();

	if (r >= 0) {
		role->close();
		t->opened = 1;
		return;
	}
	t->refused++;
	t->last = r;
	t->step = (int)role->failed();
	t->wrong += (r != -a && r != -b) || !t->step;
	now = faults_look();
	t->kept += now.descriptors != before.descriptors ||
		   now.mappings != before.mappings;
	role->close(); /* of what is not open */
}

static void limit(int what, rlim_t value)
{
	struct rlimit l = { 0, 0 };

	getrlimit(what, &l);
	l.rlim_cur = value < l.rlim_max ? value : l.rlim_max;
	must(setrlimit(what, &l) < 0 ? -errno : 0, "a limit");
}

static void tell(const struct role *role, const struct told *t,
		 const char *what)
{
	diag("%s, %s: %d refused, the last by %d at %s", role->name, what,
	     t->refused, t->last,
	     netring_step_name((enum netring_step)t->step));
	is(t->wrong, 0, "%s, %s: refused by its error, with a step", role->name,
	   what);
	is(t->kept, 0, "no descriptor and no mapping is kept then");
}

/* One more than there are, and so on, until it opens. What looks at the state
 * needs some, too: they are taken away for the open only. */
static void descriptors(const struct role *role, const struct hosts *h)
{
	static int taken[64];
	struct told t;
	int i, n = 0, r;

	memset(&t, 0, sizeof(t));
	limit(RLIMIT_NOFILE, 64);
	while (n < 64 && (taken[n] = dup(0)) >= 0)
		n++;
	for (i = 0; i <= n && !t.opened; i++) {
		r = role->open();
		if (r >= 0) {
			t.opened = 1;
			role->close();
			break;
		}
		t.refused++;
		t.last = r;
		t.step = (int)role->failed();
		t.wrong += r != -EMFILE || !t.step;
		role->close();
		/* what is free now was free before */
		r = dup(0);
		t.kept += (r >= 0) != (i > 0);
		close(r);
		close(taken[n - 1 - i]);
	}
	for (; i < n; i++)
		close(taken[n - 1 - i]);
	tell(role, &t, "descriptors");
	between(t.refused, 1, 24, "so many free ones were too few");
	ok(t.opened, "then it opens");
	limit(RLIMIT_NOFILE, 1024);
	must(role->open(), "%s opens", role->name);
	faults_works(role, h, "after too few descriptors");
	role->close();
}

static rlim_t address_space(void)
{
	FILE *file = fopen("/proc/self/statm", "r");
	unsigned long pages = 0;

	if (file && fscanf(file, "%lu", &pages) != 1)
		pages = 0;
	if (file)
		fclose(file);
	return (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE);
}

static void memory(const struct role *role, const struct hosts *h)
{
	rlim_t now = address_space(), more;
	struct told t;

	memset(&t, 0, sizeof(t));
	for (more = 0; more < 64u << 20 && !t.opened;
	     more = more ? 2 * more : 16384) {
		limit(RLIMIT_AS, now + more);
		try_open(role, &t, ENOMEM, EAGAIN);
	}
	tell(role, &t, "memory");
	ok(t.refused > 0 && t.step == NETRING_STEP_MAP, "at the map");
	limit(RLIMIT_AS, RLIM_INFINITY);
	must(role->open(), "%s opens", role->name);
	faults_works(role, h, "after too little memory");
	role->close();
}

/* Of what the process has, those that @mask has. */
static int caps_keep(uint64_t mask)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3,
						   0 };
	struct __user_cap_data_struct data[2];

	memset(data, 0, sizeof(data));
	if (syscall(SYS_capget, &header, data) < 0)
		return -errno;
	data[0].effective = data[0].permitted &= (uint32_t)mask;
	data[1].effective = data[1].permitted &= (uint32_t)(mask >> 32);
	return syscall(SYS_capset, &header, data) < 0 ? -errno : 0;
}

static void no_rights(const struct role *role, const struct hosts *h)
{
	static const struct {
		const char *name;
		uint64_t without;
	} rows[] = {
		{ "CAP_NET_ADMIN", CAPS_OF(CAP_NET_ADMIN) },
		{ "CAP_BPF", CAPS_OF(CAP_BPF) | CAPS_OF(CAP_SYS_ADMIN) },
		{ "CAP_NET_RAW", CAPS_OF(CAP_NET_RAW) },
		{ "any", UINT64_MAX },
	};
	uint64_t gone = 0;
	struct told t;
	size_t i;

	(void)h;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		memset(&t, 0, sizeof(t));
		gone |= rows[i].without;
		must(caps_keep(~gone), "without %s", rows[i].name);
		try_open(role, &t, EPERM, EACCES);
		tell(role, &t, rows[i].name);
	}
	ok(!t.opened, "without any: it does not open");
}

/* An open one needs none: to work, and to give up what it has. */
static void rights_gone(const struct role *role, const struct hosts *h)
{
	must(role->open(), "%s opens", role->name);
	must(caps_keep(0), "no capability");
	faults_works(role, h, "its rights dropped");
	role->close();
}

static void locked(const struct role *role, const struct hosts *h)
{
	struct told t;

	if (!role->xdp)
		return;
	memset(&t, 0, sizeof(t));
	must(caps_keep(~CAPS_OF(CAP_IPC_LOCK)), "no CAP_IPC_LOCK");
	limit(RLIMIT_MEMLOCK, 4096);
	/* EPERM: maps are counted by it, before Linux 5.11 */
	try_open(role, &t, ENOBUFS, EPERM);
	tell(role, &t, "locked memory");
	is(t.refused, 1, "refused");
	limit(RLIMIT_MEMLOCK, RLIM_INFINITY);
	must(role->open(), "%s opens", role->name);
	faults_works(role, h, "after too little locked memory");
	role->close();
}

/* In a process of its own, which prints its results; how many there were is
 * what it ends with. */
static void apart(void (*what)(const struct role *, const struct hosts *),
		  const struct role *role, const struct hosts *h)
{
	int status = -1, channel[2];
	char failed = 1;
	pid_t pid;

	must(pipe(channel) < 0 ? -errno : 0, "a pipe");
	pid = fork();
	if (!pid) {
		close(channel[0]);
		tap_apart();
		what(role, h);
		failed = (char)tap_failures();
		_exit(write(channel[1], &failed, 1) != 1);
	}
	close(channel[1]);
	if (read(channel[0], &failed, 1) != 1)
		failed = 1;
	close(channel[0]);
	waitpid(pid, &status, 0);
	is(failed || status, 0, "%s: all of these", role->name);
}

static void limited(const struct role *role, struct hosts *h)
{
	struct holdings before;

	if (!faults_can(role, "limits"))
		return;
	before = faults_look();
	apart(descriptors, role, h);
	apart(memory, role, h);
	apart(locked, role, h);
	faults_same(&before, role->name);
	apart(no_rights, role, h);
	apart(rights_gone, role, h);
	faults_offloads(&before);
	faults_same(&before, role->name);
}

int main(void)
{
	return faults_each(limited);
}
