/* SPDX-License-Identifier: MIT */
/* wrap.h - the C library's calls, counted, made to fail, accounted for. */
#ifndef NETRING_TEST_WRAP_H
#define NETRING_TEST_WRAP_H

#include "capture.h"
#include "kernel_abi_xdp.h"

#include <linux/bpf.h>
#include <linux/if_packet.h>
#include <linux/if_xdp.h>
#include <linux/sockios.h>
#include <setjmp.h>
#include <limits.h>
#include <stdarg.h>

#include <cmocka.h>

/*
 * Linked by -Wl,--wrap=... of each call (see `wrapped` in the Makefile). While
 * armed, every call is counted; the one with the number to fail is not made
 * (close and munmap are: the kernel does its part also when it complains) and
 * returns the errno asked for; all others go to the kernel.
 */
enum wrap_call {
	WRAP_NONE,
	WRAP_SOCKET,
	WRAP_BIND,
	WRAP_SETSOCKOPT,
	WRAP_GETSOCKOPT,
	WRAP_GETSOCKNAME,
	WRAP_MMAP,
	WRAP_MUNMAP,
	WRAP_POLL,
	WRAP_IOCTL,
	WRAP_CLOSE,
	WRAP_CLOCK,
	WRAP_OPEN,
	WRAP_SETNS,
	WRAP_NANOSLEEP,
	WRAP_SEND,
	WRAP_SENDTO,
	WRAP_SENDMSG,
	WRAP_RECV,
	WRAP_RECVMSG,
	WRAP_READ,
	WRAP_WRITE,
	WRAP_EVENTFD,
	WRAP_BPF
};

/* One call: what it was, of which descriptor, and which option or request. */
struct wrap_entry {
	enum wrap_call call;
	int fd;
	int level;
	int option;
};

#define WRAP_LOG 256

struct wrap {
	int armed;
	uint32_t count;	  /* calls so far */
	uint32_t fail_at; /* number of the call to fail, from 1; 0: none */
	int error;
	int endless; /* more calls than the log has room for: no failing */
	struct wrap_entry log[WRAP_LOG]; /* entry n - 1 is call n */

	/* answers in the kernel's stead, where a test sets them */
	int (*poll)(struct pollfd *fds, nfds_t count, int timeout);
	int (*getsockopt)(int fd, int level, int option, void *value,
			  socklen_t *size);
	int (*getsockname)(int fd, void *address, socklen_t *size);
	int (*setsockopt)(int fd, int level, int option, const void *value,
			  socklen_t size);
	int (*ioctl)(int fd, unsigned long request, void *argument);
	int (*clock)(struct timespec *now);
	int (*bind)(int fd, const void *address);
	int (*nanosleep)(const struct timespec *time);
	ssize_t (*send)(int fd, size_t size, int flags);
	ssize_t (*sendto)(int fd, const void *bytes, size_t size);
	ssize_t (*recv)(int fd, void *bytes, size_t size, int flags);
	long (*bpf)(int command, void *attributes, unsigned int size);
};

extern struct wrap wrap;

/* wrong_answers.c: a call that succeeds, but whose answer is wrong. It stays
 * over wrap_arm(); @at counts as fail_at does. */
enum lie_kind {
	LIE_NO_LENGTH,	   /* nothing is answered, but success */
	LIE_SHORT,	   /* one byte, */
	LIE_LESS,	   /* one byte too few, */
	LIE_MORE,	   /* more than there is room for, */
	LIE_HUGE,	   /* by far */
	LIE_ZERO,	   /* all as long as it is, but all zero, */
	LIE_ONES,	   /* all ones, */
	LIE_MIDDLE,	   /* 0x7fffffff, as words, */
	LIE_UNALIGNED,	   /* words greater by one, */
	LIE_BEYOND,	   /* words greater by 2^20, */
	LIE_NEGATIVE_ZERO, /* 0x80000000, as words, */
	LIE_KINDS
};

struct lie {
	uint32_t at;
	enum lie_kind kind;
	uint32_t told; /* how many */
};

extern struct lie lie;

int lie_due(void);
/* Does the call answer more than success? Then lies make sense. */
int lie_fits(const struct wrap_entry *entry);
/* The length to tell in place of @size, of @room; @value as the lie is. From
 * @before comes what a short answer leaves alone. */
uint32_t lie_bytes(void *value, const void *before, uint32_t size);
int lie_ioctl(unsigned long request, void *argument);
int lie_poll(struct pollfd *fds, nfds_t count, int r);
ssize_t lie_sent(ssize_t r);

/* Begin: all counts and hooks at zero, nothing open. */
void wrap_arm(uint32_t fail_at, int error);
void wrap_disarm(void);

/* A descriptor that the accounting is to treat as opened now. */
void wrap_give(int fd);

/* What was opened since wrap_arm() and is not closed, mapped and not unmapped;
 * closes of what was not opened since count as -1000. */
int wrap_open_descriptors(void);
int wrap_open_mappings(void);

/* After a test that failed: disarm, close and unmap what it left. */
void wrap_clean(void);

/* For the wrapping itself: 1 when this call is the one to fail, errno set. */
int wrap_failing(enum wrap_call call, int fd, int level, int option);
int wrap_keep(int fd); /* a descriptor just opened */

#define WRAP(type, name, parameters)   \
	type __real_##name parameters; \
	type __wrap_##name parameters; \
	type __wrap_##name parameters

/* The call that was failed, as an entry of the log. */
const struct wrap_entry *wrap_failed(void);
const char *wrap_name(const struct wrap_entry *entry);
/* Which step it belongs to, of a packet socket's calls, said once more,
 * independently of the library. */
enum netring_step wrap_step(const struct wrap_entry *entry);
/* What became of the @n-th call of @test: the result, and the step told. */
void wrap_tell(const char *test, uint32_t n, int r, enum netring_step step);

/* A time of @us, for a clock in the kernel's stead. */
static inline int wrap_time(struct timespec *time, int64_t us)
{
	time->tv_sec = (time_t)(us / 1000000);
	time->tv_nsec = (long)(us % 1000000 * 1000);
	return 0;
}

/*
 * A private network namespace with lo up, entered once by the whole program.
 * Without permission: prints a plan that skips everything, and ends it.
 */
void enter_private_network(void);
void lo_up(void);

/* Calls past the wrapping, for tests themselves. */
int real_setns(int fd, int type);
int real_socket(int domain, int type, int protocol);
int real_setsockopt(int fd, int level, int option, const void *value,
		    socklen_t size);
int real_getsockopt(int fd, int level, int option, void *value,
		    socklen_t *size);
int real_bind(int fd, const void *address, socklen_t size);
int real_poll(struct pollfd *fds, nfds_t count, int timeout);
int real_ioctl(int fd, unsigned long request, void *argument);
ssize_t real_sendto(int fd, const void *bytes, size_t size);
ssize_t real_recv(int fd, void *bytes, size_t size, int flags);
long real_bpf(int command, void *attributes, unsigned int size);
void real_close(int fd);

/* Send a frame of @len bytes and EtherType 0x88b5 out of lo. */
void send_on_lo(uint32_t len);

#endif
