/* SPDX-License-Identifier: MIT */
/* live.c - what the live tests share: a wire, and a look at what arrives. */
#define _GNU_SOURCE
#include "live.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

void live_begin(void)
{
	alarm(live_slower() > 1 ? 240 : 120); /* it hangs */
	(void)net_up("lo");
}

void live_pair(const char *near, const char *far)
{
	int r = net_veth(near, far);

	if (r < 0 && lacking(r))
		skip_all(lacking(r), "a veth pair");
	must(r, "a veth pair %s, %s", near, far);
	must(net_mac(near, near_mac), "its address");
	must(net_mac(far, far_mac), "the other address");
	must(net_up(near), "%s up", near);
	must(net_up(far), "%s up", far);
}

void live_wire(void)
{
	live_pair(NEAR, FAR);
}

int live_before(int major, int minor)
{
	struct utsname name;
	int have[2] = { 0, 0 };

	if (uname(&name) == 0)
		sscanf(name.release, "%d.%d", &have[0], &have[1]);
	return have[0] < major || (have[0] == major && have[1] < minor);
}

/* Not about to do anything: stopped, or at its end. */
static int stands_still(pid_t pid)
{
	char path[32], text[128] = "", *state;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	file = fopen(path, "re");
	if (!file)
		return 1;
	state = fgets(text, sizeof(text), file) ? strrchr(text, ')') : NULL;
	fclose(file);
	return !state || strchr("TtZX", state[2]);
}

int live_delete_under(pid_t pid, const char *name)
{
	int r;

	if (!live_before(5, 18))
		return net_delete(name);
	kill(pid, SIGSTOP);
	while (!stands_still(pid))
		live_sleep_ms(1);
	r = net_delete(name);
	kill(pid, SIGCONT);
	return r;
}

void live_sleep_ms(int ms)
{
	struct timespec time = { ms / 1000, ms % 1000 * 1000000L };

	while (nanosleep(&time, &time) < 0 && errno == EINTR)
		;
}

static int64_t us(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t live_us(void)
{
	return us(CLOCK_MONOTONIC);
}

int64_t live_real_us(void)
{
	return us(CLOCK_REALTIME);
}

int64_t live_cpu_us(void)
{
	return us(CLOCK_PROCESS_CPUTIME_ID);
}

long live_sleeps(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_nvcsw;
}

void live_open(struct netring_capture *cap,
	       const struct netring_capture_config *cfg)
{
	int r = netring_capture_open(cap, cfg);

	must(r, "open (%s)", netring_step_name(cap->step));
}

void tally_packet(struct tally *t, const struct netring_packet *pkt)
{
	int64_t number = t->udp ? wire_udp_number(pkt->data, pkt->len) :
				  wire_number(pkt->data, pkt->len);

	if (number == -1) {
		t->foreign++;
		return;
	}
	if (number < 0) {
		t->damaged++;
		return;
	}
	if (t->numbered && number <= t->high)
		t->unordered++;
	if (!t->numbered || number < t->low)
		t->low = (uint32_t)number;
	if (!t->numbered || number > t->high)
		t->high = (uint32_t)number;
	if (t->map && number < t->size && t->map[number]++)
		t->repeated++;
	t->numbered++;
}

int tally_batches(struct tally *t, struct netring_capture *cap, uint32_t want,
		  int ms)
{
	struct netring_batch batch;
	struct netring_packet pkt;
	int64_t end, left;
	int r;

	ms = live_quiet_ms(ms);
	end = netring_clock_ms() + ms;
	while (t->numbered < want) {
		left = end - netring_clock_ms();
		r = netring_capture_wait(cap, left > 0 ? (int)left : 0);
		if (r == -EINTR) {
			t->interrupted++;
			continue;
		}
		if (r < 0)
			return r;
		if (r == NETRING_EVENT_TIMEOUT)
			break;
		if (!netring_capture_next(cap, &batch))
			continue;
		t->losing += !!(batch.flags & NETRING_BATCH_LOSING);
		while (netring_batch_next(&batch, &pkt))
			tally_packet(t, &pkt);
		if (batch.flags & NETRING_BATCH_CORRUPT)
			return -EBADMSG;
		netring_capture_release(cap);
		end = netring_clock_ms() + ms;
	}
	return (int)t->numbered;
}

int tally_receive(struct tally *t, struct netring_capture *cap, uint32_t want,
		  int ms)
{
	struct netring_packet pkt;
	int64_t end;
	int r;

	ms = live_quiet_ms(ms);
	end = netring_clock_ms() + ms;
	while (t->numbered < want) {
		r = netring_capture_receive(cap, &pkt, end);
		if (r == -EINTR) {
			t->interrupted++;
			continue;
		}
		if (r < 0)
			return r;
		if (r == 0)
			break;
		tally_packet(t, &pkt);
		end = netring_clock_ms() + ms;
	}
	return (int)t->numbered;
}

int tally_ok(const struct tally *t, uint32_t count, const char *what)
{
	int good = t->numbered == count && !t->foreign && !t->damaged &&
		   !t->repeated && !t->unordered &&
		   (!count || t->high - t->low + 1 == count);

	ok(good, "%s: %u packets, each once, in order, whole", what, count);
	if (!good)
		diag("  %u numbered %u..%u, %u foreign, %u damaged, %u "
		     "repeated, %u out of order",
		     t->numbered, t->low, t->high, t->foreign, t->damaged,
		     t->repeated, t->unordered);
	return good;
}
