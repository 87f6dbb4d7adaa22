/* SPDX-License-Identifier: MIT */
/* wrap_io.c - calls that move bytes or sleep, counted and made to fail. */
#include "wrap.h"

#include <sys/syscall.h>

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
	return __real_sendto(fd, bytes, size, flags, address, length);
}

WRAP(ssize_t, sendmsg, (int fd, const struct msghdr *message, int flags))
{
	return wrap_failing(WRAP_SENDMSG, fd, 0, flags) ?
		       -1 :
		       __real_sendmsg(fd, message, flags);
}

WRAP(ssize_t, recv, (int fd, void *bytes, size_t size, int flags))
{
	if (wrap_failing(WRAP_RECV, fd, 0, flags))
		return -1;
	if (wrap.armed && wrap.recv)
		return wrap.recv(fd, bytes, size, flags);
	return __real_recv(fd, bytes, size, flags);
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

/* No C library has bpf(2). Those of its commands that the library gives make
 * descriptors, or change a map. */
WRAP(long, syscall, (long number, ...))
{
	va_list arguments;
	void *attributes;
	unsigned int size;
	int command;
	long r;

	va_start(arguments, number);
	command = va_arg(arguments, int);
	attributes = va_arg(arguments, void *);
	size = va_arg(arguments, unsigned int);
	va_end(arguments);
	assert_int_equal(number, SYS_bpf);
	if (wrap_failing(WRAP_BPF, -1, 0, command))
		return -1;
	r = wrap.armed && wrap.bpf ? wrap.bpf(command, attributes, size) :
				     real_bpf(command, attributes, size);
	if (command == NR_BPF_MAP_CREATE || command == NR_BPF_PROG_LOAD ||
	    command == NR_BPF_LINK_CREATE)
		wrap_keep((int)r);
	return r;
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
