/* SPDX-License-Identifier: MIT */
/* test_wrong_answers.c - every answer to a role's calls is wrong. */
/* netring-test: fuller */
#include "role_calls.h"
#include "veth_pairs.h"
#include "xdp_open_cases.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static int live(const struct life *life, uint32_t at, enum lie_kind kind)
{
	int r;

	if (life->xdp)
		xdp_arm(0, 0);
	else
		wrap_arm(0, 0);
	wrap.endless = 1;
	lie.at = at;
	lie.kind = kind;
	lie.told = 0;
	r = life->live();
	lie.at = 0;
	assert_int_equal(wrap_open_descriptors(), 0);
	assert_int_equal(wrap_open_mappings(), 0);
	wrap_disarm();
	if (xdp_map >= 0) {
		assert_int_equal(ports_program("nra0"), 0);
		assert_int_equal(ports_program("nrb0"), 0);
	}
	return r;
}

/* All kinds for the rings' places; else one or more, in turn. */
static int worth_telling(const struct life *life, const struct wrap_entry *call,
			 uint32_t n, uint32_t kind)
{
	uint32_t step = life->slow ? 18 : 9;

	return getenv("NETRING_FULL") || (n + kind) % step == 0 ||
	       (call->call == WRAP_GETSOCKOPT && call->level == NR_SOL_XDP &&
		!life->slow);
}

static void sweep(void **state)
{
	static struct wrap_entry calls[WRAP_LOG];
	const struct life *life = *state;
	uint32_t n, kind, count, told = 0, refused = 0;
	int r;

	r = live(life, 0, LIE_ZERO);
	if (r < 0)
		print_message("# %s: %d\n", life->name, r);
	assert_true(r >= 0);
	count = wrap.count < WRAP_LOG ? wrap.count : WRAP_LOG;
	memcpy(calls, wrap.log, sizeof(calls));
	for (n = 1; n <= count; n++)
		for (kind = 0; kind < LIE_KINDS; kind++) {
			if (!lie_fits(&calls[n - 1]) ||
			    !worth_telling(life, &calls[n - 1], n, kind))
				continue;
			if (getenv("NETRING_VERBOSE"))
				print_message("# %s, call %u, %s %d %d, %u\n",
					      life->name, n,
					      wrap_name(&calls[n - 1]),
					      calls[n - 1].level,
					      calls[n - 1].option, kind);
			r = live(life, n, (enum lie_kind)kind);
			told += lie.told;
			refused += r < 0;
		}
	assert_true(live(life, 0, LIE_ZERO) >= 0);
	print_message("# %s: %u calls, %u lies, %u opens refused\n", life->name,
		      count, told, refused);
	assert_true(told > 6);
}

static void skipped(void **state)
{
	(void)state;
	skip();
}

/* Nearly all the time is spent waiting for the kernel to close something: each
 * role does so in a process and a network of its own, all at once. */
static pid_t start(const struct life *life)
{
	const struct CMUnitTest test = {
		.name = life->name,
		.test_func = sweep,
		.teardown_func = xdp_clean,
		.initial_state = (void *)(uintptr_t)life,
	};
	pid_t pid = fork();

	if (pid)
		return pid;
	dup2(STDERR_FILENO, STDOUT_FILENO); /* the results are the parent's */
	enter_private_network();
	_exit(_cmocka_run_group_tests(life->name, &test, 1, xdp_setup,
				      xdp_teardown) != 0);
}

static pid_t children[LIVES];

static void lived(void **state)
{
	const struct life *life = *state;
	int status = -1;

	assert_int_equal(waitpid(children[life - lives], &status, 0),
			 children[life - lives]);
	assert_int_equal(status, 0);
}

int main(void)
{
	struct CMUnitTest tests[LIVES];
	static char names[LIVES][64];
	int bpf, skips;
	uint32_t i;

	enter_private_network();
	memset(tests, 0, sizeof(tests));
	bpf = xdp_may_bpf();
	for (i = 0; i < LIVES; i++) {
		skips = lives[i].xdp == 2 && !bpf;
		snprintf(names[i], sizeof(names[i]), "%s%s", lives[i].name,
			 skips ? ": bpf(2) is not allowed here" : "");
		if (!skips)
			children[i] = start(&lives[i]);
		tests[i].name = names[i];
		tests[i].test_func = skips ? skipped : lived;
		tests[i].initial_state = (void *)(uintptr_t)&lives[i];
	}
	return _cmocka_run_group_tests("wrong_answers", tests, LIVES, NULL,
				       NULL);
}
