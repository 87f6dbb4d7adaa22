/* SPDX-License-Identifier: MIT */
/* cards.c - the network cards that boot.sh gives to some machines. */
#define _GNU_SOURCE
#include "cards.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../live/live.h"

#define SOL_XDP_ 283
#define XDP_OPTIONS_ 8

const char card[4][5] = { "eth0", "eth1", "eth2", "eth3" };

static struct {
	uint8_t memory[CARD_FRAMES * NETRING_UMEM_FRAME_MIN];
	uint32_t table[CARD_FRAMES];
} areas[3] __attribute__((aligned(NETRING_UMEM_ALIGN)));

/* No address, so no packets of its own. */
static void quiet(const char *name)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/disable_ipv6",
		 name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd >= 0 && write(fd, "1", 1) < 0)
		diag("%s: %s", path, strerror(errno));
	close(fd);
}

void cards_begin(int count)
{
	int i, fd = open("/proc/1/ns/net", O_RDONLY | O_CLOEXEC);

	live_begin();
	if (fd < 0 || setns(fd, CLONE_NEWNET) < 0)
		must(-errno, "the first process's namespace");
	close(fd);
	if (net_index(card[count - 1]) <= 0)
		skip_all("no such machine", "network cards");
	for (i = 0; i < count; i++) {
		quiet(card[i]);
		must(net_up(card[i]), "%s up", card[i]);
	}
}

void card_memory(struct netring_umem *umem, int area, uint32_t frames)
{
	struct netring_umem_config cfg = {
		.memory = areas[area].memory,
		.size = (size_t)frames * NETRING_UMEM_FRAME_MIN,
		.table = areas[area].table,
		.table_size = sizeof(areas[area].table),
		.frame_size = NETRING_UMEM_FRAME_MIN,
	};

	must(netring_umem_init(umem, &cfg), "memory");
}

void card_open(struct card_end *end, const char *name,
	       enum netring_xdp_mode mode, enum netring_xdp_bind bind)
{
	struct netring_xdp_program_config program = {
		.interface = name,
		.attach = { NETRING_XDP_NATIVE },
	};
	struct netring_xdp_config cfg = {
		.interface = name,
		.umem = &end->umem,
		.mode = mode,
		.flags = NETRING_XDP_PROMISC,
		.bind = { (uint8_t)bind },
		.program = mode == NETRING_XDP_TX ? NULL : &end->steer,
	};

	if (mode != NETRING_XDP_TX)
		must(netring_xdp_program_open(&end->steer, &program),
		     "%s: program", name);
	must(netring_xdp_open(&end->xdp, &cfg), "%s: open (%s)", name,
	     netring_step_name(end->xdp.step));
	if (mode != NETRING_XDP_TX)
		must(netring_xdp_program_attach(&end->steer), "%s: attach",
		     name);
}

void card_close(struct card_end *end)
{
	(void)netring_xdp_close(&end->xdp);
	netring_xdp_program_close(&end->steer);
}

int card_is_zero_copy(const struct netring_xdp *xdp)
{
	uint32_t flags = 0;
	socklen_t size = sizeof(flags);

	must(getsockopt(netring_xdp_fd(xdp), SOL_XDP_, XDP_OPTIONS_, &flags,
			&size) < 0 ?
		     -errno :
		     0,
	     "XDP_OPTIONS");
	return (int)(flags & 1);
}
