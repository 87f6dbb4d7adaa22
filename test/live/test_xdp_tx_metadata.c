/* SPDX-License-Identifier: MIT */
/* test_xdp_tx_metadata.c - requests in front of a frame to be sent: a checksum,
 * a timestamp, a launch time. */
#define _GNU_SOURCE
#include "port_settings.h"
#include "xdp_end.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <linux/if_packet.h>

#ifndef SOL_PACKET
#define SOL_PACKET 263
#endif
#ifndef CLOCK_TAI
#define CLOCK_TAI 11
#endif

#define UDP_AT 34u
#define UDP_CHECKSUM 6u

static int spy;
static struct xdp_end end;

static void open_it(uint32_t flags)
{
	memset(&end, 0, sizeof(end));
	end.memory.flags = NETRING_UMEM_METADATA;
	end.socket.mode = NETRING_XDP_TX;
	end.socket.flags = flags;
	xdp_open(&end, NULL);
}

static struct netring_xdp_frame reserve(void)
{
	static const struct netring_xdp_metadata zero;
	struct netring_xdp_frame frame;

	must(netring_xdp_tx_reserve(&end.xdp.tx, &frame), "reserve");
	if (frame.capacity != 2048 - sizeof(zero) || !frame.metadata ||
	    memcmp(frame.metadata, &zero, sizeof(zero)))
		must(-EINVAL, "room for requests, zeroed");
	return frame;
}

/* The sum of UDP's pseudo-header, as a sender leaves it in the field. */
static void put_partial(uint8_t *p, uint32_t length)
{
	uint32_t sum = wire_sum(p + 26, 8, 17 + length - UDP_AT);

	wire_put16(p + UDP_AT + UDP_CHECKSUM, (uint16_t)~wire_fold(sum));
}

static int is_right(const uint8_t *p, uint32_t length)
{
	uint32_t sum = wire_sum(p + 26, 8, 17 + length - UDP_AT);

	return wire_fold(wire_sum(p + UDP_AT, length - UDP_AT, sum)) == 0;
}

/* What comes, and whether its checksum is left to a device: 1, or 0. */
static int look(uint8_t *got, size_t size, uint32_t want)
{
	_Alignas(8) uint8_t control[256];
	struct iovec piece = { got, size };
	struct tpacket_auxdata auxdata;
	struct cmsghdr *part;
	struct msghdr m;
	int64_t deadline = netring_clock_ms() + xdp_patience();
	ssize_t n;

	memset(&m, 0, sizeof(m));
	m.msg_iov = &piece;
	m.msg_iovlen = 1;
	do {
		m.msg_control = control;
		m.msg_controllen = sizeof(control);
		n = recvmsg(spy, &m, MSG_DONTWAIT);
		if (n < 0)
			live_sleep_ms(1);
	} while (n < 0 && netring_clock_ms() < deadline);
	if (n != (ssize_t)want)
		return -1;
	for (part = CMSG_FIRSTHDR(&m); part; part = CMSG_NXTHDR(&m, part)) {
		if (part->cmsg_level != SOL_PACKET ||
		    part->cmsg_type != PACKET_AUXDATA)
			continue;
		memcpy(&auxdata, CMSG_DATA(part), sizeof(auxdata));
		return !!(auxdata.tp_status & TP_STATUS_CSUMNOTREADY);
	}
	return -1;
}

/* @offload: does the interface say that it can? */
static void checksums(int offload)
{
	uint32_t length, whole = 0, right = 0, left = 0, i;
	static uint8_t got[4096];
	int r;

	must(port_set(NEAR, PORT_TX_SUM, offload), "offload");
	open_it(0);
	for (i = 0; i < 50; i++) {
		struct netring_xdp_frame frame = reserve();

		length = 60 + 29 * i;
		wire_udp(frame.data, length, 1000, i);
		put_partial(frame.data, length);
		frame.metadata->flags = NETRING_XDP_METADATA_CHECKSUM;
		frame.metadata->u.request.csum_start = UDP_AT;
		frame.metadata->u.request.csum_offset = UDP_CHECKSUM;
		must(netring_xdp_tx_commit(&end.xdp.tx, &frame, length),
		     "commit");
		must(netring_xdp_tx_flush(&end.xdp.tx), "flush");
		r = look(got, sizeof(got), length);
		left += r == 1;
		right += r == 0 && is_right(got, length);
		whole += wire_udp_number(got, length) == i;
	}
	is(whole, 50, "offload %s: all come", offload ? "on" : "off");
	if (offload)
		is(left + right, 50, "%u left to the device, %u right", left,
		   right);
	else
		is(right, 50, "all with a right checksum");
	xdp_books(&end.umem, "checksums");
	xdp_close(&end);
}

/* Without a request in the same memory: bytes are as they are. */
static void untouched(void)
{
	struct spied seen = { 0 };

	open_it(0);
	xdp_give(spy, &seen, &end.xdp, 0, 2000, 100);
	spied_ok(&seen, 2000, "without a request");
	xdp_close(&end);
}

/* What the kernel would stall at for ever is refused, and nothing else. */
static void refused(void)
{
	static const struct {
		uint64_t flags;
		uint16_t start, offset;
		int want;
	} cases[] = {
		{ 0x8, 0, 0, -EINVAL },
		{ (uint64_t)1 << 40, 0, 0, -EINVAL },
		{ NETRING_XDP_METADATA_CHECKSUM, 34, 65, -EINVAL },
		{ NETRING_XDP_METADATA_CHECKSUM, 99, 0, -EINVAL },
		{ NETRING_XDP_METADATA_CHECKSUM, 65535, 65535, -EINVAL },
		{ NETRING_XDP_METADATA_CHECKSUM, 34, 64, 0 },
		{ NETRING_XDP_METADATA_CHECKSUM, 98, 0, 0 },
	};
	struct netring_xdp_frame frame;
	uint32_t i;

	open_it(0);
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		frame = reserve();
		wire_frame(frame.data, 100, WIRE_TYPE, i);
		frame.metadata->flags = cases[i].flags;
		frame.metadata->u.request.csum_start = cases[i].start;
		frame.metadata->u.request.csum_offset = cases[i].offset;
		is(netring_xdp_tx_commit(&end.xdp.tx, &frame, 100),
		   cases[i].want, "flags %llx, start %u, offset %u",
		   (unsigned long long)cases[i].flags, cases[i].start,
		   cases[i].offset);
		is(netring_xdp_tx_flush(&end.xdp.tx), 0, "flush");
		is(spy_flush(spy, 20), !cases[i].want, "arrives, or not");
		is(xdp_queue(&end.xdp, 7, 1, 100), 1, "queue a good one");
		is(netring_xdp_tx_flush(&end.xdp.tx), 0, "flush");
		is(spy_flush(spy, 20), 1, "it arrives");
		xdp_books(&end.umem, "refused");
	}
	xdp_close(&end);
}

static int64_t tai(void)
{
	struct timespec now;

	clock_gettime(CLOCK_TAI, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Times of leaving, in the order of leaving, by next_completion. */
static void timestamps(uint32_t flags, const char *what)
{
	int64_t before = tai(), at, deadline, last = 0;
	struct netring_xdp_frame frame;
	uint32_t i, n = 0, good = 0;
	int r = 0;

	open_it(flags | NETRING_XDP_KEEP_COMPLETIONS);
	for (i = 0; i < 100; i++) {
		frame = reserve();
		wire_frame(frame.data, 100, WIRE_TYPE, i);
		if (i % 2)
			frame.metadata->flags = NETRING_XDP_METADATA_TIMESTAMP;
		r = netring_xdp_tx_commit(&end.xdp.tx, &frame, 100);
		if (r == -EOPNOTSUPP)
			break;
		must(r, "commit");
	}
	if (r < 0) {
		skip("not in this kernel", "timestamps%s", what);
		xdp_close(&end);
		return;
	}
	is(netring_xdp_tx_flush(&end.xdp.tx), 0, "flush");
	is(spy_flush(spy, 50), 100, "100 arrive");
	deadline = netring_clock_ms() + xdp_patience();
	while (n < 100 && netring_clock_ms() < deadline) {
		if (netring_xdp_tx_next_completion(&end.xdp.tx, &frame) != 1) {
			live_sleep_ms(1);
			continue;
		}
		at = (int64_t)frame.metadata->u.timestamp;
		if (n % 2) {
			good += at >= before && at >= last && at <= tai();
			last = at;
		} else {
			good += at == 0;
		}
		good += wire_number(frame.data, 100) == n++;
	}
	is(n, 100, "timestamps%s: all completed", what);
	is(good, 200, "when each left, where that was asked for");
	xdp_books(&end.umem, "timestamps");
	xdp_close(&end);
}

/* What Linux 6.8 to 6.14 do with a launch time, and how to get out of it. */
static void blocked(void)
{
	struct spied seen = { 0 };

	is(netring_xdp_tx_flush(&end.xdp.tx), -EINVAL, "flush");
	is(xdp_queue(&end.xdp, 0, 1, 100), 1, "queue a good one");
	is(netring_xdp_tx_flush(&end.xdp.tx), -EINVAL, "flush, once more");
	ok(spy_quiet(spy, 5), "nothing leaves");
	must(netring_xdp_reopen(&end.xdp), "open it again");
	is(xdp_queue(&end.xdp, 0, 1, 100), 1, "queue a good one");
	is(netring_xdp_tx_flush(&end.xdp.tx), 0, "flush");
	spy_count(spy, &seen, 1, xdp_patience());
	spied_ok(&seen, 1, "opened again");
	xdp_close(&end);
}

/* A device without that takes no notice; the frame leaves. */
static void launch_time(void)
{
	struct netring_xdp_frame frame;
	struct spied seen = { 0 };
	int r;

	open_it(0);
	frame = reserve();
	wire_frame(frame.data, 100, WIRE_TYPE, 0);
	frame.metadata->flags = NETRING_XDP_METADATA_LAUNCH_TIME;
	frame.metadata->u.request.launch_time = (uint64_t)tai();
	r = netring_xdp_tx_commit(&end.xdp.tx, &frame, 100);
	if (r == -EOPNOTSUPP) {
		skip("not in this kernel", "launch time");
		xdp_close(&end);
		return;
	}
	is(r, 0, "commit, with a launch time");
	if (live_before(6, 15)) {
		blocked();
		return;
	}
	is(netring_xdp_tx_flush(&end.xdp.tx), 0, "flush");
	spy_count(spy, &seen, 1, xdp_patience());
	is(xdp_queue(&end.xdp, 1, 1, 100), 1, "queue a good one");
	is(netring_xdp_tx_flush(&end.xdp.tx), 0, "flush");
	spy_count(spy, &seen, 2, xdp_patience());
	spied_ok(&seen, 2, "with a launch time, and the one after it");
	xdp_close(&end);
}

int main(void)
{
	xdp_wire(0);
	spy = must(spy_open(FAR, 0), "a look at the far end");
	checksums(1);
	checksums(0);
	untouched();
	refused();
	timestamps(0, "");
	if (xdp_flags() > 1)
		timestamps(NETRING_XDP_BUSY_POLL, ", busy poll");
	launch_time();
	return done_testing();
}
