/* SPDX-License-Identifier: MIT */
/* test_xdp_both_ways.c - both ends of a wire, both ways at once. */
#include "xdp_end.h"

#include <string.h>

#define LENGTH 64u

/* Frames that are under way to an end at once: what a veth pair holds. */
#define WINDOW 128u

static struct xdp_end ends[2];
static struct tally tallies[2];
static uint32_t sent[2];
static uint32_t wrong; /* times that the books were */

static void open_both(const struct xdp_way *way)
{
	int i;

	memset(ends, 0, sizeof(ends));
	memset(tallies, 0, sizeof(tallies));
	memset(sent, 0, sizeof(sent));
	wrong = 0;
	for (i = 0; i < 2; i++) {
		ends[i].socket.interface = i ? FAR : NEAR;
		ends[i].memory.size = 512 * 2048;
		xdp_open(&ends[i], way);
	}
}

/* Whole frames are looked at each time: the number, and every byte. */
static uint32_t receive(int i)
{
	struct netring_xdp_rx *rx = &ends[i].xdp.rx;
	uint32_t before = tallies[i].numbered;
	struct netring_xdp_packet pkt;
	struct netring_packet seen;

	memset(&seen, 0, sizeof(seen));
	if (!netring_xdp_rx_next(rx))
		return 0;
	while (netring_xdp_rx_packet(rx, &pkt)) {
		seen.data = pkt.data;
		seen.len = pkt.len;
		tally_packet(&tallies[i], &seen);
	}
	netring_xdp_rx_release(rx);
	return tallies[i].numbered - before;
}

static uint32_t give(int i, uint32_t count)
{
	uint32_t under_way = sent[i] - tallies[!i].numbered;
	uint32_t n = WINDOW - under_way;

	if (n > count - sent[i])
		n = count - sent[i];
	n = xdp_queue(&ends[i].xdp, sent[i], n < 64 ? n : 64, LENGTH);
	must(netring_xdp_tx_flush(&ends[i].xdp.tx), "flush");
	sent[i] += n;
	return n;
}

static void both_ways(const struct xdp_way *way, uint32_t count)
{
	int64_t start = live_us(), last = netring_clock_ms();
	uint32_t owners[NETRING_UMEM_OWNERS_], most_apart = 0, apart;
	uint32_t done, i;

	open_both(way);
	while (tallies[0].numbered < count || tallies[1].numbered < count) {
		for (i = 0, done = 0; i < 2; i++)
			done += give((int)i, count) + receive((int)i);
		for (i = 0; i < 2; i++)
			wrong += netring_umem_count(&ends[i].umem, owners) < 0;
		apart = tallies[0].numbered > tallies[1].numbered ?
				tallies[0].numbered - tallies[1].numbered :
				tallies[1].numbered - tallies[0].numbered;
		if (apart > most_apart)
			most_apart = apart;
		if (done)
			last = netring_clock_ms();
		else if (netring_clock_ms() > last + xdp_patience())
			break;
	}
	diag("%s: %u frames each way in %lld ms", way->name, count,
	     (long long)(live_us() - start) / 1000);
	for (i = 0; i < 2; i++) {
		tally_ok(&tallies[i], count, i ? "there" : "back");
		is(netring_xdp_tx_drain(&ends[i].xdp.tx,
					netring_clock_ms() + xdp_patience()),
		   0, "drained");
	}
	is(wrong, 0, "every frame had one owner all the time");
	between(most_apart, 0, 2 * WINDOW, "neither way starved");
	for (i = 0; i < 2; i++)
		is(xdp_close(&ends[i]), 0, "close: none was lost");
}

int main(void)
{
	int i;

	xdp_wire(1);
	for (i = 0; i < XDP_WAYS; i++)
		both_ways(&xdp_ways[i], 4096);
	both_ways(&xdp_ways[2], live_share(1000000));
	return done_testing();
}
