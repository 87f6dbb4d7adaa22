/* SPDX-License-Identifier: MIT */
/* test_zero_copy.c - AF_XDP where the device works in the UMEM itself: four
 * cards, two on each wire. What is sent is looked at by others. */
#include "cards.h"

#include <string.h>
#include <unistd.h>

#include <netring/xdp_bridge.h>

#include "../live/spy_socket.h"

#define MANY 1000000u
#define LOT \
	128u	 /* a card has room for 256: where it has none, the emulator
		  * queues, and a later packet may overtake */
#define DRY 512u /* frames; more than a card takes at once */

static struct card_end sender, receiver;
static struct netring_umem joint;
static struct netring_xdp_bridge br;

static int patience(void)
{
	return 50 * live_slack_ms();
}

static void bound(const struct netring_xdp *xdp, const char *what)
{
	is(netring_xdp_bound(xdp), NETRING_XDP_ZEROCOPY, "%s: zero-copy", what);
	ok(card_is_zero_copy(xdp), "%s: so says the kernel", what);
}

/* From a packet socket at the other end. */
static void receives(void)
{
	struct wire_flood flood = { .interface = card[0],
				    .count = 500,
				    .length = 1514 };
	struct tally t = { 0 };

	card_memory(&receiver.umem, 1, CARD_FRAMES, 2048);
	card_open(&receiver, card[1], NETRING_XDP_RX, NETRING_XDP_ZEROCOPY);
	bound(&receiver.xdp, "receiver");
	must(wire_burst(&flood), "send");
	card_tally(&t, &receiver.xdp, flood.count, patience());
	tally_ok(&t, flood.count, "received");
	is(card_busy(&receiver.umem), 0, "received: all frames are back");
	card_close(&receiver);
}

/* To a packet socket at the other end. */
static void sends(void)
{
	int spy = must(spy_open(card[1], 0), "a look at the far end");
	struct spied seen = { 0 };
	uint32_t sent = 0;

	card_memory(&sender.umem, 0, CARD_FRAMES, 2048);
	card_open(&sender, card[0], NETRING_XDP_TX, NETRING_XDP_ZEROCOPY);
	bound(&sender.xdp, "sender");
	while (sent < 1000) {
		sent += card_give(&sender.xdp, sent, 100);
		spy_count(spy, &seen, sent, patience());
	}
	spied_ok(&seen, 1000, "sent");
	is(netring_xdp_tx_drain(&sender.xdp.tx,
				netring_clock_ms() + patience()),
	   0, "sent: drained");
	is(card_busy(&sender.umem), 0, "sent: all frames are back");
	card_close(&sender);
	close(spy);
}

/* Of the first frames after a program was attached some were seen to be lost,
 * rarely, by the driver or the emulator: not what is tested. */
static void settle(void)
{
	struct tally t = { 0 };

	card_give(&sender.xdp, 0, LOT);
	card_tally(&t, &receiver.xdp, LOT, live_slack_ms());
	if (t.numbered < LOT)
		diag("the first %u frames were lost", LOT - t.numbered);
	is(card_busy(&receiver.umem), 0, "at first: all frames are back");
}

/* With no frame left to receive into the driver goes to sleep, says so, and
 * does not look at new frames before it is woken. */
static void need_wakeup(void)
{
	static uint64_t kept[DRY];
	static uint8_t seen[DRY + 20 + LOT];
	struct tally t = { .map = seen, .size = sizeof(seen) };
	struct netring_xdp *xdp = &receiver.xdp;
	struct netring_xdp_ring *ring = netring_xdp_rx_ring(&xdp->rx);
	uint32_t i, n = 0;

	card_memory(&sender.umem, 0, CARD_FRAMES, 2048);
	card_open(&sender, card[0], NETRING_XDP_TX, NETRING_XDP_ZEROCOPY);
	card_memory(&receiver.umem, 1, DRY, 2048);
	card_open(&receiver, card[1], NETRING_XDP_RX, NETRING_XDP_ZEROCOPY);
	settle();
	for (i = 0; n < DRY && i < 1000; i++) {
		if (i < DRY / LOT)
			card_give(&sender.xdp, i * LOT, LOT);
		live_sleep_ms(5);
		n += card_take(&t, xdp, kept + n);
	}
	is(n, DRY, "as many as there are frames");
	card_give(&sender.xdp, DRY, 20);
	live_sleep_ms(live_slack_ms());
	is(card_take(&t, xdp, NULL), 0, "no more");
	ok(netring_xdp_ring_sleeps(netring_xdp_fill_ring(&xdp->rx)),
	   "the fill ring ran dry: the kernel wants to be woken");
	for (i = 0; i < n; i++)
		must(netring_umem_free(&receiver.umem, kept[i]), "free");
	is(netring_xdp_rx_fill(&xdp->rx), DRY, "filled again");
	live_sleep_ms(live_slack_ms());
	is(netring_xdp_ring_seek(ring, 1), 0,
	   "nothing comes without the wake-up");
	is(netring_xdp_rx_kick(&xdp->rx), 0, "the wake-up");
	/* without poll(), which would wake it, too */
	for (i = 0; !netring_xdp_ring_seek(ring, 1) && i < 100; i++)
		live_sleep_ms(live_slack_ms() / 10);
	ok(i < 100, "something comes");
	card_tally(&t, xdp, DRY + 20, patience());
	ok(!netring_xdp_ring_sleeps(netring_xdp_fill_ring(&xdp->rx)),
	   "the kernel is awake");
	card_give(&sender.xdp, DRY + 20, LOT);
	card_tally(&t, xdp, sizeof(seen), patience());
	t.unordered = 0; /* what the emulator queued */
	tally_ok(&t, sizeof(seen), "reception goes on");
	is(card_busy(&receiver.umem), 0, "all frames are back");
	card_close(&receiver);
	card_close(&sender);
}

static void bridge_open(void)
{
	struct netring_xdp_bridge_config cfg = {
		.interface = { card[1], card[2] },
		.socket = { .umem = &joint, .bind = { NETRING_XDP_ZEROCOPY } },
		.port = { { .attach = { NETRING_XDP_NATIVE } },
			  { .attach = { NETRING_XDP_NATIVE } } },
	};

	card_memory(&joint, 2, CARD_FRAMES, 2048);
	must(netring_xdp_bridge_open(&br, &cfg), "bridge (%s)",
	     netring_step_name(br.step));
}

/* From card 0 over the bridge between 1 and 2 to card 3, by lots. */
static void many(void)
{
	struct netring_bridge_stats stats;
	struct tally t = { 0 };
	uint32_t number = 0, lots = 0, wrong = 0;
	int64_t start, end;

	card_memory(&sender.umem, 0, CARD_FRAMES, 2048);
	card_memory(&receiver.umem, 1, CARD_FRAMES, 2048);
	card_open(&sender, card[0], NETRING_XDP_TX, NETRING_XDP_ZEROCOPY);
	card_open(&receiver, card[3], NETRING_XDP_RX, NETRING_XDP_ZEROCOPY);
	bridge_open();
	bound(&br.port_[0].xdp, "bridge, one side");
	bound(&br.port_[1].xdp, "bridge, other side");
	start = netring_clock_ms();
	while (number < MANY && t.numbered == number) {
		number += card_give(&sender.xdp, number,
				    MANY - number < LOT ? MANY - number : LOT);
		end = netring_clock_ms() + patience();
		while (t.numbered < number && netring_clock_ms() < end) {
			must(netring_xdp_bridge_step(&br, 1), "step");
			while (card_take(&t, &receiver.xdp, NULL))
				;
		}
		lots++;
		wrong += card_busy(&sender.umem) < 0 || card_busy(&joint) < 0 ||
			 card_busy(&receiver.umem) != 0;
	}
	diag("%u frames in %d ms", number, (int)(netring_clock_ms() - start));
	tally_ok(&t, MANY, "over the bridge");
	is(wrong, 0, "books that were wrong after one of %u lots", lots);
	is(netring_xdp_tx_drain(&sender.xdp.tx,
				netring_clock_ms() + patience()),
	   0, "drained");
	end = netring_clock_ms() + patience();
	while (card_busy(&joint) > 0 && netring_clock_ms() < end)
		must(netring_xdp_bridge_step(&br, 1), "step");
	is(card_busy(&sender.umem), 0, "all of the sender's frames are back");
	is(card_busy(&joint), 0, "all of the bridge's");
	is(card_busy(&receiver.umem), 0, "all of the receiver's");
	must(netring_xdp_bridge_read_stats(&br, 0, &stats), "statistics");
	is((long long)stats.received, MANY, "received by the bridge");
	is((long long)stats.forwarded, MANY, "forwarded");
	is((long long)stats.kernel_drops, 0, "dropped before");
	netring_xdp_bridge_close(&br);
	card_close(&receiver);
	card_close(&sender);
}

/* Everything closed and opened, which is to work at once. */
static void again(void)
{
	struct tally t = { 0 };
	uint32_t round, number = 0;
	int64_t end;

	for (round = 0; round < 10; round++) {
		card_memory(&sender.umem, 0, CARD_FRAMES, 2048);
		card_memory(&receiver.umem, 1, CARD_FRAMES, 2048);
		card_open(&sender, card[0], NETRING_XDP_TX,
			  NETRING_XDP_ZEROCOPY);
		card_open(&receiver, card[3], NETRING_XDP_RX,
			  NETRING_XDP_ZEROCOPY);
		bridge_open();
		number += card_give(&sender.xdp, number, LOT);
		end = netring_clock_ms() + patience();
		while (t.numbered < number && netring_clock_ms() < end) {
			must(netring_xdp_bridge_step(&br, 1), "step");
			card_take(&t, &receiver.xdp, NULL);
		}
		netring_xdp_bridge_close(&br);
		card_close(&receiver);
		card_close(&sender);
	}
	tally_ok(&t, 10 * LOT, "ten times opened and closed");
}

int main(void)
{
	cards_begin(4);
	receives();
	sends();
	need_wakeup();
	many();
	again();
	return done_testing();
}
