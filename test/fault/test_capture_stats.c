/* SPDX-License-Identifier: MIT */
/* test_capture_stats.c - u64 totals over the kernel's 32-bit counters. */
#include "capture_open_cases.h"

static struct nr_tpacket_stats_v3 kernel;
static socklen_t kernel_size;

static int scripted(int fd, int level, int option, void *value, socklen_t *size)
{
	assert_int_equal(fd, 98);
	assert_int_equal(level, SOL_PACKET);
	assert_int_equal(option, PACKET_STATISTICS);
	assert_true(*size >= kernel_size);
	memcpy(value, &kernel, kernel_size);
	*size = kernel_size;
	return 0;
}

static void begin(struct netring_capture *cap, socklen_t size)
{
	memset(cap, 0, sizeof(*cap));
	cap->fd_ = 99;
	kernel_size = size;
	wrap_arm(0, 0);
	wrap.getsockopt = scripted;
}

static void set_kernel(uint32_t packets, uint32_t drops, uint32_t freezes)
{
	kernel.packets = packets;
	kernel.drops = drops;
	kernel.freeze_q_cnt = freezes;
}

static void check(const struct netring_capture_stats *stats, uint64_t received,
		  uint64_t dropped, uint64_t freezes)
{
	assert_int_equal(stats->received, received);
	assert_int_equal(stats->dropped, dropped);
	assert_int_equal(stats->freezes, freezes);
}

/* The kernel's packets include its drops; its counters start anew. */
static void both_views(void **state)
{
	struct netring_capture_stats total, since;
	struct netring_capture cap;

	(void)state;
	begin(&cap, 12);
	set_kernel(100, 30, 2);
	assert_int_equal(netring_capture_read_stats(&cap, &total, &since), 0);
	check(&total, 70, 30, 2);
	check(&since, 70, 30, 2);
	set_kernel(5, 5, 0);
	assert_int_equal(netring_capture_read_stats(&cap, &total, &since), 0);
	check(&total, 70, 35, 2);
	check(&since, 0, 5, 0);
	/* without asking for it, "since" goes on */
	set_kernel(10, 1, 1);
	assert_int_equal(netring_capture_read_stats(&cap, &total, NULL), 0);
	check(&total, 79, 36, 3);
	set_kernel(10, 1, 1);
	assert_int_equal(netring_capture_read_stats(&cap, NULL, NULL), 0);
	set_kernel(1, 0, 0);
	assert_int_equal(netring_capture_read_stats(&cap, NULL, &since), 0);
	check(&since, 19, 2, 2);
	set_kernel(0, 0, 0);
	assert_int_equal(netring_capture_read_stats(&cap, &total, &since), 0);
	check(&total, 89, 37, 4);
	check(&since, 0, 0, 0);
	wrap_disarm();
}

/* Beyond 2^32, where saturating or 32-bit sums would show. */
static void past_32_bits(void **state)
{
	struct netring_capture_stats total, since;
	struct netring_capture cap;
	uint64_t i;

	(void)state;
	begin(&cap, 12);
	for (i = 1; i <= 5; i++) {
		set_kernel(0xffffffff, 0x80000000, 0xffffffff);
		assert_int_equal(
			netring_capture_read_stats(&cap, &total, &since), 0);
		check(&total, i * 0x7fffffff, i * 0x80000000, i * 0xffffffff);
		check(&since, 0x7fffffff, 0x80000000, 0xffffffff);
	}
	for (i = 0; i < 5; i++)
		assert_int_equal(netring_capture_read_stats(&cap, NULL, NULL),
				 0);
	assert_int_equal(netring_capture_read_stats(&cap, NULL, &since), 0);
	check(&since, 6ull * 0x7fffffff, 6ull * 0x80000000, 6ull * 0xffffffff);
	wrap_disarm();
}

/* TPACKET_V2's have two counters; the third is no leftover of the stack. */
static void two_counters(void **state)
{
	struct netring_capture_stats total;
	struct netring_capture cap;

	(void)state;
	begin(&cap, 8);
	set_kernel(9, 4, 77);
	assert_int_equal(netring_capture_read_stats(&cap, &total, NULL), 0);
	check(&total, 5, 4, 0);
	wrap_disarm();
}

/* A failed call changes neither the caller's numbers nor ours. */
static void failed_call(void **state)
{
	struct netring_capture_stats total = { 1, 2, 3 }, since = { 4, 5, 6 };
	struct netring_capture cap;

	(void)state;
	begin(&cap, 12);
	set_kernel(10, 0, 0);
	assert_int_equal(netring_capture_read_stats(&cap, NULL, NULL), 0);
	wrap.fail_at = 2;
	wrap.error = EINTR;
	assert_int_equal(netring_capture_read_stats(&cap, &total, &since),
			 -EINTR);
	check(&total, 1, 2, 3);
	check(&since, 4, 5, 6);
	set_kernel(1, 0, 0);
	assert_int_equal(netring_capture_read_stats(&cap, &total, &since), 0);
	check(&total, 11, 0, 0);
	check(&since, 11, 0, 0);
	wrap_disarm();
}

/* The real kernel, on a ring too small for what is sent. */
static void counts_drops(void **state)
{
	const struct netring_capture_config cfg = {
		.interface = "lo",
		.block_size = 65536,
		.block_count = 1,
		.frame_size = 16384,
		.protocol = 0x88b5,
		.flags = NETRING_CAPTURE_IMMEDIATE,
	};
	struct netring_capture_stats total, since;
	struct netring_capture cap;
	int i;

	(void)state;
	assert_int_equal(netring_capture_open(&cap, &cfg), 0);
	for (i = 0; i < 10; i++)
		send_on_lo(60);
	assert_int_equal(netring_capture_read_stats(&cap, &total, &since), 0);
	check(&total, 4, 6, 0);
	check(&since, 4, 6, 0);
	send_on_lo(60);
	assert_int_equal(netring_capture_read_stats(&cap, &total, &since), 0);
	check(&total, 4, 7, 0);
	check(&since, 0, 1, 0);
	netring_capture_close(&cap);
	assert_int_equal(netring_capture_read_stats(&cap, &total, NULL),
			 -EBADF);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_views),	cmocka_unit_test(past_32_bits),
		cmocka_unit_test(two_counters), cmocka_unit_test(failed_call),
		cmocka_unit_test(counts_drops),
	};

	enter_private_network();
	return cmocka_run_group_tests_name("capture_stats", tests, NULL, NULL);
}
