/* SPDX-License-Identifier: MIT */
/* test_capture_next.c - next and release: around the ring, and 2^32. */
#include "capture_ring.h"

#define BLOCK 4096u

static const struct ring_packet plain = { .len = 60, .status = 1 };

static void v3_around(void **state)
{
	struct netring_batch batch;
	struct ring ring;
	uint64_t sequence = 0xfffffff0;
	uint32_t i, n;

	(void)state;
	ring_make_v3(&ring, BLOCK, 3);
	ring.cap.sequence_ = 0xfffffff8;
	for (i = 0; i < 50; i++, sequence++) {
		n = i % 3;
		ring_fill(&ring, n, i % 7, sequence);
		assert_int_equal(netring_capture_next(&ring.cap, &batch), 1);
		assert_int_equal(batch.sequence, (uint32_t)sequence);
		assert_int_equal(batch.count, i % 7);
		assert_int_equal(
			ring_walk(&batch, ring.memory + (size_t)n * BLOCK,
				  ring.memory + ((size_t)n + 1) * BLOCK),
			i % 7);
		netring_capture_release(&ring.cap);
		assert_int_equal(ring_block(&ring, n)->block_status, 0);
		assert_int_equal(netring_capture_next(&ring.cap, &batch), 0);
	}
	ring_free(&ring);
}

/* All blocks full: taken in order, each exactly once. */
static void v3_full_ring(void **state)
{
	struct netring_batch batch;
	struct ring ring;
	uint32_t i;

	(void)state;
	ring_make_v3(&ring, BLOCK, 8);
	for (i = 0; i < 8; i++)
		ring_fill(&ring, i, 2, i);
	for (i = 0; i < 8; i++) {
		assert_int_equal(netring_capture_next(&ring.cap, &batch), 1);
		assert_int_equal(batch.sequence, i);
		netring_capture_release(&ring.cap);
	}
	assert_int_equal(netring_capture_next(&ring.cap, &batch), 0);
	ring_free(&ring);
}

/* Batches end at a block's end, also where slots do not divide a block. */
static void v2_around(void **state)
{
	static const uint32_t frames[] = { 128, 2048, 1360, 2064, 4096, 3008 };
	struct ring_packet packet = { .len = 10, .status = 1 };
	struct netring_packet pkt;
	struct netring_batch batch;
	struct ring ring;
	uint32_t f, i, total, put, got, end, sequence;

	(void)state;
	for (f = 0; f < sizeof(frames) / sizeof(frames[0]); f++) {
		ring_make_v2(&ring, 2 * BLOCK, 3, frames[f]);
		total = ring.cap.geometry_.frame_count;
		ring.cap.sequence_ = sequence = 0xfffffffd;
		for (i = put = got = 0; i < 200; i++, sequence++) {
			for (; put < got + 1 + i % total; put++) {
				packet.sec = put;
				ring_put(&ring, put % total, &packet);
			}
			assert_int_equal(
				netring_capture_next(&ring.cap, &batch), 1);
			assert_int_equal(batch.sequence, sequence);
			assert_int_equal(batch.first_sec, got);
			end = ring.cap.slots_ - got % ring.cap.slots_;
			if (end > put - got)
				end = put - got;
			assert_int_equal(batch.count, end);
			for (; netring_batch_next(&batch, &pkt); got++)
				assert_int_equal(pkt.sec, got);
			assert_int_equal(batch.flags, 0);
			assert_int_equal(batch.last_sec, got - 1);
			netring_capture_release(&ring.cap);
			assert_int_equal(
				ring_slot(&ring, (got - 1) % total)->status, 0);
		}
		ring_free(&ring);
	}
}

/* A forgotten release shows: the same batch comes again. */
static void next_twice(void **state)
{
	struct netring_batch first, second;
	struct ring ring;

	(void)state;
	memset(&first, 0, sizeof(first));
	memset(&second, 0, sizeof(second));
	ring_make_v3(&ring, BLOCK, 2);
	ring_fill(&ring, 0, 3, 5);
	ring_fill(&ring, 1, 3, 6);
	assert_int_equal(netring_capture_next(&ring.cap, &first), 1);
	ring_walk(&first, ring.memory, ring.memory + BLOCK);
	assert_int_equal(netring_capture_next(&ring.cap, &first), 1);
	assert_int_equal(netring_capture_next(&ring.cap, &second), 1);
	assert_memory_equal(&first, &second, sizeof(first));
	assert_int_equal(second.sequence, 5);
	netring_capture_release(&ring.cap);
	assert_int_equal(netring_capture_next(&ring.cap, &first), 1);
	assert_int_equal(first.sequence, 6);
	ring_free(&ring);

	/* V2: also what came meanwhile, and all of it is given back */
	ring_make_v2(&ring, BLOCK, 2, 512);
	ring_put(&ring, 0, &plain);
	assert_int_equal(netring_capture_next(&ring.cap, &first), 1);
	ring_put(&ring, 1, &plain);
	assert_int_equal(netring_capture_next(&ring.cap, &second), 1);
	assert_int_equal(first.sequence, second.sequence);
	assert_int_equal(second.count, 2);
	netring_capture_release(&ring.cap);
	assert_int_equal(ring_slot(&ring, 1)->status, 0);
	assert_int_equal(ring.cap.slot_, 2);
	ring_free(&ring);
}

static void release_without_next(void **state)
{
	struct netring_capture before;
	struct netring_batch batch;
	struct ring ring;
	uint32_t kind;

	(void)state;
	for (kind = 0; kind < 2; kind++) {
		if (kind)
			ring_make_v2(&ring, BLOCK, 2, 512);
		else
			ring_make_v3(&ring, BLOCK, 2);
		if (kind)
			ring_put(&ring, 0, &plain);
		else
			ring_fill(&ring, 0, 1, 0);
		before = ring.cap;
		netring_capture_release(&ring.cap);
		assert_memory_equal(&before, &ring.cap, sizeof(before));
		assert_int_equal(netring_capture_next(&ring.cap, &batch), 1);
		netring_capture_release(&ring.cap);
		before = ring.cap;
		netring_capture_release(&ring.cap);
		assert_memory_equal(&before, &ring.cap, sizeof(before));
		ring_free(&ring);
	}
}

/* What the kernel, or a bug elsewhere, does to a status held by us. */
static void status_flips_while_held(void **state)
{
	struct netring_batch batch, again;
	struct ring ring;

	(void)state;
	ring_make_v3(&ring, BLOCK, 2);
	ring_fill(&ring, 0, 3, 1);
	assert_int_equal(netring_capture_next(&ring.cap, &batch), 1);
	ring_block(&ring, 0)->block_status = 0;
	assert_int_equal(ring_walk(&batch, ring.memory, ring.memory + BLOCK),
			 3);
	assert_int_equal(netring_capture_next(&ring.cap, &again), 0);
	netring_capture_release(&ring.cap);
	assert_int_equal(ring.cap.block_, 1);
	ring_free(&ring);

	ring_make_v2(&ring, BLOCK, 2, 512);
	ring_put(&ring, 0, &plain);
	ring_put(&ring, 1, &plain);
	assert_int_equal(netring_capture_next(&ring.cap, &batch), 1);
	ring_slot(&ring, 1)->status = 0x80000000;
	assert_int_equal(ring_walk(&batch, ring.memory, ring.memory + BLOCK),
			 2);
	netring_capture_release(&ring.cap);
	assert_int_equal(ring.cap.slot_, 2);
	assert_int_equal(ring_slot(&ring, 1)->status, 0);
	ring_free(&ring);
}

/* Other bits of the status than ready do not make a batch. */
static void not_ready(void **state)
{
	struct netring_batch batch;
	struct ring ring;

	(void)state;
	ring_make_v3(&ring, BLOCK, 1);
	ring_fill(&ring, 0, 3, 1);
	ring_block(&ring, 0)->block_status = 0xfffffffe;
	assert_int_equal(netring_capture_next(&ring.cap, &batch), 0);
	ring_free(&ring);
	ring_make_v2(&ring, BLOCK, 1, 512);
	ring_put(&ring, 0, &plain)->status = 0xfffffffe;
	assert_int_equal(netring_capture_next(&ring.cap, &batch), 0);
	/* nor do they make one longer */
	ring_put(&ring, 0, &plain);
	ring_put(&ring, 1, &plain)->status = 0xfffffffe;
	assert_int_equal(netring_capture_next(&ring.cap, &batch), 1);
	assert_int_equal(batch.count, 1);
	assert_int_equal(batch.flags, 0);
	ring_free(&ring);
}

/* Sequences of puts, takes and releases against a plain queue. */
static void random_walk(void **state)
{
	struct ring_packet packet = { .len = 20, .status = 1 };
	struct netring_batch batch;
	struct netring_packet pkt;
	struct ring ring;
	uint32_t i, frame, total, put, seen, held;

	(void)state;
	seed_print();
	for (i = 0; i < 200; i++) {
		frame = 128 + 16 * random_below(100);
		ring_make_v2(&ring, BLOCK, 1 + random_below(4), frame);
		total = ring.cap.geometry_.frame_count;
		put = seen = held = 0;
		while (seen < 3 * total) {
			switch (random_below(3)) {
			case 0:
				packet.sec = put;
				if (put < seen + total)
					ring_put(&ring, put++ % total, &packet);
				break;
			case 1:
				if (!netring_capture_next(&ring.cap, &batch)) {
					assert_int_equal(put, seen);
					break;
				}
				for (held = 0; netring_batch_next(&batch, &pkt);
				     held++)
					assert_int_equal(pkt.sec, seen + held);
				break;
			default:
				netring_capture_release(&ring.cap);
				seen += held;
				held = 0;
			}
		}
		ring_free(&ring);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(v3_around),
		cmocka_unit_test(v3_full_ring),
		cmocka_unit_test(v2_around),
		cmocka_unit_test(next_twice),
		cmocka_unit_test(release_without_next),
		cmocka_unit_test(status_flips_while_held),
		cmocka_unit_test(not_ready),
		cmocka_unit_test(random_walk),
	};

	return cmocka_run_group_tests_name("capture_next", tests, NULL, NULL);
}
