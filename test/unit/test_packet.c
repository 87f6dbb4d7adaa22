/* SPDX-License-Identifier: MIT */
/* test_packet.c - copy a packet, put a VLAN tag back, read a vnet header. */
#include "capture_ring.h"

#include <stdlib.h>

/* A packet in memory of its own: 14 bytes of room, then the bytes. */
struct fixture {
	uint8_t room[14];
	uint8_t bytes[64];
	struct netring_link link;
	struct netring_packet pkt;
};

static void make_packet(struct fixture *f, uint32_t len, uint32_t flags)
{
	const struct netring_vnet vnet = {
		.flags = 1,
		.gso_type = 4,
		.header_len = 54,
		.gso_size = 1448,
		.csum_start = 34,
		.csum_offset = 16,
	};
	uint32_t i;

	memset(f, 0xee, sizeof(*f));
	for (i = 0; i < sizeof(f->bytes); i++)
		f->bytes[i] = (uint8_t)(0x40 + i);
	if (flags & NETRING_PACKET_VNET)
		memcpy(f->bytes - 10, &vnet, 10);
	memset(&f->link, 0x11, sizeof(f->link));
	f->pkt.data = f->bytes;
	f->pkt.len = len;
	f->pkt.wire_len = len + 1000;
	f->pkt.sec = 1;
	f->pkt.nsec = 2;
	f->pkt.flags = flags;
	f->pkt.hash = 3;
	f->pkt.vlan_tci = 0xe00a;
	f->pkt.vlan_tpid = 0x88a8;
	f->pkt.link = &f->link;
}

static void copy_bad_buffer(void **state)
{
	uint8_t *buffer = malloc(100);
	struct netring_packet copy;
	struct fixture f;
	size_t n;

	(void)state;
	make_packet(&f, 60, 0);
	memset(buffer, 0x77, 100);
	for (n = 1; n < 4; n++)
		assert_int_equal(netring_packet_copy(&copy, &f.pkt, buffer + n,
						     96),
				 -EINVAL);
	for (n = 0; n < NETRING_PACKET_COPY_ROOM; n++)
		assert_int_equal(netring_packet_copy(&copy, &f.pkt, buffer, n),
				 -EINVAL);
	for (n = 0; n < 100; n++)
		assert_int_equal(buffer[n], 0x77);
	free(buffer);
}

/* Every size, each in a block of its own so that sanitizers see an overrun. */
static void copy_sizes(void **state)
{
	struct netring_packet copy;
	struct netring_vnet vnet;
	struct fixture f;
	uint32_t size, keep, flags;
	uint8_t *buffer;

	(void)state;
	for (size = 0; size < 2 * 80; size++) {
		flags = size & 1 ? NETRING_PACKET_VNET : 0;
		keep = size / 2;
		make_packet(&f, 60, flags | NETRING_PACKET_VLAN);
		buffer = malloc(NETRING_PACKET_COPY_ROOM + keep);
		memset(&copy, 0xa5, sizeof(copy));
		keep = keep < 60 ? keep : 60;
		assert_int_equal(netring_packet_copy(&copy, &f.pkt, buffer,
						     NETRING_PACKET_COPY_ROOM +
							     size / 2),
				 keep);
		assert_int_equal(copy.len, keep);
		assert_int_equal(copy.wire_len, 1060);
		assert_int_equal(netring_packet_truncated(&copy), 1);
		assert_int_equal(copy.sec, 1);
		assert_int_equal(copy.nsec, 2);
		assert_int_equal(copy.hash, 3);
		assert_int_equal(copy.flags, f.pkt.flags);
		assert_int_equal(copy.vlan_tci, 0xe00a);
		assert_int_equal(copy.vlan_tpid, 0x88a8);
		assert_memory_equal(copy.link, &f.link, sizeof(f.link));
		assert_true((const uint8_t *)copy.link >= buffer &&
			    (const uint8_t *)(copy.link + 1) <= copy.data);
		if (keep)
			assert_memory_equal(copy.data, f.bytes, keep);
		assert_int_equal(netring_packet_vnet(&copy, &vnet), size & 1);
		/* the original is gone: the copy stands alone */
		memset(&f, 0, sizeof(f));
		if (size & 1)
			assert_int_equal(vnet.gso_size, 1448);
		/* and has the room that restoring the tag needs */
		assert_int_equal(netring_packet_restore_vlan(&copy),
				 keep >= 12);
		if (keep >= 12) {
			assert_int_equal(copy.len, keep + 4);
			assert_memory_equal(copy.data + 12, "\x88\xa8\xe0\x0a",
					    4);
			assert_int_equal(copy.link->length, 0x11);
		}
		free(buffer);
	}
}

/* "Keep this one": the copy takes the original's place. */
static void copy_onto_itself(void **state)
{
	uint32_t buffer[32];
	struct fixture f, before;
	struct netring_vnet vnet;

	(void)state;
	make_packet(&f, 60, NETRING_PACKET_VNET);
	before = f;
	assert_int_equal(netring_packet_copy(&f.pkt, &f.pkt, buffer,
					     sizeof(buffer)),
			 60);
	memset(f.bytes, 0, sizeof(f.bytes));
	memset(f.room, 0, sizeof(f.room));
	memset(&f.link, 0, sizeof(f.link));
	assert_memory_equal(f.pkt.data, before.bytes, 60);
	assert_memory_equal(f.pkt.link, &before.link, sizeof(before.link));
	assert_int_equal(netring_packet_vnet(&f.pkt, &vnet), 1);
	assert_int_equal(vnet.gso_size, 1448);
}

static void restore(void **state)
{
	struct fixture f, before;

	(void)state;
	make_packet(&f, 60, NETRING_PACKET_VLAN | NETRING_PACKET_CSUM_VALID);
	before = f;
	assert_int_equal(netring_packet_restore_vlan(&f.pkt), 1);
	assert_ptr_equal(f.pkt.data, f.bytes - 4);
	assert_int_equal(f.pkt.len, 64);
	assert_int_equal(f.pkt.wire_len, 1064);
	assert_int_equal(f.pkt.flags, NETRING_PACKET_CSUM_VALID);
	assert_memory_equal(f.pkt.data, before.bytes, 12);
	assert_memory_equal(f.pkt.data + 12, "\x88\xa8\xe0\x0a", 4);
	assert_memory_equal(f.pkt.data + 16, before.bytes + 12, 48);
	assert_memory_equal(f.room, before.room, 10); /* nothing in front */
	/* a second time there is nothing to do */
	before = f;
	assert_int_equal(netring_packet_restore_vlan(&f.pkt), 0);
	assert_memory_equal(&f, &before, sizeof(f));
}

static void restore_priority_tag(void **state)
{
	struct fixture f;

	(void)state;
	make_packet(&f, 14, NETRING_PACKET_VLAN);
	f.pkt.vlan_tci = 0;
	f.pkt.vlan_tpid = 0x8100;
	assert_int_equal(netring_packet_restore_vlan(&f.pkt), 1);
	assert_memory_equal(f.pkt.data + 12, "\x81\x00\x00\x00", 4);
	assert_int_equal(f.pkt.len, 18);
}

static void restore_nothing(void **state)
{
	const struct {
		uint32_t len, flags;
	} cases[] = {
		{ 60, 0 },
		{ 60, NETRING_PACKET_VNET },
		{ 60, NETRING_PACKET_VLAN | NETRING_PACKET_COOKED },
		{ 11, NETRING_PACKET_VLAN },
		{ 11, NETRING_PACKET_VLAN | NETRING_PACKET_VNET },
		{ 0, NETRING_PACKET_VLAN },
	};
	struct fixture f, before;
	uint32_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		make_packet(&f, cases[i].len, cases[i].flags);
		before = f;
		assert_int_equal(netring_packet_restore_vlan(&f.pkt), 0);
		assert_memory_equal(&f, &before, sizeof(f));
	}
	make_packet(&f, 12, NETRING_PACKET_VLAN);
	assert_int_equal(netring_packet_restore_vlan(&f.pkt), 1);
	assert_int_equal(f.pkt.len, 16);
}

/* The header moves along, and counts from the new beginning. */
static void restore_with_vnet(void **state)
{
	struct netring_vnet vnet;
	struct fixture f, before;

	(void)state;
	make_packet(&f, 60, NETRING_PACKET_VLAN | NETRING_PACKET_VNET);
	before = f;
	assert_int_equal(netring_packet_restore_vlan(&f.pkt), 1);
	assert_memory_equal(f.pkt.data, before.bytes, 12);
	assert_int_equal(netring_packet_vnet(&f.pkt, &vnet), 1);
	assert_int_equal(vnet.flags, 1);
	assert_int_equal(vnet.gso_type, 4);
	assert_int_equal(vnet.header_len, 58);
	assert_int_equal(vnet.gso_size, 1448);
	assert_int_equal(vnet.csum_start, 38);
	assert_int_equal(vnet.csum_offset, 16);
	/* fields that mean nothing stay */
	make_packet(&f, 60, NETRING_PACKET_VLAN | NETRING_PACKET_VNET);
	memset(f.bytes - 10, 0, 10);
	assert_int_equal(netring_packet_restore_vlan(&f.pkt), 1);
	assert_int_equal(netring_packet_vnet(&f.pkt, &vnet), 1);
	assert_int_equal(vnet.csum_start, 0);
	assert_int_equal(vnet.header_len, 0);
	assert_int_equal(netring_packet_gso(&f.pkt), 0);
}

static void super_frames(void **state)
{
	struct netring_vnet vnet;
	struct fixture f;

	(void)state;
	memset(&vnet, 0x55, sizeof(vnet));
	make_packet(&f, 60, 0);
	assert_int_equal(netring_packet_vnet(&f.pkt, &vnet), 0);
	assert_int_equal(vnet.flags, 0x55);
	assert_int_equal(netring_packet_gso(&f.pkt), 0);
	make_packet(&f, 60, NETRING_PACKET_GSO_TCP);
	assert_int_equal(netring_packet_gso(&f.pkt), 1);
	make_packet(&f, 60, NETRING_PACKET_VNET);
	assert_int_equal(netring_packet_gso(&f.pkt), 1);
	f.pkt.data[-9] = 0; /* gso_type */
	assert_int_equal(netring_packet_gso(&f.pkt), 0);
	f.pkt.wire_len = f.pkt.len;
	assert_int_equal(netring_packet_truncated(&f.pkt), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(copy_bad_buffer),
		cmocka_unit_test(copy_sizes),
		cmocka_unit_test(copy_onto_itself),
		cmocka_unit_test(restore),
		cmocka_unit_test(restore_priority_tag),
		cmocka_unit_test(restore_nothing),
		cmocka_unit_test(restore_with_vnet),
		cmocka_unit_test(super_frames),
	};

	return cmocka_run_group_tests_name("packet", tests, NULL, NULL);
}
