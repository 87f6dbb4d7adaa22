/* SPDX-License-Identifier: MIT */
/* test_netlink_answers.c - answers by netlink that are no answers. */
#include "xdp_open_cases.h"

#include <netring/probe.h>
#include <sys/socket.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define PORT "nra0"
#define ROUNDS 3000

static struct {
	struct nlmsghdr header;
	union {
		int32_t error;
		struct ifinfomsg info;
	} u;
	uint16_t attributes[512];
} message;
static uint32_t length; /* of it, that the kernel tells */

static ssize_t answer(int fd, void *bytes, size_t size, int flags)
{
	(void)fd;
	(void)flags;
	if (size > length)
		size = length;
	memcpy(bytes, &message, size);
	return (ssize_t)size;
}

static long no_links(int command, void *attributes, unsigned int size)
{
	if (command != NR_BPF_LINK_CREATE)
		return real_bpf(command, attributes, size);
	errno = EINVAL;
	return -1;
}

static void arm(void)
{
	wrap_arm(0, 0);
	wrap.endless = 1;
	wrap.recv = answer;
}

/* What is asked for by netlink: facts, and a program's attaching. */
static int facts(struct netring_interface *told)
{
	int r;

	arm();
	r = netring_probe_interface(told, PORT);
	assert_int_equal(wrap_open_descriptors(), 0);
	wrap_disarm();
	assert_int_equal(r, 0);
	assert_string_equal(told->driver, "veth");
	return r;
}

static int attach(struct netring_xdp_program *program)
{
	const struct netring_xdp_program_config cfg = {
		.interface = PORT, .attach = { NETRING_XDP_GENERIC }
	};
	int r;

	wrap_arm(0, 0);
	assert_int_equal(netring_xdp_program_open(program, &cfg), 0);
	wrap.bpf = no_links;
	wrap.recv = answer;
	r = netring_xdp_program_attach(program);
	netring_xdp_program_close(program);
	assert_int_equal(wrap_open_descriptors(), 0);
	wrap_disarm();
	/* said to fail, it may have been attached all the same */
	assert_int_equal(ports_program(PORT), 0);
	return r;
}

/* An error is an errno, none is an error of its own, and a number that is
 * neither is no length to go by. */
static void errors(void **state)
{
	static const int32_t numbers[] = { 1,	  19,	     100,
					   4096,  INT32_MAX, INT32_MIN,
					   -4096, -EBUSY,    -EPERM };
	struct netring_xdp_program program;
	struct netring_interface told;
	uint32_t i;
	int r;

	(void)state;
	memset(&message, 0, sizeof(message));
	message.header.nlmsg_type = NLMSG_ERROR;
	length = message.header.nlmsg_len = 36;
	for (i = 0; i < COUNT(numbers); i++) {
		message.u.error = numbers[i];
		facts(&told);
		assert_int_equal(told.xdp_attached, 0);
		if (xdp_map < 0)
			continue;
		r = attach(&program);
		assert_true(r < 0);
		if (numbers[i] > 0)
			assert_int_equal(r, -EBADMSG);
	}
}

/* Attributes of lengths that cannot be; all of them at random. */
static void attributes(void **state)
{
	static const uint16_t types[] = { IFLA_XDP, IFLA_XDP | NLA_F_NESTED,
					  IFLA_XDP_PROG_ID, IFLA_XDP_ATTACHED };
	static const uint16_t lengths[] = { 0, 1,  3,  4,  5,	8,
					    9, 12, 40, 99, 800, 0xffff };
	struct netring_interface told;
	uint32_t i, j, seed = 1;

	(void)state;
	for (i = 0; i < ROUNDS; i++) {
		memset(&message, 0, sizeof(message));
		message.header.nlmsg_type = RTM_NEWLINK;
		for (j = 0; j < COUNT(message.attributes); j++) {
			seed = seed * 1664525 + 1013904223;
			message.attributes[j] =
				seed >> 31 ?
					types[seed >> 16 & 3] :
					lengths[(seed >> 16) % COUNT(lengths)];
		}
		length = seed % sizeof(message);
		message.header.nlmsg_len = length;
		facts(&told);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(errors, xdp_clean),
		cmocka_unit_test_teardown(attributes, xdp_clean),
	};

	enter_private_network();
	return cmocka_run_group_tests_name("netlink_answers", tests, xdp_setup,
					   xdp_teardown);
}
