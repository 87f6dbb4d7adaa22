/* SPDX-License-Identifier: MIT */
/* test_capture_after_open.c - what an open capture is bound to and tells. */
#include "capture_open_cases.h"

#include <net/if.h>

#define LO .interface = "lo", .memory = 131072

static void packets_tell(void **state)
{
	struct netring_capture_config cfg = { LO, .retire_ms = 1 };
	struct netring_capture cap;
	struct netring_packet pkt;
	uint32_t i;

	(void)state;
	for (i = 0; i < 4; i++) {
		cfg.flags = (i & 1 ? NETRING_CAPTURE_COOKED : 0) |
			    (i & 2 ? NETRING_CAPTURE_IMMEDIATE : 0);
		assert_int_equal(netring_capture_open(&cap, &cfg), 0);
		assert_int_equal(netring_capture_link_type(&cap),
				 i & 1 ? 276 : 1);
		send_on_lo(60);
		assert_int_equal(netring_capture_receive(
					 &cap, &pkt, netring_clock_ms() + 1000),
				 1);
		assert_int_equal(!!(pkt.flags & NETRING_PACKET_COOKED), i & 1);
		assert_int_equal(pkt.wire_len, i & 1 ? 46 : 60);
		netring_capture_close(&cap);
	}
}

/* On lo every packet goes out and comes in. */
static void directions(void **state)
{
	static const uint32_t expected[] = {
		[NETRING_DIRECTION_BOTH] = 1 << 4 | 1 << 0,
		[NETRING_DIRECTION_IN] = 1 << 0,
		[NETRING_DIRECTION_OUT] = 1 << 4,
	};
	struct netring_capture_config cfg = { LO, .retire_ms = 1 };
	struct netring_capture cap;
	struct netring_packet pkt;
	uint32_t i, types;

	(void)state;
	for (i = 0; i < 6; i++) {
		cfg.direction = (enum netring_direction)(i % 3);
		cfg.flags = i < 3 ? NETRING_CAPTURE_IMMEDIATE : 0;
		assert_int_equal(netring_capture_open(&cap, &cfg), 0);
		send_on_lo(60);
		types = 0;
		while (netring_capture_receive(&cap, &pkt,
					       netring_clock_ms() + 20) > 0)
			types |= 1u << pkt.link->type;
		assert_int_equal(types, expected[i % 3]);
		netring_capture_close(&cap);
	}
}

/* The id that the kernel picked is told, another one for each group. */
static void unique_groups(void **state)
{
	const struct netring_fanout fanout = {
		.flags = NETRING_FANOUT_UNIQUE_ID
	};
	const struct netring_capture_config cfg = { LO, .fanout = &fanout };
	struct netring_capture cap[2];
	uint32_t value, i;
	socklen_t size = sizeof(value);

	(void)state;
	for (i = 0; i < 2; i++) {
		assert_int_equal(netring_capture_open(&cap[i], &cfg), 0);
		assert_int_equal(getsockopt(netring_capture_fd(&cap[i]),
					    SOL_PACKET, PACKET_FANOUT, &value,
					    &size),
				 0);
		assert_int_equal(netring_capture_fanout_id(&cap[i]),
				 value & 0xffff);
	}
	assert_int_not_equal(netring_capture_fanout_id(&cap[0]),
			     netring_capture_fanout_id(&cap[1]));
	netring_capture_close(&cap[0]);
	netring_capture_close(&cap[1]);
}

static void bound_to(void **state)
{
	const uint16_t protocols[] = { 0, 0x88b5, 0x0102 };
	struct netring_capture_config cfg = { .ifindex = 1, .memory = 65536 };
	struct netring_capture cap;
	struct nr_sockaddr_ll address;
	socklen_t size = sizeof(address);
	uint8_t *wire = (uint8_t *)&address.protocol;
	uint32_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		cfg.protocol = protocols[i];
		assert_int_equal(netring_capture_open(&cap, &cfg), 0);
		assert_int_equal(getsockname(netring_capture_fd(&cap),
					     (void *)&address, &size),
				 0);
		assert_int_equal(wire[0] << 8 | wire[1],
				 protocols[i] ? protocols[i] : 3);
		assert_int_equal(address.ifindex, 1);
		netring_capture_close(&cap);
	}
}

static void lock_holds(void **state)
{
	const struct netring_instruction code = { BPF_RET | BPF_K, 0, 0, 64 };
	const struct netring_filter filter = { &code, 1 };
	const struct netring_capture_config cfg = {
		LO, .filter = &filter, .flags = NETRING_CAPTURE_LOCK_FILTER
	};
	struct netring_capture cap;

	(void)state;
	assert_int_equal(netring_capture_open(&cap, &cfg), 0);
	assert_int_equal(netring_capture_set_filter(&cap, &filter), -EPERM);
	assert_int_equal(netring_capture_detach_filter(&cap), -EPERM);
	assert_int_equal(cap.step, NETRING_STEP_FILTER);
	netring_capture_close(&cap);
}

static void rename_interface(const char *from, const char *to)
{
	struct ifreq request;
	int fd = real_socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	memset(&request, 0, sizeof(request));
	strcpy(request.ifr_name, from);
	assert_int_equal(ioctl(fd, SIOCSIFFLAGS, &request), 0); /* down */
	strcpy(request.ifr_newname, to);
	assert_int_equal(ioctl(fd, SIOCSIFNAME, &request), 0);
	real_close(fd);
}

/* A name that is too long is not cut to one that exists. */
static void longest_name(void **state)
{
	struct netring_capture_config cfg = { .memory = 65536 };
	struct netring_capture cap;

	(void)state;
	rename_interface("lo", "fifteen-letters");
	cfg.interface = "fifteen-letters-and-more";
	assert_int_equal(netring_capture_open(&cap, &cfg), -ENODEV);
	cfg.interface = "fifteen-letters!";
	assert_int_equal(netring_capture_open(&cap, &cfg), -ENODEV);
	assert_int_equal(cap.step, NETRING_STEP_INTERFACE);
	cfg.interface = "fifteen-letters";
	assert_int_equal(netring_capture_open(&cap, &cfg), 0);
	assert_int_equal(netring_capture_ifindex(&cap), 1);
	assert_int_equal(netring_capture_hatype(&cap), 772);
	netring_capture_close(&cap);
	rename_interface("fifteen-letters", "lo");
	lo_up();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packets_tell),	 cmocka_unit_test(directions),
		cmocka_unit_test(unique_groups), cmocka_unit_test(bound_to),
		cmocka_unit_test(lock_holds),	 cmocka_unit_test(longest_name),
	};

	enter_private_network();
	return cmocka_run_group_tests_name("capture_after_open", tests, NULL,
					   NULL);
}
