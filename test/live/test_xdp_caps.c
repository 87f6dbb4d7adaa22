/* SPDX-License-Identifier: MIT */
/* test_xdp_caps.c - what each capability is for; locked memory; a container. */
#define _GNU_SOURCE
#include "foreign.h"
#include "spy.h"
#include "xdp.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/capability.h>

#ifndef CAP_BPF
#define CAP_BPF 39 /* headers before 5.8 */
#endif
#define BIT(cap) (1ull << (cap))
#define RAW BIT(CAP_NET_RAW)
#define ADMIN BIT(CAP_NET_ADMIN)
#define BPF BIT(CAP_BPF)
#define NOBODY 65534
#define AREA (2u << 20) /* bytes of 1024 frames */

/* What a process found out: a result and the step, of each call. */
struct found {
	int open, open_step;
	int busy, busy_step; /* open with BUSY_POLL */
	int program, program_step;
	int attach, attach_step;
};

/* Another user, since locked memory counts by user, with @caps only. */
static void become(uint64_t caps)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3,
						   0 };
	struct __user_cap_data_struct data[2];

	(void)prctl(PR_SET_KEEPCAPS, 1);
	(void)!setresuid(NOBODY, NOBODY, NOBODY); /* if there is such a one */
	memset(data, 0, sizeof(data));
	data[0].permitted = data[0].effective = (uint32_t)caps;
	data[1].permitted = data[1].effective = (uint32_t)(caps >> 32);
	must(syscall(SYS_capset, &header, data) < 0 ? -errno : 0, "capset");
}

static struct netring_umem umem;
static struct netring_xdp xdp;
static struct netring_xdp_program program;
NETRING_UMEM_AREA(area, AREA / 2048, 2048);

static void make_umem(size_t size)
{
	struct netring_umem_config cfg = { .memory = area.memory,
					   .size = size,
					   .table = area.table,
					   .table_size = sizeof(area.table),
					   .frame_size = 2048 };

	must(netring_umem_init(&umem, &cfg), "memory");
}

static int try_open(const char *interface, size_t size, uint32_t flags)
{
	struct netring_xdp_config cfg = { .interface = interface,
					  .umem = &umem,
					  .flags = flags };

	make_umem(size);
	return netring_xdp_open(&xdp, &cfg);
}

static void look(struct found *f)
{
	struct netring_xdp_program_config cfg = { .interface = NEAR };

	f->open = try_open(NEAR, AREA / 4, 0);
	f->open_step = xdp.step;
	netring_xdp_close(&xdp);
	f->busy = try_open(NEAR, AREA / 4, NETRING_XDP_BUSY_POLL);
	f->busy_step = xdp.step;
	netring_xdp_close(&xdp);
	f->program = netring_xdp_program_open(&program, &cfg);
	f->program_step = program.step;
	if (f->program < 0)
		return;
	f->attach = netring_xdp_program_attach(&program);
	f->attach_step = program.step;
	netring_xdp_program_close(&program);
}

/* In a process of its own, which tells by a pipe. */
static struct found found_with(uint64_t caps)
{
	struct found f;
	int fds[2];
	pid_t pid;

	memset(&f, 0, sizeof(f));
	must(pipe(fds), "a pipe");
	pid = fork();
	if (!pid) {
		become(caps);
		look(&f);
		_exit(write(fds[1], &f, sizeof(f)) != sizeof(f));
	}
	close(fds[1]);
	is(read(fds[0], &f, sizeof(f)), sizeof(f), "capabilities %llx",
	   (unsigned long long)caps);
	close(fds[0]);
	wire_wait(pid);
	return f;
}

static void is_at(int r, int step, int want, int want_step, const char *what)
{
	ok(r == want && step == want_step, "%s: %d, step %s", what, want,
	   netring_step_name((enum netring_step)want_step));
	if (r != want || step != want_step)
		diag("  got %d, step %s", r,
		     netring_step_name((enum netring_step)step));
}

/* Whether those without CAP_BPF may make maps. */
static int anyone_makes_maps(void)
{
	FILE *file = fopen("/proc/sys/kernel/unprivileged_bpf_disabled", "r");
	int value = 0;

	if (file && fscanf(file, "%d", &value) != 1)
		value = 0;
	if (file)
		fclose(file);
	return !value;
}

static void each_set(void)
{
	int map = anyone_makes_maps() ? NETRING_STEP_PROGRAM :
					NETRING_STEP_XSKMAP;
	struct found f;

	f = found_with(0);
	is_at(f.open, f.open_step, -EPERM, NETRING_STEP_SOCKET, "none: open");
	is_at(f.program, f.program_step, -EPERM, NETRING_STEP_XSKMAP,
	      "none: program");

	f = found_with(RAW);
	is_at(f.open, f.open_step, 0, NETRING_STEP_NONE, "NET_RAW: open");
	is_at(f.busy, f.busy_step, -EPERM, NETRING_STEP_OPTION,
	      "NET_RAW: open, busy polling");
	is_at(f.program, f.program_step, -EPERM, NETRING_STEP_XSKMAP,
	      "NET_RAW: program");

	f = found_with(ADMIN);
	is_at(f.open, f.open_step, -EPERM, NETRING_STEP_SOCKET,
	      "NET_ADMIN: open");

	f = found_with(RAW | ADMIN);
	is_at(f.open, f.open_step, 0, NETRING_STEP_NONE, "both: open");
	is_at(f.busy, f.busy_step, 0, NETRING_STEP_NONE,
	      "both: open, busy polling");
	is_at(f.program, f.program_step, -EPERM, map, "both: program");

	f = found_with(RAW | BPF);
	is_at(f.program, f.program_step, -EPERM, NETRING_STEP_XSKMAP,
	      "NET_RAW, BPF: program");

	f = found_with(RAW | ADMIN | BPF);
	is_at(f.open, f.open_step, 0, NETRING_STEP_NONE, "all three: open");
	is_at(f.program, f.program_step, 0, NETRING_STEP_NONE,
	      "all three: program");
	is_at(f.attach, f.attach_step, 0, NETRING_STEP_NONE,
	      "all three: attach");

	f = found_with(ADMIN | BPF);
	is_at(f.open, f.open_step, -EPERM, NETRING_STEP_SOCKET,
	      "NET_ADMIN, BPF: open");
	is_at(f.attach, f.attach_step, 0, NETRING_STEP_NONE,
	      "NET_ADMIN, BPF: program, and attach");
	foreign_is(NEAR, XDP_ATTACHED_NONE, 0, "all are gone");
}

/* RLIMIT_MEMLOCK is for those who have no CAP_IPC_LOCK. It counts by user, and
 * goes on counting for a while what was closed: hence the patience. */
static int open_within(size_t size, int want)
{
	int64_t end = netring_clock_ms() + xdp_patience();
	int r;

	while ((r = try_open(NEAR, size, 0)) != want && r == -ENOBUFS &&
	       netring_clock_ms() < end)
		live_sleep_ms(10);
	return r;
}

static int with_limit(uint64_t caps, size_t size, int want, struct found *f)
{
	struct rlimit limit = { AREA / 2, AREA / 2 };
	int fds[2], n;
	pid_t pid;

	must(pipe(fds), "a pipe");
	pid = fork();
	if (!pid) {
		must(setrlimit(RLIMIT_MEMLOCK, &limit), "a limit");
		become(caps);
		f->open = open_within(size, want);
		f->open_step = xdp.step;
		if (f->open >= 0)
			f->busy = netring_xdp_reopen(&xdp);
		f->busy_step = xdp.step;
		_exit(write(fds[1], f, sizeof(*f)) != sizeof(*f));
	}
	close(fds[1]);
	n = (int)read(fds[0], f, sizeof(*f));
	close(fds[0]);
	wire_wait(pid);
	return n;
}

static void locked_memory(int privileged)
{
	struct found f;

	memset(&f, 0, sizeof(f));
	with_limit(RAW, AREA, -ENOBUFS, &f);
	is_at(f.open, f.open_step, -ENOBUFS, NETRING_STEP_UMEM,
	      "twice the limit");
	with_limit(RAW, AREA / 2, 0, &f);
	is_at(f.open, f.open_step, 0, NETRING_STEP_NONE, "half of it");
	is_at(f.busy, f.busy_step, 0, NETRING_STEP_NONE, "and again: reopen");
	if (!privileged) { /* not by a capability of a user namespace */
		skip("not allowed here", "CAP_IPC_LOCK");
		return;
	}
	with_limit(RAW | BIT(CAP_IPC_LOCK), AREA, 0, &f);
	is_at(f.open, f.open_step, 0, NETRING_STEP_NONE,
	      "twice the limit, with IPC_LOCK");
}

/* All capabilities, but of a user namespace: sockets yes, programs no. */
static void in_container(int out)
{
	struct netring_xdp_program_config cfg = { .interface = "c0" };
	struct found f;
	struct netring_xdp_frame frame;
	struct spied seen = { 0 };
	int spy;

	memset(&f, 0, sizeof(f));
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0) {
		f.attach = -errno;
		_exit(write(out, &f, sizeof(f)) != sizeof(f));
	}
	live_pair("c0", "c1");
	spy = must(spy_open("c1", 0), "a look at the far end");
	f.open = try_open("c0", AREA / 4, NETRING_XDP_PROMISC);
	f.open_step = xdp.step;
	if (f.open >= 0 && netring_xdp_tx_reserve(&xdp.tx, &frame) >= 0) {
		wire_frame(frame.data, 100, WIRE_TYPE, 5);
		f.busy = netring_xdp_tx_commit(&xdp.tx, &frame, 100);
		if (f.busy >= 0)
			f.busy = netring_xdp_tx_flush(&xdp.tx);
		f.busy_step = (int)spy_count(spy, &seen, 1, xdp_patience());
	}
	f.program = netring_xdp_program_open(&program, &cfg);
	f.program_step = program.step;
	_exit(write(out, &f, sizeof(f)) != sizeof(f));
}

static void container(void)
{
	struct found f;
	int fds[2];
	pid_t pid;

	memset(&f, 0, sizeof(f));
	must(pipe(fds), "a pipe");
	pid = fork();
	if (!pid)
		in_container(fds[1]);
	close(fds[1]);
	if (read(fds[0], &f, sizeof(f)) != sizeof(f))
		f.open = -EPROTO;
	close(fds[0]);
	wire_wait(pid);
	if (f.attach < 0) {
		skip(lacking(f.attach) ? lacking(f.attach) :
					 strerror(-f.attach),
		     "a user namespace");
		return;
	}
	is_at(f.open, f.open_step, 0, NETRING_STEP_NONE,
	      "user namespace: open");
	is(f.busy, 0, "sends");
	is(f.busy_step, 1, "and the frame comes");
	is_at(f.program, f.program_step, -EPERM, NETRING_STEP_XSKMAP,
	      "program");
}

/* Whether root here is root, not that of a user namespace. */
static int is_privileged(void)
{
	struct netring_xdp_program_config cfg = { .interface = NEAR };
	int r = netring_xdp_program_open(&program, &cfg);

	netring_xdp_program_close(&program);
	if (r < 0 && !lacking(r))
		must(r, "a program");
	return r >= 0;
}

int main(void)
{
	int privileged;

	xdp_wire(0);
	privileged = is_privileged();
	container();
	locked_memory(privileged);
	if (privileged)
		each_set();
	else
		skip("not allowed here", "capabilities");
	return done_testing();
}
