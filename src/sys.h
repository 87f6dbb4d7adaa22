/* SPDX-License-Identifier: MIT */
/* sys.h - system calls, the only reader of errno; first in every file. */
#ifndef NETRING_SYS_H
#define NETRING_SYS_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* setns(), getpagesize(); before any libc header */
#endif
#ifndef _FILE_OFFSET_BITS
#define _FILE_OFFSET_BITS 64 /* rings of AF_XDP are beyond 4 GiB */
#endif

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <netring/config.h>

/* What a caller must not do; CONFIG_DEBUG looks, and stops right there. */
#define sys_assert(truth)                             \
	do {                                          \
		if (NETRING_CONFIG_DEBUG && !(truth)) \
			__builtin_trap();             \
	} while (0)

/* sys.c: @result, or -errno where it is -1; out of line, for its size. */
int netring_sys_result_(int result);

#define sys_result netring_sys_result_

/* Each returns what the call returns, or -errno. */

/*
 * What neither waits nor tells a time goes straight to the kernel: there the C
 * library's functions only add ways around kernels before 4.3, 600 bytes of
 * musl's in a program that captures. (mmap: 32-bit systems count the offset in
 * 4 KiB, and s390x has a form of its own.)
 */
#define sys_direct(name, ...) syscall(SYS_##name, __VA_ARGS__)

#if defined(SYS_mmap2)
#define sys_map(address, size, flags, fd, offset)                        \
	(void *)sys_direct(mmap2, address, size, PROT_READ | PROT_WRITE, \
			   flags, fd, (long)((offset) >> 12))
#elif defined(__s390x__)
#define sys_map(address, size, flags, fd, offset) \
	mmap(address, size, PROT_READ | PROT_WRITE, flags, fd, (off_t)(offset))
#else
#define sys_map(address, size, flags, fd, offset)                              \
	(void *)sys_direct(mmap, address, size, PROT_READ | PROT_WRITE, flags, \
			   fd, (long)(offset))
#endif

int netring_sys_socket_(int domain, int type, int protocol);
#define sys_socket netring_sys_socket_

static inline int sys_bind(int fd, const void *address, socklen_t size)
{
	return sys_result((int)sys_direct(bind, fd, address, size));
}

static inline int sys_getsockname(int fd, void *address, socklen_t *size)
{
	return sys_result((int)sys_direct(getsockname, fd, address, size));
}

int netring_sys_setsockopt_(int fd, int level, int name, const void *value,
			    socklen_t size);
#define sys_setsockopt netring_sys_setsockopt_

int netring_sys_getsockopt_(int fd, int level, int name, void *value,
			    socklen_t *size);
#define sys_getsockopt netring_sys_getsockopt_

int netring_sys_ioctl_(int fd, unsigned long request, void *argument);
#define sys_ioctl netring_sys_ioctl_

static inline int sys_mmap(void **map, void *address, size_t size, int flags,
			   int fd, uint64_t offset)
{
	*map = sys_map(address, size, flags, fd, offset);
	return *map == MAP_FAILED ? sys_result(-1) : 0;
}

static inline int sys_munmap(void *map, size_t size)
{
	return sys_result((int)sys_direct(munmap, map, size));
}

static inline int sys_send(int fd, const void *data, size_t size, int flags)
{
	return sys_result((int)send(fd, data, size, flags));
}

static inline int sys_sendto(int fd, const void *data, size_t size, int flags,
			     const void *address, socklen_t address_size)
{
	return sys_result((int)sys_direct(sendto, fd, data, size, flags,
					  address, address_size));
}

static inline int sys_recv(int fd, void *data, size_t size, int flags)
{
	return sys_result((int)recv(fd, data, size, flags));
}

static inline int sys_sendmsg(int fd, const struct msghdr *message, int flags)
{
	return sys_result((int)sendmsg(fd, message, flags));
}

static inline int sys_recvmsg(int fd, struct msghdr *message, int flags)
{
	return sys_result((int)recvmsg(fd, message, flags));
}

static inline int sys_nanosleep(const struct timespec *time)
{
	return sys_result(nanosleep(time, NULL));
}

static inline int sys_eventfd(unsigned int value, int flags)
{
	return sys_result(eventfd(value, flags));
}

static inline int sys_read(int fd, void *data, size_t size)
{
	return sys_result((int)read(fd, data, size));
}

static inline int sys_write(int fd, const void *data, size_t size)
{
	return sys_result((int)write(fd, data, size));
}

/* For what runs in a signal handler. */
static inline int sys_errno(void)
{
	return errno;
}

static inline void sys_set_errno(int value)
{
	errno = value;
}

static inline int sys_poll(struct pollfd *fds, nfds_t count, int timeout)
{
	return sys_result(poll(fds, count, timeout));
}

static inline int sys_open(const char *path, int flags)
{
	return sys_result(open(path, flags));
}

static inline int sys_setns(int fd, int type)
{
	return sys_result(setns(fd, type));
}

int netring_sys_close_(int fd);
#define sys_close netring_sys_close_

static inline int sys_clock_gettime(clockid_t clock, struct timespec *time)
{
	return sys_result(clock_gettime(clock, time));
}

/* No C library has bpf(2). */
static inline int sys_bpf(int command, const void *attributes,
			  unsigned int size)
{
	return sys_result((int)sys_direct(bpf, command, attributes, size));
}

#endif
