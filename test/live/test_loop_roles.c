/* SPDX-License-Identifier: MIT */
/* test_loop_roles.c - capture, injector, bridge and a pipe in one loop. */
/* netring-test: alone */
#define _GNU_SOURCE
#include "hosts.h"
#include "live.h"
#include "spy_socket.h"

#include <netring/injector.h>
#include <netring/loop.h>

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#define FRAMES live_share(20000) /* through the capture */
#define BRIDGED live_share(10000)
#define LINES live_share(3000)

static struct netring_loop loop;
static struct netring_capture cap;
static struct netring_injector inj;
static struct netring_bridge br;
static struct hosts h;

static struct tally tally;
static uint32_t injected, line_bytes;
static int inject_source, bridge_source[2], errors;
static uint32_t signals;

/* At most @budget batches or packets; more than that are there again. */
static int on_capture(void *user, int revents, int budget)
{
	struct netring_batch batch;
	struct netring_packet pkt;
	int n = 0;

	(void)user, (void)revents;
	while (n < budget && netring_capture_next(&cap, &batch)) {
		while (netring_batch_next(&batch, &pkt)) {
			tally_packet(&tally, &pkt);
			n++;
		}
		netring_capture_release(&cap);
	}
	return n;
}

/* Has no event of its own: called again in a millisecond as long as there is
 * something to send or to be taken. */
static int on_inject(void *user, int revents, int budget)
{
	uint8_t frame[100];
	int n;

	(void)user, (void)revents;
	for (n = 0; n < budget && injected < FRAMES; n++) {
		wire_frame(frame, sizeof(frame), WIRE_TYPE, injected);
		if (netring_injector_queue(&inj, frame, sizeof(frame), 0) < 0)
			break;
		injected++;
	}
	if (netring_injector_flush(&inj) > 0 || injected < FRAMES)
		netring_loop_call_in(&loop, inject_source, 1);
	return 0;
}

static int on_bridge(void *user, int revents, int budget)
{
	int r = netring_bridge_step(&br, 0), ms = netring_bridge_timeout(&br);
	const int *port = user;

	(void)revents, (void)budget;
	errors += r < 0 && r != -EINTR;
	if (ms >= 0)
		netring_loop_call_in(&loop, bridge_source[*port], ms);
	return r < 0 ? 0 : r;
}

static int on_pipe(void *user, int revents, int budget)
{
	char bytes[100];
	ssize_t n = read(*(int *)user, bytes, sizeof(bytes));

	(void)revents, (void)budget;
	line_bytes += n > 0 ? (uint32_t)n : 0;
	return 0;
}

static uint64_t bridged[2];

/* Ends when all has come, or it took too long. */
static int on_time(void *user, int revents, int budget)
{
	int64_t *deadline = user;
	int i;

	(void)revents, (void)budget;
	for (i = 0; i < 2; i++)
		bridged[i] = hosts_arrived(&h, i);
	if (netring_clock_ms() > *deadline ||
	    (tally.numbered >= FRAMES && line_bytes == LINES * 10 &&
	     bridged[0] >= BRIDGED && bridged[1] >= BRIDGED))
		netring_loop_stop(&loop);
	return 0;
}

static void on_alarm(int signal)
{
	(void)signal;
	signals++;
}

static pid_t start_lines(int fd)
{
	pid_t pid = fork();
	int i;

	if (pid)
		return pid;
	for (i = 0; i < (int)LINES; i++) {
		if (write(fd, "123456789\n", 10) != 10)
			_exit(1);
		if (i % 10 == 0)
			live_sleep_ms(1);
	}
	_exit(0);
}

static int add(int fd, int period, netring_loop_function *function, void *user)
{
	struct netring_loop_source s = { .fd = fd,
					 .events = POLLIN,
					 .period = period,
					 .function = function,
					 .user = user };

	return must(netring_loop_add(&loop, &s), "add");
}

static void everything(uint32_t flags, int storm)
{
	struct netring_capture_config rx = { .interface = NEAR,
					     .protocol = WIRE_TYPE,
					     .memory = 16 << 20,
					     .flags = flags };
	struct netring_injector_config tx = { .interface = FAR };
	struct netring_bridge_config bridge = { .flags = 0 };
	long period = 1000L * live_slower();
	struct itimerval timer = { { 0, period }, { 0, period } };
	struct netring_loop_slot slots[8];
	struct pollfd fds[8];
	struct netring_bridge_stats s;
	int ports[2] = { 0, 1 }, pipes[2], i;
	int64_t deadline = netring_clock_ms() + 500 * live_slack_ms();
	uint64_t before[2];
	pid_t pids[3];

	memset(&tally, 0, sizeof(tally));
	injected = line_bytes = signals = 0;
	hosts_begin(&h);
	must(pipe(pipes) < 0 ? -errno : 0, "a pipe");
	must(netring_loop_open(&loop, fds, slots, 8), "open");
	live_open(&cap, &rx);
	must(netring_injector_open(&inj, &tx), "an injector");
	bridge.port[0].rx_memory = bridge.port[1].rx_memory = 4 << 20;
	hosts_open(&br, &bridge);
	add(netring_capture_fd(&cap), 0, on_capture, NULL);
	inject_source = add(-1, 1000, on_inject, NULL);
	netring_loop_call_in(&loop, inject_source, 0);
	for (i = 0; i < 2; i++)
		bridge_source[i] =
			add(netring_bridge_fd(&br, i), 0, on_bridge, &ports[i]);
	add(pipes[0], 0, on_pipe, &pipes[0]);
	add(-1, 20, on_time, &deadline);
	for (i = 0; i < 2; i++)
		before[i] = hosts_arrived(&h, i);
	pids[0] = start_lines(pipes[1]);
	pids[1] = hosts_flood(&h, 0, BRIDGED, 20000, 200);
	pids[2] = hosts_flood(&h, 1, BRIDGED, 20000, 200);
	if (storm)
		setitimer(ITIMER_REAL, &timer, NULL);
	is(netring_loop_run(&loop), 0, "%s%s: a loop with six sources",
	   mode_name(flags), storm ? ", with signals" : "");
	memset(&timer, 0, sizeof(timer));
	setitimer(ITIMER_REAL, &timer, NULL);
	for (i = 0; i < 3; i++)
		is(wire_wait(pids[i]), 0, "a sender is done");
	ok(netring_clock_ms() < deadline, "in time");
	if (storm)
		ok(signals > 50, "%u signals", signals);
	tally_ok(&tally, FRAMES, "injected and captured");
	is(line_bytes, LINES * 10, "bytes from the pipe");
	is(errors, 0, "no error of the bridge");
	for (i = 0; i < 2; i++) {
		netring_bridge_read_stats(&br, i, &s);
		is((long long)(bridged[!i] - before[!i]), BRIDGED,
		   "direction %d of the bridge: all arrived", i);
		is((long long)s.forwarded, BRIDGED, "as it counted");
	}
	netring_loop_close(&loop);
	netring_capture_close(&cap);
	is(netring_injector_close(&inj), 0, "all injected were handed over");
	netring_bridge_close(&br);
	close(pipes[0]);
	close(pipes[1]);
	hosts_end(&h);
}

/* What a loop, or a wait, has left when it is abandoned is there later. */
static void abandoned(void)
{
	struct netring_capture_config rx = { .interface = NEAR,
					     .protocol = WIRE_TYPE,
					     .flags = NETRING_CAPTURE_IMMEDIATE,
					     .frame_size = 256,
					     .memory = 4 << 20 };
	struct wire_flood flood = {
		.interface = FAR, .count = 2000, .rate = 20000, .length = 100
	};
	struct netring_loop_slot slots[1];
	struct pollfd fds[1];
	int64_t end;
	pid_t pid;
	int i;

	memset(&tally, 0, sizeof(tally));
	live_open(&cap, &rx);
	pid = wire_start(&flood);
	for (i = 0; i < 20; i++) {
		must(netring_loop_open(&loop, fds, slots, 1), "open");
		add(netring_capture_fd(&cap), 0, on_capture, NULL);
		(void)netring_loop_step(&loop, 2);
		netring_loop_close(&loop);
		(void)netring_capture_wait(&cap, 1);
	}
	wire_wait(pid);
	must(netring_loop_open(&loop, fds, slots, 1), "open");
	add(netring_capture_fd(&cap), 0, on_capture, NULL);
	end = netring_clock_ms() + 1000;
	while (tally.numbered < 2000 && netring_clock_ms() < end)
		(void)netring_loop_step(&loop, 10);
	tally_ok(&tally, 2000, "20 loops, each left after a step");
	netring_loop_close(&loop);
	netring_capture_close(&cap);
}

int main(void)
{
	live_begin();
	live_wire();
	sigaction(SIGALRM, &(struct sigaction){ .sa_handler = on_alarm }, NULL);
	everything(0, 0);
	everything(NETRING_CAPTURE_IMMEDIATE, 0);
	everything(0, 1);
	abandoned();
	return done_testing();
}
