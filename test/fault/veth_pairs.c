/* SPDX-License-Identifier: MIT */
/* veth_pairs.c - two pairs of interfaces, and programs on them. */
#include "veth_pairs.h"

#include <linux/ethtool.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <linux/veth.h>
#include <net/if.h>

struct request {
	struct nlmsghdr header;
	struct ifinfomsg link;
	uint8_t attributes[256];
};

static struct rtattr *put(struct request *r, uint16_t type, const void *value,
			  size_t size)
{
	struct rtattr *attr =
		(void *)((uint8_t *)r + NLMSG_ALIGN(r->header.nlmsg_len));

	attr->rta_type = type;
	attr->rta_len = (uint16_t)RTA_LENGTH(size);
	if (size)
		memcpy(RTA_DATA(attr), value, size);
	r->header.nlmsg_len =
		NLMSG_ALIGN(r->header.nlmsg_len) + RTA_ALIGN(attr->rta_len);
	return attr;
}

static void end(struct request *r, struct rtattr *nest)
{
	nest->rta_len = (uint16_t)((uint8_t *)r + r->header.nlmsg_len -
				   (uint8_t *)nest);
}

static int transact(struct request *r)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	_Alignas(8) uint8_t answer[1024];
	struct nlmsghdr *h = (void *)answer;
	ssize_t n;

	assert_true(fd >= 0);
	n = write(fd, r, r->header.nlmsg_len);
	assert_int_equal(n, r->header.nlmsg_len);
	n = read(fd, answer, sizeof(answer));
	close(fd);
	assert_true(n >= (ssize_t)NLMSG_LENGTH(sizeof(int)));
	assert_int_equal(h->nlmsg_type, NLMSG_ERROR);
	return ((struct nlmsgerr *)NLMSG_DATA(h))->error;
}

static void start(struct request *r, uint16_t type, uint16_t flags)
{
	memset(r, 0, sizeof(*r));
	r->header.nlmsg_len = NLMSG_LENGTH(sizeof(r->link));
	r->header.nlmsg_type = type;
	r->header.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
}

void ports_add(const char *name, const char *peer)
{
	ports_add_queues(name, peer, 1);
}

static void put_queues(struct request *r, uint32_t queues)
{
	put(r, IFLA_NUM_TX_QUEUES, &queues, sizeof(queues));
	put(r, IFLA_NUM_RX_QUEUES, &queues, sizeof(queues));
}

void ports_add_queues(const char *name, const char *peer, uint32_t queues)
{
	struct rtattr *info, *data, *other;
	struct request r;

	start(&r, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
	put(&r, IFLA_IFNAME, name, strlen(name) + 1);
	put_queues(&r, queues);
	info = put(&r, IFLA_LINKINFO, NULL, 0);
	put(&r, IFLA_INFO_KIND, "veth", 5);
	data = put(&r, IFLA_INFO_DATA, NULL, 0);
	other = put(&r, VETH_INFO_PEER, NULL, 0);
	r.header.nlmsg_len += sizeof(struct ifinfomsg);
	put(&r, IFLA_IFNAME, peer, strlen(peer) + 1);
	put_queues(&r, queues);
	end(&r, other);
	end(&r, data);
	end(&r, info);
	assert_int_equal(transact(&r), 0);
	ports_up(name, 1);
	ports_up(peer, 1);
}

void ports_remove(const char *name)
{
	struct request r;

	start(&r, RTM_DELLINK, 0);
	put(&r, IFLA_IFNAME, name, strlen(name) + 1);
	assert_int_equal(transact(&r), 0);
}

static int request(const char *name, unsigned long what, struct ifreq *r)
{
	int fd = real_socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int result;

	strcpy(r->ifr_name, name);
	result = real_ioctl(fd, what, r) < 0 ? -errno : 0;
	real_close(fd);
	return result;
}

void ports_up(const char *name, int up)
{
	struct ifreq r = { .ifr_flags = up ? IFF_UP : 0 };

	assert_int_equal(request(name, SIOCSIFFLAGS, &r), 0);
}

int ports_ethtool(const char *name, uint32_t command, uint32_t value)
{
	struct ethtool_value v = { command, value };
	struct ifreq r = { .ifr_data = (void *)&v };
	int result = request(name, SIOCETHTOOL, &r);

	return result < 0 ? result : (int)v.data;
}

int ports_setup(void **state)
{
	(void)state;
	ports_add("nra0", "nra1");
	ports_add("nrb0", "nrb1");
	return 0;
}

int ports_teardown(void **state)
{
	(void)state;
	ports_remove("nra0");
	ports_remove("nrb0");
	return 0;
}

static const struct rtattr *find(const void *at, long size, uint16_t type)
{
	const struct rtattr *attr = at;

	for (; RTA_OK(attr, size); attr = RTA_NEXT(attr, size))
		if ((attr->rta_type & NLA_TYPE_MASK) == type)
			return attr;
	return NULL;
}

/* An attribute of 1 or 4 bytes of the interface's XDP part. */
static uint32_t program_fact(const char *name, uint16_t type)
{
	int fd =
		real_socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	static _Alignas(8) uint8_t answer[16384];
	const struct nlmsghdr *h = (void *)answer;
	const struct rtattr *attr;
	struct request r;
	uint32_t fact = 0;
	int armed = wrap.armed; /* a look that is no call of the library */
	ssize_t n;

	assert_true(fd >= 0);
	wrap.armed = 0;
	start(&r, RTM_GETLINK, 0);
	r.header.nlmsg_flags = NLM_F_REQUEST;
	put(&r, IFLA_IFNAME, name, strlen(name) + 1);
	n = write(fd, &r, r.header.nlmsg_len);
	assert_int_equal(n, r.header.nlmsg_len);
	n = read(fd, answer, sizeof(answer));
	real_close(fd);
	wrap.armed = armed;
	assert_true(n > (ssize_t)NLMSG_LENGTH(sizeof(r.link)));
	assert_int_equal(h->nlmsg_type, RTM_NEWLINK);
	n = NLMSG_LENGTH(sizeof(r.link));
	attr = find(answer + n, (long)h->nlmsg_len - n, IFLA_XDP);
	if (attr)
		attr = find(RTA_DATA(attr), RTA_PAYLOAD(attr), type);
	if (attr && RTA_PAYLOAD(attr) == sizeof(fact))
		memcpy(&fact, RTA_DATA(attr), sizeof(fact));
	else if (attr)
		fact = *(uint8_t *)RTA_DATA(attr);
	return fact;
}

uint32_t ports_program(const char *name)
{
	return program_fact(name, IFLA_XDP_PROG_ID);
}

uint32_t ports_program_mode(const char *name)
{
	return program_fact(name, IFLA_XDP_ATTACHED);
}

int ports_attach(const char *name, int fd, uint32_t flags)
{
	int r, armed = wrap.armed;
	struct rtattr *nest;
	struct request request;

	start(&request, RTM_SETLINK, 0);
	put(&request, IFLA_IFNAME, name, strlen(name) + 1);
	nest = put(&request, IFLA_XDP | NLA_F_NESTED, NULL, 0);
	put(&request, IFLA_XDP_FD, &fd, sizeof(fd));
	put(&request, IFLA_XDP_FLAGS, &flags, sizeof(flags));
	end(&request, nest);
	wrap.armed = 0;
	r = transact(&request);
	wrap.armed = armed;
	return r;
}