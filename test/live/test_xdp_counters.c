/* SPDX-License-Identifier: MIT */
/* test_xdp_counters.c - each of the kernel's counters moves when it has to, by
 * as much as it has to, and the traffic goes on. */
#include "xdp_end.h"

#include <string.h>
#include <unistd.h>

static struct xdp_end end;
static struct netring_xdp_stats was;
static const char *way_name;

static void open_it(const struct xdp_way *way, uint32_t rx_ring, uint32_t fill)
{
	memset(&end, 0, sizeof(end));
	end.socket.mode = NETRING_XDP_RX;
	end.socket.rx_ring = rx_ring;
	end.socket.fill_ring = fill;
	xdp_open(&end, way);
	was = xdp_stats(&end.xdp);
	way_name = way->name;
}

/* By how much each moved. */
static void moved(const char *what, uint64_t received, uint64_t dropped,
		  uint64_t full, uint64_t empty, uint64_t invalid)
{
	struct netring_xdp_stats s = xdp_stats(&end.xdp);
	int good = s.received - was.received == received &&
		   s.rx_dropped - was.rx_dropped == dropped &&
		   s.rx_ring_full - was.rx_ring_full == full &&
		   s.fill_ring_empty - was.fill_ring_empty == empty &&
		   s.rx_invalid - was.rx_invalid == invalid && !s.invalid &&
		   !s.tx_invalid && !s.queued && !s.sent;

	ok(good, "%s: %s", way_name, what);
	if (!good)
		diag("  received %llu, dropped %llu, ring full %llu, fill "
		     "empty %llu, rx invalid %llu",
		     (unsigned long long)(s.received - was.received),
		     (unsigned long long)(s.rx_dropped - was.rx_dropped),
		     (unsigned long long)(s.rx_ring_full - was.rx_ring_full),
		     (unsigned long long)(s.fill_ring_empty -
					  was.fill_ring_empty),
		     (unsigned long long)(s.rx_invalid - was.rx_invalid));
	was = s;
}

/* Those sent before it are read, then new ones. */
static void go_on(uint32_t held)
{
	struct tally t = { 0 };

	is(xdp_tally(&t, &end.xdp, held, xdp_patience()), held,
	   "%u are there to be read", held);
	tally_ok(&t, held, "the first of them");
	memset(&t, 0, sizeof(t));
	xdp_take(&t, &end.xdp, 1000, 100, 60);
	tally_ok(&t, 100, "and it goes on");
	xdp_books(&end.umem, way_name);
	moved("no other was lost", held + 100, 0, 0, 0, 0);
}

/* A frame of the wire is at the socket when another that came later is. */
static void settle(uint32_t held)
{
	int64_t deadline = netring_clock_ms() + xdp_patience();

	while (netring_xdp_ring_seek(netring_xdp_rx_ring(&end.xdp.rx),
				     UINT32_MAX) < held &&
	       netring_clock_ms() < deadline)
		live_sleep_ms(1);
	live_sleep_ms(5); /* and for those that are dropped */
}

static void ring_full(const struct xdp_way *way)
{
	open_it(way, 16, 256);
	xdp_wire_lot(0, 26, 60);
	settle(16);
	moved("10 more than the rx ring has slots", 0, 0, 10, 0, 0);
	go_on(16);
	xdp_close(&end);
}

static void fill_empty(const struct xdp_way *way)
{
	open_it(way, 256, 16);
	xdp_wire_lot(0, 26, 60);
	settle(16);
	moved("10 more than the fill ring has frames", 0, 10, 0, 10, 0);
	go_on(16);
	xdp_close(&end);
}

static void too_long(const struct xdp_way *way)
{
	must(net_mtu(NEAR, 2000), "MTU");
	must(net_mtu(FAR, 2000), "MTU");
	open_it(way, 64, 64);
	xdp_wire_lot(500, 10, 1793);
	xdp_wire_lot(0, 16, 1792);
	settle(16);
	moved("10 too long for a frame", 0, 10, 0, 0, 0);
	go_on(16);
	xdp_close(&end);
}

/*
 * Addresses that cannot be, into the bare fill ring: the kernel passes over
 * them. Its rx_invalid is that of another ring, where nothing ever counts
 * (net/xdp/xsk.c, xsk_getsockopt(), up to 6.18 at least), so it may be 0.
 */
static void bad_fill(const struct xdp_way *way)
{
	uint64_t size = (uint64_t)XDP_FRAMES * 2048;
	uint64_t bad[] = { size, size + 1, (uint64_t)1 << 40, UINT64_MAX };
	struct netring_xdp_ring *fill;
	struct tally t = { 0 };
	uint32_t i;

	memset(&end, 0, sizeof(end));
	end.memory.size = 32 * 2048;
	size = 32 * 2048;
	bad[0] = size;
	bad[1] = size + 1;
	end.socket.mode = NETRING_XDP_RX;
	end.socket.fill_ring = 64; /* more than there are frames */
	xdp_open(&end, way);
	way_name = way->name;
	was = xdp_stats(&end.xdp);
	fill = netring_xdp_fill_ring(&end.xdp.rx);
	is(netring_xdp_ring_seek(fill, 4) >= 4, 1, "slots for bad addresses");
	for (i = 0; i < 4; i++)
		*netring_xdp_ring_address(fill, i) = bad[i];
	netring_xdp_ring_commit(fill, 4);
	xdp_take(&t, &end.xdp, 0, 200, 60);
	tally_ok(&t, 200, "past bad addresses in the fill ring");
	was.rx_invalid = xdp_stats(&end.xdp).rx_invalid;
	between((long long)was.rx_invalid, 0, 4, "counted, or not");
	moved("no other counter moved", 200, 0, 0, 0, 0);
	xdp_close(&end);
}

/* A kick that finds nothing more to send says so, once. */
static void tx_empty(uint32_t flags)
{
	uint64_t before, empty;
	int spy = must(spy_open(FAR, 0), "a look at the far end");
	struct spied seen = { 0 };
	int i;

	memset(&end, 0, sizeof(end));
	end.socket.mode = NETRING_XDP_TX;
	end.socket.flags = flags;
	xdp_open(&end, NULL);
	before = xdp_stats(&end.xdp).tx_ring_empty;
	for (i = 0; i < 7; i++)
		must(netring_xdp_tx_kick(&end.xdp.tx), "kick");
	empty = xdp_stats(&end.xdp).tx_ring_empty;
	is((long long)(empty - before), 7, "nothing to send, 7 times");
	xdp_give(spy, &seen, &end.xdp, 0, 10, 100);
	spied_ok(&seen, 10, "then something");
	was = xdp_stats(&end.xdp);
	is((long long)(was.tx_ring_empty - empty), 1, "and nothing after it");
	is((long long)was.queued, 10, "queued");
	is((long long)(was.tx_invalid + was.rx_dropped + was.rx_ring_full +
		       was.fill_ring_empty + was.rx_invalid),
	   0, "no other counter moved");
	xdp_close(&end);
	close(spy);
}

int main(void)
{
	int i;

	xdp_wire(1);
	for (i = 0; i < XDP_WAYS; i++) {
		ring_full(&xdp_ways[i]);
		fill_empty(&xdp_ways[i]);
		bad_fill(&xdp_ways[i]);
		too_long(&xdp_ways[i]);
		tx_empty(xdp_ways[i].flags);
	}
	return done_testing();
}
