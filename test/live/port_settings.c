/* SPDX-License-Identifier: MIT */
/* port_settings.c - an interface's offloads, counters, queue, IPv6 address. */
#define _GNU_SOURCE
#include "port_settings.h"

#include "net.h"
#include "rtnetlink.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <linux/ethtool.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/pkt_sched.h>
#include <linux/sockios.h>

int port_ethtool(const char *name, uint32_t command, uint32_t *value)
{
	struct ethtool_value data = { .cmd = command, .data = *value };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), r = 0;
	struct ifreq request;

	if (fd < 0)
		return -errno;
	memset(&request, 0, sizeof(request));
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	request.ifr_data = (void *)&data;
	if (ioctl(fd, SIOCETHTOOL, &request) < 0)
		r = -errno;
	close(fd);
	*value = data.data;
	return r;
}

static int channels(const char *name, struct ethtool_channels *channels)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), r;
	struct ifreq request;

	if (fd < 0)
		return -errno;
	memset(&request, 0, sizeof(request));
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	request.ifr_data = (void *)channels;
	r = ioctl(fd, SIOCETHTOOL, &request) < 0 ? -errno : 0;
	close(fd);
	return r;
}

int port_queues(const char *name)
{
	struct ethtool_channels c = { .cmd = ETHTOOL_GCHANNELS };
	int r = channels(name, &c);

	return r < 0 ? r : (int)(c.rx_count + c.combined_count);
}

int port_set_queues(const char *name, uint32_t count)
{
	struct ethtool_channels c = { .cmd = ETHTOOL_GCHANNELS };
	int r = channels(name, &c);

	c.cmd = ETHTOOL_SCHANNELS;
	c.rx_count = c.tx_count = count;
	return r < 0 ? r : channels(name, &c);
}

static const uint32_t commands[][2] = {
	[PORT_RX_SUM] = { ETHTOOL_GRXCSUM, ETHTOOL_SRXCSUM },
	[PORT_TX_SUM] = { ETHTOOL_GTXCSUM, ETHTOOL_STXCSUM },
	[PORT_SCATTER] = { ETHTOOL_GSG, ETHTOOL_SSG },
	[PORT_TSO] = { ETHTOOL_GTSO, ETHTOOL_STSO },
	[PORT_GSO] = { ETHTOOL_GGSO, ETHTOOL_SGSO },
	[PORT_GRO] = { ETHTOOL_GGRO, ETHTOOL_SGRO },
};

int port_get(const char *name, enum port_offload what)
{
	uint32_t value = 0;
	int r = port_ethtool(name, commands[what][0], &value);

	return r < 0 ? r : value != 0;
}

int port_set(const char *name, enum port_offload what, int on)
{
	uint32_t value = (uint32_t)on;

	return port_ethtool(name, commands[what][1], &value);
}

int port_set_host(const char *name, int on)
{
	int r = port_set(name, PORT_TX_SUM, on);

	if (r >= 0)
		r = port_set(name, PORT_SCATTER, on);
	if (r >= 0)
		r = port_set(name, PORT_TSO, on);
	return r < 0 ? r : port_set(name, PORT_GSO, on);
}

int port_counters(const char *name, struct port_counters *c)
{
	unsigned long long v[16];
	char line[512], *colon, *at;
	int i, r = -ENODEV;
	FILE *f = fopen("/proc/thread-self/net/dev", "r");

	if (!f)
		return -errno;
	while (r < 0 && fgets(line, sizeof(line), f)) {
		colon = strchr(line, ':');
		at = line + strspn(line, " ");
		if (!colon || (size_t)(colon - at) != strlen(name) ||
		    memcmp(at, name, strlen(name)) != 0)
			continue;
		for (at = colon + 1, i = 0; i < 16; i++)
			v[i] = strtoull(at, &at, 10);
		*c = (struct port_counters){ v[0], v[1], v[2],	v[3],
					     v[8], v[9], v[10], v[11] };
		r = 0;
	}
	fclose(f);
	return r;
}

int64_t port_snmp(const char *protocol, const char *what)
{
	char names[1024], values[1024], *n, *v, *n_end, *v_end;
	FILE *f = fopen("/proc/thread-self/net/snmp", "r");
	size_t length = strlen(protocol);
	int64_t r = -ENOENT;

	if (!f)
		return -errno;
	while (r < 0 && fgets(names, sizeof(names), f) &&
	       fgets(values, sizeof(values), f)) {
		if (strncmp(names, protocol, length) != 0 ||
		    names[length] != ':')
			continue;
		n = strtok_r(names, " \n", &n_end);
		v = strtok_r(values, " \n", &v_end);
		while (n && v && strcmp(n, what) != 0) {
			n = strtok_r(NULL, " \n", &n_end);
			v = strtok_r(NULL, " \n", &v_end);
		}
		if (n && v)
			r = atoll(v);
	}
	fclose(f);
	return r;
}

static void begin_qdisc(struct netlink *m, uint16_t type, const char *name)
{
	struct tcmsg *tc;

	netlink_begin(m, type, NLM_F_CREATE | NLM_F_REPLACE, 0);
	netlink_room(m, sizeof(*tc) - sizeof(struct ifinfomsg));
	tc = NLMSG_DATA((struct nlmsghdr *)(void *)m->bytes);
	tc->tcm_ifindex = net_index(name);
	tc->tcm_parent = TC_H_ROOT;
}

int port_tbf(const char *name, uint32_t rate, uint32_t burst, uint32_t limit)
{
	struct tc_tbf_qopt options;
	struct netlink m;
	size_t nest;

	memset(&options, 0, sizeof(options));
	options.rate.rate = rate;
	options.rate.cell_log = 6;
	options.rate.linklayer = TC_LINKLAYER_ETHERNET;
	options.limit = limit;
	begin_qdisc(&m, RTM_NEWQDISC, name);
	netlink_string(&m, TCA_KIND, "tbf");
	nest = netlink_nest(&m, TCA_OPTIONS);
	netlink_bytes(&m, TCA_TBF_PARMS, &options, sizeof(options));
	netlink_u32(&m, TCA_TBF_BURST, burst);
	netlink_end(&m, nest);
	return netlink_send(&m);
}

int port_qdisc(const char *name, const char *kind)
{
	struct netlink m;

	begin_qdisc(&m, RTM_NEWQDISC, name);
	netlink_string(&m, TCA_KIND, kind);
	return netlink_send(&m);
}

int port_no_qdisc(const char *name)
{
	struct netlink m;

	begin_qdisc(&m, RTM_DELQDISC, name);
	return netlink_send(&m);
}

void port_quiet(void)
{
	FILE *f = fopen("/proc/sys/net/ipv6/conf/default/addr_gen_mode", "w");

	if (!f)
		return;
	fputs("1", f);
	fclose(f);
}

int port_ipv6(const char *name, uint8_t last)
{
	uint8_t address[16] = { 0xfd, 9, [15] = last };
	struct ifaddrmsg *header;
	struct netlink m;

	netlink_begin_address(&m, net_index(name), 64);
	header = NLMSG_DATA((struct nlmsghdr *)(void *)m.bytes);
	header->ifa_family = AF_INET6;
	header->ifa_flags = IFA_F_NODAD;
	netlink_bytes(&m, IFA_LOCAL, address, sizeof(address));
	netlink_bytes(&m, IFA_ADDRESS, address, sizeof(address));
	return netlink_send(&m);
}
