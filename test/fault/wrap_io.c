/* SPDX-License-Identifier: MIT */
/* wrap_io.c - calls that move bytes or sleep, counted and made to fail. */
#include "wrap.h"

#include <sys/ioctl.h>
#include <sys/syscall.h>

int __wrap_socket(int domain, int type, int protocol);
int __wrap_bind(int fd, const struct sockaddr *address, socklen_t size);
int __wrap_getsockname(int fd, struct sockaddr *address, socklen_t *size);
int __wrap_setsockopt(int fd, int level, int option, const void *value,
		      socklen_t size);
int __wrap_getsockopt(int fd, int level, int option, void *value,
		      socklen_t *size);
int __wrap_ioctl(int fd, unsigned long request, ...);
void *__wrap_mmap(void *address, size_t size, int protection, int flags, int fd,
		  off_t offset);
int __wrap_munmap(void *address, size_t size);
int __wrap_close(int fd);

WRAP(int, nanosleep, (const struct timespec *time, struct timespec *left))
{
	if (wrap_failing(WRAP_NANOSLEEP, -1, 0, 0))
		return -1;
	if (wrap.armed && wrap.nanosleep)
		return wrap.nanosleep(time);
	return __real_nanosleep(time, left);
}

WRAP(ssize_t, send, (int fd, const void *bytes, size_t size, int flags))
{
	if (wrap_failing(WRAP_SEND, fd, 0, flags))
		return -1;
	if (wrap.armed && wrap.send)
		return wrap.send(fd, size, flags);
	if (lie_due())
		return lie_sent(__real_send(fd, bytes, size, flags));
	return __real_send(fd, bytes, size, flags);
}

WRAP(ssize_t, sendto,
     (int fd, const void *bytes, size_t size, int flags,
      const struct sockaddr *address, socklen_t length))
{
	if (wrap_failing(WRAP_SENDTO, fd, 0, flags))
		return -1;
	if (wrap.armed && wrap.sendto)
		return wrap.sendto(fd, bytes, size);
	if (lie_due())
		return lie_sent(
			__real_sendto(fd, bytes, size, flags, address, length));
	return __real_sendto(fd, bytes, size, flags, address, length);
}

WRAP(ssize_t, sendmsg, (int fd, const struct msghdr *message, int flags))
{
	return wrap_failing(WRAP_SENDMSG, fd, 0, flags) ?
		       -1 :
		       __real_sendmsg(fd, message, flags);
}

ssize_t __real_recv(int fd, void *bytes, size_t size, int flags);

static ssize_t lying(int fd, void *bytes, size_t size, int flags)
{
	static uint8_t before[65536];
	ssize_t r;

	assert_true(size <= sizeof(before));
	memcpy(before, bytes, size);
	r = __real_recv(fd, bytes, size, flags);
	if (r > 0) /* never more than there is room for */
		r = lie_bytes(bytes, before, (uint32_t)r);
	return r > (ssize_t)size ? (ssize_t)size : r;
}

WRAP(ssize_t, recv, (int fd, void *bytes, size_t size, int flags))
{
	if (wrap_failing(WRAP_RECV, fd, 0, flags))
		return -1;
	if (wrap.armed && wrap.recv)
		return wrap.recv(fd, bytes, size, flags);
	return lie_due() ? lying(fd, bytes, size, flags) :
			   __real_recv(fd, bytes, size, flags);
}

WRAP(ssize_t, recvmsg, (int fd, struct msghdr *message, int flags))
{
	return wrap_failing(WRAP_RECVMSG, fd, 0, flags) ?
		       -1 :
		       __real_recvmsg(fd, message, flags);
}

WRAP(ssize_t, read, (int fd, void *bytes, size_t size))
{
	return wrap_failing(WRAP_READ, fd, 0, 0) ? -1 :
						   __real_read(fd, bytes, size);
}

WRAP(ssize_t, write, (int fd, const void *bytes, size_t size))
{
	return wrap_failing(WRAP_WRITE, fd, 0, 0) ?
		       -1 :
		       __real_write(fd, bytes, size);
}

WRAP(int, eventfd, (unsigned int value, int flags))
{
	if (wrap_failing(WRAP_EVENTFD, -1, 0, flags))
		return -1;
	return wrap_keep(__real_eventfd(value, flags));
}

/* Those of its commands that the library gives make descriptors, or change a
 * map. */
static long call_bpf(int command, void *attributes, unsigned int size)
{
	long r;

	if (wrap_failing(WRAP_BPF, -1, 0, command))
		return -1;
	r = wrap.armed && wrap.bpf ? wrap.bpf(command, attributes, size) :
				     real_bpf(command, attributes, size);
	if (command == NR_BPF_MAP_CREATE || command == NR_BPF_PROG_LOAD ||
	    command == NR_BPF_LINK_CREATE ||
	    command == NR_BPF_PROG_GET_FD_BY_ID)
		wrap_keep((int)r);
	return r;
}

/* What the library asks the kernel for by its number, as if by the C library's
 * function. */
/* As in the C library, six words are read, however many there are. */
__attribute__((no_sanitize("address"))) long __wrap_syscall(long number, ...);

WRAP(long, syscall, (long number, ...))
{
	va_list list;
	long a[6];
	int i;

	va_start(list, number);
	for (i = 0; i < 6; i++)
		a[i] = va_arg(list, long);
	va_end(list);
#define FD ((int)a[0])
#define AT(i) ((void *)a[i])
	switch (number) {
	case SYS_bpf:
		return call_bpf((int)a[0], AT(1), (unsigned int)a[2]);
	case SYS_socket:
		return __wrap_socket((int)a[0], (int)a[1], (int)a[2]);
	case SYS_bind:
		return __wrap_bind(FD, AT(1), (socklen_t)a[2]);
	case SYS_getsockname:
		return __wrap_getsockname(FD, AT(1), AT(2));
	case SYS_setsockopt:
		return __wrap_setsockopt(FD, (int)a[1], (int)a[2], AT(3),
					 (socklen_t)a[4]);
	case SYS_getsockopt:
		return __wrap_getsockopt(FD, (int)a[1], (int)a[2], AT(3),
					 AT(4));
	case SYS_ioctl:
		return __wrap_ioctl(FD, (unsigned long)a[1], AT(2));
	case SYS_mmap:
		return (long)__wrap_mmap(AT(0), (size_t)a[1], (int)a[2],
					 (int)a[3], (int)a[4], a[5]);
	case SYS_munmap:
		return __wrap_munmap(AT(0), (size_t)a[1]);
	case SYS_close:
		return __wrap_close(FD);
	case SYS_sendto:
		return __wrap_sendto(FD, AT(1), (size_t)a[2], (int)a[3], AT(4),
				     (socklen_t)a[5]);
	default:
		fail_msg("system call %ld", number);
		return -1;
	}
}

long real_bpf(int command, void *attributes, unsigned int size)
{
	return __real_syscall(SYS_bpf, command, attributes, size);
}

ssize_t real_sendto(int fd, const void *bytes, size_t size)
{
	return __real_sendto(fd, bytes, size, MSG_DONTWAIT, NULL, 0);
}

ssize_t real_recv(int fd, void *bytes, size_t size, int flags)
{
	return __real_recv(fd, bytes, size, flags);
}
