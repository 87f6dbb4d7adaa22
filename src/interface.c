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
	return what == NR_SIOCGIFFLAGS || what == NR_SIOCGIFHWADDR ?
		       request.u.flags :
		       request.u.ifindex;
}

int netring_interface_name_(int fd, const char *given, uint32_t ifindex,
			    char name[NR_IFNAMSIZ])
{
	struct nr_ifreq request;
	size_t length;

	if (!given) {
		request.u.ifindex = (int32_t)ifindex;
		given = request.name;
		if (sys_ioctl(fd, NR_SIOCGIFNAME, &request) < 0)
			return -ENODEV;
	}
	for (length = 0; given[length]; length++) {
		if (length == NR_IFNAMSIZ - 1)
			return -ENODEV;
		name[length] = given[length];
	}
	return 0;
}

int netring_interface_find_(const char *given, uint32_t ifindex,
			    struct interface_facts *facts)
{
	int fd = sys_socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct nr_ethtool_channels channels;
	int r;

	if (fd < 0)
		return fd;
	memset(facts, 0, sizeof(*facts));
	memset(&channels, 0, sizeof(channels));
	channels.cmd = NR_ETHTOOL_GCHANNELS;
	r = netring_interface_name_(fd, given, ifindex, facts->name);
	if (r >= 0) {
		(void)netring_ethtool_(fd, facts->name, &channels);
		facts->type = netring_interface_get_(fd, NR_SIOCGIFHWADDR,
						     facts->name);
		facts->mtu = (uint32_t)netring_interface_get_(fd, NR_SIOCGIFMTU,
							      facts->name);
		r = netring_interface_get_(fd, NR_SIOCGIFINDEX, facts->name);
	}
	facts->ifindex = (uint32_t)r;
	facts->queues = channels.combined_count + channels.rx_count;
	if (!facts->queues)
		facts->queues = 1;
	sys_close(fd);
	return r;
}
