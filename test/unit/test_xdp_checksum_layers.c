/* SPDX-License-Identifier: MIT */
/* test_xdp_checksum_layers.c - checksums behind options and within tunnels. */
#include "xdp_model.h"

#include <stdlib.h>

#define ROOM 3000u
#define PIECES 17u

/* A packet grows from its end; every checksum in it is right. */
static struct {
	uint8_t bytes[ROOM];
	uint32_t at;   /* where it begins, */
	uint32_t fill; /* and where its payload ends */
	uint16_t type; /* of what is there now */
	uint8_t protocol;
	uint32_t fields;
	struct field {
		uint32_t at;
		uint16_t left; /* in it, while it is left to a device */
		int sctp;
	} field[8];
	char what[200];
} p;

static void put16(uint8_t *at, uint32_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static uint32_t slow_sum(const uint8_t *data, uint32_t len, uint32_t sum)
{
	uint32_t i;

	for (i = 0; i < len; i++) {
		sum += i & 1 ? data[i] : (uint32_t)data[i] << 8;
		sum = (sum & 0xffff) + (sum >> 16);
	}
	return sum;
}

/* RFC 9260, appendix A: most significant bit first, then turned around. */
static uint32_t slow_crc(const uint8_t *data, uint32_t len)
{
	uint32_t crc = UINT32_MAX, turned = 0, i, bit;

	for (i = 0; i < len; i++)
		for (bit = 0; bit < 8; bit++) {
			crc ^= (uint32_t)(data[i] >> bit & 1) << 31;
			crc = crc & 0x80000000 ? crc << 1 ^ 0x1edc6f41 :
						 crc << 1;
		}
	for (bit = 0; bit < 32; bit++)
		turned |= (crc >> bit & 1) << (31 - bit);
	return ~turned;
}

static uint8_t *put(uint32_t size)
{
	uint32_t i;

	assert_true(p.at >= size);
	p.at -= size;
	for (i = 0; i < size; i++)
		p.bytes[p.at + i] = (uint8_t)random_u32();
	return p.bytes + p.at;
}

static void say(const char *word)
{
	strncat(p.what, word, sizeof(p.what) - strlen(p.what) - 1);
}

static void begin(uint32_t payload)
{
	memset(&p, 0, sizeof(p));
	p.at = p.fill = ROOM;
	(void)put(payload);
}

/* What is there becomes the payload of @protocol; the checksum comes with the
 * IP header, which it covers in part. */
static void transport(uint8_t protocol)
{
	uint8_t *l4 = put(protocol == 6 ? 20 : protocol == 17 ? 8 : 12);

	p.protocol = protocol;
	if (protocol == 17)
		put16(l4 + 4, p.fill - p.at);
}

static void add_field(uint32_t at, uint32_t sum)
{
	struct field *f = &p.field[p.fields++];
	uint32_t size = p.fill - p.at, value;

	f->at = p.at + at;
	f->sctp = p.protocol == 132;
	memset(p.bytes + f->at, 0, f->sctp ? 4 : 2);
	if (f->sctp) {
		value = slow_crc(p.bytes + p.at, size);
		p.bytes[f->at] = (uint8_t)value;
		p.bytes[f->at + 1] = (uint8_t)(value >> 8);
		p.bytes[f->at + 2] = (uint8_t)(value >> 16);
		p.bytes[f->at + 3] = (uint8_t)(value >> 24);
		return;
	}
	f->left = (uint16_t)sum;
	value = (uint16_t)~slow_sum(p.bytes + p.at, size, sum);
	put16(p.bytes + f->at, value ? value : 0xffff);
}

static void checksum(const uint8_t *from, const uint8_t *to, uint32_t size)
{
	uint8_t rest[4] = { 0, p.protocol };
	uint32_t sum;

	put16(rest + 2, p.fill - p.at);
	sum = slow_sum(rest, 4, slow_sum(from, size, slow_sum(to, size, 0)));
	if (p.protocol == 6 || p.protocol == 17 || p.protocol == 132)
		add_field(p.protocol == 6 ? 16 : p.protocol == 17 ? 6 : 8, sum);
}

static void ipv4(void)
{
	uint32_t options = random_below(3), header = 20 + 4 * options, i;
	uint8_t addresses[8], *ip;

	for (i = 0; i < 8; i++)
		addresses[i] = (uint8_t)random_u32();
	checksum(addresses, addresses + 4, 4);
	ip = put(header);
	ip[0] = (uint8_t)(0x45 + options);
	put16(ip + 2, p.fill - p.at);
	put16(ip + 6, random_below(2) ? 0x4000 : 0);
	ip[9] = p.protocol;
	memcpy(ip + 12, addresses, 8);
	p.protocol = 4;
	p.type = 0x0800;
	say(" ipv4");
}

enum {
	PLAIN,
	HOP,
	DESTINATION,
	BOTH,
	ROUTE,
	OLD_ROUTE,
	USED_ROUTE,
	KINDS
};

static void ipv6(uint32_t kind)
{
	static const char *const names[] = { "",	 "+hop", "+dst",
					     "+hop+dst", "+srh", "+rh",
					     "+rh, used" };
	uint8_t addresses[48], *ip, *more;
	uint32_t i;

	for (i = 0; i < 48; i++) /* from, to, by way of */
		addresses[i] = (uint8_t)random_u32();
	checksum(addresses, addresses + 16, 16);
	if (kind == DESTINATION || kind == BOTH) {
		i = 8 + 8 * random_below(3);
		more = put(i);
		more[0] = p.protocol;
		more[1] = (uint8_t)(i / 8 - 1);
		p.protocol = 60;
	}
	if (kind >= ROUTE) {
		more = put(8 + 32);
		more[0] = p.protocol;
		more[1] = 4;
		more[2] = kind == ROUTE ? 4 : 2;
		more[3] = kind == USED_ROUTE ? 0 : 1;
		memcpy(more + (kind == ROUTE ? 8 : 24), addresses + 16, 16);
		p.protocol = 43;
		if (kind != USED_ROUTE)
			memcpy(addresses + 16, addresses + 32, 16);
	}
	if (kind == HOP || kind == BOTH) {
		more = put(8);
		more[0] = p.protocol;
		more[1] = 0;
		p.protocol = 0;
	}
	ip = put(40);
	ip[0] = 0x60;
	put16(ip + 4, p.fill - p.at - 40);
	ip[6] = p.protocol;
	memcpy(ip + 8, addresses, 32);
	p.protocol = 41;
	p.type = 0x86dd;
	say(" ipv6");
	say(names[kind]);
}

static void network(void)
{
	if (random_below(2))
		ipv4();
	else
		ipv6(random_below(KINDS));
}

static void ethernet(void)
{
	uint32_t tags = random_below(4);
	uint8_t *type = put(2);

	put16(type, p.type);
	for (; tags; tags--) {
		(void)put(2);
		put16(put(2), tags & 1 ? 0x8100 : 0x88a8);
	}
	(void)put(12);
	p.type = 0x6558;
	say(" eth");
}

static void gre(void)
{
	/* a checksum, a key, a number */
	uint32_t flags = (random_below(2) ? 0x8000u : 0) |
			 (random_below(2) ? 0x2000u : 0) |
			 (random_below(2) ? 0x1000u : 0);
	uint8_t *at;

	at = put(4 + (flags & 0x8000 ? 4 : 0) + (flags & 0x2000 ? 4 : 0) +
		 (flags & 0x1000 ? 4 : 0));
	put16(at, flags);
	put16(at + 2, p.type);
	p.protocol = 47;
	if (flags & 0x8000)
		add_field(4, 0);
	say(flags & 0x8000 ? " gre+sum" : " gre");
}

/* In UDP to a port of anybody's choice. */
static void vxlan(void)
{
	uint8_t *at = put(8);

	at[0] = 8;
	at[1] = at[2] = at[3] = at[7] = 0;
	transport(17);
	say(" vxlan");
}

static void geneve(void)
{
	uint32_t options = random_below(4);
	uint8_t *at = put(8 + 4 * options);

	at[0] = (uint8_t)options;
	at[1] = at[7] = 0;
	put16(at + 2, p.type);
	transport(17);
	say(" geneve");
}

static void tunnel(void)
{
	switch (random_below(5)) {
	case 0:
		break; /* IP in IP */
	case 1:
		gre();
		break;
	case 2:
		ethernet();
		gre();
		break;
	case 3:
		ethernet();
		vxlan();
		break;
	default:
		if (random_below(2))
			ethernet();
		geneve();
	}
}

/* An Ethernet frame of any kind; then padding. */
static uint32_t make(uint32_t tunnels)
{
	static const uint8_t inner[] = { 6, 17, 132 };

	begin(random_below(2) ? random_below(64) : random_below(1500));
	transport(inner[random_below(3)]);
	say(p.protocol == 6 ? "tcp" : p.protocol == 17 ? "udp" : "sctp");
	network();
	while (tunnels--) {
		tunnel();
		network();
	}
	ethernet();
	return ROOM - p.at;
}

/* Completes @data, in pieces the first of which is @first bytes long; each has
 * memory of its very length, for the sanitizer. */
static int complete(uint8_t *data, uint32_t len, uint32_t first)
{
	struct netring_xdp_packet piece[PIECES];
	uint32_t count = 0, at = 0, size;
	int r;

	do {
		size = at ? 1 + random_below(200) : first;
		if (size > len - at || count == PIECES - 1)
			size = len - at;
		piece[count].data = malloc(size);
		assert_non_null(piece[count].data);
		memcpy(piece[count].data, data + at, size);
		piece[count++].len = size;
		at += size;
	} while (at < len);
	r = netring_xdp_complete(piece, count);
	for (at = 0, size = 0; size < count; at += piece[size++].len) {
		memcpy(data + at, piece[size].data, piece[size].len);
		free(piece[size].data);
	}
	return r;
}

static void leave(uint8_t *data, const struct field *f)
{
	if (f->sctp)
		memset(data + f->at - p.at, 0, 4);
	else
		put16(data + f->at - p.at, f->left);
}

static void same(const uint8_t *data, const uint8_t *right, uint32_t len)
{
	if (memcmp(data, right, len))
		print_message("# %s\n", p.what);
	assert_memory_equal(data, right, len);
}

/* The innermost checksum, as a tunnel over a virtual wire leaves it; or one
 * of the others; or none. The result is what all finished looked like. */
static void layers(void **state)
{
	uint8_t right[ROOM], data[ROOM];
	uint32_t i, n, len, filled = 0;
	const struct field *f;
	int r;

	(void)state;
	seed_print();
	for (i = 0; i < 60000; i++) {
		len = make(random_below(4));
		memcpy(right, p.bytes + p.at, len);
		memcpy(data, right, len);
		n = random_below(p.fields + 1);
		f = &p.field[n];
		if (n < p.fields)
			leave(data, f);
		r = complete(data, len, len);
		same(data, right, len);
		if (n < p.fields && memcmp(data, right, len) == 0)
			filled += r == 1;
		if (n < p.fields && r != 1)
			print_message("# %u of %u: %s\n", n, p.fields, p.what);
		if (n < p.fields)
			assert_int_equal(r, 1);
	}
	print_message("# %u filled in\n", filled);
}

/* All headers are in the first piece, the rest is cut anywhere. */
static void pieces(void **state)
{
	uint8_t right[ROOM], data[ROOM];
	uint32_t i, len, head;

	(void)state;
	seed_print();
	for (i = 0; i < 30000; i++) {
		len = make(random_below(3));
		head = p.field[0].at + 4 - p.at;
		memcpy(right, p.bytes + p.at, len);
		memcpy(data, right, len);
		leave(data, &p.field[0]);
		if (head < len)
			head += random_below(len - head);
		if (head > len)
			head = len;
		assert_int_equal(complete(data, len, head), 1);
		same(data, right, len);
	}
}

/* A mirrored packet in a tunnel: its checksum is payload, which the checksum
 * around it covers as it is. */
static void mirrored(void **state)
{
	uint8_t data[ROOM], before[ROOM];
	uint32_t i, len;

	(void)state;
	seed_print();
	for (i = 0; i < 3000; i++) {
		begin(random_below(300));
		transport(random_below(2) ? 6 : 17);
		network();
		leave(p.bytes + p.at, &p.field[0]);
		ethernet();
		vxlan();
		network();
		ethernet();
		len = ROOM - p.at;
		memcpy(data, p.bytes + p.at, len);
		memcpy(before, data, len);
		assert_int_equal(complete(data, len, len), 0);
		same(data, before, len);
		/* and where the one around it was left, too, that is filled */
		leave(data, &p.field[1]);
		assert_int_equal(complete(data, len, len), 1);
	}
}

/* Checksums that are right and look as if they were left, at each layer. */
static void right_by_chance(void **state)
{
	uint8_t right[ROOM], data[ROOM];
	uint32_t i, len, last;

	(void)state;
	seed_print();
	for (i = 0; i < 3000; i++) {
		begin(2 * random_below(100) + 2);
		transport(6);
		network();
		last = ROOM - 2;
		/* the sum of all becomes what stands there */
		put16(p.bytes + p.field[0].at, p.field[0].left);
		put16(p.bytes + last, 0);
		put16(p.bytes + last,
		      ~slow_sum(p.bytes + p.field[0].at - 16,
				ROOM - p.field[0].at + 16, p.field[0].left));
		tunnel();
		network();
		ethernet();
		len = ROOM - p.at;
		memcpy(right, p.bytes + p.at, len);
		memcpy(data, right, len);
		(void)complete(data, len, len);
		same(data, right, len);
		/* the one around it was left: that is found all the same */
		if (p.fields > 1) {
			leave(data, &p.field[1]);
			assert_int_equal(complete(data, len, len), 1);
			same(data, right, len);
		}
	}
}

/* Cut anywhere, changed anywhere: never a byte beyond, never one changed but
 * in a field. */
static void damaged(void **state)
{
	uint8_t data[ROOM], before[ROOM];
	uint32_t i, n, len, changed;

	(void)state;
	seed_print();
	for (i = 0; i < 60000; i++) {
		len = make(random_below(4));
		memcpy(data, p.bytes + p.at, len);
		leave(data, &p.field[random_below(p.fields)]);
		for (n = random_below(4); n; n--)
			data[random_below(len)] = (uint8_t)random_u32();
		if (random_below(2))
			len = 1 + random_below(len);
		memcpy(before, data, len);
		(void)complete(data, len, 1 + random_below(len));
		for (n = 0, changed = 0; n < len; n++)
			changed += data[n] != before[n];
		assert_true(changed <= 3 * 2 + 4);
	}
}

int main(void)
{
	const uint8_t vector[] = "123456789";
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(layers),	   cmocka_unit_test(pieces),
		cmocka_unit_test(mirrored),	   cmocka_unit_test(damaged),
		cmocka_unit_test(right_by_chance),
	};

	assert_int_equal(slow_crc(vector, 9), 0xe3069283);
	return cmocka_run_group_tests_name("xdp_checksum_layers", tests, NULL,
					   NULL);
}
