/* SPDX-License-Identifier: MIT */
/* test_fault_signals.c - a signal every millisecond: nothing lost, nothing
 * twice, and every call ends or says -EINTR. */
#define _GNU_SOURCE
#include "fault_roles.h"
#include "live.h"
#include "signal_storm.h"

#include <errno.h>
#include <string.h>

#define LOTS 10
#define WAITS 40

/* Nothing to do: each wait ends at its time, or before it by a signal. */
static void waits(const struct role *role)
{
	int i, r, interrupted = 0, wrong = 0;
	int64_t start, late = 0;

	(void)live_start_ms();
	for (i = 0; i < WAITS; i++) {
		start = netring_clock_ms();
		r = role->step(10);
		interrupted += r == -EINTR;
		wrong += r < 0 && r != -EINTR;
		if (netring_clock_ms() - start > late)
			late = netring_clock_ms() - start;
	}
	is(wrong, 0, "%s: no other error", role->name);
	between(late, 0, 10 + 5 * live_late_ms(), "the longest wait, in ms");
	if (role->out) /* an injector has nothing to wait for */
		ok(interrupted > 0, "-EINTR came %d times", interrupted);
}

static void stormy(const struct role *role, struct hosts *h)
{
	struct holdings before;
	int i, good = 0;

	if (!faults_can(role, "signals"))
		return;
	before = faults_look();
	must(role->open(), "%s opens", role->name);
	storm_every(1000);
	for (i = 0; i < LOTS; i++)
		good += faults_works(role, h, "in a storm of signals");
	is(good, LOTS, "all lots");
	waits(role);
	storm_every(0);
	if (role->out) /* an injector works, and hardly sleeps */
		ok(storm_signals > WAITS / 2, "%d signals", (int)storm_signals);
	role->close();
	faults_same(&before, role->name);
}

int main(void)
{
	return faults_each(stormy);
}
