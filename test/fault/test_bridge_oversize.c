/* SPDX-License-Identifier: MIT */
/* test_bridge_oversize.c - super-frames that no slot holds, and their segments.
 */
#include "scripted_bridge.h"

static int step(int timeout)
{
	return netring_bridge_step(&b.br, timeout);
}

static void queue_whole(uint32_t len)
{
	static const uint8_t vnet[] = SUPER_FRAME;
	uint8_t *bytes = b.queue[b.queue_in % 4];
	uint32_t i;

	for (i = 0; i < len; i++)
		bytes[10 + i] = (uint8_t)i;
	memcpy(bytes, vnet, 10);
	super_frame(bytes + 10, len);
	b.queue_len[b.queue_in++ % 4] = len + 10;
}

/* Super-frames by the socket's queue, behind what is in the ring. */
static void oversize(void **state)
{
	static const struct {
		int error;
		int fate; /* 0 forwarded, 1 refused, 2 full, 3 down */
	} errors[] = {
		{ 0, 0 },	 { EMSGSIZE, 1 }, { EAGAIN, 2 }, { ENOBUFS, 1 },
		{ ENETDOWN, 3 }, { ENXIO, 3 },	  { ENODEV, 3 }, { ENOMEM, 1 },
		{ EPERM, 1 },	 { EIO, 1 },
	};
	const struct arrival large = { .len = 400,
				       .wire_len = 1200,
				       .status = NETRING_PACKET_OVERSIZE,
				       .vnet = SUPER_FRAME };
	static uint32_t buffer[512];
	struct netring_bridge_stats s;
	uint32_t i;

	(void)state;
	for (i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		bridging_begin(0);
		b.br.config_.oversize = (void *)buffer;
		b.br.config_.oversize_size = sizeof(buffer);
		arrive_plain(0, 1);
		arrive(0, &large);
		arrive_plain(0, 3);
		queue_whole(1200);
		b.sendto_error[1] = errors[i].error;
		assert_int_equal(step(1000), 3);
		s = bridging_stats(0);
		assert_int_equal(s.forwarded, errors[i].fate ? 2 : 3);
		assert_int_equal(netring_refused_sum(&s.refused),
				 errors[i].fate == 1);
		assert_int_equal(s.ring_full, errors[i].fate == 2);
		assert_int_equal(s.link_down, errors[i].fate == 3);
		assert_int_equal(s.gso, errors[i].fate == 0);
		assert_int_equal(b.left[0].bytes[14], 1);
		assert_int_equal(b.queue_in, b.queue_out);
		if (!errors[i].fate) {
			assert_int_equal(b.left[1].by_sendto, 1);
			assert_int_equal(b.left[1].len, 1200);
			assert_int_equal(b.left[1].vnet[1], 1);
			assert_int_equal(b.left[1].bytes[399], 399 & 0xff);
			assert_int_equal(b.left[2].bytes[14], 3);
		}
		bridging_end();
	}
}

/* No copy on the queue, or none asked for: dropped, never cut short. */
static void oversize_lost(void **state)
{
	struct arrival large = { .len = 400,
				 .wire_len = 1200,
				 .status = NETRING_PACKET_OVERSIZE };
	static uint32_t buffer[512];
	struct netring_bridge_stats s;

	(void)state;
	bridging_begin(0);
	arrive(0, &large);
	b.br.config_.oversize = (void *)buffer;
	b.br.config_.oversize_size = sizeof(buffer);
	arrive(0, &large); /* the queue is empty */
	large.status = 0;
	arrive(0, &large); /* the queue had been full */
	assert_int_equal(step(1000), 3);
	s = bridging_stats(0);
	assert_int_equal(s.forwarded, 0);
	assert_int_equal(s.too_long + s.ring_full, 3);
	/* larger than the buffer, and fitting into it but not far MTU */
	b.br.config_.oversize_size = 800;
	large.status = NETRING_PACKET_OVERSIZE;
	arrive(0, &large);
	queue_whole(1200);
	assert_int_equal(step(1000), 1);
	assert_int_equal(bridging_stats(0).forwarded, 0);
	assert_int_equal(b.queue_in, b.queue_out);
	bridging_end();
}

/* HOLD: a super-frame waits for its far queue; one the other way does not wait
 * for it, and neither loses a byte. */
static void oversize_held(void **state)
{
	const struct arrival large = { .len = 400,
				       .wire_len = 1200,
				       .status = NETRING_PACKET_OVERSIZE,
				       .vnet = SUPER_FRAME };
	static uint32_t buffer[1024];
	int i;

	(void)state;
	bridging_begin(NETRING_BRIDGE_HOLD);
	b.br.config_.oversize = (void *)buffer;
	b.br.config_.oversize_size = sizeof(buffer) / 2;
	b.sendto_error[0] = EAGAIN;
	b.queue_port = 1;
	arrive(1, &large);
	queue_whole(1200);
	b.queue[0][10 + 1000] = 0x11;
	assert_int_equal(step(0), 0);
	assert_int_equal(bridging_stats(1).pending, 1);
	b.queue_port = 0;
	for (i = 0; i < 3; i++) {
		arrive(0, &large);
		queue_whole(1200);
		b.queue[1 + i][10 + 1000] = 0x22;
		assert_int_equal(step(0), 1);
		assert_int_equal(b.departed, 1 + i);
		assert_int_equal(b.left[i].port, 1);
		assert_int_equal(b.left[i].len, 1200);
		assert_int_equal(
			((uint8_t *)buffer)[NETRING_PACKET_COPY_ROOM + 1000],
			0x22);
	}
	b.sendto_error[0] = 0;
	assert_int_equal(step(0), 1);
	assert_int_equal(b.departed, 4);
	assert_int_equal(b.left[3].port, 0);
	assert_int_equal(b.left[3].len, 1200);
	assert_int_equal(((uint8_t *)buffer)[sizeof(buffer) / 2 +
					     NETRING_PACKET_COPY_ROOM + 1000],
			 0x11);
	assert_int_equal(bridging_stats(1).forwarded, 1);
	bridging_end();
}

/* BIG TCP: whole if the kernel takes it; but what is cut here would have the
 * lengths that its headers cannot tell. */
static void big_tcp(void **state)
{
	const struct arrival large = { .len = 400,
				       .wire_len = 66000,
				       .status = NETRING_PACKET_OVERSIZE,
				       .vnet = SUPER_FRAME };
	static uint32_t buffer[17000];
	uint32_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		bridging_begin(0);
		b.br.config_.oversize = (void *)buffer;
		b.br.config_.oversize_size = sizeof(buffer);
		b.kick_error[1] = i ? EAGAIN : 0;
		arrive_plain(0, 1);
		arrive(0, &large);
		queue_whole(66000);
		assert_int_equal(step(0), 2);
		b.kick_error[1] = 0;
		step(0);
		assert_int_equal(bridging_stats(0).forwarded, i ? 1 : 2);
		assert_int_equal(bridging_stats(0).too_long, i);
		assert_int_equal(b.departed, i ? 1 : 2);
		bridging_end();
	}
}

static uint32_t sum16(const uint8_t *at, uint32_t len, uint32_t sum)
{
	uint32_t i;

	for (i = 0; i < len; i++)
		sum += i % 2 ? at[i] : (uint32_t)at[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

/* Of TCP in IPIP, nothing is left to a device, which may only know the outer
 * header: every checksum is as on the wire. */
static void tunnel(void **state)
{
	const struct arrival large = { .len = 400,
				       .wire_len = 414,
				       .status = NETRING_PACKET_OVERSIZE,
				       .vnet = SUPER_FRAME };
	static uint32_t buffer[512];
	uint8_t *whole = b.queue[0] + 10;
	const uint8_t *frame;
	uint32_t i, len;

	(void)state;
	bridging_begin(0);
	b.br.config_.oversize = (void *)buffer;
	b.br.config_.oversize_size = sizeof(buffer);
	arrive(0, &large);
	queue_whole(414);
	super_frame(whole + 20, 394);
	super_frame(whole, 414);
	whole[14 + 9] = 4; /* IPIP, and the inner header, written over */
	memcpy(whole + 34, whole + 14, 20);
	whole[34 + 3] = 394 - 14 - 256;
	whole[34 + 9] = 6;
	b.queue[0][6] = 54; /* csum_start */
	assert_int_equal(step(0), 1);
	assert_int_equal(b.departed, 4);
	for (i = 0; i < 4; i++) {
		frame = b.left[i].bytes;
		len = b.left[i].len;
		assert_int_equal(len, i < 3 ? 174 : 114);
		assert_int_equal(b.left[i].vnet[0], 0);
		assert_int_equal(sum16(frame + 14, 20, 0), 0xffff);
		assert_int_equal(sum16(frame + 34, 20, 0), 0xffff);
		assert_int_equal(sum16(frame + 46, len - 46, 6 + len - 54),
				 0xffff);
	}
	assert_int_equal(bridging_stats(0).cut, 4);
	bridging_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(oversize),
		cmocka_unit_test(oversize_lost),
		cmocka_unit_test(oversize_held),
		cmocka_unit_test(big_tcp),
		cmocka_unit_test(tunnel),
	};

	return cmocka_run_group_tests_name("bridge_oversize", tests, NULL,
					   NULL);
}
