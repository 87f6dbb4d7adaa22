/* SPDX-License-Identifier: MIT */
/* test_asked.c - what open asks the kernel for, value by value. */
#include "configs.h"

#include <net/if.h>

/* The last value of each option of SOL_PACKET and SOL_SOCKET; -1: not set. */
static int packet[32], option[64];
static struct nr_tpacket_req3 ring;
static socklen_t ring_size;
static uint32_t bound_at, last_filter_at;

static int record(int fd, int level, int name, const void *value,
		  socklen_t size)
{
	if (level == 263 && name == 5) {
		memset(&ring, 0xa5, sizeof(ring));
		ring_size = size;
		memcpy(&ring, value, size);
	} else if (level == 263) {
		memcpy(&packet[name], value, sizeof(int));
	} else {
		memcpy(&option[name], value, sizeof(int));
		last_filter_at = wrap.count;
	}
	return real_setsockopt(fd, level, name, value, size);
}

/* Open, look, close; returns the number of calls. */
static uint32_t ask(const struct netring_capture_config *cfg)
{
	struct netring_capture cap;
	uint32_t calls, i;

	memset(packet, 0xff, sizeof(packet));
	memset(option, 0xff, sizeof(option));
	wrap_arm(0, 0);
	wrap.setsockopt = record;
	assert_int_equal(netring_capture_open(&cap, cfg), 0);
	calls = wrap.count;
	for (i = 0; i < calls; i++)
		if (wrap.log[i].call == WRAP_BIND)
			bound_at = i + 1;
	netring_capture_close(&cap);
	wrap_disarm();
	return calls;
}

#define LO .interface = "lo", .memory = 131072

static void plain(void **state)
{
	const struct netring_capture_config cfg = { LO };

	(void)state;
	ask(&cfg);
	assert_int_equal(packet[10], 2);    /* TPACKET_V3 */
	assert_in_range(packet[12], 4, 16); /* room for a tag */
	assert_int_equal(ring_size, 28);
	assert_int_equal(ring.block_size, 32768);
	assert_int_equal(ring.block_nr, 4);
	assert_int_equal(ring.frame_size, 2048);
	assert_int_equal(ring.frame_nr, 64);
	assert_int_equal(ring.retire_blk_tov, 8);
	assert_int_equal(ring.sizeof_priv, 0);
	assert_int_equal(ring.feature_req_word, 1);
	/* what was not asked for is not touched */
	assert_int_equal(packet[1], -1);
	assert_int_equal(packet[15], -1);
	assert_int_equal(packet[17], -1);
	assert_int_equal(packet[18], -1);
	assert_int_equal(packet[23], -1);
	assert_int_equal(option[SO_ATTACH_FILTER], -1);
	assert_int_equal(option[SO_LOCK_FILTER], -1);
}

static void options(void **state)
{
	const struct netring_capture_config cfg = {
		LO,
		.retire_ms = 77,
		.direction = NETRING_DIRECTION_IN,
		.flags = NETRING_CAPTURE_NO_HASH | NETRING_CAPTURE_VNET_HDR |
			 NETRING_CAPTURE_TIME_HARDWARE |
			 NETRING_CAPTURE_LOCK_FILTER,
	};

	(void)state;
	ask(&cfg);
	assert_int_equal(ring.retire_blk_tov, 77);
	assert_int_equal(ring.feature_req_word, 0);
	assert_in_range(packet[12], 4, 16);
	assert_int_equal(packet[15], 1);
	assert_int_equal(packet[17], 64); /* raw hardware */
	assert_int_equal(packet[23], 1);
	assert_int_equal(option[SO_LOCK_FILTER], 1);
}

static void immediate(void **state)
{
	const struct netring_capture_config cfg = {
		LO,
		.flags = NETRING_CAPTURE_IMMEDIATE,
		.frame_size = 1360,
		.block_size = 4096 * 16,
		.block_count = 3,
	};

	(void)state;
	ask(&cfg);
	assert_int_equal(packet[10], 1); /* TPACKET_V2 */
	assert_int_equal(ring_size, 16);
	assert_int_equal(ring.block_size, 65536);
	assert_int_equal(ring.block_nr, 3);
	assert_int_equal(ring.frame_size, 1360);
	assert_int_equal(ring.frame_nr, 48 * 3);
}

/* A group's word; and no packet is let in before all is set up. */
static void group(void **state)
{
	const struct netring_fanout fanout = {
		.id = 0x1234,
		.mode = NETRING_FANOUT_CPU,
		.flags = NETRING_FANOUT_DEFRAG | NETRING_FANOUT_ROLLOVER_FLAG,
	};
	const struct netring_capture_config cfg = { LO, .fanout = &fanout };
	uint32_t calls;

	(void)state;
	calls = ask(&cfg);
	assert_int_equal((uint32_t)packet[18], 0x90021234);
	/* the gate is opened by the last call of all, behind bind */
	assert_int_equal(last_filter_at, calls);
	assert_true(bound_at < last_filter_at);
	assert_int_not_equal(option[SO_DETACH_FILTER], -1);
}

static void filter_before_bind(void **state)
{
	const struct netring_instruction code = { 6, 0, 0, 64 };
	const struct netring_filter filter = { &code, 1 };
	const struct netring_capture_config cfg = { LO, .filter = &filter };

	(void)state;
	ask(&cfg);
	assert_true(last_filter_at < bound_at);
}

/* A mode that needs a program gets it. */
static void group_program(void **state)
{
	const struct netring_instruction code = { 6, 0, 0, 1 };
	const struct netring_filter program = { &code, 1 };
	const struct netring_fanout fanout = {
		.id = 5,
		.mode = NETRING_FANOUT_CLASSIC_BPF,
		.classic = &program,
	};
	const struct netring_capture_config cfg = { LO, .fanout = &fanout };

	(void)state;
	ask(&cfg);
	assert_int_equal(packet[18], 0x60005);
	assert_int_equal(*(uint16_t *)(void *)&packet[22], 1); /* its length */
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
		assert_int_equal(getsockopt(netring_capture_fd(&cap[i]), 263,
					    18, &value, &size),
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

/* Protocol 0 at first: nothing is received before bind. */
static void socket_of_no_protocol(void **state)
{
	static const uint32_t flags[] = { 0, NETRING_CAPTURE_COOKED };
	struct netring_capture_config cfg = { LO };
	uint32_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		cfg.flags = flags[i];
		ask(&cfg);
		assert_int_equal(wrap.log[0].call, WRAP_SOCKET);
		assert_int_equal(wrap.log[0].level, AF_PACKET);
		assert_int_equal(wrap.log[0].option,
				 (i ? SOCK_DGRAM : SOCK_RAW) | SOCK_CLOEXEC);
		assert_int_equal(wrap.log[0].fd, 0); /* the protocol */
	}
}

static void lock_holds(void **state)
{
	const struct netring_instruction code = { 6, 0, 0, 64 };
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
		cmocka_unit_test(plain),
		cmocka_unit_test(options),
		cmocka_unit_test(immediate),
		cmocka_unit_test(group),
		cmocka_unit_test(group_program),
		cmocka_unit_test(directions),
		cmocka_unit_test(unique_groups),
		cmocka_unit_test(bound_to),
		cmocka_unit_test(filter_before_bind),
		cmocka_unit_test(socket_of_no_protocol),
		cmocka_unit_test(lock_holds),
		cmocka_unit_test(longest_name),
	};

	enter_private_network();
	return cmocka_run_group_tests_name("asked", tests, NULL, NULL);
}
