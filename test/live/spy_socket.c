/* SPDX-License-Identifier: MIT */
/* spy_socket.c - what arrives at an interface, by a plain packet socket. */
#define _GNU_SOURCE
#include "live.h"
#include "spy_socket.h"

#include "results.h"
#include "wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>

#ifndef PACKET_IGNORE_OUTGOING
#define PACKET_IGNORE_OUTGOING 23
#endif

#define MEMORY (64 << 20)

int spy_open(const char *interface, int outgoing)
{
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	int on = 1, memory = MEMORY, r;
	struct packet_mreq all;
	struct sockaddr_ll a;

	if (fd < 0)
		return -errno;
	memset(&a, 0, sizeof(a));
	a.sll_family = AF_PACKET;
	a.sll_protocol = htons(ETH_P_ALL);
	a.sll_ifindex = (int)if_nametoindex(interface);
	memset(&all, 0, sizeof(all));
	all.mr_ifindex = a.sll_ifindex;
	all.mr_type = PACKET_MR_PROMISC;
	if (!outgoing)
		(void)setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on,
				 sizeof(on));
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &memory,
		       sizeof(memory)) < 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &memory,
				 sizeof(memory));
	if (setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &on, sizeof(on)) == 0 &&
	    setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all,
		       sizeof(all)) == 0 &&
	    bind(fd, (void *)&a, sizeof(a)) == 0)
		return fd;
	r = -errno;
	close(fd);
	return r;
}

/* The tag that the kernel took out, in front of the type again. */
static int put_back(uint8_t *p, int length,
		    const struct tpacket_auxdata *auxdata)
{
	uint16_t type = 0x8100;

	if (!(auxdata->tp_status & TP_STATUS_VLAN_VALID))
		return length;
	if (auxdata->tp_status & TP_STATUS_VLAN_TPID_VALID)
		type = auxdata->tp_vlan_tpid;
	memmove(p + 16, p + 12, (size_t)length - 12);
	wire_put16(p + 12, type);
	wire_put16(p + 14, auxdata->tp_vlan_tci);
	return length + 4;
}

static int read_now(int fd, void *buffer, size_t size)
{
	_Alignas(8) uint8_t control[256];
	struct iovec piece = { buffer, size - 4 };
	struct tpacket_auxdata auxdata;
	struct msghdr m;
	struct cmsghdr *part;
	ssize_t n;

	memset(&m, 0, sizeof(m));
	m.msg_iov = &piece;
	m.msg_iovlen = 1;
	m.msg_control = control;
	m.msg_controllen = sizeof(control);
	n = recvmsg(fd, &m, MSG_TRUNC | MSG_DONTWAIT);
	if (n < 0)
		return -errno;
	if (m.msg_flags & MSG_TRUNC)
		return -EMSGSIZE;
	for (part = CMSG_FIRSTHDR(&m); part; part = CMSG_NXTHDR(&m, part)) {
		if (part->cmsg_level != SOL_PACKET ||
		    part->cmsg_type != PACKET_AUXDATA)
			continue;
		memcpy(&auxdata, CMSG_DATA(part), sizeof(auxdata));
		return put_back(buffer, (int)n, &auxdata);
	}
	return (int)n;
}

int spy_read(int fd, void *buffer, size_t size, int ms)
{
	struct pollfd p = { fd, POLLIN, 0 };
	int r = read_now(fd, buffer, size);

	if (r != -EAGAIN)
		return r;
	r = poll(&p, 1, ms);
	if (r <= 0)
		return r < 0 ? -errno : 0;
	r = read_now(fd, buffer, size);
	return r == -EAGAIN ? 0 : r;
}

int spy_is(int fd, const void *frame, size_t length)
{
	static uint8_t got[WIRE_MAX + 64];
	int n = spy_read(fd, got, sizeof(got), 500);
	size_t i;

	if (n == (int)length && memcmp(got, frame, length) == 0)
		return 1;
	if (n != (int)length) {
		diag("  got %d bytes, expected %zu", n, length);
		return 0;
	}
	for (i = 0; i < length && got[i] == ((const uint8_t *)frame)[i]; i++)
		;
	diag("  byte %zu of %zu differs", i, length);
	return 0;
}

int spy_quiet(int fd, int ms)
{
	uint8_t got[2048];
	int n = spy_read(fd, got, sizeof(got), ms);

	if (n > 0)
		diag("  got %d bytes, to %02x..%02x type %04x", n, got[0],
		     got[5], wire_get16(got + 12));
	return n == 0;
}

int spy_flush(int fd, int ms)
{
	static uint8_t got[WIRE_MAX + 64];
	int n = 0;

	while (spy_read(fd, got, sizeof(got), ms) != 0)
		n++;
	return n;
}

uint32_t spy_count(int fd, struct spied *s, uint32_t want, int ms)
{
	static uint8_t got[WIRE_MAX + 64];
	int64_t number;
	int n;

	ms = live_quiet_ms(ms);
	if (!s->frames)
		s->last = -1;
	while (s->frames < want) {
		n = spy_read(fd, got, sizeof(got), ms);
		if (n == 0)
			break;
		if (n < 0)
			continue;
		number = wire_number(got, (size_t)n);
		s->foreign += number == -1;
		s->damaged += number == -2;
		if (number < 0)
			continue;
		s->repeated += number == s->last;
		s->unordered += number < s->last;
		s->last = number;
		s->frames++;
	}
	return s->frames;
}

int spied_ok(const struct spied *s, uint32_t want, const char *what)
{
	int good = s->frames == want && !s->foreign && !s->damaged &&
		   !s->unordered && !s->repeated;

	ok(good, "%s: %u frames, whole, in order, once", what, want);
	if (!good)
		diag("  %u frames, %u foreign, %u damaged, %u unordered, %u "
		     "repeated",
		     s->frames, s->foreign, s->damaged, s->unordered,
		     s->repeated);
	return good;
}
