/* SPDX-License-Identifier: MIT */
/* net.c - interfaces for a test: made, set and removed by rtnetlink. */
#define _GNU_SOURCE
#include "net.h"
#include "rtnetlink.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/if_link.h>
#include <linux/if_tun.h>
#include <linux/if_tunnel.h>
#include <linux/veth.h>

#ifndef IFLA_ALLMULTI
#define NET_IFLA_ALLMULTI 61 /* headers before 6.0 */
#else
#define NET_IFLA_ALLMULTI IFLA_ALLMULTI
#endif

#define LOWER_UP 0x10000 /* IFF_LOWER_UP, which net/if.h lacks */

/* No address by itself, so that nothing but the test's packets is sent. */
static void quiet(const char *name)
{
	struct netlink m;
	size_t spec, family;
	int index = net_index(name);

	netlink_begin(&m, RTM_SETLINK, 0, index);
	spec = netlink_nest(&m, IFLA_AF_SPEC);
	family = netlink_nest(&m, AF_INET6);
	netlink_u8(&m, IFLA_INET6_ADDR_GEN_MODE, 1 /* none */);
	netlink_end(&m, family);
	netlink_end(&m, spec);
	(void)netlink_send(&m); /* refused where there is no IPv6 */
}

int net_veth(const char *name, const char *peer)
{
	struct netlink m;
	size_t info, data, other;
	int r;

	netlink_begin(&m, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0);
	netlink_string(&m, IFLA_IFNAME, name);
	info = netlink_nest(&m, IFLA_LINKINFO);
	netlink_string(&m, IFLA_INFO_KIND, "veth");
	data = netlink_nest(&m, IFLA_INFO_DATA);
	other = netlink_nest(&m, VETH_INFO_PEER);
	netlink_room(&m, sizeof(struct ifinfomsg));
	netlink_string(&m, IFLA_IFNAME, peer);
	netlink_end(&m, other);
	netlink_end(&m, data);
	netlink_end(&m, info);
	r = netlink_send(&m);
	if (r >= 0) {
		quiet(name);
		quiet(peer);
	}
	return r;
}

int net_link(const char *kind, const char *name)
{
	struct netlink m;
	size_t info;
	int r;

	netlink_begin(&m, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0);
	netlink_string(&m, IFLA_IFNAME, name);
	info = netlink_nest(&m, IFLA_LINKINFO);
	netlink_string(&m, IFLA_INFO_KIND, kind);
	netlink_end(&m, info);
	r = netlink_send(&m);
	if (r >= 0)
		quiet(name);
	return r;
}

int net_vlan(const char *name, const char *under, uint16_t tag,
	     uint16_t protocol)
{
	struct netlink m;
	size_t info, data;
	int r;

	netlink_begin(&m, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0);
	netlink_string(&m, IFLA_IFNAME, name);
	netlink_u32(&m, IFLA_LINK, (uint32_t)net_index(under));
	info = netlink_nest(&m, IFLA_LINKINFO);
	netlink_string(&m, IFLA_INFO_KIND, "vlan");
	data = netlink_nest(&m, IFLA_INFO_DATA);
	netlink_bytes(&m, IFLA_VLAN_ID, &tag, sizeof(tag));
	netlink_be16(&m, IFLA_VLAN_PROTOCOL, protocol);
	netlink_end(&m, data);
	netlink_end(&m, info);
	r = netlink_send(&m);
	if (r >= 0)
		quiet(name);
	return r;
}

int net_tunnel(const char *kind, const char *name, uint32_t local,
	       uint32_t remote)
{
	int gre = !strcmp(kind, "gre");
	struct netlink m;
	size_t info, data;
	int r;

	netlink_begin(&m, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0);
	netlink_string(&m, IFLA_IFNAME, name);
	info = netlink_nest(&m, IFLA_LINKINFO);
	netlink_string(&m, IFLA_INFO_KIND, kind);
	data = netlink_nest(&m, IFLA_INFO_DATA);
	netlink_be32(&m, gre ? IFLA_GRE_LOCAL : IFLA_IPTUN_LOCAL, local);
	netlink_be32(&m, gre ? IFLA_GRE_REMOTE : IFLA_IPTUN_REMOTE, remote);
	if (!strcmp(kind, "sit")) /* which is for IPv6 else */
		netlink_u8(&m, IFLA_IPTUN_PROTO, 4 /* IPv4 */);
	netlink_end(&m, data);
	netlink_end(&m, info);
	r = netlink_send(&m);
	if (r >= 0)
		quiet(name);
	return r;
}

int net_delete(const char *name)
{
	struct netlink m;

	netlink_begin(&m, RTM_DELLINK, 0, net_index(name));
	return netlink_send(&m);
}

static int set_flags(const char *name, unsigned int flags)
{
	struct netlink m;

	netlink_begin(&m, RTM_SETLINK, 0, net_index(name));
	netlink_flags(&m, flags, IFF_UP);
	return netlink_send(&m);
}

/* Until a link with a carrier lets frames go, which comes later: in the kernel's
 * own time, or when someone asks (Linux 6.8). Before, it drops them. */
static void settle(int index, int nsid)
{
	int i, flags;

	for (i = 0; i < 1000; i++) {
		flags = netlink_get_flags(index, nsid);
		if (flags < 0 || !(flags & LOWER_UP) || flags & IFF_RUNNING)
			return;
		usleep(1000);
	}
}

int net_up(const char *name)
{
	int index = net_index(name);
	int r = set_flags(name, IFF_UP), other;

	if (r < 0)
		return r;
	settle(index, -1);
	other = netlink_get_u32(index, IFLA_LINK);
	if (other > 0)
		settle(other, netlink_get_u32(index, IFLA_LINK_NETNSID));
	return r;
}

int net_dormant(const char *name, int on)
{
	struct netlink m;

	netlink_begin(&m, RTM_SETLINK, 0, net_index(name));
	netlink_u8(&m, IFLA_LINKMODE, on ? IF_LINK_MODE_DORMANT : 0);
	netlink_u8(&m, IFLA_OPERSTATE, on ? IF_OPER_DORMANT : IF_OPER_UP);
	return netlink_send(&m);
}

int net_down(const char *name)
{
	return set_flags(name, 0);
}

static int set(const char *name, uint16_t attribute, const void *value,
	       size_t size)
{
	struct netlink m;

	netlink_begin(&m, RTM_SETLINK, 0, net_index(name));
	netlink_bytes(&m, attribute, value, size);
	return netlink_send(&m);
}

int net_rename(const char *name, const char *to)
{
	return set(name, IFLA_IFNAME, to, strlen(to) + 1);
}

int net_mtu(const char *name, uint32_t mtu)
{
	return set(name, IFLA_MTU, &mtu, sizeof(mtu));
}

int net_mac(const char *name, const uint8_t *mac)
{
	return set(name, IFLA_ADDRESS, mac, 6);
}

int net_master(const char *name, const char *master)
{
	int32_t index = net_index(master);

	return set(name, IFLA_MASTER, &index, sizeof(index));
}

int net_move(const char *name, int netns)
{
	int32_t fd = netns;

	return set(name, IFLA_NET_NS_FD, &fd, sizeof(fd));
}

int net_ipv4(const char *name, uint32_t address, uint8_t prefix)
{
	struct netlink m;

	netlink_begin_address(&m, net_index(name), prefix);
	netlink_be32(&m, IFA_LOCAL, address);
	netlink_be32(&m, IFA_ADDRESS, address);
	return netlink_send(&m);
}

int net_index(const char *name)
{
	unsigned int index = if_nametoindex(name);

	return index ? (int)index : -1;
}

int net_promiscuity(const char *name)
{
	return netlink_get_u32(net_index(name), IFLA_PROMISCUITY);
}

int net_allmulti(const char *name)
{
	return netlink_get_u32(net_index(name), NET_IFLA_ALLMULTI);
}

static int here(void)
{
	int fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int net_namespace(void)
{
	int home = here();
	int fd;

	if (home < 0)
		return home;
	fd = unshare(CLONE_NEWNET) < 0 ? -errno : here();
	if (fd >= 0)
		(void)net_up("lo");
	net_return(home);
	return fd;
}

int net_enter(int netns)
{
	int home = here();

	if (home >= 0 && setns(netns, CLONE_NEWNET) < 0) {
		int r = -errno;

		close(home);
		return r;
	}
	return home;
}

int net_return(int home)
{
	int r = setns(home, CLONE_NEWNET) < 0 ? -errno : 0;

	close(home);
	return r;
}

static int open_tun(const char *name, int flags)
{
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
	struct ifreq request;

	if (fd < 0)
		return -errno;
	memset(&request, 0, sizeof(request));
	request.ifr_flags = (short)flags;
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	if (ioctl(fd, TUNSETIFF, &request) < 0) {
		int r = -errno;

		close(fd);
		return r;
	}
	quiet(name);
	return fd;
}

int net_tun(const char *name)
{
	return open_tun(name, IFF_TUN | IFF_NO_PI);
}

int net_tap(const char *name)
{
	return open_tun(name, IFF_TAP | IFF_NO_PI | IFF_VNET_HDR);
}
