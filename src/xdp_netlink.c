/* SPDX-License-Identifier: MIT */
/* xdp_netlink.c - XDP programs by rtnetlink: which there is, and attaching. */
#include "xdp_program.h"

#include "netlink.h"

struct attribute {
	struct nr_nlattr header;
	uint32_t value;
};

static void put(struct attribute *attribute, uint16_t type, uint32_t value)
{
	attribute->header.len = sizeof(*attribute);
	attribute->header.type = type;
	attribute->value = value;
}

int netring_xdp_query_(uint32_t ifindex, uint32_t *id, void *answer,
		       uint32_t size)
{
	struct {
		struct nr_nlmsghdr header;
		struct nr_ifinfomsg info;
		struct attribute mask;
	} request;
	const uint8_t *nest, *value;
	uint32_t length, part;
	int r;

	memset(&request, 0, sizeof(request));
	request.header.type = NR_RTM_GETLINK;
	request.header.flags = NR_NLM_F_REQUEST;
	request.info.index = (int32_t)ifindex;
	put(&request.mask, NR_IFLA_EXT_MASK, NR_RTEXT_FILTER_SKIP_STATS);
	r = netring_netlink_ask_(NR_NETLINK_ROUTE, &request.header,
				 sizeof(request), answer, size);
	if (r < 0)
		return r;
	length = sizeof(request.header) + sizeof(request.info);
	if ((uint32_t)r < length)
		return -EBADMSG;
	nest = (uint8_t *)answer + length;
	length = (uint32_t)r - length;
	nest = netring_netlink_find_(nest, &length, NR_IFLA_XDP);
	if (!nest)
		return 0;
	part = length;
	value = netring_netlink_find_(nest, &part, NR_IFLA_XDP_PROG_ID);
	if (value && part >= sizeof(*id))
		*id = netlink_u32(value);
	value = netring_netlink_find_(nest, &length, NR_IFLA_XDP_ATTACHED);
	/* a driver's, the stack's, or both, or a card's own */
	return value && length ? *value : 0;
}

int netring_xdp_set_(uint32_t ifindex, int fd, int expected, uint32_t flags)
{
	struct {
		struct nr_nlmsghdr header;
		struct nr_ifinfomsg info;
		struct nr_nlattr nest;
		struct attribute fd, flags, expected;
	} request;
	uint32_t answer[32], size = sizeof(request);

	memset(&request, 0, sizeof(request));
	request.header.type = NR_RTM_SETLINK;
	request.header.flags = NR_NLM_F_REQUEST | NR_NLM_F_ACK;
	request.info.index = (int32_t)ifindex;
	put(&request.fd, NR_IFLA_XDP_FD, (uint32_t)fd);
	put(&request.flags, NR_IFLA_XDP_FLAGS, flags);
	put(&request.expected, NR_IFLA_XDP_EXPECTED_FD, (uint32_t)expected);
	if (expected < 0)
		size -= (uint32_t)sizeof(request.expected);
	request.nest.len =
		(uint16_t)(size - offsetof(__typeof__(request), nest));
	request.nest.type = NR_IFLA_XDP | NR_NLA_F_NESTED;
	return netring_netlink_ask_(NR_NETLINK_ROUTE, &request.header, size,
				    answer, sizeof(answer));
}
