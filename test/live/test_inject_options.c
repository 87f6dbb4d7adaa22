/* SPDX-License-Identifier: MIT */
/* test_inject_options.c - bypass, priority, mark, namespace, socket, time. */
#define _GNU_SOURCE
#include "live.h"
#include "port_settings.h"
#include "spy_socket.h"

#include <netring/injector.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static struct netring_injector inj;
static int spy;

static int try_open(const struct netring_injector_config *cfg)
{
	int r = netring_injector_open(&inj, cfg);

	if (r < 0)
		diag("%s: %s", netring_step_name(inj.step), strerror(-r));
	return r;
}

static void one_arrives(int at, uint32_t number, const char *what)
{
	uint8_t frame[100];

	wire_frame(frame, sizeof(frame), WIRE_TYPE, number);
	is(netring_injector_send(&inj, frame, sizeof(frame), 0), 0, "%s: send",
	   what);
	ok(spy_is(at, frame, sizeof(frame)) && spy_quiet(at, 1), "it arrives");
}

static void bypass(void)
{
	int here = must(spy_open(FAR, 1), "a tap on the sending side");

	must(try_open(&(struct netring_injector_config){ .interface = FAR }),
	     "open");
	one_arrives(spy, 1, "through the queue");
	is(spy_flush(here, 20), 1, "a tap on the sending side sees it");
	netring_injector_close(&inj);
	must(try_open(&(struct netring_injector_config){
		     .interface = FAR,
		     .flags = NETRING_INJECTOR_QDISC_BYPASS }),
	     "open");
	one_arrives(spy, 2, "bypass");
	is(spy_flush(here, 20), 0, "no tap on the sending side sees it");
	netring_injector_close(&inj);
	close(here);
}

static int option(int name)
{
	int value = -1;
	socklen_t size = sizeof(value);

	if (getsockopt(netring_injector_fd(&inj), SOL_SOCKET, name, &value,
		       &size) < 0)
		return -errno;
	return value;
}

static void socket_options(void)
{
	must(try_open(&(struct netring_injector_config){ .interface = FAR }),
	     "open");
	is(option(SO_PRIORITY), 0, "priority 0");
	is(option(SO_MARK), 0, "mark 0");
	netring_injector_close(&inj);
	must(try_open(
		     &(struct netring_injector_config){ .interface = FAR,
							.priority = 5,
							.mark = 0x1234,
							.send_buffer = 20000 }),
	     "open");
	is(option(SO_PRIORITY), 5, "priority");
	is(option(SO_MARK), 0x1234, "mark");
	is(option(SO_SNDBUF), 40000, "send buffer, as the kernel tells it");
	one_arrives(spy, 3, "with all three");
	netring_injector_close(&inj);
	must(try_open(&(struct netring_injector_config){
		     .ifindex = (uint32_t)net_index(FAR) }),
	     "open");
	one_arrives(spy, 4, "by index");
	netring_injector_close(&inj);
}

static void refused(void)
{
	struct netring_injector_config cfg = { .interface = "nosuch" };

	is(netring_injector_open(&inj, &cfg), -ENODEV, "no such interface");
	is(inj.step, NETRING_STEP_INTERFACE, "step");
	is(netring_injector_close(&inj), 0, "close after a failed open");
	cfg = (struct netring_injector_config){ 0 };
	is(netring_injector_open(&inj, &cfg), -EINVAL, "no interface");
	is(inj.step, NETRING_STEP_CONFIG, "step");
	cfg.interface = FAR;
	cfg.flags = 0x8000;
	is(netring_injector_open(&inj, &cfg), -EOPNOTSUPP, "unknown flag");
	cfg.flags = 0;
	cfg.block_size = 1000;
	is(netring_injector_open(&inj, &cfg), -EINVAL, "block of 1000");
	is(inj.step, NETRING_STEP_GEOMETRY, "step");
	ok(inj.reason != 0, "and a reason");
}

static void other_namespace(void)
{
	int there = must(net_namespace(), "another namespace");
	int at, home;

	home = must(net_enter(there), "go there");
	port_quiet();
	must(net_return(home), "come back");
	live_pair("ns0", "ns1");
	must(net_move("ns1", there), "one end there");
	home = must(net_enter(there), "go there");
	must(net_up("ns1"), "up");
	must(net_return(home), "come back");
	at = must(spy_open("ns0", 0), "a look at this end");
	is(netring_injector_open(
		   &inj,
		   &(struct netring_injector_config){ .interface = "ns1" }),
	   -ENODEV, "not to be seen from here");
	must(try_open(&(struct netring_injector_config){ .interface = "ns1",
							 .netns = &there }),
	     "open there");
	ok(net_index("ns1") < 0 && net_index(FAR) > 0, "we are still here");
	one_arrives(at, 5, "from there");
	netring_injector_close(&inj);
	close(at);
	net_delete("ns0");
	close(there);
}

static void adopted(void)
{
	struct netring_injector_config cfg = { .interface = FAR };
	int fd = socket(AF_PACKET, SOCK_RAW, 0);

	cfg.socket = &fd;
	must(try_open(&cfg), "open with a socket of ours");
	is(netring_injector_fd(&inj), fd, "it is the same");
	one_arrives(spy, 6, "adopted");
	netring_injector_close(&inj);
	is(fcntl(fd, F_GETFD) < 0 ? -errno : 0, -EBADF, "closed by close");

	fd = socket(AF_PACKET, SOCK_RAW, 0);
	cfg.interface = "nosuch";
	is(netring_injector_open(&inj, &cfg), -ENODEV, "a failed open");
	is(fcntl(fd, F_GETFD) < 0 ? -errno : 0, 0, "leaves it to us");
	cfg.interface = FAR;
	must(try_open(&cfg), "to try again with");
	one_arrives(spy, 8, "adopted after all");
	netring_injector_close(&inj);
	fd = socket(AF_PACKET, SOCK_DGRAM, 0);
	is(netring_injector_open(&inj, &cfg), -EPROTOTYPE, "not SOCK_RAW");
	is(inj.step, NETRING_STEP_SOCKET, "step");
	close(fd);
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	is(netring_injector_open(&inj, &cfg), -EPFNOSUPPORT, "not AF_PACKET");
	close(fd);
}

static uint64_t now_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* fq holds back what has a launch time of CLOCK_MONOTONIC. */
static void launch_time(void)
{
	struct netring_injector_config cfg = { .interface = FAR,
					       .flags = NETRING_INJECTOR_TXTIME,
					       .txtime_clock =
						       CLOCK_MONOTONIC };
	struct netring_frame f;
	uint8_t frame[100];
	int64_t start;
	int r;

	must(try_open(&(struct netring_injector_config){ .interface = FAR }),
	     "open");
	is(netring_injector_flush_at(&inj, 1), -EINVAL, "flush_at without it");
	netring_injector_close(&inj);
	must(try_open(&cfg), "open with launch times");
	wire_frame(frame, sizeof(frame), WIRE_TYPE, 7);
	r = port_qdisc(FAR, "fq");
	must(netring_injector_reserve(&inj, &f), "reserve");
	memcpy(f.data, frame, sizeof(frame));
	must(netring_injector_commit(&inj, &f, sizeof(frame)), "commit");
	start = live_start_us();
	/* pending as long as a queue has it */
	between(netring_injector_flush_at(&inj,
					  now_ns(CLOCK_MONOTONIC) + 50000000),
		0, r >= 0, "flush in 50 ms");
	ok(spy_is(spy, frame, sizeof(frame)), "it arrives");
	start = live_us() - start;
	if (r < 0)
		skip(lacking(r) ? lacking(r) : strerror(-r),
		     "at that time (fq)");
	else
		between(start, 49000, 50000 + live_late_ms() * 1000,
			"at that time, us");
	if (r >= 0)
		port_no_qdisc(FAR);
	one_arrives(spy, 8, "a plain flush");
	netring_injector_close(&inj);
}

int main(void)
{
	live_begin();
	live_wire();
	spy = must(spy_open(NEAR, 0), "a look at the far end");
	bypass();
	socket_options();
	refused();
	other_namespace();
	adopted();
	launch_time();
	return done_testing();
}
