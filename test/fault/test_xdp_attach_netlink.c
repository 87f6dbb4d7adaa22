/* SPDX-License-Identifier: MIT */
/* test_xdp_attach_netlink.c - XDP programs where the kernel has no links. */
#include "xdp_open_cases.h"

#include "netlink.h"

#include <sys/resource.h>

#define NATIVE 1u /* XDP_ATTACHED_DRV, and the library's own numbers */
#define GENERIC 2u
#define DRV_MODE 4u /* XDP_FLAGS_* */
#define REPLACE 16u
#define PORT "nra0"
#define LINK_CREATE 28

static const struct netring_xdp_program_config either = { .interface = PORT };
static const struct netring_xdp_program_config native = {
	.interface = PORT,
	.attach = { NETRING_XDP_NATIVE },
};

static int refuse_replace; /* as before Linux 5.7 */
static int refused;
static uint32_t shortest; /* bytes of an answer, when not 0 */

static long no_links(int command, void *attributes, unsigned int size)
{
	if (command != LINK_CREATE)
		return real_bpf(command, attributes, size);
	errno = EINVAL;
	return -1;
}

/* The flags of a request to set a program; it goes with IFLA_XDP_FLAGS at
 * a fixed place of the library's. */
static uint32_t flags_of(const void *bytes, size_t size)
{
	const uint8_t *at = bytes;
	uint32_t length = (uint32_t)size - 32, flags = 0;

	at = netring_netlink_find_(at + 32, &length, NR_IFLA_XDP);
	if (at)
		at = netring_netlink_find_(at, &length, NR_IFLA_XDP_FLAGS);
	if (at)
		memcpy(&flags, at, sizeof(flags));
	return flags;
}

static ssize_t ask(int fd, const void *bytes, size_t size)
{
	refused = refuse_replace && flags_of(bytes, size) & REPLACE;
	return refused ? (ssize_t)size : real_sendto(fd, bytes, size);
}

static ssize_t answer(int fd, void *bytes, size_t size, int flags)
{
	struct nr_nlmsghdr header = { .len = 20, .type = NR_NLMSG_ERROR };
	int32_t error = -EINVAL;
	ssize_t r;

	if (!refused) {
		r = real_recv(fd, bytes, size, flags);
		return shortest && r > shortest ? (ssize_t)shortest : r;
	}
	assert_true(size >= 20);
	memcpy(bytes, &header, sizeof(header));
	memcpy((uint8_t *)bytes + sizeof(header), &error, sizeof(error));
	return 20;
}

static void arm(void)
{
	wrap_arm(0, 0);
	wrap.bpf = no_links;
	wrap.sendto = ask;
	wrap.recv = answer;
	refuse_replace = refused = 0;
	shortest = 0;
}

static void open_program(struct netring_xdp_program *program,
			 const struct netring_xdp_program_config *cfg)
{
	memset(program, 0xa5, sizeof(*program));
	assert_int_equal(netring_xdp_program_open(program, cfg), 0);
}

static void close_program(struct netring_xdp_program *program)
{
	wrap.fail_at = 0;
	netring_xdp_program_close(program);
	assert_int_equal(wrap_open_descriptors(), 0);
}

/* Which question by netlink, from 1, call @n belongs to; 0: none. The first
 * one attaches, the second one asks for the id, which may fail. */
static int question(uint32_t from, uint32_t n)
{
	uint32_t i;
	int count = 0;

	for (i = from; i < n; i++)
		count += wrap.log[i].call == WRAP_SOCKET &&
			 wrap.log[i].level == AF_NETLINK;
	return count;
}

/* Whether the answer comes or not: it is attached as is told, and not at all
 * when an error is told; and nothing is left after close. */
static int fail_attach(const struct netring_xdp_program_config *cfg, uint32_t n,
		       int error)
{
	struct netring_xdp_program program;
	const struct wrap_entry *call;
	int r, reached, expected = 0;
	uint32_t from;

	arm();
	open_program(&program, cfg);
	from = wrap.count;
	wrap.fail_at = n ? from + n : 0;
	wrap.error = error;
	r = netring_xdp_program_attach(&program);
	reached = !n || wrap.count >= from + n;
	call = wrap_failed();
	if (reached && question(from, from + n) == 1 &&
	    call->call != WRAP_CLOSE && cfg == &native)
		expected = -error;
	if (reached && question(from, from + n)) {
		if (r != expected)
			print_message("# call %u: %s by %d: %d\n", n,
				      wrap_name(call), error, r);
		assert_int_equal(r, expected);
		assert_int_equal(program.step, r < 0 ? NETRING_STEP_ATTACH :
						       NETRING_STEP_NONE);
	}
	if (ports_program_mode(PORT) != netring_xdp_program_attached(&program))
		print_message("# call %u: %s by %d: %d, attached %u, told %u\n",
			      n, wrap_name(call), error, r,
			      ports_program_mode(PORT),
			      netring_xdp_program_attached(&program));
	assert_int_equal(ports_program_mode(PORT),
			 netring_xdp_program_attached(&program));
	close_program(&program);
	assert_int_equal(ports_program(PORT), 0);
	wrap_disarm();
	return reached;
}

static void sweep(const struct netring_xdp_program_config *cfg, uint32_t least)
{
	static const int errors[] = { ENOMEM, EPERM, ENOBUFS };
	uint32_t n;

	assert_true(fail_attach(cfg, 0, 0));
	for (n = 1; fail_attach(cfg, n, errors[n % 3]); n++)
		;
	print_message("# %u calls\n", n - 1);
	assert_true(n > least);
}

static void attach_native(void **state)
{
	(void)state;
	sweep(&native, 12);
}

static void attach_either(void **state)
{
	(void)state;
	sweep(&either, 12);
}

/* What complains while it closes keeps nothing but what cannot be helped: a
 * request that was never made. */
static void sweep_close(void **state)
{
	struct netring_xdp_program program;
	uint32_t n, calls;
	int asked;

	(void)state;
	for (n = calls = 0; n <= calls; n++) {
		arm();
		open_program(&program, &native);
		assert_int_equal(netring_xdp_program_attach(&program), 0);
		assert_int_equal(ports_program_mode(PORT), NATIVE);
		calls = wrap.count;
		wrap.fail_at = n ? calls + n : 0;
		wrap.error = ENOMEM;
		netring_xdp_program_close(&program);
		asked = wrap_failed()->call != WRAP_SOCKET &&
			wrap_failed()->call != WRAP_SENDTO;
		calls = wrap.count - calls;
		close_program(&program);
		assert_int_equal(!ports_program(PORT), asked);
		wrap_disarm();
		if (!asked)
			assert_int_equal(ports_attach(PORT, -1, 0), 0);
	}
	assert_true(calls >= 6);
}

/* Without a free descriptor the program goes all the same: the program's own
 * maps are not needed any more. */
static void no_descriptor_left(void **state)
{
	struct netring_xdp_program program;
	struct rlimit before, few;
	int fd, last = -1;

	(void)state;
	arm();
	open_program(&program, &native);
	assert_int_equal(netring_xdp_program_attach(&program), 0);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	few = before;
	few.rlim_cur = 64;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	while ((fd = dup(0)) >= 0) {
		if (last < 0)
			last = fd; /* the first of them */
	}
	netring_xdp_program_close(&program);
	for (fd = last; fd < 64; fd++)
		real_close(fd);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	fd = (int)ports_program(PORT);
	wrap_disarm();
	if (fd)
		ports_attach(PORT, -1, 0);
	assert_int_equal(fd, 0);
}

/* There is one already, by netlink or by a link: told, and left alone. */
static void foreign(void **state)
{
	struct netring_xdp_program program, other;
	uint32_t id;
	int links;

	(void)state;
	for (links = 0; links < 4; links++) {
		arm();
		if (links & 1)
			wrap.bpf = NULL;
		open_program(&other, links & 2 ? &either : &native);
		assert_int_equal(netring_xdp_program_attach(&other), 0);
		id = ports_program(PORT);
		wrap.bpf = no_links;
		open_program(&program, &either);
		assert_int_equal(netring_xdp_program_attach(&program), -EBUSY);
		assert_int_equal(program.step, NETRING_STEP_ATTACH);
		assert_int_equal(program.foreign, id);
		wrap.bpf = NULL;
		assert_int_equal(netring_xdp_program_attach(&program), -EBUSY);
		assert_int_equal(program.foreign, id);
		netring_xdp_program_close(&program);
		assert_int_equal(ports_program(PORT), id);
		close_program(&other);
		assert_int_equal(ports_program(PORT), 0);
		wrap_disarm();
	}
}

/* Somebody put another in its place meanwhile: that one stays. */
static void replaced(void **state)
{
	struct netring_xdp_program program;
	uint32_t id;
	int old;

	(void)state;
	for (old = 0; old < 2; old++) {
		arm();
		open_program(&program, &native);
		assert_int_equal(netring_xdp_program_attach(&program), 0);
		assert_int_equal(ports_attach(PORT, xdp_program.program_ - 1,
					      DRV_MODE),
				 0);
		id = ports_program(PORT);
		assert_int_not_equal(id, program.id_);
		refuse_replace = old;
		close_program(&program);
		assert_int_equal(ports_program(PORT), id);
		assert_int_equal(ports_attach(PORT, -1, DRV_MODE), 0);
		wrap_disarm();
	}
}

/* Before Linux 5.7 the kernel cannot compare; then we do. */
static void old_kernel(void **state)
{
	struct netring_xdp_program program;

	(void)state;
	arm();
	open_program(&program, &native);
	assert_int_equal(netring_xdp_program_attach(&program), 0);
	refuse_replace = 1;
	close_program(&program);
	assert_int_equal(ports_program(PORT), 0);
	wrap_disarm();
}

/* Answers that are cut off, at every length. */
static void short_answers(void **state)
{
	struct netring_xdp_program program, other;
	int r;

	(void)state;
	arm();
	wrap.endless = 1;
	open_program(&other, &native);
	assert_int_equal(netring_xdp_program_attach(&other), 0);
	for (shortest = 1; shortest < 600; shortest += shortest < 60 ? 1 : 37) {
		open_program(&program, &native);
		r = netring_xdp_program_attach(&program);
		assert_int_equal(r, shortest < 20 ? -EBADMSG : -EBUSY);
		if (program.foreign)
			assert_int_equal(program.foreign, ports_program(PORT));
		netring_xdp_program_close(&program);
	}
	shortest = 0;
	close_program(&other);
	assert_int_equal(ports_program(PORT), 0);
	wrap_disarm();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(attach_native, xdp_clean),
		cmocka_unit_test_teardown(attach_either, xdp_clean),
		cmocka_unit_test_teardown(sweep_close, xdp_clean),
		cmocka_unit_test_teardown(no_descriptor_left, xdp_clean),
		cmocka_unit_test_teardown(foreign, xdp_clean),
		cmocka_unit_test_teardown(replaced, xdp_clean),
		cmocka_unit_test_teardown(old_kernel, xdp_clean),
		cmocka_unit_test_teardown(short_answers, xdp_clean),
	};

	enter_private_network();
	xdp_need_bpf();
	return cmocka_run_group_tests_name("xdp_attach_netlink", tests,
					   xdp_setup, xdp_teardown);
}
