/* SPDX-License-Identifier: MIT */
/* test_bridge_ports.c - what a bridge does to its ports, and what it leaves. */
#define _GNU_SOURCE
#include "bridge_checks.h"
#include "hosts.h"
#include "live.h"
#include "port_settings.h"
#include "spy_socket.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <linux/capability.h>

static struct hosts h;
static struct netring_bridge br;
static _Alignas(8) uint8_t oversize[NETRING_BRIDGE_OVERSIZE];

static void switched(uint32_t flags, void *buffer, int kept, const char *what)
{
	struct netring_bridge_config cfg = { .flags = flags,
					     .oversize = buffer };

	diag("%s", what);
	cfg.oversize_size = buffer ? sizeof(oversize) : 0;
	bridge_set_offloads(0, 1, 1);
	bridge_set_offloads(1, 0, 1);
	hosts_open(&br, &cfg);
	bridge_offloads_are(0, kept, kept, "port 0, open");
	bridge_offloads_are(1, 0, kept, "port 1, open");
	netring_bridge_close(&br);
	bridge_offloads_are(0, 1, 1, "port 0, closed");
	bridge_offloads_are(1, 0, 1, "port 1, closed");
	bridge_set_offloads(1, 1, 0);
	hosts_open(&br, &cfg);
	bridge_offloads_are(1, kept, 0, "port 1, open");
	netring_bridge_close(&br);
	bridge_offloads_are(1, 1, 0, "port 1, closed");
	bridge_set_offloads(1, 1, 1);
	cfg.port[1].tx_memory = 256;
	is(netring_bridge_open(&br, &cfg), -EINVAL, "an open that fails");
	bridge_offloads_are(0, 1, 1, "port 0, then");
	bridge_offloads_are(1, 1, 1, "port 1, then");
}

/* One that is made again is switched too, and restored to what it was. */
static void made_again(void)
{
	struct netring_bridge_config cfg = { .flags = 0 };
	int64_t end;
	int gro, tso;

	bridge_set_offloads(0, 1, 0);
	hosts_open(&br, &cfg);
	must(net_delete("p0"), "delete");
	close(h.out[0]);
	close(h.spy[0]);
	hosts_pump(&br, 300);
	hosts_wire(&h, 0);
	gro = port_get("p0", PORT_GRO); /* before 5.13 on from the start */
	tso = port_get("p0", PORT_TSO);
	for (end = netring_clock_ms() + 400; netring_clock_ms() < end;)
		netring_bridge_step(&br, 50);
	bridge_offloads_are(0, 0, 0, "made again");
	netring_bridge_close(&br);
	bridge_offloads_are(0, gro, tso, "closed: as it was made");
	live_sleep_ms(10);
}

static int drop_admin(void)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3,
						   0 };
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &header, data) < 0)
		return -errno;
	data[0].effective &= ~(1u << CAP_NET_ADMIN);
	data[0].permitted &= ~(1u << CAP_NET_ADMIN);
	return syscall(SYS_capset, &header, data) < 0 ? -errno : 0;
}

/* Result, step and port of an open without CAP_NET_ADMIN. */
static void unprivileged(uint32_t flags, void *buffer, int gro, int result,
			 const char *what)
{
	struct netring_bridge_config cfg = { .interface = { "p0", "p1" },
					     .flags = flags,
					     .oversize = buffer };
	int pipes[2], got[2];
	pid_t pid;

	cfg.oversize_size = buffer ? sizeof(oversize) : 0;
	bridge_set_offloads(0, 0, 0);
	bridge_set_offloads(1, gro, 0);
	must(pipe(pipes) < 0 ? -errno : 0, "a pipe");
	pid = fork();
	if (!pid) {
		got[0] = drop_admin();
		if (got[0] >= 0)
			got[0] = netring_bridge_open(&br, &cfg);
		got[1] = br.step == NETRING_STEP_OFFLOAD && br.port == 1;
		_exit(write(pipes[1], got, sizeof(got)) != sizeof(got));
	}
	must(wire_wait(pid), "a process without CAP_NET_ADMIN");
	must(read(pipes[0], got, sizeof(got)) < 0 ? -errno : 0, "its result");
	close(pipes[0]);
	close(pipes[1]);
	is(got[0], result, "without CAP_NET_ADMIN: %s", what);
	if (result < 0)
		ok(got[1], "step OFFLOAD, port 1");
}

static void in_a_row(void)
{
	struct netring_bridge_config a = { .interface = { "p0", "x0" } };
	struct netring_bridge_config b = { .interface = { "x1", "p1" } };
	struct spied seen[2] = { { 0 }, { 0 } };
	pid_t one, two, senders[2];
	int i;

	must(net_veth("x0", "x1"), "a wire between two bridges");
	must(net_up("x0"), "up");
	must(net_up("x1"), "up");
	one = hosts_run(&a, -1);
	two = hosts_run(&b, -1);
	bridge_both_pass(&h, "two bridges in a row");
	for (i = 0; i < 2; i++)
		senders[i] = hosts_flood(&h, i, 2000, 4000, 300);
	for (i = 0; i < 2; i++) {
		spy_count(h.spy[!i], &seen[i], 2000, 1000);
		spied_ok(&seen[i], 2000, "both ways at once");
		wire_wait(senders[i]);
	}
	kill(one, SIGTERM);
	kill(two, SIGTERM);
	is(wire_wait(one), 0, "one ends");
	is(wire_wait(two), 0, "the other ends");
	net_delete("x0");
}

static void killed(void)
{
	struct netring_bridge_config cfg = { .flags = 0 };
	pid_t pid;
	int i;

	bridge_set_offloads(0, 1, 1);
	bridge_set_offloads(1, 1, 1);
	pid = hosts_run(&cfg, -1);
	for (i = 0; i < 3; i++) {
		bridge_both_pass(&h, "a bridge");
		wire_stop(pid);
		is(net_promiscuity("p0"), 0, "killed: nothing is left");
		bridge_offloads_are(0, 0, 0, "but offloads, which stay off");
		pid = hosts_run(&cfg, -1);
	}
	bridge_both_pass(&h, "started again");
	kill(pid, SIGTERM);
	is(wire_wait(pid), 0, "SIGTERM ends it");
}

static long switches(pid_t pid)
{
	char path[64], line[128];
	long n = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, "voluntary_ctxt_switches:", 24))
			n = atol(line + 24);
	if (f)
		fclose(f);
	return n;
}

static long cpu_us(pid_t pid)
{
	struct timespec t = { 0, 0 };
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) == 0)
		clock_gettime(clock, &t);
	return t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void idle(uint32_t flags)
{
	struct netring_bridge_config cfg = { .flags = flags };
	pid_t pid = hosts_run(&cfg, -1);
	long cpu, sleeps;

	bridge_both_pass(&h, "a bridge");
	cpu = cpu_us(pid);
	sleeps = switches(pid);
	live_sleep_ms(1000);
	between(cpu_us(pid) - cpu, 0, 500 * live_slack_ms(),
		"idle: processor time, us");
	between(switches(pid) - sleeps, 0, 15, "and wake-ups in a second");
	kill(pid, SIGTERM);
	wire_wait(pid);
}

int main(void)
{
	live_begin();
	hosts_begin(&h);
	switched(0, NULL, 0, "SMALL");
	switched(0, oversize, 0, "SMALL with a buffer");
	switched(NETRING_BRIDGE_KEEP_OFFLOADS, oversize, 1, "offloads kept");
	switched(NETRING_BRIDGE_LARGE, NULL, 1, "LARGE");
	made_again();
	unprivileged(0, NULL, 1, -EPERM, "SMALL, GRO is on");
	unprivileged(0, oversize, 1, 0, "SMALL with a buffer, GRO is on");
	unprivileged(0, NULL, 0, 0, "SMALL, all is off");
	unprivileged(NETRING_BRIDGE_LARGE, NULL, 1, 0, "LARGE, GRO is on");
	in_a_row();
	killed();
	idle(0);
	idle(NETRING_BRIDGE_LARGE);
	hosts_end(&h);
	return done_testing();
}
