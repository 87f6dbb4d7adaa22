/* SPDX-License-Identifier: MIT */
/* xdp_end.c - one end of a wire, opened, for the live tests of AF_XDP. */
#define _GNU_SOURCE
#include "xdp_end.h"
#include "rtnetlink.h"
#include "port_settings.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/if_link.h>
#include <linux/veth.h>

#ifndef AF_XDP
#define AF_XDP 44
#endif
#define SO_PREFER_BUSY_POLL_ 69 /* Linux 5.11 */

const struct xdp_way xdp_ways[XDP_WAYS] = {
	{ "generic", NETRING_XDP_GENERIC, 0 },
	{ "generic, busy poll", NETRING_XDP_GENERIC, NETRING_XDP_BUSY_POLL },
	{ "native", NETRING_XDP_NATIVE, 0 },
	{ "native, busy poll", NETRING_XDP_NATIVE, NETRING_XDP_BUSY_POLL },
};

static struct {
	_Alignas(NETRING_UMEM_ALIGN) uint8_t memory[XDP_MEMORY];
	uint32_t table[XDP_MEMORY / NETRING_UMEM_FRAME_MIN];
} areas[2];

void xdp_pair(const char *near, const char *far, uint32_t queues)
{
	size_t info, data, other;
	struct netlink m;

	port_quiet();
	netlink_begin(&m, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0);
	netlink_string(&m, IFLA_IFNAME, near);
	netlink_u32(&m, IFLA_NUM_TX_QUEUES, queues);
	netlink_u32(&m, IFLA_NUM_RX_QUEUES, queues);
	info = netlink_nest(&m, IFLA_LINKINFO);
	netlink_string(&m, IFLA_INFO_KIND, "veth");
	data = netlink_nest(&m, IFLA_INFO_DATA);
	other = netlink_nest(&m, VETH_INFO_PEER);
	netlink_room(&m, sizeof(struct ifinfomsg));
	netlink_string(&m, IFLA_IFNAME, far);
	netlink_u32(&m, IFLA_NUM_TX_QUEUES, queues);
	netlink_u32(&m, IFLA_NUM_RX_QUEUES, queues);
	netlink_end(&m, other);
	netlink_end(&m, data);
	netlink_end(&m, info);
	must(netlink_send(&m), "a veth pair of %u queues", queues);
	must(net_mac(near, near_mac), "its address");
	must(net_mac(far, far_mac), "the other address");
	must(net_up(near), "%s up", near);
	must(net_up(far), "%s up", far);
}

void xdp_wire(int steer)
{
	xdp_wire_queues(steer, 1);
}

void xdp_wire_queues(int steer, uint32_t queues)
{
	struct netring_xdp_program_config cfg = { .interface = NEAR };
	struct rlimit limit = { RLIM_INFINITY, RLIM_INFINITY };
	static struct netring_xdp_program program;
	int r = 0, fd;

	live_begin();
	(void)setrlimit(RLIMIT_MEMLOCK, &limit);
	if (queues == 1)
		live_wire();
	else
		xdp_pair(NEAR, FAR, queues);
	fd = socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (fd < 0)
		skip_all(lacking(-errno) ? lacking(-errno) : strerror(errno),
			 "AF_XDP");
	close(fd);
	if (!steer)
		return;
	r = netring_xdp_program_open(&program, &cfg);
	if (r < 0 && lacking(r))
		skip_all(lacking(r), "an XDP program");
	netring_xdp_program_close(&program);
}

int xdp_flags(void)
{
	int fd = socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0);
	int on = 1, refused;

	refused = setsockopt(fd, SOL_SOCKET, SO_PREFER_BUSY_POLL_, &on,
			     sizeof(on)) < 0 &&
		  errno == EPERM;
	close(fd);
	if (refused)
		skip("not allowed here", "busy poll");
	return refused ? 1 : 2;
}

int xdp_patience(void)
{
	return 100 * live_slack_ms();
}

static void fill_in(struct xdp_end *end, const struct xdp_way *way)
{
	struct netring_umem_config *memory = &end->memory;
	struct netring_xdp_config *cfg = &end->socket;
	int area;

	if (!cfg->interface && !cfg->ifindex)
		cfg->interface = NEAR;
	area = !cfg->interface || strcmp(cfg->interface, NEAR) != 0;
	if (!memory->frame_size)
		memory->frame_size = NETRING_UMEM_FRAME_MIN;
	if (!memory->memory)
		memory->memory = areas[area].memory;
	if (!memory->size)
		memory->size = (size_t)XDP_FRAMES * memory->frame_size;
	if (!memory->table) {
		memory->table = areas[area].table;
		memory->table_size = sizeof(areas[area].table);
	}
	if (!cfg->umem)
		cfg->umem = &end->umem;
	if (!cfg->bind[0])
		cfg->bind[0] = NETRING_XDP_COPY;
	if (!cfg->retry_ms) /* one is closed, the next opened */
		cfg->retry_ms = (uint32_t)xdp_patience();
	if (!way)
		return;
	cfg->flags |= way->flags;
	cfg->program = &end->steer;
	end->program.interface = cfg->interface;
	end->program.ifindex = cfg->ifindex;
	end->program.attach[0] = (uint8_t)way->attach;
}

void xdp_open(struct xdp_end *end, const struct xdp_way *way)
{
	int r;

	fill_in(end, way);
	if (end->socket.umem == &end->umem) {
		r = netring_umem_init(&end->umem, &end->memory);
		must(r, "memory (reason %d)", (int)end->umem.reason);
	}
	if (way) {
		r = netring_xdp_program_open(&end->steer, &end->program);
		must(r, "program (%s)", netring_step_name(end->steer.step));
	}
	r = netring_xdp_open(&end->xdp, &end->socket);
	must(r, "open (%s)", netring_step_name(end->xdp.step));
	if (way) {
		r = netring_xdp_program_attach(&end->steer);
		must(r, "attach (%s)", netring_step_name(end->steer.step));
	}
}

int xdp_close(struct xdp_end *end)
{
	uint32_t count[NETRING_UMEM_OWNERS_];
	int r, lost;

	r = netring_umem_count(end->socket.umem, count);
	if (r < 0)
		is(r, 0, "every frame has one owner at the end");
	lost = netring_xdp_close(&end->xdp);
	netring_xdp_program_close(&end->steer);
	return lost;
}

int xdp_books(const struct netring_umem *umem, const char *what)
{
	uint32_t n[NETRING_UMEM_OWNERS_];
	int r = netring_umem_count(umem, n);

	is(r, 0, "%s: every frame has one owner", what);
	if (r < 0)
		diag("  %u free, %u fill, %u rx, %u user, %u tx",
		     n[NETRING_UMEM_FREE], n[NETRING_UMEM_FILL],
		     n[NETRING_UMEM_RX], n[NETRING_UMEM_USER],
		     n[NETRING_UMEM_TX]);
	return r;
}

uint32_t xdp_frames(const struct netring_umem *umem,
		    enum netring_umem_owner owner)
{
	uint32_t count[NETRING_UMEM_OWNERS_];

	(void)netring_umem_count(umem, count);
	return count[owner];
}

/* Fragments one behind another, until the last. */
static void join(struct tally *t, const struct netring_xdp_packet *pkt)
{
	static uint8_t whole[WIRE_MAX];
	static uint32_t length;
	struct netring_packet packet;

	if (pkt->len > sizeof(whole) - length) {
		length = 0;
		t->damaged++;
		return;
	}
	memset(&packet, 0, sizeof(packet));
	packet.data = pkt->data;
	packet.len = pkt->len;
	if (length || pkt->options & NETRING_XDP_MORE) {
		memcpy(whole + length, pkt->data, pkt->len);
		length += pkt->len;
		packet.data = whole;
		packet.len = length;
	}
	if (pkt->options & NETRING_XDP_MORE)
		return;
	length = 0;
	tally_packet(t, &packet);
}

int xdp_tally(struct tally *t, struct netring_xdp *xdp, uint32_t want, int ms)
{
	struct netring_xdp_packet pkt;
	int r;

	while (t->numbered < want) {
		if (!netring_xdp_rx_next(&xdp->rx)) {
			r = netring_xdp_rx_wait(&xdp->rx, ms);
			t->interrupted += r == -EINTR;
			if (r == 0)
				break;
			if (r < 0 && r != -EINTR)
				return r;
			continue;
		}
		while (netring_xdp_rx_packet(&xdp->rx, &pkt))
			join(t, &pkt);
		netring_xdp_rx_release(&xdp->rx);
	}
	return (int)t->numbered;
}

void xdp_wire_lot(uint32_t first, uint32_t count, size_t length)
{
	static uint8_t frame[WIRE_MAX];
	static int fd = -1;
	uint32_t i;

	if (fd < 0)
		fd = must(wire_open(FAR), "a packet socket at the far end");
	for (i = 0; i < count; i++) {
		wire_frame(frame, length, WIRE_TYPE, first + i);
		must(wire_send(fd, frame, length), "send from the far end");
	}
}

static uint32_t lot(uint32_t left)
{
	return left < XDP_LOT ? left : XDP_LOT;
}

/* What can be received without a look in between. */
static uint32_t rx_lot(const struct netring_xdp *xdp, uint32_t left)
{
	uint32_t most = xdp->rx.ring_.mask_ + 1;

	if (most > xdp->rx.most_)
		most = xdp->rx.most_;
	return lot(left < most ? left : most);
}

void xdp_take(struct tally *t, struct netring_xdp *xdp, uint32_t first,
	      uint32_t count, size_t length)
{
	uint32_t n, done, had = t->numbered;
	int r;

	for (done = 0; done < count; done += n) {
		n = rx_lot(xdp, count - done);
		xdp_wire_lot(first + done, n, length);
		r = xdp_tally(t, xdp, had + done + n, xdp_patience());
		must(r, "receive");
		if ((uint32_t)r < had + done + n)
			return; /* lost: no more of it */
	}
}

uint32_t xdp_queue(struct netring_xdp *xdp, uint32_t first, uint32_t count,
		   uint32_t length)
{
	struct netring_xdp_frame frame;
	uint32_t i;

	for (i = 0; i < count; i++) {
		if (netring_xdp_tx_reserve(&xdp->tx, &frame) < 0)
			break;
		wire_frame(frame.data, length, WIRE_TYPE, first + i);
		must(netring_xdp_tx_commit(&xdp->tx, &frame, length),
		     "commit %u bytes", length);
	}
	return i;
}

void xdp_give(int spy, struct spied *seen, struct netring_xdp *xdp,
	      uint32_t first, uint32_t count, uint32_t length)
{
	uint32_t n, done, had = seen->frames;

	for (done = 0; done < count; done += n) {
		n = xdp_queue(xdp, first + done, lot(count - done), length);
		if (!n)
			must(-ENOBUFS, "a frame to send");
		must(netring_xdp_tx_flush(&xdp->tx), "flush");
		if (spy_count(spy, seen, had + done + n, xdp_patience()) <
		    had + done + n)
			return; /* lost: no more of it */
	}
}

struct netring_xdp_stats xdp_stats(struct netring_xdp *xdp)
{
	struct netring_xdp_stats stats;

	must(netring_xdp_read_stats(xdp, &stats), "statistics");
	return stats;
}
