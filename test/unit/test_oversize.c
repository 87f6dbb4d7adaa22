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

/* The copy is not there, or has less than its vnet header: left as it is. */
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
	assert_int_equal(fetch(&pkt, (void *)buffer, sizeof(buffer)), 0);
	assert_memory_equal(&pkt, &before, sizeof(pkt));
	queue(10);
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

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(not_oversize), TEST(thresholds), TEST(bad_buffer),
		TEST(no_copy),	    TEST(with_tag),   TEST(in_order),
	};

	return cmocka_run_group_tests_name("oversize", tests, NULL, NULL);
}
