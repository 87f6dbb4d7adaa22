/* SPDX-License-Identifier: MIT */
/* test_xdp_caps.c - what each capability is for, and what is told without. */
#define _GNU_SOURCE
#include "capabilities.h"
#include "foreign_programs.h"
#include "xdp_end.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define RAW CAPS_OF(CAP_NET_RAW)
#define ADMIN CAPS_OF(CAP_NET_ADMIN)
#define BPF CAPS_OF(CAP_BPF)

NETRING_UMEM_AREA(area, 256, 2048);

/* A result, and the step that goes with it. */
struct told {
	int r, step;
};

struct found {
	uint64_t caps;
	struct told open, busy, program, attach;
};

static struct told try_open(uint32_t flags)
{
	struct netring_umem_config memory = { NETRING_UMEM_OF(area),
					      .frame_size = 2048 };
	static struct netring_umem umem;
	static struct netring_xdp xdp;
	struct told told;

	must(netring_umem_init(&umem, &memory), "memory");
	told.r = netring_xdp_open(
		&xdp, &(struct netring_xdp_config){ .interface = NEAR,
						    .umem = &umem,
						    .flags = flags });
	told.step = xdp.step;
	netring_xdp_close(&xdp);
	return told;
}

static void look(void *result)
{
	struct netring_xdp_program_config cfg = { .interface = NEAR };
	static struct netring_xdp_program program;
	struct found *f = result;

	caps_only(f->caps);
	f->open = try_open(0);
	f->busy = try_open(NETRING_XDP_BUSY_POLL);
	f->program.r = netring_xdp_program_open(&program, &cfg);
	f->program.step = program.step;
	if (f->program.r < 0)
		return;
	f->attach.r = netring_xdp_program_attach(&program);
	f->attach.step = program.step;
	netring_xdp_program_close(&program);
}

static struct found found_with(uint64_t caps)
{
	struct found f;

	memset(&f, 0, sizeof(f));
	f.caps = caps;
	f.open.r = f.busy.r = f.program.r = f.attach.r = -ENODATA;
	caps_run(look, &f, sizeof(f));
	return f;
}

static void is_told(struct told told, int r, int step, const char *what)
{
	ok(told.r == r && told.step == step, "%s: %d, step %s", what, r,
	   netring_step_name((enum netring_step)step));
	if (told.r != r || told.step != step)
		diag("  got %d, step %s", told.r,
		     netring_step_name((enum netring_step)told.step));
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
	is_told(f.open, -EPERM, NETRING_STEP_SOCKET, "none: open");
	is_told(f.program, -EPERM, NETRING_STEP_XSKMAP, "none: program");

	f = found_with(RAW);
	is_told(f.open, 0, NETRING_STEP_NONE, "NET_RAW: open");
	if (live_before(5, 11))
		skip("not in this kernel", "NET_RAW: busy polling");
	else
		is_told(f.busy, -EPERM, NETRING_STEP_OPTION,
			"NET_RAW: busy polling");
	is_told(f.program, -EPERM, NETRING_STEP_XSKMAP, "NET_RAW: program");

	f = found_with(ADMIN);
	is_told(f.open, -EPERM, NETRING_STEP_SOCKET, "NET_ADMIN: open");

	f = found_with(RAW | ADMIN);
	is_told(f.open, 0, NETRING_STEP_NONE, "both: open");
	is_told(f.busy, 0, NETRING_STEP_NONE, "both: busy polling");
	is_told(f.program, -EPERM, map, "both: program");

	f = found_with(RAW | BPF);
	is_told(f.program, -EPERM, NETRING_STEP_XSKMAP,
		"NET_RAW, BPF: program");

	f = found_with(RAW | ADMIN | BPF);
	is_told(f.open, 0, NETRING_STEP_NONE, "all three: open");
	is_told(f.program, 0, NETRING_STEP_NONE, "all three: program");
	is_told(f.attach, 0, NETRING_STEP_NONE, "all three: attach");

	f = found_with(ADMIN | BPF);
	is_told(f.open, -EPERM, NETRING_STEP_SOCKET, "NET_ADMIN, BPF: open");
	is_told(f.attach, 0, NETRING_STEP_NONE,
		"NET_ADMIN, BPF: program, and attach");
	foreign_is(NEAR, XDP_ATTACHED_NONE, 0, "all are gone");
}

struct given_up {
	struct told attach;
	int attached, flow;
};

static void give_up(void *result)
{
	struct netring_xdp_program_config cfg = { .interface = NEAR,
						  .flows = 4 };
	static struct netring_xdp_program program;
	struct given_up *g = result;

	must(netring_xdp_program_open(&program, &cfg), "program");
	caps_only(0);
	g->attach.r = netring_xdp_program_attach(&program);
	g->attach.step = program.step;
	g->attached = netring_xdp_program_attached(&program);
	g->flow = netring_xdp_program_add(&program, 17, 9);
}

/*
 * Opened while it may, used when it may not any more: the descriptors are what
 * counts, for a link and for the list of flows. By netlink, and with kernels
 * that want to be asked for all of bpf(2) (before 5.19), it is refused.
 */
static void later(void)
{
	struct given_up g = { { -ENODATA, 0 }, 0, -ENODATA };

	caps_run(give_up, &g, sizeof(g));
	if (g.attach.r < 0)
		is_told(g.attach, -EPERM, NETRING_STEP_ATTACH,
			"given up: attach");
	else
		is(g.attached, NETRING_XDP_NATIVE, "given up: attached");
	ok(g.flow == 0 || g.flow == -EPERM, "given up: a flow: %d", g.flow);
	foreign_is(NEAR, XDP_ATTACHED_NONE, 0, "gone with the process");
}

int main(void)
{
	xdp_wire(1);
	each_set();
	later();
	return done_testing();
}
