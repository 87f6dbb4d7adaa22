/* SPDX-License-Identifier: MIT */
/* fuzz.c - the input, the points to reach, system calls answered by lies. */
#include "fuzz.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>

#include "kernel_abi_xdp.h"

#define MAP_MOST 65536u

struct input input;
unsigned long fuzz_reached[POINTS_MAX];
kernel *fuzz_kernel;
int fuzz_open_fds, fuzz_open_maps, fuzz_calls;

static int64_t now; /* ms */

int LLVMFuzzerInitialize(int *argc, char ***argv);

static void report(void)
{
	int i;

	fprintf(stderr, "reached:");
	for (i = 0; fuzz_points[i]; i++)
		fprintf(stderr, " %s=%lu", fuzz_points[i], fuzz_reached[i]);
	fprintf(stderr, "\n");
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	atexit(report);
	return 0;
}

void input_begin(const uint8_t *data, size_t size)
{
	input.at = data;
	input.left = size;
	fuzz_kernel = fuzz_lie;
	fuzz_open_fds = fuzz_open_maps = fuzz_calls = 0;
	now = 1000000;
}

size_t take_bytes(void *to, size_t size)
{
	if (size > input.left)
		size = input.left;
	if (size)
		memcpy(to, input.at, size);
	input.at += size;
	input.left -= size;
	return size;
}

uint8_t take8(void)
{
	uint8_t value = 0;

	take_bytes(&value, sizeof(value));
	return value;
}

uint16_t take16(void)
{
	uint16_t value = 0;

	take_bytes(&value, sizeof(value));
	return value;
}

uint32_t take32(void)
{
	uint32_t value = 0;

	take_bytes(&value, sizeof(value));
	return value;
}

uint64_t take64(void)
{
	uint64_t value = 0;

	take_bytes(&value, sizeof(value));
	return value;
}

void *exact(size_t size)
{
	void *memory = calloc(1, size);

	CHECK(memory);
	return memory;
}

void touch(const void *data, size_t size)
{
	const volatile uint8_t *bytes = data;
	size_t i;

	for (i = 0; i < size; i++)
		(void)bytes[i];
}

/* A few bytes of the input go over what is there, from somewhere on. */
static void scribble(void *to, size_t size)
{
	size_t from = take8(), count = take8();

	if (from >= size)
		from = 0;
	if (count > size - from)
		count = size - from;
	take_bytes((uint8_t *)to + from, count);
}

/* Likely values come first, and then some bytes of the input over them. */

/* Success, mostly. */
static long result(long good)
{
	static const int errors[] = { EAGAIN,	EPERM,	EINTR,	    ENODEV,
				      ENETDOWN, ENXIO,	EOPNOTSUPP, ENOPROTOOPT,
				      EBUSY,	EINVAL, ENOMEM,	    ENOBUFS };
	uint8_t byte = take8();

	return byte < 0xe0 ? good : -errors[byte % 12];
}

static long ioctl_lie(unsigned long what, struct nr_ifreq *request)
{
	if (what != NR_SIOCETHTOOL) {
		/* a bond's flag is one of 1500's bits */
		request->u.ifindex = what == NR_SIOCGIFFLAGS ?
					     NR_IFF_UP | NR_IFF_RUNNING :
					     1500;
		if (what == NR_SIOCGIFHWADDR)
			request->u.hwaddr[0] = NR_ARPHRD_ETHER;
		scribble(what == NR_SIOCGIFNAME ? (void *)request->name :
						  (void *)&request->u,
			 what == NR_SIOCGIFNAME ? sizeof(request->name) :
						  sizeof(request->u));
		return result(0);
	}
	switch (*(uint32_t *)request->u.data) {
	case NR_ETHTOOL_GDRVINFO:
		scribble(request->u.data, sizeof(struct nr_ethtool_drvinfo));
		break;
	case NR_ETHTOOL_GCHANNELS:
		scribble(request->u.data, sizeof(struct nr_ethtool_channels));
		break;
	default:
		scribble(request->u.data, sizeof(struct nr_ethtool_value));
	}
	return result(0);
}

static long poll_lie(struct pollfd *fds, long count)
{
	long i, ready = 0;

	for (i = 0; i < count; i++) {
		fds[i].revents = take8();
		ready += fds[i].revents != 0;
	}
	return result(ready);
}

/* Never more than there is room for. */
static long recv_lie(void *data, size_t size)
{
	size_t count = take16();

	return result((long)take_bytes(data, count < size ? count : size));
}

static long recvmsg_lie(struct msghdr *message)
{
	size_t size = take8();

	if (!input.left)
		return -EAGAIN;
	/* and then says that there were more, or less, of them */
	message->msg_controllen =
		take_bytes(message->msg_control, message->msg_controllen);
	if (size)
		message->msg_controllen = size;
	return result(0);
}

/* Whole pages, as the kernel maps them. */
static long map_lie(size_t size)
{
	uint8_t *map;

	long r = result(0);

	size = (size + 4095) & ~(size_t)4095;
	if (r < 0 || size > MAP_MOST)
		return r < 0 ? r : -ENOMEM;
	map = exact(size);
	scribble(map, size);
	fuzz_open_maps++;
	return (long)map;
}

static long name_lie(struct nr_sockaddr_ll *address, socklen_t *size)
{
	address->ifindex = 7;
	address->hatype = NR_ARPHRD_ETHER;
	scribble(address, *size);
	if (take8() & 1)
		*size = take32();
	return result(0);
}

static long option_lie(int option, void *value, socklen_t *size)
{
	static const struct nr_xdp_ring_offset likely = { 0, 64, 192, 128 };
	struct nr_xdp_mmap_offsets *offsets = value;
	socklen_t room = *size;

	if (option == NR_XDP_MMAP_OFFSETS && room == sizeof(*offsets))
		offsets->rx = offsets->tx = offsets->fr = offsets->cr = likely;
	scribble(value, room);
	if (option == NR_XDP_MMAP_OFFSETS && room == sizeof(*offsets)) {
		/* of 64-bit words: that much any compiler sees to */
		offsets->rx.desc &= ~(uint64_t)7;
		offsets->tx.desc &= ~(uint64_t)7;
		offsets->fr.desc &= ~(uint64_t)7;
		offsets->cr.desc &= ~(uint64_t)7;
	}
	if (take8() & 1)
		*size = take32();
	return result(0);
}

static long open_lie(void)
{
	long r = result(100);

	fuzz_open_fds += r >= 0;
	return r < 0 ? r : 100 + fuzz_open_fds;
}

long fuzz_lie(long number, const long words[6])
{
	switch (number) {
	case SYS_socket:
	case SYS_bpf:
		return open_lie();
	case SYS_close:
		fuzz_open_fds--;
		return 0;
	case SYS_mmap:
		return map_lie((size_t)words[1]);
	case SYS_munmap:
		free((void *)words[0]);
		fuzz_open_maps--;
		return 0;
	case SYS_getsockopt:
		return option_lie((int)words[2], (void *)words[3],
				  (socklen_t *)words[4]);
	case SYS_getsockname:
		return name_lie((void *)words[1], (socklen_t *)words[2]);
	case SYS_ioctl:
		return ioctl_lie((unsigned long)words[1],
				 (struct nr_ifreq *)words[2]);
	case SYS_poll:
		return poll_lie((struct pollfd *)words[0], words[1]);
	case SYS_recvfrom:
		return recv_lie((void *)words[1], (size_t)words[2]);
	case SYS_recvmsg:
		return recvmsg_lie((struct msghdr *)words[1]);
	case SYS_sendto:
	case SYS_sendmsg:
		return result(take8());
	default:
		return result(0);
	}
}

static long call(long number, const long words[6])
{
	long r;

	CHECK(++fuzz_calls < 100000); /* an end, whatever it is told */
	r = fuzz_kernel(number, words);
	if (r >= 0 || r < -4095)
		return r;
	errno = (int)-r;
	return -1;
}

/* In the stead of the C library's, by -D. */
long fuzz_syscall(long number, ...);
ssize_t fuzz_send(int fd, const void *data, size_t size, int flags);
ssize_t fuzz_recv(int fd, void *data, size_t size, int flags);
ssize_t fuzz_sendmsg(int fd, const struct msghdr *message, int flags);
ssize_t fuzz_recvmsg(int fd, struct msghdr *message, int flags);
int fuzz_poll(struct pollfd *fds, nfds_t count, int timeout);
int fuzz_nanosleep(const struct timespec *time, struct timespec *rest);
int fuzz_clock_gettime(clockid_t clock, struct timespec *time);

/* As in the C library, six words are read, however many there are. */
__attribute__((no_sanitize("address"))) long fuzz_syscall(long number, ...)
{
	va_list list;
	long words[6];
	int i;

	va_start(list, number);
	for (i = 0; i < 6; i++)
		words[i] = va_arg(list, long);
	va_end(list);
	return call(number, words);
}

ssize_t fuzz_send(int fd, const void *data, size_t size, int flags)
{
	return call(SYS_sendto,
		    (long[6]){ fd, (long)data, (long)size, flags, 0, 0 });
}

ssize_t fuzz_recv(int fd, void *data, size_t size, int flags)
{
	return call(SYS_recvfrom,
		    (long[6]){ fd, (long)data, (long)size, flags, 0, 0 });
}

ssize_t fuzz_sendmsg(int fd, const struct msghdr *message, int flags)
{
	return call(SYS_sendmsg,
		    (long[6]){ fd, (long)message, flags, 0, 0, 0 });
}

ssize_t fuzz_recvmsg(int fd, struct msghdr *message, int flags)
{
	return call(SYS_recvmsg,
		    (long[6]){ fd, (long)message, flags, 0, 0, 0 });
}

int fuzz_poll(struct pollfd *fds, nfds_t count, int timeout)
{
	now += timeout > 0 ? timeout : 0;
	return (int)call(SYS_poll,
			 (long[6]){ (long)fds, (long)count, timeout, 0, 0, 0 });
}

int fuzz_nanosleep(const struct timespec *time, struct timespec *rest)
{
	(void)rest;
	now += time->tv_nsec / 1000000;
	return 0;
}

/* Time goes on with each look at it, so that every deadline comes. */
int fuzz_clock_gettime(clockid_t clock, struct timespec *time)
{
	(void)clock;
	now++;
	time->tv_sec = now / 1000;
	time->tv_nsec = now % 1000 * 1000000;
	return 0;
}
