/* SPDX-License-Identifier: MIT */
/* interface.c - names and facts of interfaces, on a socket of any kind. */
#include "interface.h"

#include "ethtool.h"

/* Of a request, the kernel reads the field that it goes by. */

int netring_interface_get_(int fd, unsigned long what, const char *name)
{
	struct nr_ifreq request;
	int r;

	memcpy(request.name, name, NR_IFNAMSIZ);
	r = sys_ioctl(fd, what, &request);
	if (r < 0)
		return r;
	/* 16 bits, the highest of which is no sign */
	if (what == NR_SIOCGIFFLAGS || what == NR_SIOCGIFHWADDR)
		return (uint16_t)request.u.flags;
	return request.u.ifindex;
}

int netring_interface_name_(int fd, const char *given, uint32_t ifindex,
			    char name[NR_IFNAMSIZ])
{
	struct nr_ifreq request;
	size_t length;
	int r;

	if (!given) {
		request.u.ifindex = (int32_t)ifindex;
		given = request.name;
		r = sys_ioctl(fd, NR_SIOCGIFNAME, &request);
		if (r < 0)
			return r;
	}
	for (length = 0; given[length]; length++) {
		if (length == NR_IFNAMSIZ - 1)
			return -ENODEV;
		name[length] = given[length];
	}
	return 0;
}

/*
 * IFF_RUNNING is missing where whoever manages the interface says "dormant", as
 * until 802.1X is done, too: but frames leave there, those of 802.1X first. So
 * the carrier counts; a driver that does not tell of one is taken to have it.
 */
static void look_at_carrier(int fd, struct netring_interface_facts_ *facts)
{
	struct nr_ethtool_value link = { NR_ETHTOOL_GLINK, 0 };

	if ((facts->flags & (NR_IFF_UP | NR_IFF_RUNNING)) != NR_IFF_UP)
		return;
	if (netring_ethtool_(fd, facts->name, &link) == -EOPNOTSUPP ||
	    link.data)
		facts->flags |= NR_IFF_RUNNING;
}

int netring_interface_read_(int fd, const char *given, uint32_t ifindex,
			    struct netring_interface_facts_ *facts)
{
	static const uint16_t what[] = { NR_SIOCGIFHWADDR, NR_SIOCGIFMTU,
					 NR_SIOCGIFINDEX, NR_SIOCGIFFLAGS };
	struct nr_ifreq request;
	unsigned int i;
	int r;

	memset(&request, 0, sizeof(request));
	r = netring_interface_name_(fd, given, ifindex, request.name);
	if (r >= 0) /* else the last one is what it may be found by */
		memcpy(facts->name, request.name, NR_IFNAMSIZ);
	for (i = 0; i < 4 && r >= 0; i++) {
		r = sys_ioctl(fd, what[i], &request);
		/* type and flags have 16 bits, an address is behind the one */
		if (r >= 0)
			memcpy((uint8_t *)&facts->type + (size_t)4 * i,
			       &request.u, i % 3 ? 4 : 2);
	}
	if (r >= 0)
		look_at_carrier(fd, facts);
	return r;
}

int netring_interface_find_(const char *given, uint32_t ifindex,
			    struct netring_interface_facts_ *facts)
{
	int fd = sys_socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int r;

	if (fd < 0)
		return fd;
	r = netring_interface_read_(fd, given, ifindex, facts);
	sys_close(fd);
	return r;
}

int netring_interface_follow_(struct netring_interface_facts_ *facts)
{
	int r = netring_interface_find_(NULL, facts->ifindex, facts);

	return r == -ENODEV ? netring_interface_find_(facts->name, 0, facts) :
			      r;
}

int netring_interface_queues_(const char *name, uint32_t *most)
{
	int fd = sys_socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct nr_ethtool_channels channels;
	char padded[NR_IFNAMSIZ] = { 0 };
	int r;

	if (fd < 0)
		return fd;
	memset(&channels, 0, sizeof(channels));
	channels.cmd = NR_ETHTOOL_GCHANNELS;
	r = netring_interface_name_(fd, name, 0, padded);
	if (r >= 0)
		r = netring_ethtool_(fd, padded, &channels);
	sys_close(fd);
	if (r == -ENODEV)
		return r;
	*most = channels.max_combined + channels.max_rx;
	r = (int)(channels.combined_count + channels.rx_count);
	return r > 0 ? r : 1;
}
