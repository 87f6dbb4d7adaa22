/* SPDX-License-Identifier: MIT */
/* test_identity.c - an interface is its index: renamed, replaced, made again
 * as another kind. */
#define _GNU_SOURCE
#include "live.h"
#include "spy_socket.h"

#include <netring/injector.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/if_packet.h>

#define MOVED "nr0moved"
#define OTHER "nrx"
#define COUNT 20u

static struct netring_capture cap;
static struct netring_injector inj;

static void burst(const char *interface, uint32_t first)
{
	must(wire_burst(&(struct wire_flood){ .interface = interface,
					      .first = first,
					      .count = COUNT,
					      .length = 100 }),
	     "sending");
}

/* What is captured is from FAR, and what is injected arrives there. */
static void both_work(const char *when)
{
	int spy = must(spy_open(FAR, 0), "a look at the far end");
	struct spied s = { .last = -1 };
	struct tally t = { 0 };
	uint8_t frame[100];
	uint32_t i;

	burst(FAR, 0);
	tally_receive(&t, &cap, COUNT, 500);
	tally_ok(&t, COUNT, when);
	for (i = 0; i < COUNT; i++) {
		wire_frame(frame, sizeof(frame), WIRE_TYPE, i);
		must(netring_injector_send(&inj, frame, sizeof(frame), 0),
		     "send");
	}
	spy_count(spy, &s, COUNT, 500);
	spied_ok(&s, COUNT, when);
	close(spy);
}

static void open_both(void)
{
	live_open(&cap, &(struct netring_capture_config){
				.interface = NEAR,
				.direction = NETRING_DIRECTION_IN,
				.flags = NETRING_CAPTURE_PROMISC,
				.retire_ms = 1 });
	must(netring_injector_open(
		     &inj,
		     &(struct netring_injector_config){ .interface = NEAR }),
	     "an injector");
}

static void close_both(void)
{
	netring_capture_close(&cap);
	netring_injector_close(&inj);
}

static int is_gone(void)
{
	int r, i;

	for (i = 0; i < 20; i++) {
		r = netring_capture_wait(&cap, live_quiet_ms(100));
		if (r != NETRING_EVENT_LINK_DOWN && r != NETRING_EVENT_TIMEOUT)
			return r;
	}
	return r;
}

/* Another takes the name: nothing of it is seen, and nothing is sent there. */
static void renamed(void)
{
	int index = net_index(NEAR), spy;
	struct tally t = { 0 };

	open_both();
	must(net_down(NEAR), "down"); /* to be renamed, before Linux 6.2 */
	must(net_rename(NEAR, MOVED), "renamed");
	must(net_up(MOVED), "up");
	live_pair(NEAR, OTHER);
	(void)netring_capture_wait(&cap, 0);
	both_work("renamed, and another has its name");
	is(netring_capture_rebind(&cap), 0, "capture: rebind");
	is(netring_injector_rebind(&inj), 0, "injector: rebind");
	is(netring_capture_ifindex(&cap), index, "the index is the same");
	both_work("rebound");
	spy = must(spy_open(OTHER, 0), "a look at the other");
	burst(OTHER, 100);
	tally_receive(&t, &cap, 1, 100);
	is(t.numbered, 0, "the other's packets are not seen");
	ok(spy_quiet(spy, 50), "and nothing is sent there");
	close(spy);
	must(net_delete(NEAR), "the other goes");
	both_work("the other is gone");
	close_both();
	must(net_down(MOVED), "down");
	must(net_rename(MOVED, NEAR), "named as before");
	must(net_up(NEAR), "up");
}

/* Another kind of device has no link header, and no Ethernet's MTU. */
static void other_kind(void)
{
	struct netring_packet pkt;
	int tun;

	open_both();
	must(net_delete(NEAR), "removed");
	is(is_gone(), -ENODEV, "it is gone");
	is(netring_capture_rebind(&cap), -ENODEV, "capture: not there yet");
	is(netring_injector_rebind(&inj), -ENODEV, "injector: not there yet");
	tun = net_tun(NEAR);
	if (tun < 0) {
		skip(lacking(tun) ? lacking(tun) : strerror(-tun),
		     "made again as a tun");
	} else {
		must(net_up(NEAR), "up");
		is(netring_capture_rebind(&cap), -EPFNOSUPPORT,
		   "capture: not to a tun");
		is(cap.step, NETRING_STEP_INTERFACE, "step");
		is(netring_injector_rebind(&inj), -EPFNOSUPPORT,
		   "injector: not to a tun");
		is(inj.step, NETRING_STEP_INTERFACE, "step");
		(void)write(tun, "\x45\0\0\x14", 20);
		is(netring_capture_receive(&cap, &pkt, netring_clock_ms() + 50),
		   -ENODEV, "still gone: nothing of the tun's comes");
		close(tun);
	}
	live_wire();
	is(netring_capture_rebind(&cap), 0, "capture: made again");
	is(netring_injector_rebind(&inj), 0, "injector: made again");
	both_work("made again");
	close_both();
}

/* An adopted socket keeps its protocol: of no matter to what it sends. */
static void adopted(void)
{
	int protocols[] = { 0x0003, 0x0806 }, i, fd, here;
	struct sockaddr_ll from;
	socklen_t size;
	uint8_t frame[100];
	ssize_t r;

	for (i = 0; i < 2; i++) {
		fd = socket(AF_PACKET, SOCK_RAW, htons((uint16_t)protocols[i]));
		must(netring_injector_open(&inj,
					   &(struct netring_injector_config){
						   .interface = NEAR,
						   .socket = &fd }),
		     "adopted");
		/* what was there before: all interfaces' packets */
		while (recv(fd, frame, sizeof(frame), MSG_DONTWAIT) > 0)
			;
		here = must(spy_open(NEAR, 1), "a tap on the sending side");
		burst(FAR, 0);
		is(spy_flush(here, 100), COUNT, "packets come");
		ok(recv(fd, frame, sizeof(frame), MSG_DONTWAIT) < 0,
		   "protocol %#x: none to the injector's socket",
		   (unsigned int)protocols[i]);
		wire_frame(frame, sizeof(frame), WIRE_TYPE, 7);
		must(netring_injector_send(&inj, frame, sizeof(frame), 0),
		     "send");
		size = sizeof(from);
		r = recvfrom(here, frame, sizeof(frame), 0, (void *)&from,
			     &size);
		is(r, sizeof(frame), "it leaves");
		is(ntohs(from.sll_protocol), WIRE_TYPE,
		   "with its own EtherType, not the socket's");
		close(here);
		is(netring_injector_close(&inj), 0, "close");
	}
}

int main(void)
{
	live_begin();
	live_wire();
	renamed();
	other_kind();
	adopted();
	return done_testing();
}
