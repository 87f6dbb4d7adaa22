/* SPDX-License-Identifier: MIT */
/* test_no_bpf.c - a kernel without bpf(2) and AF_XDP: what is absent is said,
 * by the library and by the program, and packet sockets do what they can. */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <netring/probe.h>
#include <netring/xdp_bridge.h>

#include "../live/live.h"

static struct {
	uint8_t memory[64 * NETRING_UMEM_FRAME_MIN];
	uint32_t table[64];
} area __attribute__((aligned(NETRING_UMEM_ALIGN)));
static struct netring_umem umem;

static void refused(int r, int want, enum netring_step step,
		    enum netring_step at, const char *what)
{
	is(r, want, "%s: refused", what);
	is(step, at, "%s: at the step %s", what, netring_step_name(at));
}

static void opens(void)
{
	struct netring_umem_config memory = {
		.memory = area.memory,
		.size = sizeof(area.memory),
		.table = area.table,
		.table_size = sizeof(area.table),
		.frame_size = NETRING_UMEM_FRAME_MIN,
	};
	struct netring_xdp_config socket = { .interface = NEAR, .umem = &umem };
	struct netring_xdp_program_config steer = { .interface = NEAR };
	struct netring_xdp_bridge_config joint = {
		.interface = { NEAR, FAR },
		.socket = { .umem = &umem },
	};
	static struct netring_xdp_program program;
	static struct netring_xdp_bridge bridge;
	static struct netring_xdp xdp;
	int r;

	must(netring_umem_init(&umem, &memory), "memory");
	r = netring_xdp_open(&xdp, &socket);
	refused(r, -EAFNOSUPPORT, xdp.step, NETRING_STEP_SOCKET, "socket");
	is(netring_xdp_close(&xdp), 0, "socket: may be closed");
	r = netring_xdp_program_open(&program, &steer);
	refused(r, -ENOSYS, program.step, NETRING_STEP_XSKMAP, "program");
	netring_xdp_program_close(&program);
	r = netring_xdp_bridge_open(&bridge, &joint);
	refused(r, -ENOSYS, bridge.step, NETRING_STEP_XSKMAP, "bridge");
	netring_xdp_bridge_close(&bridge);
}

static void probe(void)
{
	static const enum netring_feature absent[] = {
		NETRING_FEATURE_EBPF_FILTER,
		NETRING_FEATURE_XDP_SOCKET,
		NETRING_FEATURE_XDP_RINGS,
		NETRING_FEATURE_XDP_FRAGMENTS,
		NETRING_FEATURE_XDP_METADATA,
		NETRING_FEATURE_XDP_TX_BUDGET,
		NETRING_FEATURE_XDP_BUSY_POLL,
		NETRING_FEATURE_XDP_MAP,
		NETRING_FEATURE_XDP_PROGRAM,
		NETRING_FEATURE_XDP_PROGRAM_FRAGMENTS,
	};
	size_t i, n = sizeof(absent) / sizeof(absent[0]);
	int feature;

	for (feature = 0; feature < NETRING_FEATURE_COUNT_; feature++) {
		if (feature == NETRING_FEATURE_HARDWARE_TIME ||
		    feature == NETRING_FEATURE_FANOUT_EBPF)
			continue;
		for (i = 0; i < n && (int)absent[i] != feature; i++)
			;
		is(netring_probe((enum netring_feature)feature, "lo"),
		   i < n ? NETRING_NO : NETRING_YES, "probe: %s",
		   netring_feature_name((enum netring_feature)feature));
	}
}

/* All that the program says; @status: how it ended. */
static const char *said(int *status, char *const *argv)
{
	static char text[8192];
	size_t used = 0;
	int pipes[2];
	ssize_t n;
	pid_t pid;

	must(pipe(pipes) < 0 ? -errno : 0, "a pipe");
	pid = fork();
	if (!pid) {
		dup2(pipes[1], 1);
		dup2(pipes[1], 2);
		close(pipes[0]);
		close(pipes[1]);
		execv("/netring", argv);
		_exit(127);
	}
	close(pipes[1]);
	while ((n = read(pipes[0], text + used, sizeof(text) - 1 - used)) > 0)
		used += (size_t)n;
	text[used] = '\0';
	close(pipes[0]);
	waitpid(pid, status, 0);
	return text;
}

static void says(const char *text, const char *part)
{
	if (!ok(strstr(text, part) != NULL, "it says: %s", part))
		diag("  but: %s", text);
}

static void program(void)
{
	static char *const asks[] = { "netring", "probe", NULL };
	static char *const by_xdp[] = { "netring",   "capture", "-i", NEAR,
					"--backend", "xdp",	NULL };
	static char *const any[] = { "netring",	  "capture", "-i", NEAR,
				     "--backend", "auto",    "-c", "5",
				     "-w",	  "/five",   NULL };
	static char *const joins[] = { "netring", "bridge", "--backend", "xdp",
				       NEAR,	  FAR,	    NULL };
	struct wire_flood flood = { .interface = FAR,
				    .rate = 100,
				    .length = 100 };
	const char *text;
	pid_t pid;
	int status;

	text = said(&status, asks);
	is(status, 0, "probe");
	says(text, "receive-v3            yes");
	says(text, "xdp-socket            no, needs CONFIG_XDP_SOCKETS");
	says(text, "xdp-program           no, needs Linux 4.8, "
		   "CONFIG_BPF_SYSCALL");
	text = said(&status, by_xdp);
	is(WEXITSTATUS(status), 1, "capture by AF_XDP");
	says(text, "CONFIG_");
	text = said(&status, joins);
	is(WEXITSTATUS(status), 1, "bridge by AF_XDP");
	says(text, "CONFIG_");
	pid = wire_start(&flood);
	text = said(&status, any);
	wire_stop(pid);
	is(status, 0, "capture by what there is");
	says(text, "backend: packet (xdp: ");
	says(text, "5 packets");
}

int main(void)
{
	live_begin();
	live_wire();
	opens();
	probe();
	program();
	return done_testing();
}
