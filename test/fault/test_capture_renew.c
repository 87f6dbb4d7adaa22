/* SPDX-License-Identifier: MIT */
/* test_capture_renew.c - a ring made anew, each of whose system calls fails. */
#include "capture_open_cases.h"
#include "veth_pairs.h"

#include <netring/injector.h>

static struct netring_capture cap;

static void open_both(struct netring_injector *inj)
{
	const struct netring_capture_config rx = {
		.interface = "lo",
		.memory = 65536,
		.flags = NETRING_CAPTURE_IMMEDIATE,
		.direction = NETRING_DIRECTION_OUT,
	};
	const struct netring_injector_config tx = { .interface = "lo",
						    .memory = 65536 };

	assert_int_equal(netring_capture_open(&cap, &rx), 0);
	assert_int_equal(netring_injector_open(inj, &tx), 0);
}

/* Nothing is there, and nothing is read where no ring is. */
static void is_silent(void)
{
	struct netring_batch batch;

	assert_int_equal(netring_capture_next(&cap, &batch), 0);
	assert_int_equal(cap.held_, 0);
}

static void receives(struct netring_injector *inj, uint8_t mark)
{
	uint8_t bytes[60] = { [12] = 0x88, [13] = 0xb5, [14] = mark };
	struct netring_packet pkt;
	int64_t deadline = netring_clock_ms() + 2000;

	assert_int_equal(netring_injector_send(inj, bytes, sizeof(bytes), 0),
			 0);
	do
		assert_int_equal(netring_capture_receive(&cap, &pkt, deadline),
				 1);
	while (pkt.data[12] != 0x88 || pkt.data[13] != 0xb5);
	assert_int_equal(pkt.data[14], mark);
}

/* Once it fails, wherever that is; then there is memory again. */
static void fails_once(void **state)
{
	static const int errors[] = { ENOMEM, EBUSY };
	struct netring_injector inj;
	uint32_t n, e, failures = 0;
	int r;

	(void)state;
	for (n = 1; n <= 4; n++)
		for (e = 0; e < 2; e++) {
			wrap_arm(0, 0);
			open_both(&inj);
			receives(&inj, 1);
			while (netring_capture_receive(
				       &cap, &(struct netring_packet){ 0 },
				       0) == 1)
				;
			wrap.fail_at = wrap.count + n;
			wrap.error = errors[e];
			r = netring_capture_renew_(&cap);
			wrap.fail_at = 0;
			if (r < 0) {
				failures++;
				assert_null(cap.ring_);
				is_silent();
				assert_int_equal(netring_capture_renew_(&cap),
						 0);
			}
			is_silent();
			receives(&inj, 2);
			netring_injector_close(&inj);
			netring_capture_close(&cap);
			assert_int_equal(wrap_open_descriptors(), 0);
			assert_int_equal(wrap_open_mappings(), 0);
			wrap_disarm();
		}
	/* none but munmap can be done without */
	assert_int_equal(failures, 6);
}

/* And closed as it is then. */
static void closed_without(void **state)
{
	struct netring_injector inj;

	(void)state;
	wrap_arm(0, 0);
	open_both(&inj);
	wrap.fail_at = wrap.count + 3;
	wrap.error = ENOMEM;
	assert_int_equal(netring_capture_renew_(&cap), -ENOMEM);
	wrap.fail_at = 0;
	netring_injector_close(&inj);
	netring_capture_close(&cap);
	assert_int_equal(wrap_open_descriptors(), 0);
	assert_int_equal(wrap_open_mappings(), 0);
	wrap_disarm();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fails_once),
		cmocka_unit_test(closed_without),
	};

	enter_private_network();
	return cmocka_run_group_tests_name("capture_renew", tests, NULL, NULL);
}
