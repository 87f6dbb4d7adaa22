/* SPDX-License-Identifier: MIT */
/* rtnetlink.c - build one rtnetlink request, send it, take the answer. */
#include "rtnetlink.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static struct nlmsghdr *header(struct netlink *m)
{
	return (struct nlmsghdr *)(void *)m->bytes;
}

static void begin(struct netlink *m, uint16_t type, uint16_t flags, size_t body)
{
	memset(m, 0, sizeof(*m));
	header(m)->nlmsg_type = type;
	header(m)->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	m->size = NLMSG_SPACE(body);
}

void netlink_begin(struct netlink *m, uint16_t type, uint16_t flags, int index)
{
	struct ifinfomsg *link;

	begin(m, type, flags, sizeof(*link));
	link = NLMSG_DATA(header(m));
	link->ifi_index = index;
}

void netlink_begin_address(struct netlink *m, int index, uint8_t prefix)
{
	struct ifaddrmsg *address;

	begin(m, RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, sizeof(*address));
	address = NLMSG_DATA(header(m));
	address->ifa_family = AF_INET;
	address->ifa_prefixlen = prefix;
	address->ifa_index = (uint32_t)index;
}

void netlink_flags(struct netlink *m, unsigned int flags, unsigned int change)
{
	struct ifinfomsg *link = NLMSG_DATA(header(m));

	link->ifi_flags = flags;
	link->ifi_change = change;
}

void netlink_room(struct netlink *m, size_t size)
{
	m->size += NLMSG_ALIGN(size);
}

void netlink_bytes(struct netlink *m, uint16_t type, const void *value,
		   size_t size)
{
	struct rtattr *attr = (void *)(m->bytes + m->size);

	attr->rta_type = type;
	attr->rta_len = (uint16_t)RTA_LENGTH(size);
	if (size)
		memcpy(RTA_DATA(attr), value, size);
	netlink_room(m, attr->rta_len);
}

void netlink_string(struct netlink *m, uint16_t type, const char *value)
{
	netlink_bytes(m, type, value, strlen(value) + 1);
}

void netlink_u8(struct netlink *m, uint16_t type, uint8_t value)
{
	netlink_bytes(m, type, &value, sizeof(value));
}

void netlink_u32(struct netlink *m, uint16_t type, uint32_t value)
{
	netlink_bytes(m, type, &value, sizeof(value));
}

void netlink_be16(struct netlink *m, uint16_t type, uint16_t value)
{
	uint8_t wire[2] = { (uint8_t)(value >> 8), (uint8_t)value };

	netlink_bytes(m, type, wire, sizeof(wire));
}

void netlink_be32(struct netlink *m, uint16_t type, uint32_t value)
{
	uint8_t wire[4] = { (uint8_t)(value >> 24), (uint8_t)(value >> 16),
			    (uint8_t)(value >> 8), (uint8_t)value };

	netlink_bytes(m, type, wire, sizeof(wire));
}

size_t netlink_nest(struct netlink *m, uint16_t type)
{
	size_t at = m->size;

	netlink_bytes(m, type | NLA_F_NESTED, NULL, 0);
	return at;
}

void netlink_end(struct netlink *m, size_t nest)
{
	struct rtattr *attr = (void *)(m->bytes + nest);

	attr->rta_len = (uint16_t)(m->size - nest);
}

/* The answer to @m, in @answer; its size or -errno. */
static int exchange(struct netlink *m, void *answer, size_t room)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	ssize_t n;

	if (fd < 0)
		return -errno;
	header(m)->nlmsg_len = (uint32_t)m->size;
	n = send(fd, m->bytes, m->size, 0);
	if (n >= 0)
		n = recv(fd, answer, room, 0);
	n = n < 0 ? -errno : n;
	close(fd);
	return (int)n;
}

int netlink_send(struct netlink *m)
{
	_Alignas(8) uint8_t answer[2048];
	const struct nlmsghdr *h = (const void *)answer;
	const struct nlmsgerr *error = (const void *)(answer + NLMSG_HDRLEN);
	int r = exchange(m, answer, sizeof(answer));

	if (r < 0)
		return r;
	return h->nlmsg_type == NLMSG_ERROR ? error->error : -EPROTO;
}

static _Alignas(8) uint8_t told[16384];

/* What the kernel tells of a link is in @told; its size or -errno. */
static int ask(int index, int nsid)
{
	const struct nlmsghdr *h = (const void *)told;
	const struct nlmsgerr *error = (const void *)(told + NLMSG_HDRLEN);
	struct netlink m;
	int r;

	netlink_begin(&m, RTM_GETLINK, 0, index);
	if (nsid >= 0)
		netlink_u32(&m, IFLA_TARGET_NETNSID, (uint32_t)nsid);
	r = exchange(&m, told, sizeof(told));
	if (r < 0 || h->nlmsg_type != NLMSG_ERROR)
		return r;
	return error->error ? error->error : -EPROTO;
}

int netlink_get_u32(int index, uint16_t type)
{
	const struct nlmsghdr *h = (const void *)told;
	const struct rtattr *attr;
	uint32_t value;
	int r = ask(index, -1), left;

	if (r < 0)
		return r;
	left = (int)IFLA_PAYLOAD(h);
	for (attr = IFLA_RTA(NLMSG_DATA(h)); RTA_OK(attr, left);
	     attr = RTA_NEXT(attr, left)) {
		if (attr->rta_type != type)
			continue;
		memcpy(&value, RTA_DATA(attr), sizeof(value));
		return (int)value;
	}
	return -ENOENT;
}

int netlink_get_flags(int index, int nsid)
{
	const struct ifinfomsg *link = NLMSG_DATA((const void *)told);
	int r = ask(index, nsid);

	return r < 0 ? r : (int)link->ifi_flags;
}
