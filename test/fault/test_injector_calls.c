/* SPDX-License-Identifier: MIT */
/* test_injector_calls.c - calls on an open injector whose system calls fail. */
#include "capture_open_cases.h"
#include "veth_pairs.h"

#include <netring/injector.h>

static const int errors[] = { EINTR,	ENOMEM, ENODEV,	  EAGAIN, ENOBUFS,
			      ENETDOWN, ENXIO,	EMSGSIZE, EPERM };

#define ERRORS (sizeof(errors) / sizeof(errors[0]))

static struct netring_injector inj;
static uint64_t sent, refused;

static const struct netring_injector_config config = {
	.interface = "lo",
	.memory = 65536,
	.txtime_clock = CLOCK_MONOTONIC,
	.flags = NETRING_INJECTOR_TIMESTAMP | NETRING_INJECTOR_TXTIME,
};

static const uint8_t bytes[60] = { [12] = 0x88, [13] = 0xb5 };

static int rebind(void)
{
	return netring_injector_rebind(&inj);
}

static int queue(void)
{
	sent++;
	return netring_injector_queue(&inj, bytes, sizeof(bytes), 0);
}

static int flush(void)
{
	queue();
	return netring_injector_flush(&inj);
}

static int flush_at(void)
{
	queue();
	return netring_injector_flush_at(&inj, 1);
}

static int send_one(void)
{
	sent++;
	return netring_injector_send(&inj, bytes, sizeof(bytes), 0);
}

static int drain(void)
{
	queue();
	return netring_injector_drain(&inj, 0);
}

static int read_once(void)
{
	struct netring_tx_timestamp stamp;
	int r = netring_injector_read_timestamp(&inj, &stamp);

	return r < 0 ? r : 0;
}

/* The rest is said of one frame, which is dropped. */
static int kick_result(int error)
{
	switch (error) {
	case EAGAIN:
	case ENOBUFS:
		return 1; /* pending */
	case ENXIO:
		return -ENODEV;
	case EINTR:
	case ENODEV:
	case ENETDOWN:
		return -error;
	default:
		refused++;
		return 0;
	}
}

/* That the link is down is no error once a frame is queued. */
static int send_result(int error)
{
	int r = kick_result(error);

	return r == 1 || r == -ENETDOWN ? 0 : r;
}

static int drain_result(int error)
{
	return error == ENETDOWN ? 1 : kick_result(error);
}

static int no_result(int error)
{
	(void)error;
	return 0;
}

static int same_result(int error)
{
	return -error;
}

static int read_result(int error)
{
	return error == EAGAIN ? 0 : -error;
}

static const struct call {
	const char *name;
	int (*call)(void);
	uint32_t calls; /* that it makes when all goes well */
	int (*result)(int error);
	int steps;
} calls[] = {
	/* still bound? name, type, MTU, index, flags, bind */
	{ "rebind", rebind, 7, same_result, 1 },
	/* the clock, for the MTU; and the kick */
	{ "queue", queue, 1, no_result, 0 },
	{ "flush", flush, 2, kick_result, 0 },
	{ "send", send_one, 2, send_result, 0 },
	{ "drain", drain, 2, drain_result, 0 },
	{ "read_timestamp", read_once, 1, read_result, 0 },
};

/* lo takes frames at once: all are gone, and counted, and nothing is held. */
static void still_works(void)
{
	struct netring_injector_stats stats;
	struct netring_tx_timestamp stamp;

	assert_int_equal(flush(), 0);
	assert_int_equal(netring_injector_pending(&inj), 0);
	netring_injector_read_stats(&inj, &stats);
	assert_int_equal(stats.queued, sent);
	assert_int_equal(stats.accepted, sent - refused);
	assert_int_equal(netring_refused_sum(&stats.refused), refused);
	assert_int_equal(stats.discarded, 0);
	while (netring_injector_read_timestamp(&inj, &stamp) == 1)
		assert_true(stamp.frame < sent);
}

static int standing_clock(struct timespec *now)
{
	now->tv_sec = 5000;
	now->tv_nsec = 0;
	return 0;
}

static int fail_one(const struct call *call, uint32_t n, int error)
{
	int expected = 0, first, r;

	inj.step = NETRING_STEP_NONE;
	inj.looked_ = 5000000;
	wrap_arm(n, error);
	wrap.clock = standing_clock;
	r = call->call();
	wrap_disarm();
	if (n && n <= wrap.count && wrap.log[n - 1].call != WRAP_CLOCK)
		expected = call->result(error);
	/* gone: then it is found by its name */
	first = call->steps && n == 1;
	if (first && error == ENODEV)
		expected = 0;
	if (r != expected)
		print_message("# %s, call %u (%s) by %d: %d\n", call->name, n,
			      wrap_name(wrap_failed()), error, r);
	assert_int_equal(r, expected);
	if (!n)
		assert_int_equal(wrap.count, call->calls);
	assert_int_equal(inj.step, !call->steps || r >= 0 ? NETRING_STEP_NONE :
				   first ? NETRING_STEP_INTERFACE :
					   wrap_step(wrap_failed()));
	assert_int_equal(wrap_open_descriptors(), 0);
	assert_int_equal(wrap_open_mappings(), 0);
	return n && n <= wrap.count;
}

static void every_call(void **state)
{
	uint32_t i, e, n;

	(void)state;
	assert_int_equal(netring_injector_open(&inj, &config), 0);
	sent = refused = 0;
	for (i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		fail_one(&calls[i], 0, 0);
		still_works();
		for (n = 1; n <= calls[i].calls; n++)
			for (e = 0; e < ERRORS; e++) {
				assert_true(fail_one(&calls[i], n, errors[e]));
				still_works();
			}
	}
	assert_int_equal(netring_injector_close(&inj), 0);
}

/* Numbers of frames, over holes that the kernel passes over. */
static void timestamps(void **state)
{
	static const uint32_t flags[] = { NETRING_INJECTOR_TIMESTAMP,
					  NETRING_INJECTOR_TIMESTAMP |
						  NETRING_INJECTOR_VNET_HDR };
	struct netring_injector_config cfg = config;
	struct netring_tx_timestamp stamp;
	struct netring_frame frames[3];
	uint32_t i, n, holes;

	(void)state;
	for (i = 0; i < 2; i++) {
		cfg.flags = flags[i];
		assert_int_equal(netring_injector_open(&inj, &cfg), 0);
		for (n = holes = 0; n < 30; n++) {
			for (holes = 0; holes < 3; holes++)
				assert_int_equal(netring_injector_reserve(
							 &inj, &frames[holes]),
						 0);
			netring_injector_discard(&inj, &frames[n % 2]);
			if (n % 3 == 0)
				netring_injector_discard(&inj,
							 &frames[1 - n % 2]);
			else
				netring_injector_commit(&inj,
							&frames[1 - n % 2], 5);
			memcpy(frames[2].data, bytes, sizeof(bytes));
			assert_int_equal(
				netring_injector_commit(&inj, &frames[2], 60),
				0);
			assert_int_equal(netring_injector_flush(&inj), 0);
			assert_int_equal(
				netring_injector_read_timestamp(&inj, &stamp),
				1);
			assert_int_equal(stamp.frame, frames[2].number);
			assert_int_equal(stamp.flags,
					 NETRING_PACKET_TIME_SOFTWARE);
			assert_true(stamp.sec > 1600000000);
			assert_int_equal(
				netring_injector_read_timestamp(&inj, &stamp),
				0);
		}
		assert_int_equal(netring_injector_close(&inj), 0);
	}
}

/* Launch times without such a qdisc: the kernel's kick by sendmsg(). */
static void launch_times(void **state)
{
	uint32_t e;

	(void)state;
	assert_int_equal(netring_injector_open(&inj, &config), 0);
	for (e = 0; e < ERRORS; e++) {
		inj.looked_ = 5000000;
		wrap_arm(2, errors[e]);
		wrap.clock = standing_clock;
		assert_int_equal(flush_at(), kick_result(errors[e]));
		assert_int_equal(wrap.log[1].call, WRAP_SENDMSG);
		wrap_disarm();
		assert_int_equal(netring_injector_flush(&inj), 0);
	}
	assert_int_equal(flush_at(), 0);
	netring_injector_close(&inj);
}

/* Which counter each error of a kick is for. */
static void counters(void **state)
{
	struct netring_injector_stats stats;
	uint32_t e;

	(void)state;
	for (e = 0; e < ERRORS; e++) {
		assert_int_equal(netring_injector_open(&inj, &config), 0);
		inj.looked_ = 5000000;
		wrap_arm(2, errors[e]);
		wrap.clock = standing_clock;
		refused = 0;
		assert_int_equal(flush(), kick_result(errors[e]));
		wrap_disarm();
		netring_injector_read_stats(&inj, &stats);
		assert_int_equal(stats.retried,
				 errors[e] == EAGAIN || errors[e] == ENOBUFS);
		assert_int_equal(stats.link_down, errors[e] == ENETDOWN);
		assert_int_equal(stats.queued, 1);
		assert_int_equal(stats.accepted, 0);
		assert_int_equal(netring_refused_sum(&stats.refused), refused);
		assert_int_equal(stats.pending, 1 - refused);
		netring_injector_close(&inj);
	}
}

/* Also when these complain, all is given back, and told what was lost. */
static void close_fails(void **state)
{
	uint32_t n;

	(void)state;
	for (n = 1; n <= 2; n++) {
		wrap_arm(0, 0);
		assert_int_equal(netring_injector_open(&inj, &config), 0);
		queue();
		queue();
		wrap.fail_at = wrap.count + n;
		wrap.error = EIO;
		assert_int_equal(netring_injector_close(&inj), 2);
		assert_int_equal(wrap.count, wrap.fail_at + 2 - n);
		assert_int_equal(wrap_open_descriptors(), 0);
		assert_int_equal(wrap_open_mappings(), 0);
		assert_int_equal(netring_injector_close(&inj), 0);
		wrap_disarm();
	}
}

/* The link down: frames stay, then go out, or are dropped, as one likes. */
static void down_and_up(void **state)
{
	struct netring_injector_stats stats;
	int drop;

	(void)state;
	for (drop = 0; drop < 2; drop++) {
		assert_int_equal(netring_injector_open(&inj, &config), 0);
		ports_up("lo", 0);
		assert_int_equal(send_one(), 0);
		assert_int_equal(send_one(), 0);
		assert_int_equal(netring_injector_flush(&inj), -ENETDOWN);
		assert_int_equal(netring_injector_pending(&inj), 2);
		if (drop) {
			assert_int_equal(netring_injector_discard_pending(&inj),
					 2);
			assert_int_equal(netring_injector_discard_pending(&inj),
					 0);
		}
		ports_up("lo", 1);
		assert_int_equal(
			netring_injector_drain(&inj, netring_clock_ms() + 500),
			0);
		assert_int_equal(flush(), 0);
		netring_injector_read_stats(&inj, &stats);
		assert_int_equal(stats.queued, 3);
		assert_int_equal(stats.accepted, drop ? 1 : 3);
		assert_int_equal(stats.discarded, drop ? 2 : 0);
		assert_int_equal(stats.link_down, 3);
		assert_int_equal(netring_injector_close(&inj), 0);
	}
}

/* The interface is gone, and back by its name: the ring stays. */
static void gone_and_back(void **state)
{
	struct netring_injector_config veth = config;

	(void)state;
	ports_add("nrc0", "nrc1");
	veth.interface = "nrc0";
	assert_int_equal(netring_injector_open(&inj, &veth), 0);
	sent = refused = 0;
	still_works();
	ports_remove("nrc0");
	queue();
	assert_int_equal(netring_injector_flush(&inj), -ENODEV);
	assert_int_equal(netring_injector_rebind(&inj), -ENODEV);
	assert_int_equal(inj.step, NETRING_STEP_INTERFACE);
	ports_add("nrc0", "nrc1");
	assert_int_equal(netring_injector_rebind(&inj), 0);
	assert_int_equal(inj.step, NETRING_STEP_NONE);
	assert_int_equal(netring_injector_drain(&inj, netring_clock_ms() + 500),
			 0);
	still_works();
	netring_injector_close(&inj);
	ports_remove("nrc0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_call),	 cmocka_unit_test(timestamps),
		cmocka_unit_test(launch_times),	 cmocka_unit_test(counters),
		cmocka_unit_test(close_fails),	 cmocka_unit_test(down_and_up),
		cmocka_unit_test(gone_and_back),
	};

	enter_private_network();
	return cmocka_run_group_tests_name("injector_calls", tests, NULL, NULL);
}
