/* SPDX-License-Identifier: MIT */
/* wrap.c - the C library's calls, counted, made to fail, accounted for. */
#include "wrap.h"

struct wrap wrap;

static uint8_t opened[1024];
static struct {
	void *at;
	size_t size;
} mapped[16];
static int strange; /* closed or unmapped, but not ours */

void wrap_arm(uint32_t fail_at, int error)
{
	memset(&wrap, 0, sizeof(wrap));
	memset(opened, 0, sizeof(opened));
	memset(mapped, 0, sizeof(mapped));
	strange = 0;
	wrap.fail_at = fail_at;
	wrap.error = error;
	wrap.armed = 1;
}

void wrap_disarm(void)
{
	wrap.armed = 0;
}

void wrap_give(int fd)
{
	opened[fd] = 1;
}

int wrap_open_descriptors(void)
{
	int i, n = -1000 * strange;

	for (i = 0; i < (int)sizeof(opened); i++)
		n += opened[i];
	return n;
}

int wrap_open_mappings(void)
{
	int i, n = 0;

	for (i = 0; i < 16; i++)
		n += mapped[i].at != NULL;
	return n;
}

void wrap_clean(void)
{
	int i;

	wrap_disarm();
	for (i = 0; i < 16; i++)
		if (mapped[i].at)
			munmap(mapped[i].at, mapped[i].size);
	memset(mapped, 0, sizeof(mapped));
	for (i = 0; i < (int)sizeof(opened); i++)
		if (opened[i])
			close(i);
	memset(opened, 0, sizeof(opened));
}

int wrap_failing(enum wrap_call call, int fd, int level, int option)
{
	struct wrap_entry *entry;

	if (!wrap.armed)
		return 0;
	assert_true(wrap.count < WRAP_LOG || wrap.endless);
	entry = &wrap.log[wrap.count++ % WRAP_LOG];
	entry->call = call;
	entry->fd = fd;
	entry->level = level;
	entry->option = option;
	if (wrap.count != wrap.fail_at)
		return 0;
	errno = wrap.error;
	return 1;
}

int wrap_keep(int fd)
{
	if (wrap.armed && fd >= 0)
		opened[fd] = 1;
	return fd;
}

WRAP(int, socket, (int domain, int type, int protocol))
{
	if (wrap_failing(WRAP_SOCKET, protocol, domain, type))
		return -1;
	return wrap_keep(__real_socket(domain, type, protocol));
}

WRAP(int, bind, (int fd, const struct sockaddr *address, socklen_t size))
{
	if (wrap_failing(WRAP_BIND, fd, 0, 0))
		return -1;
	if (wrap.armed && wrap.bind)
		return wrap.bind(fd, address);
	return __real_bind(fd, address, size);
}

WRAP(int, setsockopt,
     (int fd, int level, int option, const void *value, socklen_t size))
{
	if (wrap_failing(WRAP_SETSOCKOPT, fd, level, option))
		return -1;
	if (wrap.armed && wrap.setsockopt)
		return wrap.setsockopt(fd, level, option, value, size);
	return __real_setsockopt(fd, level, option, value, size);
}

int __real_getsockname(int fd, struct sockaddr *address, socklen_t *size);
int __real_getsockopt(int fd, int level, int option, void *value,
		      socklen_t *size);

/* Of getsockopt(), or with @level -1 of getsockname(). */
static int lying(int fd, int level, int option, void *value, socklen_t *size)
{
	uint8_t before[256];
	uint32_t room = *size;
	int r;

	assert_true(room <= sizeof(before));
	memcpy(before, value, room);
	r = level < 0 ? __real_getsockname(fd, value, size) :
			__real_getsockopt(fd, level, option, value, size);
	if (r >= 0)
		*size = lie_bytes(value, before, room < *size ? room : *size);
	return r;
}

WRAP(int, getsockopt,
     (int fd, int level, int option, void *value, socklen_t *size))
{
	if (wrap_failing(WRAP_GETSOCKOPT, fd, level, option))
		return -1;
	if (wrap.armed && wrap.getsockopt)
		return wrap.getsockopt(fd, level, option, value, size);
	if (lie_due())
		return lying(fd, level, option, value, size);
	return __real_getsockopt(fd, level, option, value, size);
}

WRAP(int, getsockname, (int fd, struct sockaddr *address, socklen_t *size))
{
	if (wrap_failing(WRAP_GETSOCKNAME, fd, 0, 0))
		return -1;
	if (wrap.armed && wrap.getsockname)
		return wrap.getsockname(fd, address, size);
	if (lie_due())
		return lying(fd, -1, 0, address, size);
	return __real_getsockname(fd, address, size);
}

/* By either name: glibc has another for offsets of 64 bits. */
typedef void *map_function(void *, size_t, int, int, int, off_t);

static void *map_memory(map_function *real, void *address, size_t size,
			int protection, int flags, int fd, off_t offset)
{
	void *map;
	int i;

	if (wrap_failing(WRAP_MMAP, fd, 0, flags))
		return MAP_FAILED;
	map = real(address, size, protection, flags, fd, offset);
	if (!wrap.armed || map == MAP_FAILED)
		return map;
	for (i = 0; mapped[i].at; i++)
		assert_true(i < 15);
	mapped[i].at = map;
	mapped[i].size = size;
	return map;
}

WRAP(void *, mmap,
     (void *address, size_t size, int protection, int flags, int fd,
      off_t offset))
{
	return map_memory(__real_mmap, address, size, protection, flags, fd,
			  offset);
}

WRAP(void *, mmap64,
     (void *address, size_t size, int protection, int flags, int fd,
      off_t offset))
{
	return map_memory(__real_mmap64, address, size, protection, flags, fd,
			  offset);
}

WRAP(int, munmap, (void *address, size_t size))
{
	int failed = wrap_failing(WRAP_MUNMAP, -1, 0, 0);
	int i, r;

	for (i = 0; wrap.armed && i < 16; i++)
		if (mapped[i].at == address && mapped[i].size == size)
			break;
	if (wrap.armed && i == 16)
		strange++;
	else if (wrap.armed)
		mapped[i].at = NULL;
	r = __real_munmap(address, size);
	if (failed)
		errno = wrap.error;
	return failed ? -1 : r;
}

WRAP(int, poll, (struct pollfd * fds, nfds_t count, int timeout))
{
	if (wrap_failing(WRAP_POLL, fds ? fds->fd : -1, 0, timeout))
		return -1;
	if (wrap.armed && wrap.poll)
		return wrap.poll(fds, count, timeout);
	if (lie_due())
		return lie_poll(fds, count, __real_poll(fds, count, 0));
	return __real_poll(fds, count, timeout);
}

WRAP(int, ioctl, (int fd, unsigned long request, ...))
{
	uint32_t command = 0;
	va_list arguments;
	void *argument;

	va_start(arguments, request);
	argument = va_arg(arguments, void *);
	va_end(arguments);
	/* of an ethtool request, its command */
	if (request == NR_SIOCETHTOOL)
		memcpy(&command, ((struct nr_ifreq *)argument)->u.data,
		       sizeof(command));
	if (wrap_failing(WRAP_IOCTL, fd, (int)command, (int)request))
		return -1;
	if (wrap.armed && wrap.ioctl)
		return wrap.ioctl(fd, request, argument);
	if (lie_due() && __real_ioctl(fd, request, argument) >= 0)
		return lie_ioctl(request, argument);
	return __real_ioctl(fd, request, argument);
}

WRAP(int, close, (int fd))
{
	int failed = wrap_failing(WRAP_CLOSE, fd, 0, 0);
	int r;

	if (wrap.armed && (fd < 0 || !opened[fd]))
		strange++;
	else if (wrap.armed)
		opened[fd] = 0;
	r = __real_close(fd);
	if (failed)
		errno = wrap.error;
	return failed ? -1 : r;
}

WRAP(int, clock_gettime, (clockid_t clock, struct timespec *now))
{
	if (wrap_failing(WRAP_CLOCK, -1, 0, (int)clock))
		return -1;
	if (wrap.armed && wrap.clock)
		return wrap.clock(now);
	return __real_clock_gettime(clock, now);
}

typedef int open_function(const char *path, int flags, ...);

static int open_file(open_function *real, const char *path, int flags, int mode)
{
	if (wrap_failing(WRAP_OPEN, -1, 0, flags))
		return -1;
	return wrap_keep(real(path, flags, mode));
}

#define OPEN(name)                                                  \
	WRAP(int, name, (const char *path, int flags, ...))         \
	{                                                           \
		va_list arguments;                                  \
		int mode = 0;                                       \
                                                                    \
		va_start(arguments, flags);                         \
		if (flags & O_CREAT)                                \
			mode = va_arg(arguments, int);              \
		va_end(arguments);                                  \
		return open_file(__real_##name, path, flags, mode); \
	}

OPEN(open)
OPEN(open64)

WRAP(int, setns, (int fd, int type))
{
	return wrap_failing(WRAP_SETNS, fd, 0, type) ? -1 :
						       __real_setns(fd, type);
}

int real_setns(int fd, int type)
{
	return __real_setns(fd, type);
}

int real_socket(int domain, int type, int protocol)
{
	return __real_socket(domain, type, protocol);
}

int real_setsockopt(int fd, int level, int option, const void *value,
		    socklen_t size)
{
	return __real_setsockopt(fd, level, option, value, size);
}

int real_getsockopt(int fd, int level, int option, void *value, socklen_t *size)
{
	return __real_getsockopt(fd, level, option, value, size);
}

int real_bind(int fd, const void *address, socklen_t size)
{
	return __real_bind(fd, address, size);
}

int real_poll(struct pollfd *fds, nfds_t count, int timeout)
{
	return __real_poll(fds, count, timeout);
}

int real_ioctl(int fd, unsigned long request, void *argument)
{
	return __real_ioctl(fd, request, argument);
}

void real_close(int fd)
{
	__real_close(fd);
}
