/* SPDX-License-Identifier: MIT */
/* test_xdp_headroom.c - room in front of a received packet, and what is then
 * left for it. */
#include "xdp_end.h"

#include <errno.h>
#include <string.h>

/* The kernel keeps room behind the packet, too, in whole cache lines. */
#if defined(__s390x__)
#define MOST (2048 - 896)
#elif defined(__powerpc64__)
#define MOST (2048 - 768)
#else
#define MOST (2048 - 704)
#endif
static const uint32_t headrooms[] = { 0, 1, 64, 128, 500, MOST };

static void headroom(const struct xdp_way *way, uint32_t bytes)
{
	static struct xdp_end end;
	static uint8_t map[1024];
	struct tally t = { .map = map, .size = 1024 };
	struct netring_xdp_packet pkt;
	uint32_t room, i, wrong = 0, n = 0;

	memset(&end, 0, sizeof(end));
	memset(map, 0, sizeof(map));
	end.memory.headroom = bytes;
	end.socket.mode = NETRING_XDP_RX;
	xdp_open(&end, way);
	room = netring_umem_room(&end.umem);
	is(room, 2048 - 256 - (long)bytes, "%s, %u: room", way->name, bytes);
	xdp_take(&t, &end.xdp, 0, 1024, room < 1514 ? room : 1514);
	tally_ok(&t, 1024, "as long as the room, or the MTU");
	xdp_wire_lot(0, 8, 60);
	while (n < 8 && netring_xdp_rx_wait(&end.xdp.rx, xdp_patience()) > 0) {
		netring_xdp_rx_next(&end.xdp.rx);
		for (; netring_xdp_rx_packet(&end.xdp.rx, &pkt); n++) {
			wrong += (pkt.addr & 2047) < 256 + bytes;
			wrong += pkt.data !=
				 netring_umem_data(&end.umem, pkt.addr);
			for (i = 0; i < bytes; i++) /* ours to use */
				pkt.data[-1 - (int)i] = 0xee;
			wrong += wire_number(pkt.data, pkt.len) != n;
		}
		netring_xdp_rx_release(&end.xdp.rx);
	}
	is(n, 8, "more come");
	is(wrong, 0, "each has the room in front of it, in its own frame");
	xdp_books(&end.umem, way->name);
	xdp_close(&end);
}

/* One byte too long for the room: the kernel drops it, and goes on. */
static void too_long(const struct xdp_way *way)
{
	static struct xdp_end end;
	struct netring_xdp_stats s;
	struct tally t = { 0 };

	memset(&end, 0, sizeof(end));
	end.memory.headroom = 1000;
	end.socket.mode = NETRING_XDP_RX;
	xdp_open(&end, way);
	xdp_wire_lot(0, 10, 793);
	xdp_take(&t, &end.xdp, 10, 1, 792);
	tally_ok(&t, 1, way->name);
	s = xdp_stats(&end.xdp);
	is((long long)s.rx_dropped, 10, "longer than the room: rx_dropped");
	is((long long)(s.rx_ring_full + s.fill_ring_empty), 0,
	   "and nothing else");
	is(xdp_frames(&end.umem, NETRING_UMEM_FILL), 512,
	   "their frames are with the kernel still");
	xdp_close(&end);
}

int main(void)
{
	struct netring_umem umem;
	static struct xdp_end end;
	uint32_t i, j;

	xdp_wire(1);
	for (i = 0; i < XDP_WAYS; i++) {
		for (j = 0; j < sizeof(headrooms) / sizeof(*headrooms); j++)
			headroom(&xdp_ways[i], headrooms[j]);
		too_long(&xdp_ways[i]);
	}
	end.memory.headroom = 2048 - 703;
	is(netring_umem_init(&umem, &end.memory), -EINVAL,
	   "more than the kernel takes");
	return done_testing();
}
