/* SPDX-License-Identifier: MIT */
/* probe_interface.c - facts about an interface, asked without privilege. */
#include "interface.h"

#include <netring/probe.h>

#include "ethtool.h"
#include "probe.h"

/* What every interface has. */
static int read_basics(int fd, const char *name,
		       struct netring_interface *facts)
{
	struct nr_ifreq request;
	int r = netring_interface_get_(fd, NR_SIOCGIFINDEX, name);

	facts->ifindex = (uint32_t)r;
	memset(&request, 0, sizeof(request));
	memcpy(request.name, name, NR_IFNAMSIZ);
	if (r >= 0)
		r = sys_ioctl(fd, NR_SIOCGIFFLAGS, &request);
	facts->flags = request.u.flags;
	if (r >= 0)
		r = sys_ioctl(fd, NR_SIOCGIFMTU, &request);
	facts->mtu = (uint32_t)request.u.mtu;
	if (r >= 0)
		r = sys_ioctl(fd, NR_SIOCGIFHWADDR, &request);
	facts->hatype = request.u.hwaddr[0];
	memcpy(facts->address, &request.u.hwaddr[1], sizeof(facts->address));
	return r < 0 ? r : 0;
}

static void read_driver(int fd, const char *name,
			struct netring_interface *facts)
{
	struct nr_ethtool_drvinfo info;

	memset(&info, 0, sizeof(info));
	info.cmd = NR_ETHTOOL_GDRVINFO;
	if (netring_ethtool_(fd, name, &info) < 0)
		return;
	memcpy(facts->driver, info.driver, sizeof(facts->driver));
	facts->driver[sizeof(facts->driver) - 1] = 0;
	facts->known |= NETRING_INTERFACE_DRIVER;
}

static void read_queues(int fd, const char *name,
			struct netring_interface *facts)
{
	struct nr_ethtool_channels channels;

	memset(&channels, 0, sizeof(channels));
	channels.cmd = NR_ETHTOOL_GCHANNELS;
	if (netring_ethtool_(fd, name, &channels) < 0)
		return;
	facts->rx_queues = channels.combined_count + channels.rx_count;
	facts->tx_queues = channels.combined_count + channels.tx_count;
	facts->known |= NETRING_INTERFACE_QUEUES;
}

static void read_offloads(int fd, const char *name,
			  struct netring_interface *facts)
{
	struct nr_ethtool_value value = { NR_ETHTOOL_GGRO, 0 };

	if (netring_ethtool_(fd, name, &value) >= 0) {
		facts->gro = value.data != 0;
		facts->known |= NETRING_INTERFACE_GRO;
	}
	value.cmd = NR_ETHTOOL_GFLAGS;
	if (netring_ethtool_(fd, name, &value) >= 0) {
		facts->lro = (value.data & NR_ETH_FLAG_LRO) != 0;
		facts->known |= NETRING_INTERFACE_LRO;
	}
}

int netring_probe_interface(struct netring_interface *facts, const char *name)
{
	char padded[NR_IFNAMSIZ] = { 0 };
	int fd, r;

	memset(facts, 0, sizeof(*facts));
	r = netring_interface_name_(-1, name, 0, padded);
	if (r < 0)
		return r;
	fd = sys_socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return fd;
	r = read_basics(fd, padded, facts);
	if (r >= 0) {
		read_driver(fd, padded, facts);
		read_queues(fd, padded, facts);
		read_offloads(fd, padded, facts);
		netring_probe_xdp_(facts);
	}
	sys_close(fd);
	return r;
}
