/* SPDX-License-Identifier: MIT */
/* test_oversize.c - packets longer than their slot, from the socket's queue. */
#include "capture_ring.h"

#include <stdlib.h>

#define FRONT NETRING_PACKET_COPY_ROOM
#define SLOT 128u
#define MOST 70000u

static uint8_t bytes[MOST];
static struct ring ring;
static int pair[2]; /* stands for the kernel's queue: packets, in order */

static int begin(void **state)
{
	int size = 1 << 20;
	uint32_t i;

	(void)state;
	for (i = 0; i < MOST; i++)
		bytes[i] = (uint8_t)(i * 5 + i / 256);
	ring_make_v2(&ring, 4096, 1, SLOT);
	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) < 0)
		return -1;
	setsockopt(pair[1], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	ring.cap.fd_ = pair[0] + 1;
	ring.cap.flags_ = NETRING_CAPTURE_OVERSIZE;
	return 0;
}

static int end(void **state)
{
	(void)state;
	close(pair[0]);
	close(pair[1]);
	ring_free(&ring);
	return 0;
}

/* A packet of @len bytes whose slot has but a part, 40 bytes. */
static void arrive(struct netring_packet *pkt, uint32_t len, uint32_t vnet,
		   uint32_t status)
{
	const struct ring_packet packet = { .data = bytes + vnet,
					    .len = 40,
					    .wire_len = len,
					    .sec = 7,
					    .status = status,
					    .vlan_tci = 0x123,
					    .vlan_tpid = 0x88a8 };
	struct netring_batch batch;

	netring_capture_release(&ring.cap);
	ring_put(&ring, 0, &packet);
	ring.cap.at_ = ring.memory;
	ring.cap.slot_ = 0;
	ring.cap.packet_flags_ = vnet ? NETRING_PACKET_VNET : 0;
	assert_int_equal(netring_capture_next(&ring.cap, &batch), 1);
	assert_int_equal(netring_batch_next(&batch, pkt), 1);
	if (vnet)
		memcpy(pkt->data - vnet, bytes, vnet);
}

static void queue(uint32_t len)
{
	assert_int_equal(write(pair[1], bytes, len), len);
}

/* Bytes on the queue that nobody has fetched. */
static int waiting(void)
{
	char one;

	return (int)recv(pair[0], &one, 1, MSG_PEEK | MSG_DONTWAIT | MSG_TRUNC);
}

static int fetch(struct netring_packet *pkt, uint8_t *buffer, uint32_t size)
{
	return netring_capture_read_oversize(&ring.cap, pkt, buffer, size);
}

/* Not marked: nothing is fetched, nothing changed, whatever the queue has. */
static void not_oversize(void **state)
{
	struct netring_packet pkt, before;
	uint32_t buffer[64];

	(void)state;
	arrive(&pkt, 40, 0, 1);
	before = pkt;
	queue(100);
	assert_int_equal(fetch(&pkt, (void *)buffer, sizeof(buffer)), 0);
	assert_memory_equal(&pkt, &before, sizeof(pkt));
	assert_int_equal(waiting(), 100);
	arrive(&pkt, 2000, 0, 1 | NETRING_PACKET_LOSING);
	assert_int_equal(fetch(&pkt, (void *)buffer, sizeof(buffer)), 0);
	assert_int_equal(waiting(), 100);
}

/* Every buffer from too small on; guarded by the sanitizer. */
static void thresholds(void **state)
{
	static const uint32_t lengths[] = { 41, 60, 100, 129, 1514, 65536 };
	struct netring_packet pkt;
	uint32_t i, v, d, len, vnet, size, kept;
	uint8_t *buffer;

	(void)state;
	for (i = 0; i < 6; i++)
		for (v = 0; v < 2; v++)
			for (d = 0; d < 6; d++) {
				len = lengths[i];
				vnet = v ? 10 : 0;
				size = FRONT + len + d - 3;
				buffer = malloc(size);
				queue(len + vnet);
				arrive(&pkt, len, vnet, 3);
				assert_int_equal(fetch(&pkt, buffer, size), 1);
				kept = d < 3 ? len + d - 3 : len;
				assert_int_equal(pkt.len, kept);
				assert_int_equal(pkt.wire_len, len);
				assert_int_equal(netring_packet_truncated(&pkt),
						 d < 3);
				assert_ptr_equal(pkt.data, buffer + FRONT);
				assert_memory_equal(pkt.data - vnet, bytes,
						    kept + vnet);
				assert_int_equal(pkt.flags & 2, 0);
				assert_int_equal(!!(pkt.flags & 0x10000), v);
				assert_int_equal(pkt.sec, 7);
				assert_ptr_equal(pkt.link, buffer);
				assert_int_equal(pkt.link->ifindex, 7);
				assert_int_equal(waiting(), -1);
				free(buffer);
			}
}

/* No room for what stands in front, or not aligned: told, and not fetched. */
static void bad_buffer(void **state)
{
	struct netring_packet pkt, before;
	uint32_t buffer[64], size;

	(void)state;
	queue(100);
	arrive(&pkt, 100, 0, 3);
	before = pkt;
	for (size = 0; size < FRONT; size++)
		assert_int_equal(fetch(&pkt, (void *)buffer, size), -EINVAL);
	for (size = 1; size < 4; size++)
		assert_int_equal(fetch(&pkt, (uint8_t *)buffer + size, 100),
				 -EINVAL);
	assert_memory_equal(&pkt, &before, sizeof(pkt));
	assert_int_equal(waiting(), 100);
}

/* It is not there, or has less than its vnet header: left as it is. */
static void no_copy(void **state)
{
	struct netring_packet pkt, before;
	uint32_t buffer[64];

	(void)state;
	arrive(&pkt, 100, 10, 3);
	before = pkt;
	assert_int_equal(fetch(&pkt, (void *)buffer, sizeof(buffer)), 0);
	assert_memory_equal(&pkt, &before, sizeof(pkt));
	queue(9);
	arrive(&pkt, 100, 10, 3);
	before = pkt;
	assert_int_equal(fetch(&pkt, (void *)buffer, sizeof(buffer)), 0);
	assert_memory_equal(&pkt, &before, sizeof(pkt));
	queue(10);
	arrive(&pkt, 100, 10, 3);
	assert_int_equal(fetch(&pkt, (void *)buffer, sizeof(buffer)), 1);
	assert_int_equal(pkt.len, 0);
	arrive(&pkt, 100, 0, 3);
	before = pkt;
	ring.cap.fd_ = 0;
	assert_int_equal(fetch(&pkt, (void *)buffer, sizeof(buffer)), -EBADF);
	assert_memory_equal(&pkt, &before, sizeof(pkt));
}

/* The tag that the kernel took out goes back in, in front of all of it. */
static void with_tag(void **state)
{
	struct netring_packet pkt;
	uint32_t buffer[512];

	(void)state;
	bytes[0] = 1;  /* a checksum to be completed, */
	bytes[2] = 54; /* 54 bytes of headers, */
	bytes[3] = 0;  /* in this host's order, */
	bytes[6] = 34; /* from 34 on */
	bytes[7] = 0;
	queue(1010);
	arrive(&pkt, 1000, 10, 3 | NETRING_PACKET_VLAN | 0x40);
	assert_int_equal(fetch(&pkt, (void *)buffer, sizeof(buffer)), 1);
	assert_int_equal(netring_packet_restore_vlan(&pkt), 1);
	assert_int_equal(pkt.len, 1004);
	assert_int_equal(pkt.wire_len, 1004);
	assert_memory_equal(pkt.data, bytes + 10, 12);
	assert_memory_equal(pkt.data + 12, "\x88\xa8\x01\x23", 4);
	assert_memory_equal(pkt.data + 16, bytes + 22, 988);
	assert_int_equal(pkt.data[-10], 1);
	assert_int_equal(pkt.data[-8], 58);
	assert_int_equal(pkt.data[-4], 38);
	assert_int_equal(pkt.link->ifindex, 7);
}

/* One copy for each packet marked, in their order. */
static void in_order(void **state)
{
	struct netring_packet pkt;
	uint32_t buffer[1024], i;

	(void)state;
	for (i = 0; i < 20; i++)
		queue(1000 + i);
	for (i = 0; i < 20; i++) {
		arrive(&pkt, 40, 0, 1);
		assert_int_equal(fetch(&pkt, (void *)buffer, 4096), 0);
		arrive(&pkt, 1000 + i, 0, 3);
		assert_int_equal(fetch(&pkt, (void *)buffer, 4096), 1);
		assert_int_equal(pkt.len, 1000 + i);
		/* again: it is whole, and takes nobody else's */
		assert_int_equal(fetch(&pkt, (void *)buffer, 4096), 0);
	}
}

/* A batch of BATCH packets, the odd ones longer than their slots; @skipped:
 * types that the walk leaves out. */
#define BATCH 8u

static uint32_t take(struct netring_packet *pkts, uint32_t skipped)
{
	struct netring_batch batch;
	uint32_t i, n = 0;

	for (i = 0; i < BATCH; i++) {
		ring_put(&ring, i,
			 &(struct ring_packet){
				 .data = bytes,
				 .len = 40,
				 .wire_len = i % 2 ? 1000 + i : 40,
				 .status = i % 2 ? 3 : 1,
				 .type = (uint8_t)(i < BATCH / 2 ? 4 : 1) });
		if (i % 2)
			queue(1000 + i);
	}
	ring.cap.at_ = ring.memory;
	ring.cap.slot_ = 0;
	ring.cap.skip_ = skipped;
	assert_int_equal(netring_capture_next(&ring.cap, &batch), 1);
	assert_int_equal(batch.count, BATCH);
	while (netring_batch_next(&batch, &pkts[n]))
		n++;
	return n;
}

/* Any of them, or none: each gets its own, and release leaves nothing. */
static void left_out(void **state)
{
	struct netring_packet pkts[BATCH];
	uint32_t buffer[1024], asked, i;

	(void)state;
	for (asked = 0; asked < 1u << BATCH; asked++) {
		assert_int_equal(take(pkts, 0), BATCH);
		for (i = 0; i < BATCH; i++) {
			if (!(asked >> i & 1))
				continue;
			assert_int_equal(fetch(&pkts[i], (void *)buffer, 4096),
					 i % 2);
			assert_int_equal(pkts[i].len, i % 2 ? 1000 + i : 40);
		}
		netring_capture_release(&ring.cap);
		assert_int_equal(waiting(), -1);
	}
}

/* Of another direction, and so never seen: they take their own with them. */
static void skipped(void **state)
{
	struct netring_packet pkts[BATCH];
	uint32_t buffer[1024], i, types;

	(void)state;
	for (types = 0; types < 2; types++) {
		assert_int_equal(take(pkts, types ? 1u << 4 : 0xefu),
				 BATCH / 2);
		for (i = types; i < BATCH / 2; i++) {
			assert_int_equal(fetch(&pkts[i], (void *)buffer, 4096),
					 i % 2);
			assert_int_equal(pkts[i].len,
					 i % 2 ? 1000 + i + types * 4 : 40);
		}
		netring_capture_release(&ring.cap);
		assert_int_equal(waiting(), -1);
	}
}

/* Out of order, twice, of a batch that is gone, or copied: not another's. */
static void not_its_turn(void **state)
{
	struct netring_packet pkts[BATCH], copy, old;
	uint32_t buffer[1024], other[32];

	(void)state;
	assert_int_equal(take(pkts, 0), BATCH);
	old = pkts[3];
	copy = pkts[1];
	assert_int_equal(fetch(&pkts[3], (void *)buffer, 4096), 1);
	assert_int_equal(pkts[3].len, 1003);
	assert_int_equal(fetch(&pkts[1], (void *)buffer, 4096), 0);
	assert_memory_equal(&pkts[1], &copy, sizeof(copy));
	copy = old;
	assert_int_equal(fetch(&copy, (void *)buffer, 4096), 0);
	assert_memory_equal(&copy, &old, sizeof(copy));
	assert_int_equal(
		netring_packet_copy(&copy, &pkts[5], other, sizeof(other)), 40);
	assert_int_equal(fetch(&copy, (void *)buffer, 4096), -EINVAL);
	assert_int_equal(fetch(&pkts[5], (void *)buffer, 4096), 1);
	assert_int_equal(pkts[5].len, 1005);
	netring_capture_release(&ring.cap);
	assert_int_equal(waiting(), -1);
	queue(500);
	assert_int_equal(fetch(&pkts[7], (void *)buffer, 4096), -EINVAL);
	assert_int_equal(waiting(), 500);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(not_oversize), TEST(thresholds), TEST(bad_buffer),
		TEST(no_copy),	    TEST(with_tag),   TEST(in_order),
		TEST(left_out),	    TEST(skipped),    TEST(not_its_turn),
	};

	return cmocka_run_group_tests_name("oversize", tests, NULL, NULL);
}
