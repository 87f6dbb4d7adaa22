/* SPDX-License-Identifier: MIT */
/* test_xdp_receive.c - 4096 numbered packets come, whole, once, in order. */
#include "xdp_end.h"

#include <string.h>

#define PACKETS 4096u

static void receive(const struct xdp_way *way, size_t length, uint32_t count)
{
	static uint8_t map[PACKETS];
	struct tally t = { .map = map, .size = PACKETS };
	static struct xdp_end end;
	struct netring_xdp_stats stats;

	memset(map, 0, sizeof(map));
	memset(&end, 0, sizeof(end));
	end.socket.mode = NETRING_XDP_RX;
	xdp_open(&end, way);
	is(netring_xdp_program_attached(&end.steer), way->attach,
	   "%s: so it is", way->name);
	is(netring_xdp_bound(&end.xdp), NETRING_XDP_COPY, "by copy");
	xdp_take(&t, &end.xdp, 0, count, length);
	tally_ok(&t, count, way->name);
	stats = xdp_stats(&end.xdp);
	is((long long)stats.received, count, "counted");
	is((long long)(stats.invalid + stats.rx_dropped + stats.rx_invalid +
		       stats.rx_ring_full + stats.fill_ring_empty),
	   0, "no other counter moved");
	xdp_books(&end.umem, "then");
	is(xdp_frames(&end.umem, NETRING_UMEM_RX), 0, "all were released");
	xdp_close(&end);
	is(xdp_frames(&end.umem, NETRING_UMEM_FREE), XDP_FRAMES,
	   "all frames are free after close");
}

int main(void)
{
	int i;

	xdp_wire(1);
	for (i = 0; i < XDP_WAYS; i++) {
		receive(&xdp_ways[i], 64, PACKETS);
		receive(&xdp_ways[i], 1514, PACKETS);
		receive(&xdp_ways[i], 60, 1);
	}
	return done_testing();
}
