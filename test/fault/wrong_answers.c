/* SPDX-License-Identifier: MIT */
/* wrong_answers.c - calls that succeed, but whose answers are wrong. */
#include "wrap.h"

struct lie lie;

int lie_due(void)
{
	if (!wrap.armed || !lie.at || wrap.count != lie.at)
		return 0;
	lie.told++;
	return 1;
}

int lie_fits(const struct wrap_entry *entry)
{
	switch (entry->call) {
	case WRAP_GETSOCKOPT:
	case WRAP_GETSOCKNAME:
	case WRAP_IOCTL:
	case WRAP_POLL:
	case WRAP_SEND:
	case WRAP_SENDTO:
	case WRAP_RECV:
		return 1;
	default:
		return 0;
	}
}

static uint32_t word(uint32_t was)
{
	switch (lie.kind) {
	case LIE_ZERO:
		return 0;
	case LIE_ONES:
		return UINT32_MAX;
	case LIE_MIDDLE:
		return INT32_MAX;
	case LIE_UNALIGNED:
		return was + 1;
	case LIE_BEYOND:
		return was + (1u << 20);
	case LIE_NEGATIVE_ZERO:
		return 1u << 31;
	default:
		return was;
	}
}

static void words(void *value, uint32_t size)
{
	uint32_t i, w;

	for (i = 0; i + sizeof(w) <= size; i += sizeof(w)) {
		memcpy(&w, (uint8_t *)value + i, sizeof(w));
		w = word(w);
		memcpy((uint8_t *)value + i, &w, sizeof(w));
	}
}

uint32_t lie_bytes(void *value, const void *before, uint32_t size)
{
	uint32_t length = size;

	if (lie.kind == LIE_NO_LENGTH)
		length = 0;
	else if (lie.kind == LIE_SHORT)
		length = size > 1 ? 1 : 0;
	else if (lie.kind == LIE_LESS)
		length = size ? size - 1 : 0;
	else
		words(value, size);
	memcpy((uint8_t *)value + length, (const uint8_t *)before + length,
	       size - length);
	if (lie.kind == LIE_MORE)
		return size + 8;
	return lie.kind == LIE_HUGE ? INT32_MAX : length;
}

/* A name that does not end, a number of any size, or ethtool's. */
int lie_ioctl(unsigned long request, void *argument)
{
	struct nr_ifreq *r = argument;

	if (request == NR_SIOCETHTOOL)
		words((uint8_t *)r->u.data + 4, 4);
	else if (request != NR_SIOCGIFNAME)
		r->u.ifindex = (int32_t)word((uint32_t)r->u.ifindex) &
			       INT32_MAX; /* no kernel's is negative */
	else if (lie.kind >= LIE_ZERO)
		words(r->name, sizeof(r->name));
	else
		memset(r->name, 'x', sizeof(r->name));
	return lie.kind == LIE_HUGE ? INT32_MAX : 0;
}

/* Events that were not asked for; or awake for nothing. */
int lie_poll(struct pollfd *fds, nfds_t count, int r)
{
	nfds_t i;

	for (i = 0; i < count; i++)
		fds[i].revents = lie.kind == LIE_ONES	? 0x7fff :
				 lie.kind == LIE_MIDDLE ? POLLIN | POLLOUT :
				 lie.kind == LIE_BEYOND ? POLLERR :
				 lie.kind == LIE_NEGATIVE_ZERO ? POLLHUP :
								 0;
	return lie.kind == LIE_NO_LENGTH ? r : (int)count;
}

ssize_t lie_sent(ssize_t r)
{
	switch (lie.kind) {
	case LIE_NO_LENGTH:
	case LIE_ZERO:
		return 0;
	case LIE_SHORT:
		return r > 1 ? 1 : r;
	case LIE_LESS:
		return r > 0 ? r - 1 : r;
	case LIE_HUGE:
		return INT32_MAX;
	default:
		return r;
	}
}
