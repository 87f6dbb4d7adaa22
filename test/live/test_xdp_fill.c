/* SPDX-License-Identifier: MIT */
/* test_xdp_fill.c - a fill ring that ran dry fills again, and packets come. */
#include "xdp_end.h"

#include <errno.h>
#include <string.h>

#define FRAMES 128u

static struct xdp_end end;
static uint64_t kept[FRAMES];

static void open_it(const struct xdp_way *way)
{
	memset(&end, 0, sizeof(end));
	end.memory.size = FRAMES * 2048;
	end.socket.mode = NETRING_XDP_RX;
	xdp_open(&end, way);
}

/* Everything that comes is kept, until the kernel has no frame left. */
static uint32_t keep(uint32_t count)
{
	struct netring_xdp_packet pkt;
	uint32_t n = 0;

	while (n < count &&
	       netring_xdp_rx_wait(&end.xdp.rx, xdp_patience()) > 0) {
		netring_xdp_rx_next(&end.xdp.rx);
		while (netring_xdp_rx_packet(&end.xdp.rx, &pkt)) {
			netring_xdp_rx_keep(&end.xdp.rx, &pkt);
			kept[n++] = pkt.addr;
		}
		netring_xdp_rx_release(&end.xdp.rx);
	}
	return n;
}

/* What was kept is as it came. */
static uint32_t whole(void)
{
	uint32_t i, good = 0;

	for (i = 0; i < FRAMES; i++)
		good += wire_number(netring_umem_data(&end.umem, kept[i]),
				    100) == i &&
			netring_umem_owner(&end.umem, kept[i]) ==
				NETRING_UMEM_USER;
	return good;
}

static void all_kept(const struct xdp_way *way)
{
	struct tally t = { 0 };
	uint32_t i, refused = 0;

	open_it(way);
	xdp_wire_lot(0, 64, 100);
	is(keep(64), 64, "%s: keep", way->name);
	xdp_wire_lot(64, 64, 100);
	for (i = 64; i--;)
		kept[64 + i] = kept[i];
	is(keep(64), 64, "keep all there are");
	for (i = 64; i--;) { /* the later ones behind */
		uint64_t addr = kept[i];

		kept[i] = kept[64 + i];
		kept[64 + i] = addr;
	}
	is(xdp_frames(&end.umem, NETRING_UMEM_USER), FRAMES, "all are ours");
	xdp_wire_lot(1000, 50, 100);
	is(netring_xdp_rx_wait(&end.xdp.rx, 50), 0, "none can come");
	is(netring_xdp_rx_fill(&end.xdp.rx), 0, "none is free");
	is((long long)xdp_stats(&end.xdp).fill_ring_empty, 50,
	   "the kernel says so");
	is(whole(), FRAMES, "what was kept stays as it came");
	for (i = 0; i < FRAMES; i++)
		must(netring_umem_free(&end.umem, kept[i]), "free");
	for (i = 0; i < FRAMES; i++)
		refused += netring_umem_free(&end.umem, kept[i]) == -EINVAL;
	is(refused, FRAMES, "none twice");
	is(netring_umem_free(&end.umem, FRAMES * 2048), -EINVAL,
	   "none after the end");
	xdp_books(&end.umem, way->name);
	is(netring_xdp_rx_next(&end.xdp.rx), 0, "still nothing; but filled");
	xdp_take(&t, &end.xdp, 2000, 300, 100);
	tally_ok(&t, 300, "then they come again");
	xdp_close(&end);
}

/* Nobody reads while more comes than there are frames. */
static void not_read(const struct xdp_way *way)
{
	struct tally t = { 0 };
	uint32_t i;

	open_it(way);
	for (i = 0; i < 10; i++) {
		xdp_wire_lot(i * 64, 64, 100);
		live_sleep_ms(2);
	}
	is(xdp_tally(&t, &end.xdp, FRAMES, xdp_patience()), FRAMES,
	   "%s: as many as there are frames", way->name);
	tally_ok(&t, FRAMES, "the first of them");
	is((long long)xdp_stats(&end.xdp).fill_ring_empty, 640 - FRAMES,
	   "the others had no frame");
	memset(&t, 0, sizeof(t));
	xdp_take(&t, &end.xdp, 2000, 300, 100);
	tally_ok(&t, 300, "then they come again");
	xdp_books(&end.umem, way->name);
	xdp_close(&end);
}

/* A batch that is walked in part only. */
static void in_part(const struct xdp_way *way)
{
	struct netring_xdp_packet pkt;
	uint32_t n = 0, wrong = 0;

	open_it(way);
	xdp_wire_lot(0, 60, 100);
	while (n < 60 && netring_xdp_rx_wait(&end.xdp.rx, xdp_patience()) > 0) {
		netring_xdp_rx_next(&end.xdp.rx);
		if (n % 3 && netring_xdp_rx_packet(&end.xdp.rx, &pkt))
			wrong += wire_number(pkt.data, pkt.len) != n++;
		if (netring_xdp_rx_packet(&end.xdp.rx, &pkt))
			wrong += wire_number(pkt.data, pkt.len) != n++;
		netring_xdp_rx_release(&end.xdp.rx);
		wrong += xdp_frames(&end.umem, NETRING_UMEM_RX) != 0;
	}
	is(n, 60, "%s: one or two of a batch at a time", way->name);
	is(wrong, 0, "what a batch left comes first in the next");
	is((long long)xdp_stats(&end.xdp).received, 60, "counted once");
	is((long long)xdp_stats(&end.xdp).invalid, 0, "none invalid");
	xdp_books(&end.umem, way->name);
	xdp_close(&end);
}

int main(void)
{
	int i;

	xdp_wire(1);
	for (i = 0; i < XDP_WAYS; i++) {
		all_kept(&xdp_ways[i]);
		not_read(&xdp_ways[i]);
		in_part(&xdp_ways[i]);
	}
	return done_testing();
}
