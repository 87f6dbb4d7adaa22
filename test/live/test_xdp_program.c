/* SPDX-License-Identifier: MIT */
/* test_xdp_program.c - attach as ordered, miss nothing, leave nothing. */
#define _GNU_SOURCE
#include "foreign_programs.h"
#include "xdp_end.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define COUNT 1000u
#define ADDRESS 0x0a090001 /* where wire_udp() sends to, port 9 */

/* Orders of attaching, on a veth, which can both, and on lo, which has no
 * native mode. */
static const struct {
	const char *what, *interface;
	uint8_t order[2];
	int want; /* enum netring_xdp_attach, or -errno */
} orders[] = {
	{ "default", NEAR, { 0, 0 }, NETRING_XDP_NATIVE },
	{ "native", NEAR, { NETRING_XDP_NATIVE }, NETRING_XDP_NATIVE },
	{ "generic", NEAR, { NETRING_XDP_GENERIC }, NETRING_XDP_GENERIC },
	{ "native, generic",
	  NEAR,
	  { NETRING_XDP_NATIVE, NETRING_XDP_GENERIC },
	  NETRING_XDP_NATIVE },
	{ "generic, native",
	  NEAR,
	  { NETRING_XDP_GENERIC, NETRING_XDP_NATIVE },
	  NETRING_XDP_GENERIC },
	{ "default", "lo", { 0, 0 }, NETRING_XDP_GENERIC },
	{ "native, generic",
	  "lo",
	  { NETRING_XDP_NATIVE, NETRING_XDP_GENERIC },
	  NETRING_XDP_GENERIC },
	{ "generic", "lo", { NETRING_XDP_GENERIC }, NETRING_XDP_GENERIC },
	{ "native", "lo", { NETRING_XDP_NATIVE }, -EOPNOTSUPP },
};

/* What the library says of it is what the kernel shows. */
static void ordered(int i)
{
	struct netring_xdp_program_config cfg = { .interface =
							  orders[i].interface };
	int want = orders[i].want;
	int shown = want == NETRING_XDP_NATIVE	? XDP_ATTACHED_DRV :
		    want == NETRING_XDP_GENERIC ? XDP_ATTACHED_SKB :
						  XDP_ATTACHED_NONE;
	static struct netring_xdp_program program;
	char what[64];

	snprintf(what, sizeof(what), "%s on %s", orders[i].what, cfg.interface);
	memcpy(cfg.attach, orders[i].order, sizeof(cfg.attach));
	must(netring_xdp_program_open(&program, &cfg), "open (%s)",
	     netring_step_name(program.step));
	is(netring_xdp_program_attached(&program), 0, "%s: not yet", what);
	foreign_is(cfg.interface, XDP_ATTACHED_NONE, 0, "before attach");
	is(netring_xdp_program_attach(&program), want < 0 ? want : 0, "attach");
	is(program.step, want < 0 ? NETRING_STEP_ATTACH : NETRING_STEP_NONE,
	   "step");
	is(netring_xdp_program_attached(&program), want < 0 ? 0 : want,
	   "reported");
	foreign_is(cfg.interface, shown, 0, what);
	is(netring_xdp_program_attach(&program), want < 0 ? want : 0,
	   "attach again");
	foreign_is(cfg.interface, shown, 0, "then");
	netring_xdp_program_close(&program);
	is(netring_xdp_program_attached(&program), 0, "closed: not any more");
	foreign_is(cfg.interface, XDP_ATTACHED_NONE, 0, "after close");
	netring_xdp_program_close(&program); /* twice is allowed */
}

/* What open refuses, and where. */
static void refused(void)
{
	static struct netring_xdp_program program;
	struct netring_xdp_program_config cfg = { .interface = "nosuch" };

	is(netring_xdp_program_open(&program, &cfg), -ENODEV, "no interface");
	is(program.step, NETRING_STEP_INTERFACE, "step");
	netring_xdp_program_close(&program);
	cfg.interface = NULL;
	is(netring_xdp_program_open(&program, &cfg), -EINVAL, "none named");
	is(program.step, NETRING_STEP_CONFIG, "step");
	cfg.ifindex = (uint32_t)net_index(NEAR);
	is(netring_xdp_program_open(&program, &cfg), 0, "by its index");
	is(netring_xdp_program_attach(&program), 0, "attach");
	foreign_is(NEAR, XDP_ATTACHED_DRV, 0, "then");
	is(netring_xdp_program_add(&program, 17, 9), -EBADF, "no list");
	is(netring_xdp_program_register(&program, 64, 0), -E2BIG,
	   "64 queues, and no more");
	netring_xdp_program_close(&program);
	cfg.flags = 0x80;
	is(netring_xdp_program_open(&program, &cfg), -EOPNOTSUPP, "flags");
	is(program.step, NETRING_STEP_CONFIG, "step");
	memset(&program, 0, sizeof(program));
	netring_xdp_program_close(&program);
	is(netring_xdp_program_map(&program), -1, "an all-zero object closes");
}

/*
 * Attached in the midst of numbered packets: each comes to the stack or to the
 * socket, none is lost, and once they come to the socket they all do.
 */
static void misses_nothing(const struct xdp_way *way)
{
	struct tally t = { 0 };
	struct spied stack = { 0 };
	static struct xdp_end end;
	int spy = must(spy_open(NEAR, 0), "a look at the stack");
	uint32_t sent;

	memset(&end, 0, sizeof(end));
	end.socket.mode = NETRING_XDP_RX;
	xdp_open(&end, way);
	netring_xdp_program_close(&end.steer);
	must(netring_xdp_program_open(&end.steer, &end.program), "program");
	must(netring_xdp_program_register(&end.steer, 0,
					  netring_xdp_fd(&end.xdp)),
	     "register");
	spy_flush(spy, 0);
	for (sent = 0; sent < COUNT; sent += XDP_LOT) {
		xdp_wire_lot(sent, XDP_LOT, 100);
		if (sent == COUNT / XDP_LOT / 2 * XDP_LOT)
			must(netring_xdp_program_attach(&end.steer), "attach");
	}
	while (t.numbered + stack.frames < sent) {
		uint32_t before = t.numbered + stack.frames;

		(void)xdp_tally(&t, &end.xdp, UINT32_MAX, 0);
		spy_count(spy, &stack, UINT32_MAX, 0);
		if (before == t.numbered + stack.frames &&
		    xdp_tally(&t, &end.xdp, t.numbered + 1, xdp_patience()) <=
			    0)
			break;
	}
	is(t.numbered + stack.frames, sent, "%s: attached in the midst",
	   way->name);
	ok(stack.frames && t.numbered, "some before, some after");
	is(t.low, stack.frames, "from one packet on, without a gap");
	tally_ok(&t, sent - stack.frames, way->name);
	close(spy);
	xdp_close(&end);
	foreign_is(NEAR, XDP_ATTACHED_NONE, 0, "after close");
}

static int stack_socket(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(9) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int ms = xdp_patience();
	struct timeval patience = { ms / 1000, ms % 1000 * 1000 };

	must(fd < 0 ? -errno : 0, "a UDP socket");
	must(bind(fd, (void *)&a, sizeof(a)) < 0 ? -errno : 0, "bind");
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	return fd;
}

static void send_udp(uint32_t number)
{
	static int fd = -1;
	uint8_t frame[100];

	if (fd < 0)
		fd = must(wire_open(FAR), "a packet socket at the far end");
	wire_udp(frame, sizeof(frame), 4000, number);
	must(wire_send(fd, frame, sizeof(frame)), "send");
}

static int stack_gets(int fd, uint32_t number)
{
	uint8_t data[100];

	return recv(fd, data, sizeof(data), 0) == 58 &&
	       wire_get32(data + 4) == number;
}

/* Without a socket in its slot the program hands all to the kernel's stack:
 * before one is there, and after it closed. */
static void miss_is_the_stack(const struct xdp_way *way)
{
	struct netring_xdp_program_config cfg = {
		.interface = NEAR, .attach = { (uint8_t)way->attach }
	};
	static struct netring_xdp_program program;
	struct tally t = { .udp = 1 };
	static struct xdp_end end;
	int stack = stack_socket();

	must(netring_xdp_program_open(&program, &cfg), "open");
	must(netring_xdp_program_attach(&program), "attach");
	send_udp(1);
	ok(stack_gets(stack, 1), "%s: no socket: a datagram to the stack",
	   way->name);
	memset(&end, 0, sizeof(end));
	end.socket.program = &program;
	end.socket.flags = way->flags;
	xdp_open(&end, NULL);
	send_udp(2);
	is(xdp_tally(&t, &end.xdp, 1, xdp_patience()), 1, "socket: it gets it");
	is(t.low, 2, "the same");
	xdp_close(&end);
	send_udp(3);
	ok(stack_gets(stack, 3), "closed: to the stack again, and it is next");
	netring_xdp_program_close(&program);
	send_udp(4);
	ok(stack_gets(stack, 4), "no program: so it is");
	close(stack);
}

int main(void)
{
	int i;

	xdp_wire(1);
	must(net_ipv4(NEAR, ADDRESS, 24), "an address");
	for (i = 0; i < (int)(sizeof(orders) / sizeof(orders[0])); i++)
		ordered(i);
	refused();
	for (i = 0; i < XDP_WAYS; i++) {
		misses_nothing(&xdp_ways[i]);
		miss_is_the_stack(&xdp_ways[i]);
	}
	return done_testing();
}
