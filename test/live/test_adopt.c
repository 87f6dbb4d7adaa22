/* SPDX-License-Identifier: MIT */
/* test_adopt.c - descriptors and namespaces that others made. */
#define _GNU_SOURCE
#include "live.h"
#include "spy_socket.h"

#include <netring/injector.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <linux/capability.h>
#include <linux/if_packet.h>

#ifndef SOL_PACKET
#define SOL_PACKET 263
#endif

static ino_t here(void)
{
	struct stat st;

	return stat("/proc/self/ns/net", &st) < 0 ? 0 : st.st_ino;
}

/* One numbered frame from @sender's end must come. */
static void one_comes(struct netring_capture *cap, const char *sender)
{
	struct tally t = { 0 };

	must(wire_burst(&(struct wire_flood){
		     .interface = sender, .count = 1, .length = 100 }),
	     "sending");
	tally_receive(&t, cap, 1, 500);
	is(t.numbered, 1, "a packet comes");
}

static void other_namespace(uint32_t flags)
{
	struct netring_capture_config cfg = { .interface = "in0",
					      .flags = flags };
	struct netring_capture cap;
	int there = net_namespace(), home, null = open("/dev/null", O_RDONLY);
	ino_t before = here();

	if (there < 0) {
		skip(lacking(there) ? lacking(there) : "setns",
		     "another namespace");
		return;
	}
	must(net_veth("in1", "in0"), "a pair");
	must(net_move("in0", there), "one end there");
	must(net_up("in1"), "up");
	home = must(net_enter(there), "go there");
	must(net_up("in0"), "up");
	must(net_return(home), "come back");

	cfg.netns = &there;
	is(netring_capture_open(&cap, &cfg), 0, "%s: open in another namespace",
	   mode_name(flags));
	ok(here() == before && before, "the caller is where it was");
	one_comes(&cap, "in1");
	netring_capture_close(&cap);
	cfg.netns = NULL;
	is(netring_capture_open(&cap, &cfg), -ENODEV, "here it is not");
	cfg.netns = &null;
	is(netring_capture_open(&cap, &cfg), -EINVAL, "not a namespace");
	is(cap.step, NETRING_STEP_NETNS, "step");
	close(null);
	null = 9999;
	is(netring_capture_open(&cap, &cfg), -EBADF, "not open");
	ok(here() == before, "the caller is where it was");
	net_delete("in1");
	close(there);
}

static void own_socket(uint32_t flags)
{
	int fd = socket(AF_PACKET, SOCK_RAW, 0);
	int other = socket(AF_UNIX, SOCK_STREAM, 0);
	struct netring_capture_config cfg = { .interface = "nosuch",
					      .flags = flags,
					      .socket = &fd };
	struct netring_capture cap;

	is(netring_capture_open(&cap, &cfg), -ENODEV, "%s: adopted, fails",
	   mode_name(flags));
	ok(fcntl(fd, F_GETFD) >= 0, "the socket is the caller's still");
	cfg.interface = NEAR;
	is(netring_capture_open(&cap, &cfg), 0, "and adopted when it is there");
	is(netring_capture_fd(&cap), fd, "the same descriptor");
	one_comes(&cap, FAR);
	netring_capture_close(&cap);
	ok(fcntl(fd, F_GETFD) < 0, "closed with the capture");
	is(netring_capture_fd(&cap), -1, "which says so");
	cfg.socket = &other;
	is(netring_capture_open(&cap, &cfg), -EPFNOSUPPORT, "another kind");
	is(cap.step, NETRING_STEP_SOCKET, "step");
	ok(fcntl(other, F_GETFD) >= 0, "left alone");
	close(other);
	is(netring_capture_open(&cap, &cfg), -EBADF, "closed");
}

/* A packet socket in use: bound, full, and deaf to what goes out. */
static int used_socket(void)
{
	int fd = spy_open(NEAR, 1), small = 1, deaf = 1;

	must(fd, "a socket of somebody's");
	must(wire_burst(&(struct wire_flood){
		     .interface = FAR, .count = 20, .length = 100 }),
	     "what it counts");
	must(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small)),
	     "with little room");
	/* not told before Linux 4.20 */
	(void)setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &deaf,
			 sizeof(deaf));
	must(wire_burst(&(struct wire_flood){
		     .interface = FAR, .count = 50, .length = 1000 }),
	     "what it drops");
	return fd;
}

static int is_deaf(int fd)
{
	socklen_t size = sizeof(int);
	int deaf = -1;

	if (getsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &deaf, &size) <
	    0)
		return -1;
	return deaf;
}

/* What it counted and was told before is not the capture's. */
static void with_a_past(uint32_t flags, enum netring_direction direction)
{
	struct netring_capture_stats total = { 0 }, since = { 0 };
	int fd = used_socket(), deaf = is_deaf(fd), out = 0, in = 0;
	struct netring_capture_config cfg = { .interface = NEAR,
					      .flags = flags,
					      .protocol = 0,
					      .direction = direction,
					      .retire_ms = 1,
					      .socket = &fd };
	struct netring_capture cap;
	struct netring_packet pkt;

	live_open(&cap, &cfg);
	is(netring_capture_read_stats(&cap, &total, &since), 0,
	   "%s, direction %d: statistics of a socket used before",
	   mode_name(flags), (int)direction);
	between((long long)total.received, 0, 2, "received: not the past");
	is((long long)total.dropped, 0, "nothing dropped yet");
	is((long long)since.dropped, 0, "nor since");
	if (deaf < 0)
		skip("not in this kernel", "told to ignore what goes out");
	else
		is(is_deaf(fd), direction == NETRING_DIRECTION_IN,
		   "what goes out is ignored, or not, as asked for");
	must(wire_burst(&(struct wire_flood){
		     .interface = FAR, .count = 3, .length = 100 }),
	     "in");
	must(wire_burst(&(struct wire_flood){
		     .interface = NEAR, .count = 2, .length = 100 }),
	     "out");
	while (netring_capture_receive(&cap, &pkt,
				       netring_clock_ms() +
					       live_quiet_ms(120)) == 1) {
		if (netring_packet_protocol(&pkt) != WIRE_TYPE)
			continue;
		if (pkt.link->type == NETRING_TYPE_OUTGOING)
			out++;
		else
			in++;
	}
	is(in, direction == NETRING_DIRECTION_OUT ? 0 : 3, "what comes in");
	is(out, direction == NETRING_DIRECTION_IN ? 0 : 2, "what goes out");
	is(netring_capture_read_stats(&cap, &total, NULL), 0, "statistics");
	is((long long)total.dropped, 0, "of which nothing was dropped");
	netring_capture_close(&cap);
}

static int pass(int through, int fd)
{
	char byte = 0;
	struct iovec piece = { &byte, 1 };
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control;
	struct msghdr message = { .msg_iov = &piece,
				  .msg_iovlen = 1,
				  .msg_control = control.bytes,
				  .msg_controllen = sizeof(control.bytes) };
	struct cmsghdr *c;

	if (fd < 0) {
		if (recvmsg(through, &message, 0) < 0)
			return -errno;
		memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(fd));
		return fd;
	}
	memset(&control, 0, sizeof(control));
	c = CMSG_FIRSTHDR(&message);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	return sendmsg(through, &message, 0) < 0 ? -errno : 0;
}

struct verdict {
	int refused, refused_step, open, ready;
	uint32_t came;
};

static int drop_capabilities(void)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3,
						   0 };
	struct __user_cap_data_struct none[2];

	memset(none, 0, sizeof(none));
	return (int)syscall(SYS_capset, &header, none);
}

static void without_capabilities(int through, volatile struct verdict *v)
{
	struct netring_capture_config cfg = {
		.interface = NEAR, .flags = NETRING_CAPTURE_PROMISC
	};
	struct netring_capture cap;
	struct tally t = { 0 };
	int fd;

	if (drop_capabilities() < 0)
		_exit(1);
	v->refused = netring_capture_open(&cap, &cfg);
	v->refused_step = (int)cap.step;
	fd = pass(through, -1);
	cfg.socket = &fd;
	v->open = netring_capture_open(&cap, &cfg);
	v->ready = 1;
	if (v->open == 0)
		tally_receive(&t, &cap, 10, 500);
	v->came = t.numbered;
	netring_capture_close(&cap);
	_exit(0);
}

static void handed_over(void)
{
	volatile struct verdict *v;
	int pair[2], fd = socket(AF_PACKET, SOCK_RAW, 0), i;
	pid_t pid;

	v = mmap(NULL, sizeof(*v), PROT_READ | PROT_WRITE,
		 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	must(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), "a socket pair");
	pid = fork();
	if (!pid)
		without_capabilities(pair[1], v);
	must(pass(pair[0], fd), "hand it over");
	close(fd);
	for (i = 0; i < 2000 && !v->ready; i++)
		live_sleep_ms(1);
	must(wire_burst(&(struct wire_flood){
		     .interface = FAR, .count = 10, .length = 100 }),
	     "sending");
	is(wire_wait(pid), 0, "a process without capabilities");
	is(v->refused, -EPERM, "may not open a capture");
	is(v->refused_step, NETRING_STEP_SOCKET, "step");
	is(v->open, 0, "but can with a socket that it was handed");
	is(v->came, 10, "and packets come");
	close(pair[0]);
	close(pair[1]);
}

/* Somebody had set that frames begin where their slot says. */
static void sends_with_a_past(void)
{
	int fd = must(socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0), "socket");
	int spy = must(spy_open(NEAR, 0), "a look at the far end");
	struct netring_injector_config cfg = { .interface = FAR,
					       .socket = &fd };
	struct netring_injector_stats stats;
	struct netring_injector inj;
	struct spied s = { 0 };
	uint8_t frame[100];
	uint32_t i;
	int one = 1;

	must(setsockopt(fd, SOL_PACKET, PACKET_TX_HAS_OFF, &one, sizeof(one)),
	     "PACKET_TX_HAS_OFF");
	must(netring_injector_open(&inj, &cfg), "open");
	for (i = 0; i < 10; i++) {
		wire_frame(frame, sizeof(frame), WIRE_TYPE, i);
		must(netring_injector_queue(&inj, frame, sizeof(frame), 0),
		     "queue");
	}
	is(netring_injector_drain(&inj, netring_clock_ms() + 500), 0,
	   "sent by a socket that had PACKET_TX_HAS_OFF");
	spy_count(spy, &s, 10, 500);
	spied_ok(&s, 10, "they arrive");
	netring_injector_read_stats(&inj, &stats);
	is((long long)stats.accepted, 10, "accepted");
	netring_injector_close(&inj);
	close(spy);
}

static void excluded(void)
{
	struct netring_capture cap;
	int fd = 0;

	is(netring_capture_open(
		   &cap, &(struct netring_capture_config){ .interface = NEAR,
							   .netns = &fd,
							   .socket = &fd }),
	   -EINVAL, "a socket and a namespace");
	is(cap.step, NETRING_STEP_CONFIG, "step");
}

int main(void)
{
	int i;

	live_begin();
	live_wire();
	other_namespace(0);
	other_namespace(NETRING_CAPTURE_IMMEDIATE);
	own_socket(0);
	own_socket(NETRING_CAPTURE_IMMEDIATE);
	for (i = 0; i < 6; i++)
		with_a_past(i < 3 ? 0 : NETRING_CAPTURE_IMMEDIATE,
			    (enum netring_direction)(i % 3));
	handed_over();
	sends_with_a_past();
	excluded();
	return done_testing();
}
