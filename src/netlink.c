/* SPDX-License-Identifier: MIT */
/* netlink.c - ask the kernel one question by netlink. */
#include "netlink.h"

int netring_netlink_ask_(int protocol, struct nr_nlmsghdr *request,
			 uint32_t request_size, void *answer, uint32_t size)
{
	struct nr_nlmsghdr header;
	int32_t error;
	int fd, r;

	request->len = request_size;
	fd = sys_socket(NR_AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
	if (fd < 0)
		return fd;
	r = sys_sendto(fd, request, request_size, 0, NULL, 0);
	if (r >= 0)
		r = sys_recv(fd, answer, size, 0);
	sys_close(fd);
	if (r < 0)
		return r;
	if ((uint32_t)r < sizeof(header) + sizeof(error))
		return -EBADMSG;
	memcpy(&header, answer, sizeof(header));
	if (header.type != NR_NLMSG_ERROR)
		return r;
	memcpy(&error, (uint8_t *)answer + sizeof(header), sizeof(error));
	return error > 0 ? -EBADMSG : error;
}

const uint8_t *netring_netlink_find_(const uint8_t *at, uint32_t *length,
				     uint16_t type)
{
	struct nr_nlattr attribute;
	uint32_t left = *length, step;

	while (left >= sizeof(attribute)) {
		memcpy(&attribute, at, sizeof(attribute));
		if (attribute.len < sizeof(attribute) || attribute.len > left)
			break;
		if ((attribute.type & NR_NLA_TYPE_MASK) == type) {
			*length = attribute.len - (uint32_t)sizeof(attribute);
			return at + sizeof(attribute);
		}
		step = (attribute.len + 3u) & ~3u;
		if (step > left)
			break;
		at += step;
		left -= step;
	}
	return NULL;
}
