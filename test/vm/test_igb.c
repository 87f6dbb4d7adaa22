/* SPDX-License-Identifier: MIT */
/* test_igb.c - the driver of a real network card: AF_XDP with and without a
 * copy, and the time at which the card received a packet. */
#define _GNU_SOURCE
#include "cards.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <linux/ethtool.h>
#include <linux/if.h>
#include <linux/net_tstamp.h>
#include <linux/sockios.h>

#include <netring/probe.h>

#include "../live/spy_socket.h"

#define COUNT 1000u
#define LOT 50u
#define STEADY 30	   /* tenths of a second */
#define SETTLED 0x1000000u /* numbers of frames that only try the link */
#define PTP 60u

static struct card_end end;

static int patience(void)
{
	return 50 * live_slack_ms();
}

/* A card restarts when it gets an XDP program, and loses what is sent until
 * its link is up again; the driver looks every two seconds whether it is. @fd
 * and @xdp: where the frames arrive, one of them. */
static void settle(int from, int fd, struct netring_xdp *xdp)
{
	int64_t end_ms = netring_clock_ms() + 4 * patience();
	uint8_t frame[60];
	int good = 0;

	wire_frame(frame, sizeof(frame), WIRE_TYPE, SETTLED);
	while (good < STEADY && netring_clock_ms() < end_ms) {
		struct spied seen = { 0 };
		struct tally t = { 0 };

		(void)wire_send(from, frame, sizeof(frame));
		if (xdp)
			card_tally(&t, xdp, 1, 100);
		else
			(void)spy_count(fd, &seen, 1, 100);
		good = seen.frames || t.numbered ? good + 1 : 0;
		live_sleep_ms(100);
	}
	is(good, STEADY, "the link is up again");
}

static void link_is_up(int from)
{
	int spy = must(spy_open(card[1], 0), "a look at the far end");

	settle(from, spy, NULL);
	close(spy);
}

static void receives(enum netring_xdp_bind bind, uint32_t frame_size,
		     uint32_t length, const char *what)
{
	struct wire_flood flood = { .interface = card[0], .length = length };
	int from = must(wire_open(card[0]), "a packet socket");
	struct tally t = { 0 };

	card_memory(&end.umem, 0, CARD_FRAMES / 2, frame_size);
	card_open(&end, card[1], NETRING_XDP_RX, bind);
	is(netring_xdp_bound(&end.xdp), bind, "%s: receives", what);
	is(card_is_zero_copy(&end.xdp), bind == NETRING_XDP_ZEROCOPY,
	   "%s: so says the kernel", what);
	settle(from, -1, &end.xdp);
	for (flood.count = LOT; flood.first < COUNT; flood.first += LOT) {
		must(wire_burst(&flood), "send");
		card_tally(&t, &end.xdp, flood.first + LOT, patience());
	}
	tally_ok(&t, COUNT, what);
	is(card_busy(&end.umem), 0, "%s: all frames are back", what);
	card_close(&end);
	close(from);
}

static void sends(enum netring_xdp_bind bind, const char *what)
{
	int spy = must(spy_open(card[1], 0), "a look at the far end");
	int from = must(wire_open(card[0]), "a packet socket");
	struct spied seen = { 0 };
	uint32_t sent = 0;

	card_memory(&end.umem, 0, CARD_FRAMES, 2048);
	/* this driver sends without a copy beside a program only */
	card_open(&end, card[0], NETRING_XDP_BOTH, bind);
	is(netring_xdp_bound(&end.xdp), bind, "%s: sends", what);
	settle(from, spy, NULL);
	while (sent < COUNT) {
		sent += card_give(&end.xdp, sent, LOT);
		if (spy_count(spy, &seen, sent, patience()) < sent)
			break;
	}
	spied_ok(&seen, COUNT, what);
	is(netring_xdp_tx_drain(&end.xdp.tx, netring_clock_ms() + patience()),
	   0, "%s: drained", what);
	is(card_busy(&end.umem), 0, "%s: all frames are back", what);
	card_close(&end);
	close(from);
	close(spy);
}

/* The card's own clock, of /dev/ptpN. */
static int64_t card_ns(const char *name)
{
	struct ethtool_ts_info info = { .cmd = ETHTOOL_GET_TS_INFO };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct timespec now = { 0, 0 };
	struct ifreq request;
	char path[32];

	memset(&request, 0, sizeof(request));
	strcpy(request.ifr_name, name);
	request.ifr_data = (void *)&info;
	must(ioctl(fd, SIOCETHTOOL, &request) < 0 ? -errno : 0, "its clock");
	close(fd);
	snprintf(path, sizeof(path), "/dev/ptp%d", info.phc_index);
	fd = open(path, O_RDWR | O_CLOEXEC);
	must(fd < 0 ? -errno : fd, "%s", path);
	/* FD_TO_CLOCKID() of the kernel's documentation */
	must(clock_gettime((clockid_t)(~(unsigned int)fd << 3 | 3), &now) < 0 ?
		     -errno :
		     0,
	     "its time");
	close(fd);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* As hwstamp_ctl(8): packets of the Precision Time Protocol get a stamp. */
static void stamp(const char *name)
{
	struct hwtstamp_config cfg = { .rx_filter =
					       HWTSTAMP_FILTER_PTP_V2_EVENT };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq request;

	memset(&request, 0, sizeof(request));
	strcpy(request.ifr_name, name);
	request.ifr_data = (void *)&cfg;
	must(ioctl(fd, SIOCSHWTSTAMP, &request) < 0 ? -errno : 0,
	     "stamps switched on");
	close(fd);
}

/* A Sync message of version 2, over Ethernet. */
static void ptp_frame(uint8_t *frame)
{
	memset(frame, 0, PTP);
	memcpy(frame, "\x01\x1b\x19\x00\x00\x00", 6);
	memcpy(frame + 6, far_mac, 6);
	wire_put16(frame + 12, 0x88f7);
	frame[15] = 2;
	frame[17] = 44;
}

/* The emulated card stamps one packet, the first after a reset. */
static void stamped(uint32_t flags)
{
	struct netring_capture_config cfg = {
		.interface = card[1],
		.flags = flags | NETRING_CAPTURE_PROMISC |
			 NETRING_CAPTURE_TIME_HARDWARE,
	};
	int from = must(wire_open(card[0]), "a packet socket");
	const char *mode = mode_name(flags);
	struct netring_packet pkt;
	struct netring_capture cap;
	uint8_t frame[PTP];
	int64_t before, time;

	must(net_down(card[1]), "down");
	must(net_up(card[1]), "up");
	stamp(card[1]);
	link_is_up(from);
	live_open(&cap, &cfg);
	wire_frame(frame, PTP, WIRE_TYPE, 1);
	must(wire_send(from, frame, PTP), "send");
	is(netring_capture_receive(&cap, &pkt, netring_clock_ms() + patience()),
	   1, "%s: a packet of another kind", mode);
	is(pkt.flags & NETRING_PACKET_TIME_HARDWARE, 0,
	   "%s: is stamped by the kernel", mode);
	before = card_ns(card[1]);
	ptp_frame(frame);
	must(wire_send(from, frame, PTP), "send");
	is(netring_capture_receive(&cap, &pkt, netring_clock_ms() + patience()),
	   1, "%s: a packet of the protocol", mode);
	is(memcmp(pkt.data, frame, PTP), 0, "%s: as it was sent", mode);
	ok(pkt.flags & NETRING_PACKET_TIME_HARDWARE, "%s: stamped by the card",
	   mode);
	time = (int64_t)pkt.sec * 1000000000 + pkt.nsec;
	between(time - before, 0, card_ns(card[1]) - before,
		"%s: when it came, by the card's clock", mode);
	netring_capture_close(&cap);
	close(from);
}

int main(void)
{
	cards_begin(2);
	is(netring_probe(NETRING_FEATURE_HARDWARE_TIME, card[1]), NETRING_YES,
	   "the probe knows of the card's clock");
	stamped(0);
	stamped(NETRING_CAPTURE_IMMEDIATE);
	receives(NETRING_XDP_COPY, 2048, 1514, "copy");
	sends(NETRING_XDP_COPY, "copy");
	/* Of a frame the card uses whole KiB, behind the 256 bytes in front; a
	 * longer packet comes in pieces that the driver takes for packets. */
	receives(NETRING_XDP_ZEROCOPY, 2048, 1024, "zero-copy, frames of 2048");
	receives(NETRING_XDP_ZEROCOPY, 4096, 1514, "zero-copy, frames of 4096");
	sends(NETRING_XDP_ZEROCOPY, "zero-copy");
	return done_testing();
}
