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

#define LENGTH 60u /* what a card pads a shorter frame to */
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

void card_memory(struct netring_umem *umem, int area, uint32_t frames,
		 uint32_t frame_size)
{
	struct netring_umem_config cfg = {
		.memory = areas[area].memory,
		.size = (size_t)frames * frame_size,
		.table = areas[area].table,
		.table_size = sizeof(areas[area].table),
		.frame_size = frame_size,
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

int card_busy(const struct netring_umem *umem)
{
	uint32_t n[NETRING_UMEM_OWNERS_];

	if (netring_umem_count(umem, n) < 0)
		return -1;
	return (int)(n[NETRING_UMEM_RX] + n[NETRING_UMEM_USER] +
		     n[NETRING_UMEM_TX]);
}

uint32_t card_give(struct netring_xdp *xdp, uint32_t first, uint32_t count)
{
	struct netring_xdp_frame frame;
	uint32_t i;

	for (i = 0; i < count; i++) {
		if (netring_xdp_tx_reserve(&xdp->tx, &frame) < 0)
			break;
		wire_frame(frame.data, LENGTH, WIRE_TYPE, first + i);
		must(netring_xdp_tx_commit(&xdp->tx, &frame, LENGTH), "commit");
	}
	must(netring_xdp_tx_flush(&xdp->tx), "flush");
	return i;
}

uint32_t card_take(struct tally *t, struct netring_xdp *xdp, uint64_t *kept)
{
	struct netring_xdp_packet pkt;
	struct netring_packet packet;
	uint32_t n = 0;

	if (!netring_xdp_rx_next(&xdp->rx))
		return 0;
	memset(&packet, 0, sizeof(packet));
	while (netring_xdp_rx_packet(&xdp->rx, &pkt)) {
		packet.data = pkt.data;
		packet.len = pkt.len;
		tally_packet(t, &packet);
		if (kept && netring_xdp_rx_keep(&xdp->rx, &pkt) >= 0)
			kept[n] = pkt.addr;
		n++;
	}
	netring_xdp_rx_release(&xdp->rx);
	return n;
}

void card_tally(struct tally *t, struct netring_xdp *xdp, uint32_t want, int ms)
{
	while (t->numbered < want)
		if (!card_take(t, xdp, NULL) &&
		    netring_xdp_rx_wait(&xdp->rx, ms) == 0)
			break;
}
