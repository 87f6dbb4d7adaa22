/* SPDX-License-Identifier: MIT */
/* sys.c - the one place where errno becomes a result. */
#include "sys.h"

int netring_sys_result_(int result)
{
	return result < 0 ? -errno : result;
}

int netring_sys_socket_(int domain, int type, int protocol)
{
	return sys_result((int)sys_direct(socket, domain, type, protocol));
}

int netring_sys_setsockopt_(int fd, int level, int name, const void *value,
			    socklen_t size)
{
	return sys_result(
		(int)sys_direct(setsockopt, fd, level, name, value, size));
}

int netring_sys_getsockopt_(int fd, int level, int name, void *value,
			    socklen_t *size)
{
	return sys_result(
		(int)sys_direct(getsockopt, fd, level, name, value, size));
}

int netring_sys_ioctl_(int fd, unsigned long request, void *argument)
{
	return sys_result((int)sys_direct(ioctl, fd, request, argument));
}

int netring_sys_close_(int fd)
{
	return sys_result((int)sys_direct(close, fd));
}
