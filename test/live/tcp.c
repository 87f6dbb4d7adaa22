/* SPDX-License-Identifier: MIT */
/* tcp.c - transfers between two hosts by their kernels' TCP and UDP. */
#define _GNU_SOURCE
#include "tcp.h"

#include "live.h"
#include "port_settings.h"
#include "vlan_tag.h"

#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define PORT 4000
#define IPV4 0x0a090001u
#define CHUNK 65536u

static int give_address(int side, uint16_t tag)
{
	const char *name = host_name[side];
	int r = 0;

	if (tag) {
		r = net_vlan("vlan", name, tag, 0x8100);
		if (r >= 0)
			name = "vlan";
		else
			r = tag_all(name, tag);
	}
	if (r >= 0)
		r = net_up(name);
	if (r >= 0)
		r = net_ipv4(name, IPV4 + (uint32_t)side, 24);
	return r < 0 ? r : port_ipv6(name, (uint8_t)(1 + side));
}

int tcp_addresses(struct hosts *h, uint16_t tag)
{
	int side, home, r = 0;

	for (side = 0; side < 2 && r >= 0; side++) {
		home = must(net_enter(h->ns[side]), "go there");
		r = give_address(side, tag);
		must(net_return(home), "come back");
	}
	return r;
}

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static socklen_t fill(union address *a, int side, int ipv6)
{
	memset(a, 0, sizeof(*a));
	if (ipv6) {
		a->v6.sin6_family = AF_INET6;
		a->v6.sin6_port = htons(PORT);
		a->v6.sin6_addr.s6_addr[0] = 0xfd;
		a->v6.sin6_addr.s6_addr[1] = 9;
		a->v6.sin6_addr.s6_addr[15] = (uint8_t)(1 + side);
		return sizeof(a->v6);
	}
	a->v4.sin_family = AF_INET;
	a->v4.sin_port = htons(PORT);
	a->v4.sin_addr.s_addr = htonl(IPV4 + (uint32_t)side);
	return sizeof(a->v4);
}

/* A socket of a host, bound to its address. */
static int make(const struct hosts *h, int side, int ipv6, int type, int bound)
{
	int home = must(net_enter(h->ns[side]), "go there"), on = 1, fd;
	union address a;
	socklen_t size = fill(&a, side, ipv6);

	fd = socket(ipv6 ? AF_INET6 : AF_INET, type | SOCK_CLOEXEC, 0);
	must(fd < 0 ? -errno : 0, "a socket");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bound)
		must(bind(fd, &a.any, size) < 0 ? -errno : 0, "bind");
	if (bound && type == SOCK_STREAM)
		must(listen(fd, 1) < 0 ? -errno : 0, "listen");
	must(net_return(home), "come back");
	return fd;
}

/* The stream of a seed, by xorshift. */
static void stream(uint64_t *state, uint64_t *words, size_t n)
{
	uint64_t x = *state;
	size_t i;

	for (i = 0; i < n; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		words[i] = x;
	}
	*state = x;
}

static uint64_t chunk[CHUNK / 8], got[CHUNK / 8];

static int send_stream(int fd, const union address *to, socklen_t size,
		       uint64_t seed, uint32_t bytes)
{
	size_t at, n;
	ssize_t sent;

	if (connect(fd, &to->any, size) < 0)
		return errno;
	for (; bytes; bytes -= (uint32_t)n) {
		n = bytes < CHUNK ? bytes : CHUNK;
		stream(&seed, chunk, CHUNK / 8);
		for (at = 0; at < n; at += (size_t)sent) {
			sent = write(fd, (uint8_t *)chunk + at, n - at);
			if (sent < 0)
				return errno;
		}
	}
	shutdown(fd, SHUT_WR);
	/* the other end closes when it has all */
	return read(fd, chunk, 1) == 0 ? 0 : EPIPE;
}

static int take_stream(int listener, uint64_t seed, uint32_t bytes)
{
	int fd = accept(listener, NULL, NULL);
	size_t at, n;
	ssize_t r;

	if (fd < 0)
		return errno;
	for (; bytes; bytes -= (uint32_t)n) {
		n = bytes < CHUNK ? bytes : CHUNK;
		stream(&seed, chunk, CHUNK / 8);
		for (at = 0; at < n; at += (size_t)r) {
			r = read(fd, (uint8_t *)got + at, n - at);
			if (r <= 0)
				return r < 0 ? errno : EPIPE;
		}
		if (memcmp(got, chunk, n) != 0)
			return EBADMSG;
	}
	return read(fd, got, 1) == 0 ? 0 : EBADMSG;
}

/* From @from to the other: two processes. */
static void start(const struct hosts *h, int from, int ipv6, uint32_t bytes,
		  int seconds, pid_t *pids)
{
	int listener = make(h, !from, ipv6, SOCK_STREAM, 1);
	int sender = make(h, from, ipv6, SOCK_STREAM, 0);
	uint64_t seed = 88172645463325252u + (uint64_t)from;
	union address to;
	socklen_t size = fill(&to, !from, ipv6);
	int i;

	for (i = 0; i < 2; i++) {
		pids[i] = fork();
		if (pids[i])
			continue;
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		alarm((unsigned int)seconds);
		_exit(i ? send_stream(sender, &to, size, seed, bytes) :
			  take_stream(listener, seed, bytes));
	}
	close(listener);
	close(sender);
}

int tcp_both_ways(const struct hosts *h, int ipv6, uint32_t bytes, int seconds)
{
	pid_t pids[4];
	int i, status, r = 0;

	start(h, 0, ipv6, bytes, seconds, pids);
	start(h, 1, ipv6, bytes, seconds, pids + 2);
	for (i = 0; i < 4; i++) {
		status = wire_wait(pids[i]);
		if (status == -EINTR)
			status = -ETIMEDOUT;
		if (status < 0 && (r == 0 || status == -EBADMSG))
			r = status;
	}
	return r;
}

int udp_one_byte(const struct hosts *h, int ipv6)
{
	struct timeval second = { 2, 0 };
	union address a;
	char byte = 0, sent = 'x';
	int fds[2], from, r = 0;
	socklen_t size;

	for (from = 0; from < 2; from++) {
		fds[from] = make(h, from, ipv6, SOCK_DGRAM, 1);
		setsockopt(fds[from], SOL_SOCKET, SO_RCVTIMEO, &second,
			   sizeof(second));
	}
	for (from = 0; from < 2 && r == 0; from++, sent++) {
		size = fill(&a, !from, ipv6);
		if (sendto(fds[from], &sent, 1, 0, &a.any, size) < 0 ||
		    recv(fds[!from], &byte, 1, 0) < 0)
			r = -errno;
		else if (byte != sent)
			r = -EBADMSG;
	}
	close(fds[0]);
	close(fds[1]);
	return r;
}

int64_t tcp_sum_errors(const struct hosts *h)
{
	int side, home;
	int64_t n = 0;

	for (side = 0; side < 2; side++) {
		home = must(net_enter(h->ns[side]), "go there");
		n += port_snmp("Tcp", "InCsumErrors");
		n += port_snmp("Udp", "InCsumErrors");
		must(net_return(home), "come back");
	}
	return n;
}
