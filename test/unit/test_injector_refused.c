/* SPDX-License-Identifier: MIT */
/* test_injector_refused.c - frames that the kernel does not take. */
#include "injector_model.h"

static const struct tx_shape shape = { 4096, 2, 512, 1, 1 }; /* 16 slots */

static struct netring_injector_stats stats;

static void begin(uint32_t retry_ms)
{
	tx_make(&shape, 0xfffffff0, 5);
	tx.inj.retry_ms_ = retry_ms;
}

static void reserve(struct netring_frame *frame)
{
	assert_int_equal(netring_injector_reserve(&tx.inj, frame), 0);
	memset(frame->data, 0, 100);
}

static void queue(uint32_t len)
{
	struct netring_frame frame;

	reserve(&frame);
	assert_int_equal(netring_injector_commit(&tx.inj, &frame, len), 0);
}

static void read_stats(void)
{
	netring_injector_read_stats(&tx.inj, &stats);
	assert_int_equal(stats.queued,
			 stats.accepted + netring_refused_sum(&stats.refused) +
				 stats.discarded + stats.pending);
}

/* ENOBUFS for everything from now on: how long until the head is dropped? */
static uint64_t patience(uint64_t most)
{
	uint64_t start = tx.now_ms, busy;

	read_stats();
	busy = stats.refused.busy;
	tx.at_once = 0;
	tx.error = ENOBUFS;
	for (; tx.now_ms - start < most; tx.now_ms++) {
		netring_injector_flush(&tx.inj);
		read_stats();
		if (stats.refused.busy > busy)
			break;
	}
	tx.at_once = UINT32_MAX;
	tx.error = 0;
	return tx.now_ms - start;
}

/* With nothing of ours in the queue: a quarter of the time, then less. */
static void nothing_in_front(void **state)
{
	(void)state;
	begin(1000);
	queue(60);
	assert_int_equal(patience(2000), 250);
	/* the next are dropped as they come */
	queue(60);
	assert_int_equal(patience(2000), 0);
	/* but for a part of the time since */
	tx.now_ms += 6400;
	queue(60);
	assert_in_range(patience(2000), 95, 105);
	/* one that goes through at a later try was worth the time */
	tx.now_ms += 1280;
	queue(60);
	assert_int_equal(patience(10), 10);
	assert_int_equal(netring_injector_flush(&tx.inj), 1);
	tx_complete(8);
	queue(60);
	assert_int_equal(patience(2000), 250);
	read_stats();
	assert_int_equal(stats.refused.busy, 4);
	assert_int_equal(stats.accepted, 1);
	assert_int_equal(stats.pending, 0);
	tx_free();
}

/* Soon after the clock began, none was dropped yet. */
static void never_refused(void **state)
{
	(void)state;
	begin(1000);
	tx.now_ms = 640;
	queue(60);
	assert_int_equal(patience(2000), 250);
	tx_free();
}

/* What may be too far for the kernel, with its headroom, goes alone. */
static void checksum_far(void **state)
{
	static const struct tx_shape large = { 65536, 2, 65536, 1, 1 };
	struct netring_frame frame;
	uint32_t i;

	(void)state;
	tx_make(&large, 0, 0);
	tx.inj.interface_.mtu = tx.mtu = 65000;
	for (i = 0; i < 2; i++) {
		reserve(&frame);
		frame.vnet->flags = 1;
		frame.vnet->csum_start = (uint16_t)(0x8000 + i);
		frame.vnet->csum_offset = 6;
		assert_int_equal(
			netring_injector_commit(&tx.inj, &frame, 50000), 0);
		assert_int_equal(tx_slot(i)->state,
				 i ? SLOT_DOUBTFUL : SLOT_COMMITTED);
	}
	assert_int_equal(netring_injector_flush(&tx.inj), 2);
	tx_free();
}

/* Frames of ours leave the queue: for as long as they do, and all of the time
 * behind the last. */
static void queue_moves(void **state)
{
	uint32_t i;

	(void)state;
	begin(1000);
	for (i = 0; i < 4; i++)
		queue(60);
	assert_int_equal(netring_injector_flush(&tx.inj), 4);
	queue(60);
	for (i = 0; i < 3; i++) {
		assert_int_equal(patience(900), 900);
		tx_complete(5 + i);
	}
	assert_int_equal(patience(2000), 1000);
	/* one is still on its way, and that is all */
	read_stats();
	assert_int_equal(stats.pending, 1);
	assert_int_equal(stats.refused.busy, 1);
	tx_free();
}

static const struct {
	int error;
	size_t counter;
} causes[] = {
	{ EINVAL, offsetof(struct netring_refused, header) },
	{ EMSGSIZE, offsetof(struct netring_refused, length) },
	{ ENOMEM, offsetof(struct netring_refused, memory) },
	{ EPERM, offsetof(struct netring_refused, rule) },
	{ EACCES, offsetof(struct netring_refused, rule) },
	{ EOPNOTSUPP, offsetof(struct netring_refused, unsupported) },
	{ EIO, offsetof(struct netring_refused, other) },
	{ 1000, offsetof(struct netring_refused, other) },
};

/* The head is dropped at once; what is behind it leaves in the same flush. */
static void each_cause(void **state)
{
	uint64_t count;
	uint32_t i, k;

	(void)state;
	for (i = 0; i < sizeof(causes) / sizeof(causes[0]); i++) {
		begin(1000);
		for (k = 0; k < 3; k++)
			queue(60);
		tx.at_once = 0;
		tx.error = causes[i].error;
		assert_int_equal(netring_injector_flush(&tx.inj), 0);
		assert_int_equal(tx.kicks, 4);
		tx.at_once = UINT32_MAX;
		queue(60);
		assert_int_equal(netring_injector_flush(&tx.inj), 1);
		read_stats();
		memcpy(&count, (uint8_t *)&stats.refused + causes[i].counter,
		       sizeof(count));
		assert_int_equal(count, 3);
		assert_int_equal(netring_refused_sum(&stats.refused), 3);
		tx_free();
	}
}

static uint32_t odd; /* length of the frame that is passed over */

static int passes_over(struct tx *t, uint32_t slot, const uint8_t *frame)
{
	(void)t;
	(void)frame;
	return tx_slot(slot)->len == odd + 10;
}

/* Passed over in silence: known by the sum, whatever else goes with it. */
static void passed_over(void **state)
{
	struct netring_frame frame;
	uint32_t at, i;

	(void)state;
	for (at = 0; at < 5; at++) {
		begin(1000);
		tx.refuses = passes_over;
		odd = 71;
		for (i = 0; i < 5; i++) {
			reserve(&frame);
			frame.vnet->gso_type = i == at || i == 3 ? 3 : 0;
			assert_int_equal(
				netring_injector_commit(&tx.inj, &frame,
							i == at ? odd : 60 + i),
				0);
		}
		assert_int_equal(netring_injector_flush(&tx.inj), 4);
		read_stats();
		assert_int_equal(stats.refused.header, 1);
		assert_int_equal(stats.pending, 4);
		for (i = 0; i < 5; i++)
			if (i != at)
				tx_complete((5 + i) % 16);
		read_stats();
		assert_int_equal(stats.accepted, 4);
		tx_free();
	}
}

static uint32_t empty;

static void count_empty(struct tx *t, uint32_t slot, const uint8_t *frame,
			uint32_t len)
{
	(void)t;
	(void)slot;
	(void)frame;
	empty += !len;
}

/* A hole at the head of an interface without a link header: no bytes are a
 * packet there, too, and it may not wait for room in a queue. */
static void hole_without_header(void **state)
{
	static const struct tx_shape no_header = { 4096, 2, 512, 1, 0 };
	struct netring_frame frames[2];

	(void)state;
	tx_make(&no_header, 0, 0);
	tx.inj.retry_ms_ = 1000;
	tx.taken = count_empty;
	empty = 0;
	reserve(&frames[0]);
	reserve(&frames[1]);
	netring_injector_discard(&tx.inj, &frames[0]);
	assert_int_equal(netring_injector_commit(&tx.inj, &frames[1], 60), 0);
	assert_int_equal(patience(2000), 250);
	queue(60);
	assert_int_equal(netring_injector_flush(&tx.inj), 1);
	read_stats();
	assert_int_equal(stats.refused.busy, 1);
	assert_int_equal(netring_refused_sum(&stats.refused), 1);
	assert_int_equal(empty, 0);
	tx_free();
}

static void spoil(struct tx *t, uint32_t slot, const uint8_t *frame,
		  uint32_t len)
{
	(void)t;
	(void)frame;
	(void)len;
	tx_slot(slot)->len = 0x80000010;
}

/* Nonsense where the length of a taken frame was: known by no sum. */
static void length_spoilt(void **state)
{
	(void)state;
	begin(1000);
	tx.taken = spoil;
	queue(60);
	queue(60);
	assert_int_equal(netring_injector_flush(&tx.inj), 0);
	read_stats();
	assert_int_equal(stats.refused.header, 2);
	tx_free();
}

struct shape_of {
	uint8_t flags, gso_type;
	uint16_t header_len, gso_size, csum_start, csum_offset;
	uint32_t len, mtu;
	int result;
};

/* What commit says of a vnet header, and of the wire behind it. */
static void vnet_headers(void **state)
{
	static const struct shape_of rows[] = {
		{ 1, 0, 0, 0, 34, 6, 42, 1500, 0 },
		{ 1, 0, 0, 0, 34, 6, 41, 1500, -EINVAL },
		{ 1, 0, 0, 0, 65535, 65535, 400, 1500, -EINVAL },
		{ 0, 0, 0, 0, 65535, 65535, 60, 1500, 0 },
		/* TCP: doff is at 34 + 12 of the frame, five words */
		{ 1, 1, 54, 100, 34, 16, 400, 140, 0 },
		{ 1, 1, 54, 100, 34, 16, 400, 139, -EMSGSIZE },
		{ 1, 0x81, 54, 100, 34, 16, 400, 139, -EMSGSIZE },
		{ 1, 5, 54, 100, 34, 6, 400, 128, 0 },
		{ 1, 5, 54, 100, 34, 6, 400, 127, -EMSGSIZE },
		{ 1, 3, 54, 100, 34, 6, 400, 120, 0 },
		{ 1, 3, 54, 100, 34, 6, 400, 119, -EMSGSIZE },
		{ 0, 5, 42, 100, 0, 0, 400, 128, 0 },
		{ 0, 5, 42, 100, 0, 0, 400, 127, -EMSGSIZE },
		/* not cut at all */
		{ 1, 1, 54, 900, 34, 16, 400, 386, 0 },
		{ 1, 1, 54, 900, 34, 16, 400, 385, -EMSGSIZE },
	};
	struct netring_frame frame;
	uint32_t i;
	int r;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		begin(1000);
		tx.inj.interface_.mtu = tx.mtu = rows[i].mtu;
		reserve(&frame);
		frame.data[46] = 0x50;
		frame.vnet->flags = rows[i].flags;
		frame.vnet->gso_type = rows[i].gso_type;
		frame.vnet->header_len = rows[i].header_len;
		frame.vnet->gso_size = rows[i].gso_size;
		frame.vnet->csum_start = rows[i].csum_start;
		frame.vnet->csum_offset = rows[i].csum_offset;
		r = netring_injector_commit(&tx.inj, &frame, rows[i].len);
		if (r != rows[i].result)
			print_message("# row %u: %d\n", i, r);
		assert_int_equal(r, rows[i].result);
		read_stats();
		assert_int_equal(stats.too_short, r == -EINVAL);
		assert_int_equal(stats.too_long, r == -EMSGSIZE);
		tx_free();
	}
}

/* Lowered or raised while open: looked at once a batch, and a millisecond. */
static void mtu_changes(void **state)
{
	struct netring_frame frame;
	uint32_t i;

	(void)state;
	begin(1000);
	tx.mtu = 50;
	for (i = 0; i < 2; i++) {
		reserve(&frame);
		assert_int_equal(netring_injector_commit(&tx.inj, &frame, 100),
				 i ? -EMSGSIZE : 0);
		netring_injector_flush(&tx.inj);
		tx.now_ms++;
	}
	assert_int_equal(netring_injector_mtu(&tx.inj), 50);
	tx.mtu = 90;
	queue(100);
	i = tx.asked;
	queue(100);
	tx.now_ms++;
	queue(100);
	assert_int_equal(tx.asked, i);
	tx_free();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_in_front),
		cmocka_unit_test(never_refused),
		cmocka_unit_test(checksum_far),
		cmocka_unit_test(queue_moves),
		cmocka_unit_test(each_cause),
		cmocka_unit_test(passed_over),
		cmocka_unit_test(hole_without_header),
		cmocka_unit_test(length_spoilt),
		cmocka_unit_test(vnet_headers),
		cmocka_unit_test(mtu_changes),
	};

	return cmocka_run_group_tests_name("refused", tests, NULL, NULL);
}
