/* SPDX-License-Identifier: MIT */
/* test_bridge_errors.c - links, removals, waiting and errors of a bridge. */
#include "scripted_bridge.h"

static int step(int timeout)
{
	return netring_bridge_step(&b.br, timeout);
}

static void go_down(int port)
{
	b.up[port] = 0;
	b.so_error[port] = ENETDOWN;
}

static void told_is(int n, int port, enum netring_port_event event)
{
	assert_int_equal(b.told, n);
	assert_int_equal(b.events_told[n - 1].port, port);
	assert_int_equal(b.events_told[n - 1].event, event);
}

/* Idle but for a look; a downed link is looked at now and then, told once. */
static void down_and_up(void **state)
{
	int port, i;

	(void)state;
	for (port = 0; port < 2; port++) {
		bridging_begin(0);
		assert_int_equal(netring_bridge_timeout(&b.br), 200);
		assert_int_equal(step(7), 0);
		assert_int_equal(b.timeout, 7);
		go_down(port);
		assert_int_equal(step(-1), 0);
		told_is(1, port, NETRING_PORT_DOWN);
		for (i = 0; i < 5; i++) {
			assert_in_range(netring_bridge_timeout(&b.br), 50,
					1000);
			arrive_plain(!port, 1);
			assert_int_equal(step(-1), 1);
			assert_int_equal(step(-1), 0);
		}
		assert_int_equal(b.told, 1);
		assert_int_equal(bridging_stats(!port).link_down, 5);
		assert_int_equal(b.kicks[port], 0);
		/* the other way still goes, to whoever listens */
		arrive_plain(port, 1);
		assert_int_equal(step(-1), 1);
		assert_int_equal(bridging_stats(port).forwarded, 1);
		b.up[port] = 1;
		assert_int_equal(step(-1), 0);
		assert_int_equal(step(500), 0);
		told_is(2, port, NETRING_PORT_BACK);
		assert_int_equal(netring_bridge_timeout(&b.br), 200);
		arrive_plain(!port, 1);
		assert_int_equal(step(-1), 1);
		assert_int_equal(bridging_stats(!port).forwarded, 1);
		bridging_end();
	}
}

/* The link's error comes with an oversize packet: which is whole, and the
 * port is down all the same. */
static void down_by_oversize(void **state)
{
	const struct arrival large = { .len = 400,
				       .wire_len = 1200,
				       .status = NETRING_PACKET_OVERSIZE,
				       .vnet = SUPER_FRAME };
	static uint32_t buffer[512];

	(void)state;
	bridging_begin(0);
	b.br.config_.oversize = (void *)buffer;
	b.br.config_.oversize_size = sizeof(buffer);
	arrive(0, &large);
	memcpy(b.queue[0], large.vnet, 10);
	super_frame(b.queue[0] + 10, 1200);
	b.queue_len[b.queue_in++] = 1210;
	b.down_after_poll = 1;
	assert_int_equal(step(1000), 1);
	assert_int_equal(bridging_stats(0).forwarded, 1);
	assert_int_equal(b.left[0].len, 1200);
	assert_int_equal(b.told, 0);
	assert_int_equal(step(1000), 0);
	told_is(1, 0, NETRING_PORT_DOWN);
	b.up[0] = 1;
	assert_int_equal(step(-1), 0);
	assert_int_equal(step(500), 0);
	told_is(2, 0, NETRING_PORT_BACK);
	bridging_end();
}

/* Removed: looked for by its name, bound again, and told. */
static void gone_and_back(void **state)
{
	int port, i;

	(void)state;
	for (port = 0; port < 2; port++) {
		bridging_begin(0);
		b.index[port] = -1;
		go_down(port);
		assert_int_equal(step(-1), 0);
		told_is(1, port, NETRING_PORT_GONE);
		for (i = 0; i < 5; i++) {
			arrive_plain(!port, 1);
			assert_int_equal(step(-1), 1);
			assert_int_equal(step(-1), 0);
		}
		assert_int_equal(bridging_stats(!port).link_down, 5);
		assert_int_equal(b.told, 1);
		b.index[port] = 7 + port;
		b.up[port] = 1;
		assert_int_equal(step(-1), 0);
		assert_int_equal(step(500), 0);
		told_is(2, port, NETRING_PORT_BACK);
		arrive_plain(!port, 1);
		assert_int_equal(step(-1), 1);
		assert_int_equal(bridging_stats(!port).forwarded, 1);
		bridging_end();
	}
}

/* What a kick finds before the event: no stale burst, and counted. */
static void kick_fails(void **state)
{
	static const int errors[] = { ENETDOWN, ENXIO, ENODEV };
	uint32_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		bridging_begin(0);
		b.kick_error[1] = errors[i];
		arrive_plain(0, 1);
		arrive_plain(0, 2);
		assert_int_equal(step(1000), 2);
		assert_int_equal(bridging_stats(0).forwarded, 0);
		assert_int_equal(bridging_stats(0).link_down, 2);
		b.kick_error[1] = 0;
		arrive_plain(0, 3);
		assert_int_equal(step(1000), 1);
		assert_int_equal(b.departed, 1);
		assert_int_equal(b.left[0].bytes[14], 3);
		bridging_end();
	}
}

/* Asked to repeat: tried again soon, and nothing lost. */
static void kick_repeats(void **state)
{
	static const int errors[] = { ENOBUFS, EAGAIN };
	uint32_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		bridging_begin(0);
		b.kick_error[1] = errors[i];
		arrive_plain(0, 1);
		arrive_plain(0, 2);
		assert_int_equal(step(1000), 2);
		assert_in_range(netring_bridge_timeout(&b.br), 0, 5);
		assert_int_equal(step(-1), 0);
		assert_in_range(b.timeout, 0, 5);
		assert_int_equal(b.departed, 0);
		assert_int_equal(bridging_stats(0).pending, 2);
		b.kick_error[1] = 0;
		assert_int_equal(step(-1), 0);
		assert_int_equal(b.departed, 2);
		assert_int_equal(netring_bridge_timeout(&b.br), 200);
		bridging_end();
	}
}

/* An error of poll is told, and a signal keeps no frame; one of a kick is of
 * the frame, and ends nothing. */
static void errors(void **state)
{
	static const int kicks[] = { EINTR, ENOMEM, EPERM };
	uint32_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		bridging_begin(0);
		arrive_plain(0, 1);
		b.poll_error = kicks[i];
		assert_int_equal(step(1000), -kicks[i]);
		assert_int_equal(bridging_stats(0).received, kicks[i] == EINTR);
		assert_int_equal(b.departed, kicks[i] == EINTR);
		b.poll_error = 0;
		if (kicks[i] == EINTR)
			arrive_plain(0, 2);
		b.kick_error[1] = kicks[i];
		assert_int_equal(step(1000), 1);
		b.kick_error[1] = 0;
		step(0);
		assert_int_equal(b.departed, kicks[i] == EINTR ? 2 : 0);
		assert_int_equal(bridging_stats(0).forwarded, b.departed);
		assert_int_equal(bridging_stats(0).refused.memory,
				 kicks[i] == ENOMEM);
		assert_int_equal(bridging_stats(0).refused.rule,
				 kicks[i] == EPERM);
		/* an error of the socket that is no link's: an end, told */
		b.so_error[0] = EIO;
		assert_int_equal(step(1000), -EIO);
		bridging_end();
	}
}

/* The kernel's own drops, added up although each reading resets them. */
static void kernel_drops(void **state)
{
	(void)state;
	bridging_begin(0);
	b.drops = 3;
	assert_int_equal(bridging_stats(0).kernel_drops, 3);
	assert_int_equal(bridging_stats(1).kernel_drops, 0);
	b.drops = 4;
	assert_int_equal(bridging_stats(0).kernel_drops, 7);
	bridging_end();
}

static volatile int stop;

static enum netring_verdict stop_at_5(void *user, struct netring_packet *pkt,
				      int direction)
{
	(void)user;
	(void)direction;
	stop = pkt->data[14] == 5;
	b.stop_ready = pkt->data[14] == 6;
	return NETRING_VERDICT_FORWARD;
}

/* Until the flag, or the descriptor; over signals; errors end it. */
static void run(void **state)
{
	(void)state;
	bridging_begin(0);
	b.br.config_.filter = stop_at_5;
	stop = 1;
	assert_int_equal(netring_bridge_run(&b.br, &stop, -1), 0);
	assert_int_equal(b.polls, 0);
	stop = 0;
	arrive_plain(0, 4);
	arrive_plain(1, 5);
	assert_int_equal(netring_bridge_run(&b.br, &stop, -1), 0);
	assert_int_equal(b.departed, 2);
	stop = 0;
	arrive_plain(1, 6);
	assert_int_equal(netring_bridge_run(&b.br, &stop, 99), 0);
	assert_int_equal(b.departed, 3);
	b.stop_ready = 0;
	arrive_plain(1, 6);
	assert_int_equal(netring_bridge_run(&b.br, NULL, 99), 0);
	assert_int_equal(b.departed, 4);
	/* one signal, then another frame */
	arrive_plain(1, 6);
	b.poll_error = EINTR;
	b.poll_errors = 3;
	assert_int_equal(netring_bridge_run(&b.br, NULL, 99), 0);
	assert_int_equal(b.departed, 5);
	b.stop_ready = 0;
	b.poll_error = ENOMEM;
	assert_int_equal(netring_bridge_run(&b.br, NULL, -1), -ENOMEM);
	bridging_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(down_and_up),
		cmocka_unit_test(gone_and_back),
		cmocka_unit_test(down_by_oversize),
		cmocka_unit_test(kick_fails),
		cmocka_unit_test(kick_repeats),
		cmocka_unit_test(errors),
		cmocka_unit_test(kernel_drops),
		cmocka_unit_test(run),
	};

	return cmocka_run_group_tests_name("bridge_errors", tests, NULL, NULL);
}
