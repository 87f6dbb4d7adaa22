/* SPDX-License-Identifier: MIT */
/* test_probe.c - every system call of every trial fails. */
#include "capture_open_cases.h"

#include <netring/probe.h>

#include <dirent.h>

/* What an errno means for a trial; others are errors of their own. */
static int answer(int error)
{
	switch (error) {
	case EPERM:
	case EACCES:
		return NETRING_NOT_ALLOWED;
	case ENOPROTOOPT:
	case EAFNOSUPPORT:
	case ENOSYS:
		return NETRING_NO;
	default:
		return -error;
	}
}

/* Programs are descriptors too, and come from no call that is wrapped. */
static int descriptors(void)
{
	DIR *directory = opendir("/proc/self/fd");
	int n = 0;

	assert_non_null(directory);
	while (readdir(directory))
		n++;
	closedir(directory);
	return n;
}

static const int errors[] = {
	EINTR, EMFILE, EPERM, ENOPROTOOPT, ENOMEM, EACCES
};

static int probe(uint32_t feature)
{
	return netring_probe((enum netring_feature)feature, "lo");
}

static void features(void **state)
{
	uint32_t feature, n, e, calls;
	int whole, r, hidden, before = descriptors();

	(void)state;
	for (feature = 0; feature < NETRING_FEATURE_COUNT_; feature++) {
		wrap_arm(0, 0);
		whole = probe(feature);
		assert_true(whole >= NETRING_NO &&
			    whole <= NETRING_NOT_ALLOWED);
		calls = wrap.count;
		if (feature == NETRING_FEATURE_NETNS) /* it was tried */
			assert_int_equal(wrap.log[1].call, WRAP_SETNS);
		for (n = 1; n <= calls; n++) {
			e = (n + feature) % 6;
			wrap_arm(n, errors[e]);
			r = probe(feature);
			/* a close that complains has closed; ids of groups are
			 * told apart by being refused */
			hidden = wrap_failed()->call == WRAP_CLOSE ||
				 (feature == NETRING_FEATURE_FANOUT_UNIQUE_ID &&
				  wrap_failed()->option == PACKET_FANOUT);
			if (!hidden && n <= wrap.count &&
			    r != answer(errors[e]))
				print_message("# %s, call %u, %s by %d: %d\n",
					      netring_feature_name(feature), n,
					      wrap_name(wrap_failed()),
					      errors[e], r);
			if (!hidden && n <= wrap.count)
				assert_int_equal(r, answer(errors[e]));
			assert_int_equal(descriptors(), before);
			assert_int_equal(wrap_open_mappings(), 0);
			assert_true(at_home());
			wrap.fail_at = 0;
		}
		wrap_disarm();
	}
}

static int forgets(int fd, int level, int option, void *value, socklen_t *size)
{
	(void)fd;
	(void)level;
	(void)option;
	memset(value, 0, *size);
	return 0;
}

static int takes_all(int fd, int level, int option, const void *value,
		     socklen_t size)
{
	(void)fd;
	(void)level;
	(void)option;
	(void)value;
	(void)size;
	return 0;
}

static int no_group(int fd, int level, int option, const void *value,
		    socklen_t size)
{
	if (level != SOL_PACKET || option != PACKET_FANOUT)
		return real_setsockopt(fd, level, option, value, size);
	errno = EINVAL;
	return -1;
}

static int down(int fd, int level, int option, void *value, socklen_t *size)
{
	if (level != SOL_SOCKET || option != SO_ERROR)
		return real_getsockopt(fd, level, option, value, size);
	*(int *)value = ENETDOWN;
	return 0;
}

/* That a kernel takes something does not say that it knows it. */
static void old_kernels(void **state)
{
	(void)state;
	wrap_arm(0, 0);
	wrap.setsockopt = takes_all;
	wrap.getsockopt = forgets;
	assert_int_equal(probe(NETRING_FEATURE_IGNORE_OUTGOING), NETRING_NO);
	assert_int_equal(probe(NETRING_FEATURE_QDISC_BYPASS), NETRING_NO);
	assert_int_equal(probe(NETRING_FEATURE_TIMESTAMP), NETRING_NO);
	assert_int_equal(probe(NETRING_FEATURE_LOCK_FILTER), NETRING_NO);
	assert_int_equal(probe(NETRING_FEATURE_VNET_HDR), NETRING_NO);
	assert_int_equal(probe(NETRING_FEATURE_FANOUT_UNIQUE_ID), NETRING_NO);
	wrap.setsockopt = no_group;
	wrap.getsockopt = NULL;
	assert_int_equal(probe(NETRING_FEATURE_FANOUT_CPU), NETRING_NO);
	/* no group on an interface that is down says nothing about groups */
	wrap.getsockopt = down;
	assert_int_equal(probe(NETRING_FEATURE_FANOUT_CPU), -ENETDOWN);
	wrap_disarm();
}

static void names(void **state)
{
	const char *name;
	int i, j;

	(void)state;
	for (i = 0; i < NETRING_FEATURE_COUNT_; i++) {
		name = netring_feature_name((enum netring_feature)i);
		assert_true(strlen(name) > 2 && strlen(name) < 24);
		assert_string_not_equal(name, "unknown");
		for (j = 0; j < i; j++)
			assert_string_not_equal(
				name,
				netring_feature_name((enum netring_feature)j));
	}
	assert_string_equal(netring_feature_name(NETRING_FEATURE_COUNT_),
			    "unknown");
	assert_string_equal(netring_feature_name((enum netring_feature) - 1),
			    "unknown");
	assert_int_equal(netring_probe((enum netring_feature) - 1, "lo"),
			 -EINVAL);
	assert_int_equal(netring_probe(NETRING_FEATURE_COUNT_, "lo"), -EINVAL);
}

static void no_such_interface(void **state)
{
	struct netring_interface facts;

	(void)state;
	assert_int_equal(netring_probe(NETRING_FEATURE_FANOUT_CPU, "nonesuch0"),
			 -ENODEV);
	assert_int_equal(netring_probe(NETRING_FEATURE_FANOUT_CPU,
				       "a-name-of-more-than-fifteen-letters"),
			 -ENODEV);
	assert_int_equal(netring_probe(NETRING_FEATURE_HARDWARE_TIME, NULL),
			 -ENODEV);
	assert_int_equal(netring_probe(NETRING_FEATURE_FANOUT_CPU, NULL),
			 netring_probe(NETRING_FEATURE_FANOUT_CPU, "lo"));
	assert_int_equal(netring_probe_interface(&facts, "nonesuch0"), -ENODEV);
	assert_int_equal(netring_probe_interface(&facts, ""), -ENODEV);
	assert_int_equal(netring_probe_interface(
				 &facts, "a-name-of-more-than-fifteen-letters"),
			 -ENODEV);
}

/* Facts that a driver does not tell are unknown, not an error. */
static void interface_facts(void **state)
{
	struct netring_interface facts;
	const struct wrap_entry *call;
	uint32_t n;
	int r;

	(void)state;
	for (n = 0;; n++) {
		memset(&facts, 0xa5, sizeof(facts));
		wrap_arm(n, ENOMEM);
		r = netring_probe_interface(&facts, "lo");
		call = wrap_failed();
		if (r < 0)
			assert_int_equal(r, -ENOMEM);
		if (!n)
			assert_int_equal(r, 0);
		/* the first socket is for the ioctls, the others netlink's */
		if (n == 1)
			assert_int_equal(r, -ENOMEM);
		if (call->call == WRAP_SENDTO || call->call == WRAP_RECV ||
		    (n > 1 && call->call == WRAP_SOCKET) ||
		    (call->call == WRAP_IOCTL && call->option == SIOCETHTOOL))
			assert_int_equal(r, 0);
		assert_int_equal(wrap_open_descriptors(), 0);
		if (!r) {
			assert_int_equal(facts.ifindex, 1);
			assert_int_equal(facts.hatype, 772);
			assert_int_equal(facts.mtu, 65536);
			assert_true(facts.flags & NETRING_INTERFACE_UP);
			assert_true(facts.flags & NETRING_INTERFACE_LOOPBACK);
			assert_int_equal(facts.known & ~0x3fu, 0);
		}
		wrap_disarm();
		if (n > wrap.count)
			break;
	}
	assert_true(n > 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(features),
		cmocka_unit_test(old_kernels),
		cmocka_unit_test(names),
		cmocka_unit_test(no_such_interface),
		cmocka_unit_test(interface_facts),
	};

	enter_private_network();
	return cmocka_run_group_tests_name("probe", tests, configs_setup,
					   configs_teardown);
}
