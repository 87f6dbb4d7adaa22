/* SPDX-License-Identifier: MIT */
/* wire.c - the sending side: plain packet sockets, no part of the library. */
#define _GNU_SOURCE
#include "live.h"
#include "wire.h"

#include <errno.h>
#include <net/if.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <linux/if_packet.h>

#define MAGIC 0x4e455452u
#define UDP_HEADERS (14 + 20 + 8)

const uint8_t near_mac[6] = { 2, 0, 0, 0, 0, 0xa };
const uint8_t far_mac[6] = { 2, 0, 0, 0, 0, 0xb };

void wire_put16(void *at, uint16_t value)
{
	uint8_t *p = at;

	p[0] = (uint8_t)(value >> 8);
	p[1] = (uint8_t)value;
}

void wire_put32(void *at, uint32_t value)
{
	wire_put16(at, (uint16_t)(value >> 16));
	wire_put16((uint8_t *)at + 2, (uint16_t)value);
}

uint32_t wire_get16(const void *at)
{
	const uint8_t *p = at;

	return (uint32_t)p[0] << 8 | p[1];
}

uint32_t wire_get32(const void *at)
{
	return wire_get16(at) << 16 | wire_get16((const uint8_t *)at + 2);
}

uint32_t wire_sum(const void *bytes, size_t length, uint32_t sum)
{
	const uint8_t *p = bytes;

	for (; length > 1; length -= 2, p += 2) {
		sum += wire_get16(p);
		sum = (sum & 0xffff) + (sum >> 16);
	}
	return length ? sum + ((uint32_t)p[0] << 8) : sum;
}

uint16_t wire_fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static uint8_t pattern(size_t at, size_t length, uint32_t number)
{
	return (uint8_t)((at * 7 + at / 256 + length) ^ number ^ number >> 8);
}

static void fill(uint8_t *p, size_t from, size_t length, uint32_t number)
{
	size_t i;

	for (i = from; i < length; i++)
		p[i] = pattern(i, length, number);
	if (length >= from + 8) {
		wire_put32(p + from, MAGIC);
		wire_put32(p + from + 4, number);
	}
}

static int64_t check(const uint8_t *p, size_t from, size_t length)
{
	uint32_t number;
	size_t i;

	if (length < from + 8 || wire_get32(p + from) != MAGIC)
		return -1;
	number = wire_get32(p + from + 4);
	for (i = from + 8; i < length; i++)
		if (p[i] != pattern(i, length, number))
			return -2;
	return number;
}

static void addresses(uint8_t *p, uint16_t type)
{
	memcpy(p, near_mac, 6);
	memcpy(p + 6, far_mac, 6);
	wire_put16(p + 12, type);
}

void wire_frame(void *frame, size_t length, uint16_t type, uint32_t number)
{
	addresses(frame, type);
	fill(frame, 14, length, number);
}

int64_t wire_number(const void *frame, size_t length)
{
	return check(frame, 14, length);
}

void wire_udp(void *frame, size_t length, uint16_t source_port, uint32_t number)
{
	uint8_t *p = frame, *ip = p + 14, *udp = ip + 20;

	addresses(p, 0x0800);
	memset(ip, 0, UDP_HEADERS - 14);
	ip[0] = 0x45;
	wire_put16(ip + 2, (uint16_t)(length - 14));
	ip[8] = 64;
	ip[9] = 17;
	wire_put32(ip + 12, 0x0a090002);
	wire_put32(ip + 16, 0x0a090001);
	wire_put16(ip + 10, wire_fold(wire_sum(ip, 20, 0)));
	wire_put16(udp, source_port);
	wire_put16(udp + 2, 9);
	wire_put16(udp + 4, (uint16_t)(length - 34));
	fill(p, UDP_HEADERS, length, number);
}

int64_t wire_udp_number(const void *frame, size_t length)
{
	return check(frame, UDP_HEADERS, length);
}

int wire_open(const char *interface)
{
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	struct sockaddr_ll address;

	if (fd < 0)
		return -errno;
	memset(&address, 0, sizeof(address));
	address.sll_family = AF_PACKET;
	address.sll_ifindex = (int)if_nametoindex(interface);
	if (bind(fd, (void *)&address, sizeof(address)) < 0) {
		int r = -errno;

		close(fd);
		return r;
	}
	return fd;
}

static void pause_until(struct timespec *at)
{
	int r;

	do
		r = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, at, NULL);
	while (r == EINTR);
	must(-r, "clock_nanosleep");
}

static void add_ns(struct timespec *at, long ns)
{
	at->tv_nsec += ns;
	for (; at->tv_nsec >= 1000000000; at->tv_nsec -= 1000000000)
		at->tv_sec++;
}

static void sleep_ms(long ms)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	add_ns(&at, ms * 1000000);
	pause_until(&at);
}

int wire_send(int fd, const void *frame, size_t length)
{
	while (send(fd, frame, length, 0) < 0) {
		if (errno == ENOBUFS)
			sleep_ms(1);
		else if (errno != EINTR)
			return -errno;
	}
	return 0;
}

/* Once a millisecond what the rate allows, 32 with a system call. */
static int send_all(int fd, const struct wire_flood *flood)
{
	static uint8_t frames[32][9100];
	struct mmsghdr messages[32];
	struct iovec pieces[32];
	uint16_t type = flood->type ? flood->type : WIRE_TYPE;
	uint32_t number = flood->first, i, n, done, allowed = 0;
	uint32_t rate = live_share(flood->rate);
	struct timespec at;
	int sent;

	if (flood->rate && !rate)
		rate = 1; /* 0 is no limit */
	memset(messages, 0, sizeof(messages));
	clock_gettime(CLOCK_MONOTONIC, &at);
	while (!flood->count || number - flood->first < flood->count) {
		n = 32;
		if (rate && !allowed) {
			add_ns(&at, 1000000);
			pause_until(&at);
			allowed = (rate + 999) / 1000;
		}
		if (rate && n > allowed)
			n = allowed;
		if (flood->count && n > flood->first + flood->count - number)
			n = flood->first + flood->count - number;
		for (i = 0; i < n; i++) {
			int other = flood->also && (number + i) % 16 == 0;

			wire_frame(frames[i], flood->length,
				   other ? flood->also : type, number + i);
			pieces[i].iov_base = frames[i];
			pieces[i].iov_len = flood->length;
			messages[i].msg_hdr.msg_iov = &pieces[i];
			messages[i].msg_hdr.msg_iovlen = 1;
		}
		for (done = 0; done < n; done += (uint32_t)sent) {
			sent = sendmmsg(fd, messages + done, n - done, 0);
			if (sent >= 0)
				continue;
			sent = 0;
			if (errno == ENOBUFS || errno == ENETDOWN)
				sleep_ms(1);
			else if (errno != EINTR)
				return -errno;
		}
		number += n;
		allowed -= rate ? n : 0;
	}
	return 0;
}

int wire_burst(const struct wire_flood *flood)
{
	int fd = wire_open(flood->interface);
	int direct = flood->direct, r = fd;

	if (fd >= 0 && direct)
		(void)setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &direct,
				 sizeof(direct));
	if (fd >= 0)
		r = send_all(fd, flood);
	if (fd >= 0)
		close(fd);
	return r;
}

pid_t wire_start(const struct wire_flood *flood)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	_exit(-wire_burst(flood));
}

int wire_wait(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -EINTR;
}

void wire_stop(pid_t pid)
{
	kill(pid, SIGKILL);
	wire_wait(pid);
}
