/* SPDX-License-Identifier: MIT */
/* test_capture_rebind.c - the link and the binding, on the real kernel's lo. */
#include "capture_open_cases.h"

#include <net/if.h>

static int gone(int fd, void *address, socklen_t *size)
{
	struct nr_sockaddr_ll *ll = address;

	(void)fd;
	(void)size;
	ll->ifindex = -1; /* as the kernel says after a removal */
	return 0;
}

/* Gone at the first look, bound to a new one at the next. */
static int gone_at_first(int fd, void *address, socklen_t *size)
{
	wrap.getsockname = NULL;
	return gone(fd, address, size);
}

static void receives(struct netring_capture *cap)
{
	struct netring_packet pkt;

	send_on_lo(80);
	assert_int_equal(netring_capture_receive(cap, &pkt,
						 netring_clock_ms() + 1000),
			 1);
	assert_int_equal(pkt.len, 80);
	assert_int_equal(netring_capture_receive(cap, &pkt, 0), 0);
}

/* The ring stays mapped, counters go on, nothing is received twice. */
static void rebind_often(void **state)
{
	struct netring_capture_stats total;
	struct netring_capture cap;
	int i;

	(void)state;
	open_on_lo(&cap, NETRING_CAPTURE_PROMISC);
	wrap_arm(0, 0);
	for (i = 0; i < 10; i++) {
		assert_int_equal(netring_capture_rebind(&cap), 0);
		assert_int_equal(cap.step, NETRING_STEP_NONE);
		receives(&cap);
	}
	assert_int_equal(wrap_open_descriptors(), 0);
	assert_int_equal(wrap_open_mappings(), 0);
	wrap_disarm();
	assert_int_equal(netring_capture_read_stats(&cap, &total, NULL), 0);
	assert_int_equal(total.received, 10);
	netring_capture_close(&cap);
}

/* No interface of that name any more: told, and the ring is kept. */
static void rebind_too_early(void **state)
{
	struct netring_capture cap;

	(void)state;
	open_on_lo(&cap, 0);
	wrap_arm(0, 0);
	wrap.getsockname = gone;
	strcpy(cap.interface_, "nonesuch0");
	assert_int_equal(netring_capture_rebind(&cap), -ENODEV);
	assert_int_equal(cap.step, NETRING_STEP_INTERFACE);
	wrap.getsockname = gone_at_first;
	strcpy(cap.interface_, "lo");
	assert_int_equal(netring_capture_rebind(&cap), 0);
	wrap_disarm();
	receives(&cap);
	netring_capture_close(&cap);
}

static int without_type(int fd, void *address, socklen_t *size)
{
	struct nr_sockaddr_ll *ll = address;

	(void)fd;
	(void)size;
	ll->ifindex = 1;
	ll->hatype = 0; /* as the kernel says during a removal */
	return 0;
}

/* What it was is known for the next one of its name. */
static void rebind_during_removal(void **state)
{
	struct netring_capture cap;

	(void)state;
	open_on_lo(&cap, 0);
	wrap_arm(0, 0);
	wrap.getsockname = without_type;
	assert_int_equal(netring_capture_rebind(&cap), 0);
	wrap_disarm();
	assert_int_equal(netring_capture_hatype(&cap), 772);
	netring_capture_close(&cap);
}

/* As long as it is there, its name is no matter. */
static void rebind_renamed(void **state)
{
	struct netring_capture cap;

	(void)state;
	open_on_lo(&cap, 0);
	strcpy(cap.interface_, "nonesuch0");
	assert_int_equal(netring_capture_rebind(&cap), 0);
	receives(&cap);
	netring_capture_close(&cap);
}

/* What has the name now has another link header: refused, and not bound. */
static void rebind_other_kind(void **state)
{
	struct netring_capture cap;

	(void)state;
	open_on_lo(&cap, 0);
	cap.hatype_ = 1;
	wrap_arm(0, 0);
	wrap.getsockname = gone;
	assert_int_equal(netring_capture_rebind(&cap), -EPFNOSUPPORT);
	assert_int_equal(cap.step, NETRING_STEP_INTERFACE);
	assert_int_equal(wrap.log[wrap.count - 1].call, WRAP_IOCTL);
	wrap_disarm();
	netring_capture_close(&cap);
}

/* A member of a fanout group cannot move. */
static void rebind_in_group(void **state)
{
	const struct netring_fanout group = { .id = 3 };
	const struct netring_capture_config cfg = { .interface = "lo",
						    .memory = 65536,
						    .fanout = &group };
	struct netring_capture cap;

	(void)state;
	assert_int_equal(netring_capture_open(&cap, &cfg), 0);
	assert_int_equal(netring_capture_rebind(&cap), -EINVAL);
	assert_int_equal(cap.step, NETRING_STEP_BIND);
	netring_capture_close(&cap);
}

static void set_lo(int up)
{
	struct ifreq request = { .ifr_name = "lo",
				 .ifr_flags = up ? IFF_UP : 0 };
	int fd = real_socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(ioctl(fd, SIOCSIFFLAGS, &request), 0);
	real_close(fd);
}

/* Down is told once; then time passes without a spin; then packets again. */
static void down_and_up(void **state)
{
	struct netring_capture cap;

	(void)state;
	open_on_lo(&cap, 0);
	set_lo(0);
	wrap_arm(0, 0);
	assert_int_equal(netring_capture_wait(&cap, 1000),
			 NETRING_EVENT_LINK_DOWN);
	assert_int_equal(netring_capture_wait(&cap, 20), NETRING_EVENT_TIMEOUT);
	assert_int_equal(netring_capture_wait(&cap, 0), NETRING_EVENT_TIMEOUT);
	assert_true(wrap.count < 16);
	wrap_disarm();
	set_lo(1);
	receives(&cap);
	netring_capture_close(&cap);
}

/* Opened on an interface that is down: allowed, told by the first wait. */
static void open_while_down(void **state)
{
	struct netring_capture cap;

	(void)state;
	set_lo(0);
	open_on_lo(&cap, 0);
	assert_int_equal(netring_capture_wait(&cap, 1000),
			 NETRING_EVENT_LINK_DOWN);
	assert_int_equal(netring_capture_wait(&cap, 5), NETRING_EVENT_TIMEOUT);
	set_lo(1);
	receives(&cap);
	netring_capture_close(&cap);
}

/*
 * Rebound to an interface that is down: a removal of that one makes no event,
 * so it has to be looked for.
 */
static void rebind_while_down(void **state)
{
	struct netring_capture cap;
	int r;

	(void)state;
	open_on_lo(&cap, 0);
	set_lo(0);
	assert_int_equal(netring_capture_wait(&cap, 1000),
			 NETRING_EVENT_LINK_DOWN);
	assert_int_equal(netring_capture_rebind(&cap), 0);
	r = netring_capture_wait(&cap, 5);
	assert_true(r == NETRING_EVENT_LINK_DOWN || r == NETRING_EVENT_TIMEOUT);
	wrap_arm(0, 0);
	wrap.getsockname = gone;
	assert_int_equal(netring_capture_wait(&cap, 10), -ENODEV);
	wrap_disarm();
	set_lo(1);
	receives(&cap);
	netring_capture_close(&cap);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rebind_often),
		cmocka_unit_test(rebind_too_early),
		cmocka_unit_test(rebind_during_removal),
		cmocka_unit_test(rebind_renamed),
		cmocka_unit_test(rebind_other_kind),
		cmocka_unit_test(rebind_in_group),
		cmocka_unit_test(down_and_up),
		cmocka_unit_test(open_while_down),
		cmocka_unit_test(rebind_while_down),
	};

	enter_private_network();
	return cmocka_run_group_tests_name("capture_rebind", tests, NULL, NULL);
}
