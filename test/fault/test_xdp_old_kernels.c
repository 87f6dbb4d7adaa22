/* SPDX-License-Identifier: MIT */
/* test_xdp_old_kernels.c - AF_XDP on kernels that know less. */
#include "xdp_open_cases.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct xdp_case plain = { "plain", 0, { .interface = "nra0" } };
static const struct xdp_case with_metadata = {
	"metadata",
	WITH_METADATA,
	{ .interface = "nra0", .mode = NETRING_XDP_TX },
};
static const struct xdp_case adopting = {
	"adopting",
	WITH_ADOPTED,
	{ .interface = "nra0" },
};

static int no_option;	       /* this one is unknown */
static uint32_t values[256];   /* of 32-bit options, by their number */
static uint32_t registrations; /* of the UMEM, */
static int refused;	       /* how many of them are */
static struct nr_xdp_umem_reg registered[4];
static socklen_t sizes[4];

static int set_option(int fd, int level, int option, const void *value,
		      socklen_t size)
{
	uint32_t i = registrations;

	if (option == no_option) {
		errno = ENOPROTOOPT;
		return -1;
	}
	if (level == NR_SOL_XDP && option == NR_XDP_UMEM_REG) {
		assert_true(i < COUNT(registered));
		memcpy(&registered[i], value, size);
		sizes[i] = size;
		registrations++;
		if ((int)i < refused) {
			errno = EINVAL;
			return -1;
		}
	} else if (size == sizeof(values[0]) && option < 256) {
		memcpy(&values[option], value, size);
		/* not everybody may raise those */
		if (level == SOL_SOCKET)
			return 0;
	}
	return real_setsockopt(fd, level, option, value, size);
}

/* XDP_MMAP_OFFSETS before Linux 5.4, XDP_STATISTICS before 5.9. */
static int old_sizes(int fd, int level, int option, void *value,
		     socklen_t *size)
{
	int r = real_getsockopt(fd, level, option, value, size);

	if (level == NR_SOL_XDP && option == NR_XDP_MMAP_OFFSETS)
		*size = 96;
	return r;
}

/* One offset of the sixteen is what it cannot be. */
static uint32_t odd_at;
static uint64_t odd;

static int odd_offset(int fd, int level, int option, void *value,
		      socklen_t *size)
{
	int r = real_getsockopt(fd, level, option, value, size);

	if (level == NR_SOL_XDP && option == NR_XDP_MMAP_OFFSETS)
		memcpy((uint64_t *)value + odd_at, &odd, sizeof(odd));
	return r;
}

static int old_statistics(int fd, int level, int option, void *value,
			  socklen_t *size)
{
	static const uint64_t three[] = { 1000, 200, 30 };

	if (level != NR_SOL_XDP || option != NR_XDP_STATISTICS)
		return real_getsockopt(fd, level, option, value, size);
	assert_true(*size >= sizeof(three));
	memcpy(value, three, sizeof(three));
	*size = sizeof(three);
	return 0;
}

static void begin(const struct xdp_case *test)
{
	xdp_begin(test);
	no_option = -1;
	registrations = 0;
	refused = 0;
	memset(values, 0, sizeof(values));
	memset(registered, 0, sizeof(registered));
	xdp_arm(0, 0);
	wrap.endless = 1;
	wrap.setsockopt = set_option;
}

static void busy_poll(void **state)
{
	static const int unknown[] = { -1, NR_SO_PREFER_BUSY_POLL,
				       NR_SO_BUSY_POLL,
				       NR_SO_BUSY_POLL_BUDGET };
	struct netring_xdp_config cfg;
	struct netring_xdp xdp;
	uint32_t i;

	(void)state;
	for (i = 0; i < COUNT(unknown); i++) {
		begin(&plain);
		no_option = unknown[i];
		cfg = xdp_config(&plain);
		cfg.flags = NETRING_XDP_BUSY_POLL;
		if (i & 1) {
			cfg.busy_usecs = 7;
			cfg.busy_budget = 9;
		}
		assert_int_equal(xdp_open_anew(&xdp, cfg), 0);
		assert_int_equal(netring_xdp_active(&xdp),
				 i ? 0 : NETRING_XDP_BUSY_POLL);
		if (i != 1)
			assert_int_equal(values[NR_SO_PREFER_BUSY_POLL], 1);
		if (!i)
			assert_int_equal(values[NR_SO_BUSY_POLL_BUDGET], 64);
		if (!i || i == 3)
			assert_int_equal(values[NR_SO_BUSY_POLL], i ? 7 : 20);
		xdp_close_test(&plain, &xdp);
	}
}

static void tx_budget(void **state)
{
	struct netring_xdp_config cfg;
	struct netring_xdp xdp;
	int known;

	(void)state;
	for (known = 0; known < 2; known++) {
		begin(&plain);
		if (!known)
			no_option = NR_XDP_MAX_TX_SKB_BUDGET;
		cfg = xdp_config(&plain);
		cfg.tx_budget = 48;
		assert_int_equal(xdp_open_anew(&xdp, cfg), 0);
		assert_int_equal(values[NR_XDP_MAX_TX_SKB_BUDGET],
				 known ? 48 : 0);
		xdp_close_test(&plain, &xdp);
	}
}

/* A frame whose checksum is asked for: 20 bytes from @start on are summed. */
static int commit_checksum(struct netring_xdp *xdp, uint64_t flags,
			   struct netring_xdp_frame *frame)
{
	uint32_t i;

	assert_int_equal(netring_xdp_tx_reserve(&xdp->tx, frame), 0);
	assert_non_null(frame->metadata);
	assert_int_equal(frame->metadata->flags, 0);
	for (i = 0; i < 60; i++)
		frame->data[i] = (uint8_t)i;
	frame->data[50] = frame->data[51] = 0;
	frame->metadata->flags = flags;
	frame->metadata->u.request.csum_start = 40;
	frame->metadata->u.request.csum_offset = 10;
	return netring_xdp_tx_commit(&xdp->tx, frame, 60);
}

/* With the flag of 6.11, the one of 6.8, or none at all. */
static void metadata(void **state)
{
	static const uint32_t flags[] = { NR_XDP_UMEM_TX_METADATA_LEN,
					  NR_XDP_UMEM_TX_SW_CSUM, 0 };
	struct netring_xdp_frame frame;
	struct netring_xdp xdp;
	uint32_t i, sum, kernel;
	int r;

	(void)state;
	for (refused = 0; refused < 4; refused++) {
		i = (uint32_t)refused;
		begin(&with_metadata);
		refused = (int)i;
		r = xdp_open_anew(&xdp, xdp_config(&with_metadata));
		assert_int_equal(r, i < 3 ? 0 : -EINVAL);
		assert_int_equal(registrations, i < 3 ? i + 1 : 3);
		if (r < 0)
			assert_int_equal(xdp.step, NETRING_STEP_UMEM);
		for (i = 0; i < registrations; i++) {
			assert_int_equal(registered[i].flags, flags[i]);
			assert_int_equal(sizes[i], i < 2 ? 32 : 24);
			assert_int_equal(registered[i].tx_metadata_len,
					 i < 2 ? 24 : 0);
		}
		kernel = refused < 2;
		if (r < 0) {
			xdp_close_test(&with_metadata, &xdp);
			continue;
		}
		assert_int_equal(commit_checksum(&xdp,
						 NETRING_XDP_METADATA_CHECKSUM,
						 &frame),
				 0);
		for (i = 40, sum = 0; i < 60; i += 2)
			sum += (uint32_t)frame.data[i] << 8 | frame.data[i + 1];
		sum = (sum & 0xffff) + (sum >> 16);
		assert_int_equal(sum == 0xffff, !kernel);
		assert_int_equal(frame.data[50] || frame.data[51], !kernel);
		assert_int_equal(
			netring_xdp_ring_desc(&xdp.tx.ring_, 0)->options,
			kernel ? NETRING_XDP_METADATA : 0);
		/* what only a kernel can do */
		assert_int_equal(commit_checksum(&xdp,
						 NETRING_XDP_METADATA_TIMESTAMP,
						 &frame),
				 kernel ? 0 : -EOPNOTSUPP);
		assert_int_equal(
			commit_checksum(&xdp,
					NETRING_XDP_METADATA_LAUNCH_TIME |
						NETRING_XDP_METADATA_CHECKSUM,
					&frame),
			kernel ? 0 : -EOPNOTSUPP);
		/* what nobody can */
		assert_int_equal(commit_checksum(&xdp, 8, &frame), -EINVAL);
		assert_int_equal(netring_xdp_tx_pending(&xdp.tx),
				 kernel ? 3 : 1);
		wrap.fail_at = 0;
		assert_int_equal(netring_xdp_close(&xdp), kernel ? 3 : 1);
		i = (uint32_t)refused;
		xdp_close_test(&with_metadata, &xdp);
		refused = (int)i;
	}
}

/* Rings without flags: the kernel is too old, and says so by a size. */
static void offsets(void **state)
{
	struct netring_xdp xdp;

	(void)state;
	begin(&plain);
	wrap.getsockopt = old_sizes;
	assert_int_equal(xdp_open_anew(&xdp, xdp_config(&plain)),
			 -EPROTONOSUPPORT);
	assert_int_equal(xdp.step, NETRING_STEP_VERSION);
	xdp_frames_are_free(&plain);
	xdp_close_test(&plain, &xdp);
}

static void odd_offsets(void **state)
{
	static const uint64_t odds[] = { 1u << 20, 1ull << 32, 333, UINT64_MAX,
					 UINT64_MAX - 7 };
	struct netring_xdp xdp;
	uint32_t i;

	(void)state;
	for (odd_at = 0; odd_at < 16; odd_at++)
		for (i = 0; i < COUNT(odds); i++) {
			odd = odds[i];
			begin(&plain);
			wrap.getsockopt = odd_offset;
			assert_int_equal(xdp_open_anew(&xdp,
						       xdp_config(&plain)),
					 -EPROTONOSUPPORT);
			assert_int_equal(xdp.step, NETRING_STEP_VERSION);
			xdp_frames_are_free(&plain);
			xdp_close_test(&plain, &xdp);
		}
}

static void statistics(void **state)
{
	struct netring_xdp_stats stats;
	struct netring_xdp xdp;

	(void)state;
	begin(&plain);
	assert_int_equal(xdp_open_anew(&xdp, xdp_config(&plain)), 0);
	wrap.getsockopt = old_statistics;
	memset(&stats, 0xa5, sizeof(stats));
	assert_int_equal(netring_xdp_read_stats(&xdp, &stats), 0);
	assert_int_equal(stats.rx_dropped, 1000);
	assert_int_equal(stats.rx_invalid, 200);
	assert_int_equal(stats.tx_invalid, 30);
	assert_int_equal(stats.rx_ring_full, 0);
	assert_int_equal(stats.fill_ring_empty, 0);
	assert_int_equal(stats.tx_ring_empty, 0);
	/* they go on from there, where the socket is a new one */
	assert_int_equal(netring_xdp_reopen(&xdp), 0);
	assert_int_equal(netring_xdp_read_stats(&xdp, &stats), 0);
	assert_int_equal(stats.rx_dropped, 2000);
	assert_int_equal(stats.tx_invalid, 60);
	/* a failing read tells what was before, and that it failed */
	wrap.fail_at = wrap.count + 1;
	wrap.error = ENOMEM;
	assert_int_equal(netring_xdp_read_stats(&xdp, &stats), -ENOMEM);
	assert_int_equal(stats.rx_dropped, 1000);
	xdp_close_test(&plain, &xdp);
	assert_int_equal(netring_xdp_read_stats(&xdp, &stats), -EBADF);
}

/* No kernel option, or a socket that is none of AF_XDP: not taken over. */
static void adopted_other(void **state)
{
	struct netring_xdp_config cfg;
	struct netring_xdp xdp;
	int fd;

	(void)state;
	begin(&adopting);
	cfg = xdp_config(&adopting);
	fd = real_socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	cfg.socket = &fd;
	assert_int_equal(xdp_open_anew(&xdp, cfg), -EPFNOSUPPORT);
	assert_int_equal(xdp.step, NETRING_STEP_SOCKET);
	assert_int_equal(wrap_open_descriptors(), 0);
	assert_true(fcntl(fd, F_GETFD) >= 0);
	real_close(fd);
	assert_int_equal(xdp_open_anew(&xdp, cfg), -EBADF);
	assert_int_equal(xdp.step, NETRING_STEP_SOCKET);
	real_close(xdp_adopted());
	xdp_close_test(&adopting, &xdp);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(busy_poll, xdp_clean),
		cmocka_unit_test_teardown(tx_budget, xdp_clean),
		cmocka_unit_test_teardown(metadata, xdp_clean),
		cmocka_unit_test_teardown(offsets, xdp_clean),
		cmocka_unit_test_teardown(odd_offsets, xdp_clean),
		cmocka_unit_test_teardown(statistics, xdp_clean),
		cmocka_unit_test_teardown(adopted_other, xdp_clean),
	};

	enter_private_network();
	return cmocka_run_group_tests_name("xdp_old_kernels", tests, xdp_setup,
					   xdp_teardown);
}
