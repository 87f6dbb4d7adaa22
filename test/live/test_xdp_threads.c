/* SPDX-License-Identifier: MIT */
/* test_xdp_threads.c - one socket, one thread that sends, another that
 * receives, neither with a lock. */
#include "xdp_end.h"

#include <pthread.h>
#include <string.h>

#define MOST 100000u
#define PACKETS live_share(MOST)
#define WINDOW 128u /* under way at once: what a veth pair holds */

static struct xdp_end near, far;
static uint32_t arrived; /* at the far end, of those the thread sends */
static int refused;

static uint32_t at_far_end(void)
{
	return __atomic_load_n(&arrived, __ATOMIC_ACQUIRE);
}

/* Numbered frames, while the main thread receives on the same socket. */
static void *send_all(void *unused)
{
	int64_t last = netring_clock_ms();
	uint32_t n, number = 0;
	int r;

	(void)unused;
	while (number < PACKETS) {
		n = WINDOW - (number - at_far_end());
		if (n > PACKETS - number)
			n = PACKETS - number;
		n = xdp_queue(&near.xdp, number, n, 100);
		number += n;
		r = netring_xdp_tx_flush(&near.xdp.tx);
		if (r < 0)
			refused = r;
		if (n)
			last = netring_clock_ms();
		else if (netring_clock_ms() > last + 2 * xdp_patience())
			break;
		else
			live_sleep_ms(1);
	}
	return NULL;
}

static uint32_t receive(struct netring_xdp *xdp, struct tally *t)
{
	struct netring_xdp_packet pkt;
	struct netring_packet seen;
	uint32_t before = t->numbered;

	memset(&seen, 0, sizeof(seen));
	if (!netring_xdp_rx_next(&xdp->rx))
		return 0;
	while (netring_xdp_rx_packet(&xdp->rx, &pkt)) {
		seen.data = pkt.data;
		seen.len = pkt.len;
		tally_packet(t, &seen);
	}
	netring_xdp_rx_release(&xdp->rx);
	return t->numbered - before;
}

static void threads(const struct xdp_way *way)
{
	struct tally at_near = { 0 }, at_far = { 0 };
	int64_t last = netring_clock_ms();
	uint32_t n, done, sent = 0;
	pthread_t thread;

	memset(&near, 0, sizeof(near));
	memset(&far, 0, sizeof(far));
	far.socket.interface = FAR;
	near.memory.size = far.memory.size = 512 * 2048;
	arrived = 0;
	xdp_open(&near, way);
	xdp_open(&far, way);
	must(-pthread_create(&thread, NULL, send_all, NULL), "a thread");
	while (at_near.numbered < PACKETS || at_far.numbered < PACKETS) {
		n = WINDOW - (sent - at_near.numbered);
		if (n > PACKETS - sent)
			n = PACKETS - sent;
		n = xdp_queue(&far.xdp, sent, n, 100);
		sent += n;
		must(netring_xdp_tx_flush(&far.xdp.tx), "flush");
		done = n + receive(&near.xdp, &at_near) +
		       receive(&far.xdp, &at_far);
		__atomic_store_n(&arrived, at_far.numbered, __ATOMIC_RELEASE);
		if (done)
			last = netring_clock_ms();
		else if (netring_clock_ms() > last + xdp_patience())
			break;
	}
	pthread_join(thread, NULL);
	is(refused, 0, "%s: the thread could send", way->name);
	tally_ok(&at_far, PACKETS, "what it sent");
	tally_ok(&at_near, PACKETS, "received at the same time");
	is(netring_xdp_tx_drain(&near.xdp.tx,
				netring_clock_ms() + xdp_patience()),
	   0, "drained");
	is(netring_xdp_tx_drain(&far.xdp.tx,
				netring_clock_ms() + xdp_patience()),
	   0, "drained");
	xdp_books(&near.umem, "two threads");
	is((long long)xdp_stats(&near.xdp).invalid, 0, "nothing invalid");
	is(xdp_close(&near), 0, "close: none was lost");
	is(xdp_close(&far), 0, "close: none was lost");
}

int main(void)
{
	int i;

	xdp_wire(1);
	for (i = 0; i < XDP_WAYS; i++)
		threads(&xdp_ways[i]);
	return done_testing();
}
