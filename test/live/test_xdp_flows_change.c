/* SPDX-License-Identifier: MIT */
/* test_xdp_flows_change.c - the list of flows, full, changed under traffic. */
#define _GNU_SOURCE
#include "spy_socket.h"
#include "xdp_end.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#define LOT 32u
#define PACKETS (400 * LOT)
#define LENGTH 80
#define UDP 17
#define PORT 4000 /* where the datagrams come from */

static struct xdp_end end;
static int spy;

static void begin(const struct xdp_way *way, uint32_t flows)
{
	memset(&end, 0, sizeof(end));
	end.program.flows = flows;
	xdp_open(&end, way);
	spy_flush(spy, 0);
}

static void full(void)
{
	int i, wrong = 0;

	begin(&xdp_ways[2], 3);
	is(netring_xdp_program_remove(&end.steer, UDP, 9), -ENOENT,
	   "an empty list has none");
	is(netring_xdp_program_add(&end.steer, UDP, 1), 0, "one");
	is(netring_xdp_program_add(&end.steer, UDP, 1), 0, "the same again");
	is(netring_xdp_program_add(&end.steer, UDP, 0), 0, "two");
	is(netring_xdp_program_add(&end.steer, 6, 1), 0, "three");
	is(netring_xdp_program_add(&end.steer, UDP, 2), -E2BIG, "full");
	is(netring_xdp_program_add(&end.steer, UDP, 1), 0, "one that is there");
	is(netring_xdp_program_remove(&end.steer, UDP, 2), -ENOENT,
	   "one that is not");
	is(netring_xdp_program_remove(&end.steer, UDP, 1), 0, "off");
	is(netring_xdp_program_remove(&end.steer, UDP, 1), -ENOENT, "once");
	is(netring_xdp_program_add(&end.steer, UDP, 2), 0, "room again");
	xdp_close(&end);
	is(netring_xdp_program_add(&end.steer, UDP, 3), -EBADF, "closed");

	begin(&xdp_ways[2], 65536);
	for (i = 0; i < 65536; i++)
		wrong += netring_xdp_program_add(&end.steer, UDP,
						 (uint16_t)i) != 0;
	is(wrong, 0, "every port there is");
	is(netring_xdp_program_add(&end.steer, 6, 1), -E2BIG, "and no more");
	xdp_close(&end);
}

/* A process of its own sends; a lot for each byte that it is given, so that
 * none can be lost for want of room. */
static pid_t start(int pipe)
{
	uint8_t frame[LENGTH];
	uint32_t number = 0, i;
	pid_t pid = fork();
	int fd;
	char c;

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	fd = must(wire_open(FAR), "a packet socket at the far end");
	while (read(pipe, &c, 1) == 1)
		for (i = 0; i < LOT; i++) {
			wire_udp(frame, sizeof(frame), PORT, number++);
			must(wire_send(fd, frame, sizeof(frame)), "send");
		}
	_exit(0);
}

static struct netring_packet as_packet(uint8_t *data, uint32_t length)
{
	struct netring_packet pkt;

	memset(&pkt, 0, sizeof(pkt));
	pkt.data = data;
	pkt.len = length;
	return pkt;
}

/* What came: from here, and from there; nothing for a long time: 0. */
static int drain(struct tally *socket, struct tally *stack)
{
	static uint8_t got[2048];
	struct netring_packet pkt;
	uint32_t before = socket->numbered + stack->numbered;
	int64_t limit = netring_clock_ms() + xdp_patience();
	int n;

	while (socket->numbered + stack->numbered == before &&
	       netring_clock_ms() < limit) {
		(void)xdp_tally(socket, &end.xdp, UINT32_MAX, 1);
		while ((n = spy_read(spy, got, sizeof(got), 0)) > 0) {
			pkt = as_packet(got, (uint32_t)n);
			tally_packet(stack, &pkt);
		}
	}
	return socket->numbered + stack->numbered > before;
}

static void changed_under_traffic(const struct xdp_way *way)
{
	static uint8_t map[PACKETS];
	struct tally socket = { .udp = 1, .map = map, .size = PACKETS };
	struct tally stack = socket;
	uint32_t given = 0, i;
	int fds[2], listed = 0, wrong = 0;
	pid_t pid;

	begin(way, 2);
	memset(map, 0, sizeof(map));
	must(pipe(fds), "a pipe");
	pid = start(fds[0]);
	while (socket.numbered + stack.numbered < PACKETS) {
		if (given - socket.numbered - stack.numbered < 4 * LOT &&
		    given < PACKETS) {
			(void)!write(fds[1], "", 1);
			given += LOT;
		}
		listed = !listed;
		wrong += (listed ? netring_xdp_program_add :
				   netring_xdp_program_remove)(&end.steer, UDP,
							       PORT) != 0;
		if (!drain(&socket, &stack))
			break;
	}
	is(wrong, 0, "%s: listed and not, again and again", way->name);
	is(socket.numbered + stack.numbered, PACKETS, "every packet came");
	is(socket.repeated + stack.repeated, 0, "to one place");
	is(socket.damaged + stack.damaged, 0, "whole");
	is(socket.unordered + stack.unordered, 0, "in order");
	ok(socket.numbered > LOT && stack.numbered > LOT,
	   "some here, some there");
	diag("  %u and %u", socket.numbered, stack.numbered);
	for (i = 0; i < PACKETS && map[i] == 1; i++)
		;
	is(i, PACKETS, "none is missing");
	close(fds[0]);
	close(fds[1]);
	wire_stop(pid);
	xdp_close(&end);
}

static void send_lot(uint32_t first)
{
	static int fd = -1;
	uint8_t frame[LENGTH];
	uint32_t i;

	if (fd < 0)
		fd = must(wire_open(FAR), "a packet socket at the far end");
	for (i = 0; i < LOT; i++) {
		wire_udp(frame, sizeof(frame), PORT, first + i);
		must(wire_send(fd, frame, sizeof(frame)), "send");
	}
}

/* Once a call returns, it holds for each packet sent from then on. */
static void at_once(const struct xdp_way *way)
{
	struct tally socket = { .udp = 1 }, stack = { .udp = 1 };
	uint32_t i, wrong = 0;

	begin(way, 1);
	for (i = 0; i < 20; i++) {
		if (i & 1)
			must(netring_xdp_program_add(&end.steer, UDP, PORT),
			     "add");
		else if (i)
			must(netring_xdp_program_remove(&end.steer, UDP, PORT),
			     "remove");
		send_lot(i * LOT);
		while (socket.numbered + stack.numbered < (i + 1) * LOT &&
		       drain(&socket, &stack))
			;
		wrong += socket.numbered != (i + 1) / 2 * LOT ||
			 stack.numbered != (i + 2) / 2 * LOT;
	}
	is(wrong, 0, "%s: on and off, each for the very next packet",
	   way->name);
	xdp_close(&end);
}

int main(void)
{
	int i;

	xdp_wire(1);
	spy = must(spy_open(NEAR, 0), "a look at the stack");
	full();
	for (i = 0; i < XDP_WAYS; i += 2) {
		at_once(&xdp_ways[i]);
		changed_under_traffic(&xdp_ways[i]);
	}
	return done_testing();
}
