/* SPDX-License-Identifier: MIT */
/* test_xdp_metadata.c - AF_XDP: requests in front of a frame to be sent. */
#include "xdp_model.h"

#define TX (&xdp.sockets[0].tx)
#define KERNEL (&xdp.kernel[0])
#define ROOM 24u /* struct netring_xdp_metadata */

static const struct xdp_shape shape = { .frames = 16,
					.rx_frames = 1,
					.flags = NETRING_XDP_FRAGMENTS,
					.umem_flags = NETRING_UMEM_METADATA };

/* @kernel: Linux 6.8, which does it itself. */
static void make(int kernel)
{
	xdp_make(&shape);
	if (kernel)
		xdp.umem.kernel_metadata_ = 1;
}

static struct netring_xdp_frame reserve(void)
{
	static const uint8_t zeros[ROOM];
	struct netring_xdp_frame frame;
	uint32_t i;

	/* whatever a frame had before */
	for (i = 0; i < 16; i++)
		if (netring_umem_owner(&xdp.umem, i * XDP_FRAME) ==
		    NETRING_UMEM_FREE)
			memset(xdp.memory + i * XDP_FRAME, 0xff, 64);
	assert_int_equal(netring_xdp_tx_reserve(TX, &frame), 0);
	assert_int_equal(sizeof(*frame.metadata), ROOM);
	assert_int_equal(frame.capacity, XDP_FRAME - ROOM);
	assert_int_equal(frame.addr % XDP_FRAME, ROOM);
	assert_ptr_equal(frame.data, xdp.memory + frame.addr);
	assert_ptr_equal(frame.metadata, frame.data - ROOM);
	assert_memory_equal(frame.metadata, zeros, ROOM);
	memset(frame.data, 0x11, 100);
	return frame;
}

/* What a request of these numbers becomes; the descriptor's options. */
static int request(uint64_t flags, uint16_t start, uint16_t offset,
		   uint32_t len, uint32_t *options)
{
	struct netring_xdp_frame frame = reserve();
	struct netring_xdp_desc desc;
	int r;

	frame.metadata->flags = flags;
	frame.metadata->u.request.csum_start = start;
	frame.metadata->u.request.csum_offset = offset;
	r = netring_xdp_tx_commit(TX, &frame, len);
	if (r < 0) {
		assert_int_equal(xdp_count(NETRING_UMEM_FREE), 16);
		assert_int_equal(netring_xdp_tx_pending(TX), 0);
		return r;
	}
	assert_int_equal(r, 0);
	assert_int_equal(netring_xdp_tx_flush(TX), 1);
	assert_int_equal(xdp_take_desc(&KERNEL->tx, &desc), 1);
	assert_true(desc.addr == frame.addr);
	assert_int_equal(desc.len, len);
	xdp_give(&KERNEL->completion, desc.addr);
	assert_int_equal(netring_xdp_tx_reap(TX), 1);
	*options = desc.options;
	return 0;
}

/* Flags that are none would block the ring for ever. */
static void flags(void **state)
{
	uint32_t options, kernel, bit;
	uint64_t all = 7;

	(void)state;
	for (kernel = 0; kernel < 2; kernel++) {
		make((int)kernel);
		for (bit = 3; bit < 64; bit++) {
			assert_int_equal(request(1ull << bit, 0, 0, 60,
						 &options),
					 -EINVAL);
			assert_int_equal(request(1ull << bit | all, 0, 0, 60,
						 &options),
					 -EINVAL);
		}
		/* nothing asked for: no metadata for the kernel to look at */
		assert_int_equal(request(0, 9999, 9999, 60, &options), 0);
		assert_int_equal(options, 0);
		xdp_free();
	}
}

static void kernel_does(void **state)
{
	uint32_t options, flag;

	(void)state;
	make(1);
	for (flag = 1; flag < 8; flag++) {
		assert_int_equal(request(flag, 34, 6, 60, &options), 0);
		assert_int_equal(options, NETRING_XDP_METADATA);
	}
	xdp_free();
}

/* Two bytes for the checksum must be within the packet. */
static void checksum_place(void **state)
{
	static const struct {
		uint16_t start, offset;
		uint32_t len;
		int result;
	} rows[] = {
		{ 34, 6, 42, 0 },
		{ 34, 6, 41, -EINVAL },
		{ 34, 6, 40, -EINVAL },
		{ 34, 6, 14, -EINVAL },
		{ 0, 0, 14, 0 },
		{ 12, 0, 14, 0 },
		{ 13, 0, 14, -EINVAL },
		{ 0, 12, 14, 0 },
		{ 0, 13, 14, -EINVAL },
		{ 65535, 65535, 100, -EINVAL },
		{ 65535, 1, 100, -EINVAL },
		{ 1, 65535, 100, -EINVAL },
		{ 32768, 32768, 100, -EINVAL },
	};
	uint32_t i, kernel, options;

	(void)state;
	for (kernel = 0; kernel < 2; kernel++) {
		make((int)kernel);
		for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
			assert_int_equal(request(NETRING_XDP_METADATA_CHECKSUM,
						 rows[i].start, rows[i].offset,
						 rows[i].len, &options),
					 rows[i].result);
		/* of no interest without that flag */
		if (kernel)
			assert_int_equal(request(NETRING_XDP_METADATA_TIMESTAMP,
						 65535, 65535, 60, &options),
					 0);
		xdp_free();
	}
}

/* Before 6.8 the checksum is filled in, the other two cannot be. */
static void older_kernel(void **state)
{
	struct netring_xdp_frame frame;
	struct netring_xdp_desc desc;
	uint32_t options, i, sum;

	(void)state;
	make(0);
	assert_int_equal(request(1, 0, 0, 60, &options), -EOPNOTSUPP);
	assert_int_equal(request(4, 0, 0, 60, &options), -EOPNOTSUPP);
	assert_int_equal(request(7, 0, 0, 60, &options), -EOPNOTSUPP);
	frame = reserve();
	for (i = 0; i < 61; i++)
		frame.data[i] = (uint8_t)(i * 37 + 1);
	frame.metadata->flags = NETRING_XDP_METADATA_CHECKSUM;
	frame.metadata->u.request.csum_start = 34;
	frame.metadata->u.request.csum_offset = 6;
	assert_int_equal(netring_xdp_tx_commit(TX, &frame, 61), 0);
	assert_int_equal(netring_xdp_tx_flush(TX), 1);
	assert_int_equal(xdp_take_desc(&KERNEL->tx, &desc), 1);
	assert_int_equal(desc.options, 0);
	/* its complement was put where its sum so far had been */
	sum = 0;
	for (i = 34; i < 61; i++) {
		uint32_t byte = i == 40 || i == 41 ? (uint8_t)(i * 37 + 1) :
						     frame.data[i];

		assert_true(i == 40 || i == 41 ||
			    frame.data[i] == (uint8_t)(i * 37 + 1));
		sum += i & 1 ? byte : byte << 8;
	}
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	assert_int_equal(frame.data[40] << 8 | frame.data[41], 0xffff - sum);
	xdp_free();
}

/* A refused request gives up the fragments before it, too. */
static void refused_fragment(void **state)
{
	struct netring_xdp_frame frame;

	(void)state;
	make(1);
	frame = reserve();
	frame.metadata->flags = NETRING_XDP_METADATA_TIMESTAMP;
	assert_int_equal(netring_xdp_tx_commit_more(TX, &frame, 60), 0);
	frame = reserve();
	frame.metadata->flags = 8;
	assert_int_equal(netring_xdp_tx_commit(TX, &frame, 60), -EINVAL);
	assert_int_equal(xdp_count(NETRING_UMEM_FREE), 16);
	assert_int_equal(netring_xdp_tx_pending(TX), 0);
	xdp_free();
}

/* With the metadata in front, a frame has so much less. */
static void capacity(void **state)
{
	struct netring_xdp_frame frame;

	(void)state;
	make(1);
	TX->longest_ = 9018;
	frame = reserve();
	assert_int_equal(netring_xdp_tx_commit(TX, &frame, XDP_FRAME - ROOM),
			 0);
	frame = reserve();
	assert_int_equal(netring_xdp_tx_commit(TX, &frame,
					       XDP_FRAME - ROOM + 1),
			 -EMSGSIZE);
	assert_int_equal(netring_xdp_tx_flush(TX), 1);
	assert_int_equal(xdp_transmit(0), 1);
	assert_int_equal(netring_xdp_tx_reap(TX), 1);
	assert_int_equal(xdp_count(NETRING_UMEM_FREE), 16);
	xdp_free();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(flags),
		cmocka_unit_test(kernel_does),
		cmocka_unit_test(checksum_place),
		cmocka_unit_test(older_kernel),
		cmocka_unit_test(refused_fragment),
		cmocka_unit_test(capacity),
	};

	return cmocka_run_group_tests_name("xdp_metadata", tests, NULL, NULL);
}
