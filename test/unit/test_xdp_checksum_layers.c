/* SPDX-License-Identifier: MIT */
/* test_xdp_checksum_layers.c - checksums behind options and within tunnels. */
/* netring-test: fuller */
#include "xdp_model.h"
#include "rounds.h"

#include "layers.h"

#include <stdlib.h>

#define PIECES 17u

static void put16(uint8_t *at, uint32_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
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

static void same(const uint8_t *data, const uint8_t *right, uint32_t len)
{
	if (memcmp(data, right, len))
		print_message("# %s\n", layers.what);
	assert_memory_equal(data, right, len);
}

/* The innermost checksum, as a tunnel over a virtual wire leaves it; or one
 * of the others; or none. The result is what all finished looked like. */
static void layered(void **state)
{
	uint8_t right[LAYERS_ROOM], data[LAYERS_ROOM];
	uint32_t i, n, len, filled = 0;
	const struct layers_field *f;
	int r;

	(void)state;
	seed_print();
	for (i = 0; i < rounds_of(60000); i++) {
		len = layers_make(random_below(4));
		memcpy(right, layers.bytes + layers.at, len);
		memcpy(data, right, len);
		n = random_below(layers.fields + 1);
		f = &layers.field[n];
		if (n < layers.fields)
			layers_leave(data, f);
		r = complete(data, len, len);
		same(data, right, len);
		if (n < layers.fields && memcmp(data, right, len) == 0)
			filled += r == 1;
		if (n < layers.fields && r != 1)
			print_message("# %u of %u: %s\n", n, layers.fields,
				      layers.what);
		if (n < layers.fields)
			assert_int_equal(r, 1);
	}
	print_message("# %u filled in\n", filled);
}

/* All headers are in the first piece, the rest is cut anywhere. */
static void pieces(void **state)
{
	uint8_t right[LAYERS_ROOM], data[LAYERS_ROOM];
	uint32_t i, len, head;

	(void)state;
	seed_print();
	for (i = 0; i < rounds_of(30000); i++) {
		len = layers_make(random_below(3));
		head = layers.field[0].at + 4 - layers.at;
		memcpy(right, layers.bytes + layers.at, len);
		memcpy(data, right, len);
		layers_leave(data, &layers.field[0]);
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
	uint8_t data[LAYERS_ROOM], before[LAYERS_ROOM];
	uint32_t i, len;

	(void)state;
	seed_print();
	for (i = 0; i < rounds_of(3000); i++) {
		layers_begin(random_below(300));
		layers_transport(random_below(2) ? 6 : 17);
		layers_network();
		layers_leave(layers.bytes + layers.at, &layers.field[0]);
		layers_ethernet();
		layers_vxlan();
		layers_network();
		layers_ethernet();
		len = LAYERS_ROOM - layers.at;
		memcpy(data, layers.bytes + layers.at, len);
		memcpy(before, data, len);
		assert_int_equal(complete(data, len, len), 0);
		same(data, before, len);
		/* and where the one around it was left, too, that is filled */
		layers_leave(data, &layers.field[1]);
		assert_int_equal(complete(data, len, len), 1);
	}
}

/* Checksums that are right and look as if they were left, at each layer. */
static void right_by_chance(void **state)
{
	uint8_t right[LAYERS_ROOM], data[LAYERS_ROOM];
	uint32_t i, len, last;

	(void)state;
	seed_print();
	for (i = 0; i < rounds_of(3000); i++) {
		layers_begin(2 * random_below(100) + 2);
		layers_transport(6);
		layers_network();
		last = LAYERS_ROOM - 2;
		/* the sum of all becomes what stands there */
		put16(layers.bytes + layers.field[0].at, layers.field[0].left);
		put16(layers.bytes + last, 0);
		put16(layers.bytes + last,
		      ~layers_sum(layers.bytes + layers.field[0].at - 16,
				  LAYERS_ROOM - layers.field[0].at + 16,
				  layers.field[0].left));
		layers_tunnel();
		layers_network();
		layers_ethernet();
		len = LAYERS_ROOM - layers.at;
		memcpy(right, layers.bytes + layers.at, len);
		memcpy(data, right, len);
		(void)complete(data, len, len);
		same(data, right, len);
		/* the one around it was left: that is found all the same */
		if (layers.fields > 1) {
			layers_leave(data, &layers.field[1]);
			assert_int_equal(complete(data, len, len), 1);
			same(data, right, len);
		}
	}
}

/* Cut anywhere, changed anywhere: never a byte beyond, never one changed but
 * in a field. */
static void damaged(void **state)
{
	uint8_t data[LAYERS_ROOM], before[LAYERS_ROOM];
	uint32_t i, n, len, changed;

	(void)state;
	seed_print();
	for (i = 0; i < rounds_of(60000); i++) {
		len = layers_make(random_below(4));
		memcpy(data, layers.bytes + layers.at, len);
		layers_leave(data, &layers.field[random_below(layers.fields)]);
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
		cmocka_unit_test(layered),	   cmocka_unit_test(pieces),
		cmocka_unit_test(mirrored),	   cmocka_unit_test(damaged),
		cmocka_unit_test(right_by_chance),
	};

	assert_int_equal(layers_crc(vector, 9), 0xe3069283);
	return cmocka_run_group_tests_name("xdp_checksum_layers", tests, NULL,
					   NULL);
}
