/* SPDX-License-Identifier: MIT */
/* test_xdp_bridge_step.c - every call of an AF_XDP bridge's step fails. */
/* netring-test: fuller */
#include "xdp_open_cases.h"

#include <stdlib.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netring/xdp_bridge.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define SENT 5u
#define PATIENCE_MS 5000

static const struct xdp_case plain = { "plain", 0, { 0 } };
static const int errors[] = { EINTR,	ENOMEM, EAGAIN, EBUSY,	ENOBUFS,
			      ENETDOWN, ENXIO,	EPERM,	EINVAL, ENODEV };

static struct netring_xdp_bridge br;
static int sender = -1;
static uint32_t events[5];

static void event(void *user, int port, enum netring_port_event what)
{
	(void)user;
	assert_in_range(port, 0, 1);
	assert_in_range(what, 0, 4);
	events[what]++;
}

static int open_bridge(void)
{
	const struct netring_xdp_bridge_config cfg = {
		.interface = { "nrc0", "nrd0" },
		.socket = { .umem = &xdp_umem },
		.event = event,
	};

	memset(&br, 0xa5, sizeof(br));
	memset(events, 0, sizeof(events));
	return netring_xdp_bridge_open(&br, &cfg);
}

/* Frames of a type of the test's own come in at port 0. */
static void send_some(void)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET };
	uint8_t frame[60] = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x88, 0xb5 };
	int i, armed = wrap.armed;

	wrap.armed = 0;
	to.sll_ifindex = (int)if_nametoindex("nrc1");
	for (i = 0; i < (int)SENT; i++)
		assert_int_equal(sendto(sender, frame, sizeof(frame), 0,
					(void *)&to, sizeof(to)),
				 sizeof(frame));
	wrap.armed = armed;
}

static struct netring_bridge_stats stats(void)
{
	struct netring_bridge_stats s;

	assert_int_equal(netring_xdp_bridge_read_stats(&br, 0, &s), 0);
	return s;
}

static uint64_t fates(const struct netring_bridge_stats *s)
{
	return s->forwarded + s->filtered + s->link_local + s->too_long +
	       s->ring_full + s->link_down + netring_refused_sum(&s->refused) +
	       s->pending;
}

static int all_back(void)
{
	return events[NETRING_PORT_BACK] == events[NETRING_PORT_DOWN] +
						    events[NETRING_PORT_GONE] +
						    events[NETRING_PORT_DEAF];
}

/* Steps until @count more were forwarded, and the ports are there. A frame of
 * nobody's may be among them, from the kernel's own protocols. */
static void forwards(uint64_t count)
{
	int64_t deadline = netring_clock_ms() + PATIENCE_MS;
	uint64_t before = stats().forwarded;
	struct netring_bridge_stats s = stats();

	while (s.forwarded < before + count || !all_back()) {
		assert_true(netring_clock_ms() < deadline);
		assert_true(netring_xdp_bridge_step(&br, 10) >= 0);
		s = stats();
	}
}

static int is_kick(const struct wrap_entry *call)
{
	return call->call == WRAP_SENDTO;
}

/* Returns whether there was an @n-th call. */
static int fail_step(uint32_t n, int error)
{
	uint32_t count[NETRING_UMEM_OWNERS_], from;
	const struct wrap_entry *call;
	struct netring_bridge_stats s;
	int r, reached;

	xdp_begin(&plain);
	xdp_arm(0, 0);
	wrap.endless = 1;
	assert_int_equal(open_bridge(), 0);
	send_some();
	from = wrap.count;
	wrap.fail_at = n ? from + n : 0;
	wrap.error = error;
	r = netring_xdp_bridge_step(&br, 1000);
	reached = !n || wrap.count >= from + n;
	call = wrap_failed();
	/* nothing that is said of a port or a frame ends a step */
	if (n && reached && call->call == WRAP_POLL) {
		assert_int_equal(r, -error);
	} else {
		if (r < 0)
			print_message("# call %u: %s by %d: %d\n", n,
				      wrap_name(call), error, r);
		assert_true(r >= 0);
	}
	wrap.fail_at = 0;
	assert_int_equal(netring_umem_count(&xdp_umem, count), 0);
	/* whatever it was: the bridge goes on, every frame has its fate, and
	 * what was taken for down or gone is back and told so */
	forwards(0);
	send_some();
	forwards(SENT);
	s = stats();
	assert_int_equal(fates(&s), s.received);
	assert_true(s.received >= SENT);
	assert_int_equal(netring_umem_count(&xdp_umem, count), 0);
	if (error == ENETDOWN && is_kick(call) && reached)
		assert_int_equal(events[NETRING_PORT_DOWN], 1);
	if (error == ENXIO && is_kick(call) && reached)
		assert_int_equal(events[NETRING_PORT_GONE], 1);
	netring_xdp_bridge_close(&br);
	assert_int_equal(wrap_open_descriptors(), 0);
	assert_int_equal(wrap_open_mappings(), 0);
	assert_int_equal(ports_program("nrc0"), 0);
	assert_int_equal(ports_program("nrd0"), 0);
	wrap_disarm();
	xdp_end(&plain);
	return reached;
}

/* Each call fails by one error, in turn; in check-full by all. */
static void sweep(void **state)
{
	const int *error = *state;
	uint32_t n, e = (uint32_t)(error - errors), step;

	step = getenv("NETRING_FULL") ? 1 : COUNT(errors);
	assert_int_equal(fail_step(0, *error), 1);
	assert_int_equal(fail_step(1, *error), 1);
	for (n = 2 + e % step; fail_step(n, *error); n += step)
		;
}

/* What ends run() is what poll() said. */
static const int endings_by[] = { EPERM, EINVAL, ENOMEM, E2BIG,
				  EBADF, ENOENT, EMFILE, ENODEV };
static int endings;
static int end_by;

/* EINTR goes on; the third wait ends it. */
static int poll_ends(struct pollfd *fds, nfds_t count, int timeout)
{
	(void)timeout;
	memset(&fds[0].revents, 0, sizeof(fds[0].revents));
	assert_int_equal(count, 3);
	errno = ++endings < 3 ? EINTR : end_by;
	return -1;
}

static int always_signal(struct pollfd *fds, nfds_t count, int timeout)
{
	(void)fds;
	(void)count;
	(void)timeout;
	errno = EINTR;
	return -1;
}

/* Signals may come faster than poll() returns: frames go all the same. */
static void signals(void **state)
{
	int64_t deadline = netring_clock_ms() + PATIENCE_MS;

	(void)state;
	xdp_begin(&plain);
	xdp_arm(0, 0);
	wrap.endless = 1;
	assert_int_equal(open_bridge(), 0);
	send_some();
	wrap.poll = always_signal;
	while (stats().forwarded < SENT) {
		assert_true(netring_clock_ms() < deadline);
		assert_int_equal(netring_xdp_bridge_step(&br, 0), -EINTR);
	}
	wrap.poll = NULL;
	netring_xdp_bridge_close(&br);
	wrap_disarm();
	xdp_end(&plain);
}

static int run(void)
{
	static volatile int stop;

	return netring_xdp_bridge_run(&br, &stop, sender);
}

static void bridge_run(void **state)
{
	struct netring_xdp_bridge_config cfg = {
		.interface = { "nra0", "nrb0" },
		.socket = { .umem = &xdp_umem },
	};
	uint32_t e;

	(void)state;
	xdp_begin(&plain);
	xdp_arm(0, 0);
	wrap.endless = 1;
	assert_int_equal(netring_xdp_bridge_open(&br, &cfg), 0);
	wrap.poll = poll_ends;
	for (e = 0; e < COUNT(endings_by); e++) {
		endings = 0;
		end_by = endings_by[e];
		assert_int_equal(run(), -endings_by[e]);
		assert_int_equal(endings, 3);
	}
	wrap.poll = NULL;
	netring_xdp_bridge_close(&br);
	assert_int_equal(wrap_open_descriptors(), 0);
	wrap_disarm();
	xdp_end(&plain);
}

static int setup(void **state)
{
	sender = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	ports_add("nrc0", "nrc1"); /* of one queue */
	ports_add("nrd0", "nrd1");
	return sender < 0 ? -1 : xdp_setup(state);
}

static int teardown(void **state)
{
	close(sender);
	ports_remove("nrc0");
	ports_remove("nrd0");
	return xdp_teardown(state);
}

int main(void)
{
	struct CMUnitTest tests[COUNT(errors) + 2];
	uint32_t i;

	enter_private_network();
	xdp_need_bpf();
	memset(tests, 0, sizeof(tests));
	for (i = 0; i < COUNT(errors); i++) {
		tests[i].name = strerror(errors[i]);
		tests[i].test_func = sweep;
		tests[i].teardown_func = xdp_clean;
		tests[i].initial_state = (void *)(uintptr_t)&errors[i];
	}
	tests[i].name = "xdp_bridge_run";
	tests[i].test_func = bridge_run;
	tests[i++].teardown_func = xdp_clean;
	tests[i].name = "xdp_bridge_signals";
	tests[i].test_func = signals;
	tests[i].teardown_func = xdp_clean;
	return _cmocka_run_group_tests("xdp_bridge_step", tests, COUNT(tests),
				       setup, teardown);
}
