/* SPDX-License-Identifier: MIT */
/* test_vnet.c - partial checksums and super-frames of this host's own TCP. */
#define _GNU_SOURCE
#include "live.h"

#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/if_packet.h>

#define HERE 0x0a090001u
#define THERE 0x0a090002u
#define PORT 4000
#define BYTES 2000000

static struct sockaddr_in address(uint32_t ip)
{
	struct sockaddr_in a;

	memset(&a, 0, sizeof(a));
	a.sin_family = AF_INET;
	a.sin_port = htons(PORT);
	a.sin_addr.s_addr = htonl(ip);
	return a;
}

/* In the other namespace: takes all that comes, on each connection. */
static pid_t start_server(int there)
{
	struct sockaddr_in a = address(THERE);
	static char buffer[65536];
	pid_t pid;
	int listener, fd, home = must(net_enter(there), "go there");

	listener = socket(AF_INET, SOCK_STREAM, 0);
	must(bind(listener, (void *)&a, sizeof(a)) ? -errno : 0, "bind");
	must(listen(listener, 5) ? -errno : 0, "listen");
	pid = fork();
	if (!pid) {
		for (;;) {
			fd = accept(listener, NULL, NULL);
			while (read(fd, buffer, sizeof(buffer)) > 0)
				;
			close(fd);
		}
	}
	close(listener);
	must(net_return(home), "come back");
	return pid;
}

static pid_t start_client(void)
{
	struct sockaddr_in a = address(THERE);
	static char buffer[65536];
	pid_t pid = fork();
	size_t left = BYTES;
	ssize_t n;
	int fd;

	if (pid)
		return pid;
	fd = socket(AF_INET, SOCK_STREAM, 0);
	if (connect(fd, (void *)&a, sizeof(a)) < 0)
		_exit(1);
	for (; left; left -= (size_t)n) {
		n = write(fd, buffer,
			  left < sizeof(buffer) ? left : sizeof(buffer));
		if (n <= 0)
			_exit(2);
	}
	close(fd);
	_exit(0);
}

struct seen {
	uint32_t tcp, long_ones, gso, gso_right, partial, starts, sums;
	uint32_t flags_partial;
};

/* A partial checksum is the pseudo-header's sum: with the bytes' it is right */
static int completes(const struct netring_packet *pkt,
		     const struct netring_vnet *v)
{
	const uint8_t *ip = pkt->data + 14;
	uint32_t length = wire_get16(ip + 2) - 20, sum;
	uint8_t pseudo[12];
	uint8_t *at = pkt->data + v->csum_start + v->csum_offset;

	wire_put16(at, wire_fold(wire_sum(pkt->data + v->csum_start,
					  pkt->len - v->csum_start, 0)));
	memcpy(pseudo, ip + 12, 8);
	wire_put16(pseudo + 8, 6);
	wire_put16(pseudo + 10, (uint16_t)length);
	sum = wire_sum(pseudo, 12, 0);
	return wire_fold(wire_sum(ip + 20, length, sum)) == 0;
}

static void look(struct seen *s, const struct netring_packet *pkt)
{
	struct netring_vnet v;

	if (pkt->link->type != NETRING_TYPE_OUTGOING || pkt->len < 54 ||
	    wire_get16(pkt->data + 12) != 0x0800 || pkt->data[23] != 6)
		return;
	s->tcp++;
	s->long_ones += pkt->wire_len > 1514;
	s->gso += netring_packet_gso(pkt);
	s->flags_partial += !!(pkt->flags & NETRING_PACKET_CSUM_PARTIAL);
	if (!netring_packet_vnet(pkt, &v))
		return;
	if (pkt->wire_len > 1514)
		s->gso_right += v.gso_type == 1 && v.gso_size >= 500 &&
				v.gso_size <= 1460 && v.header_len >= 54;
	if (!(v.flags & 1))
		return;
	s->partial++;
	s->starts += v.csum_start == 34 && v.csum_offset == 16;
	if (!netring_packet_truncated(pkt))
		s->sums += completes(pkt, &v);
}

static int capture_tcp(struct seen *s, uint32_t flags)
{
	struct netring_capture_config cfg = { .interface = NEAR };
	struct netring_capture cap;
	struct netring_packet pkt;
	pid_t client;
	int r;

	memset(s, 0, sizeof(*s));
	netring_capture_preset(&cfg, NETRING_PRESET_JUMBO);
	cfg.memory = 16 << 20;
	cfg.flags = flags;
	r = netring_capture_open(&cap, &cfg);
	if (r < 0) {
		skip(lacking(r) ? lacking(r) : strerror(-r), "%s",
		     netring_step_name(cap.step));
		return r;
	}
	client = start_client();
	while (netring_capture_receive(&cap, &pkt, netring_clock_ms() + 300) ==
	       1)
		look(s, &pkt);
	is(wire_wait(client), 0, "%s: %d bytes over TCP", mode_name(flags),
	   BYTES);
	netring_capture_close(&cap);
	return 0;
}

static void tcp(uint32_t flags)
{
	struct seen s;

	if (capture_tcp(&s, flags | NETRING_CAPTURE_VNET_HDR) == 0) {
		diag("%u packets, %u super-frames, %u partial", s.tcp,
		     s.long_ones, s.partial);
		ok(s.partial > 0 && s.long_ones > 0, "offloads are in use");
		is(s.gso_right, s.long_ones, "a super-frame tells its kind");
		is(s.gso, s.long_ones, "netring_packet_gso() knows it");
		is(s.starts, s.partial, "where the checksum goes");
		is(s.sums, s.partial, "and completed it is right");
	}
	if (capture_tcp(&s, flags) == 0) {
		ok(s.flags_partial > 0, "without vnet header: CSUM_PARTIAL");
		if (s.gso)
			is(s.gso, s.long_ones, "GSO_TCP on super-frames");
		else
			skip("not told by this kernel (6.3)", "GSO_TCP");
	}
}

/* A sender that leaves the checksum of a tagged datagram to the device. */
static void tagged_partial(uint32_t flags)
{
	uint8_t bytes[10 + 4 + 100], *frame = bytes + 10;
	struct netring_capture cap;
	struct netring_packet pkt;
	struct netring_vnet v;
	int fd = must(wire_open("tag1"), "a sending socket"), on = 1;

	if (setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &on, sizeof(on)) < 0) {
		skip(strerror(errno), "PACKET_VNET_HDR");
		close(fd);
		return;
	}
	wire_udp(frame + 4, 100, 1000, 3);
	memmove(frame, frame + 4, 12);
	wire_put32(frame + 12, 0x81000005);
	memset(&v, 0, sizeof(v));
	v.flags = 1;
	v.csum_start = 14 + 4 + 20;
	v.csum_offset = 6;
	memcpy(bytes, &v, sizeof(v));
	live_open(&cap, &(struct netring_capture_config){
				.interface = "tag0",
				.flags = flags | NETRING_CAPTURE_VNET_HDR,
				.direction = NETRING_DIRECTION_IN,
				.retire_ms = 1 });
	must(wire_send(fd, bytes, sizeof(bytes)), "send");
	if (is(netring_capture_receive(&cap, &pkt, netring_clock_ms() + 500), 1,
	       "%s: a tagged packet", mode_name(flags))) {
		ok(netring_packet_vnet(&pkt, &v) && v.flags & 1,
		   "its checksum is partial");
		is(v.csum_start, 34, "counted without the tag");
		is((long long)((uintptr_t)(pkt.data + 14) % 4), 0,
		   "the IP header is aligned");
		is(netring_packet_restore_vlan(&pkt), 1, "put the tag back");
		ok(netring_packet_vnet(&pkt, &v) && v.csum_start == 38 &&
			   v.csum_offset == 6,
		   "counted with it");
		ok(pkt.len == 104 && !memcmp(pkt.data, frame, 104),
		   "the bytes are those that were sent");
	}
	close(fd);
	netring_capture_close(&cap);
}

int main(void)
{
	int there, home;
	pid_t server;

	live_begin();
	live_wire();
	live_pair("tag0", "tag1");
	tagged_partial(0);
	tagged_partial(NETRING_CAPTURE_IMMEDIATE);
	there = must(net_namespace(), "another namespace");
	must(net_move(FAR, there), "the far end there");
	must(net_ipv4(NEAR, HERE, 24), "an address");
	home = must(net_enter(there), "go there");
	must(net_up(FAR), "up");
	must(net_ipv4(FAR, THERE, 24), "an address");
	must(net_return(home), "come back");
	server = start_server(there);
	tcp(0);
	tcp(NETRING_CAPTURE_IMMEDIATE);
	kill(server, SIGKILL);
	return done_testing();
}
