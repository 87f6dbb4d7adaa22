/* SPDX-License-Identifier: MIT */
/* xdp_hosts.c - the AF_XDP bridge between the two hosts of hosts.h. */
#define _GNU_SOURCE
#include "xdp_hosts.h"

#include "live.h"
#include "rtnetlink.h"
#include "port_settings.h"

#include <netring/umem_count.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/ethtool.h>
#include <linux/if.h>
#include <linux/if_link.h>

NETRING_UMEM_AREA(area, XDP_HOSTS_FRAMES, 2048);
static struct netring_umem umem;

const char *xdp_hosts_mode(int attach)
{
	return attach == NETRING_XDP_NATIVE ? "native" : "generic";
}

struct netring_xdp_bridge_config xdp_hosts_config(int attach, uint32_t flags)
{
	struct netring_xdp_bridge_config cfg;

	memset(&cfg, 0, sizeof(cfg));
	cfg.flags = flags;
	cfg.port[0].attach[0] = cfg.port[1].attach[0] = (uint8_t)attach;
	return cfg;
}

int xdp_hosts_try(struct netring_xdp_bridge *br,
		  struct netring_xdp_bridge_config *cfg)
{
	struct netring_umem_config memory = {
		.memory = area.memory,
		.size = sizeof(area.memory),
		.table = area.table,
		.table_size = sizeof(area.table),
		.frame_size = 2048,
	};
	int64_t end;
	int i, r;

	for (i = 0; i < 2; i++)
		if (!cfg->interface[i])
			cfg->interface[i] = port_name[i];
	if (!cfg->socket.umem || cfg->socket.umem == &umem) {
		must(netring_umem_init(&umem, &memory), "a umem");
		cfg->socket.umem = &umem;
	}
	end = netring_clock_ms() + 100 * live_slack_ms();
	do /* one is closed, the next opened: the queue may be taken for long */
		r = netring_xdp_bridge_open(br, cfg);
	while (r == -EBUSY && br->step == NETRING_STEP_BIND &&
	       netring_clock_ms() < end);
	return r;
}

void xdp_hosts_open(struct netring_xdp_bridge *br,
		    struct netring_xdp_bridge_config *cfg)
{
	static int opened;
	int r = xdp_hosts_try(br, cfg);

	if (r < 0 && !opened && lacking(r))
		skip_all(lacking(r), "a bridge of AF_XDP");
	must(r, "open (%s of port %d)", netring_step_name(br->step), br->port);
	opened = 1;
}

void xdp_hosts_close(struct netring_xdp_bridge *br, const char *what)
{
	const struct netring_umem *memory = br->port_[0].xdp.config_.umem;
	uint32_t count[NETRING_UMEM_OWNERS_];

	is(netring_umem_count(memory, count), 0, "%s: every frame has an owner",
	   what);
	netring_xdp_bridge_close(br);
	is(netring_umem_count(memory, count), 0, "%s: closed, too", what);
	is(count[NETRING_UMEM_FREE], memory->frames_, "and all are free");
}

static int step(struct netring_xdp_bridge *br)
{
	int r = netring_xdp_bridge_step(br, 1);

	if (r < 0 && r != -EINTR)
		must(r, "step");
	return r > 0 ? r : 0;
}

int xdp_hosts_pump(struct netring_xdp_bridge *br, int ms)
{
	int64_t last, end, now;
	int r, moved = 0;

	ms = live_quiet_ms(ms);
	end = netring_clock_ms() + ms;
	last = end + 5000;
	do {
		/* before the step: a late one still takes what is there */
		now = netring_clock_ms();
		r = step(br);
		if (r)
			end = netring_clock_ms() + ms;
		moved += r;
	} while (now < end && now < last);
	return moved;
}

void xdp_hosts_take(struct netring_xdp_bridge *br, int frames)
{
	int64_t last = netring_clock_ms() + 5000;

	while (frames > 0 && netring_clock_ms() < last)
		frames -= step(br);
	xdp_hosts_pump(br, 1);
}

long xdp_hosts_run_for(struct netring_xdp_bridge *br, int ms)
{
	int64_t end = netring_clock_ms() + ms, left;
	long sleeps = live_sleeps();
	int r;

	while ((left = end - netring_clock_ms()) > 0) {
		r = netring_xdp_bridge_step(br, (int)left);
		if (r < 0 && r != -EINTR)
			must(r, "step");
	}
	return live_sleeps() - sleeps;
}

static volatile int stopped;

static void stop(int signal)
{
	(void)signal;
	stopped = 1;
}

static void run(struct netring_xdp_bridge_config *cfg, int ready, int to)
{
	static struct netring_xdp_bridge br;
	struct netring_bridge_stats stats[2];
	char byte = 1;
	int i, r;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGTERM, stop);
	r = xdp_hosts_try(&br, cfg);
	if (r < 0 || write(ready, &byte, 1) != 1) {
		diag("open (%s of port %d): %s", netring_step_name(br.step),
		     br.port, strerror(-r));
		_exit(1);
	}
	close(ready);
	r = netring_xdp_bridge_run(&br, &stopped, -1);
	for (i = 0; i < 2; i++)
		netring_xdp_bridge_read_stats(&br, i, &stats[i]);
	if (to >= 0 && write(to, stats, sizeof(stats)) < 0)
		r = -EIO;
	netring_xdp_bridge_close(&br);
	_exit(r < 0);
}

pid_t xdp_hosts_run(struct netring_xdp_bridge_config *cfg, int to)
{
	int ready[2];
	char byte;
	pid_t pid;

	must(pipe(ready) < 0 ? -errno : 0, "a pipe");
	pid = fork();
	if (!pid) {
		close(ready[0]);
		run(cfg, ready[1], to);
	}
	close(ready[1]);
	must(read(ready[0], &byte, 1) == 1 ? 0 : -EIO,
	     "a bridge in another process");
	close(ready[0]);
	return pid;
}

struct netring_bridge_stats xdp_hosts_stats(struct netring_xdp_bridge *br,
					    int direction, const char *what)
{
	struct netring_bridge_stats s;

	must(netring_xdp_bridge_read_stats(br, direction, &s), "statistics");
	hosts_adds_up(&s, what);
	return s;
}

uint64_t xdp_hosts_left(const struct hosts *h, int side)
{
	struct port_counters c = { 0 };
	int home = must(net_enter(h->ns[side]), "go there");

	must(port_counters(host_name[side], &c), "counters");
	must(net_return(home), "come back");
	return c.tx_packets;
}

pid_t xdp_hosts_flood(const struct hosts *h, int side, uint32_t rate,
		      uint32_t length)
{
	char rates[16], lengths[16];
	pid_t pid;

	snprintf(rates, sizeof(rates), "%u", rate);
	snprintf(lengths, sizeof(lengths), "%u", length);
	pid = fork();
	if (pid)
		return pid;
	must(net_enter(h->ns[side]), "go there");
	execl("/proc/self/exe", program_invocation_name, "flood",
	      host_name[side], rates, lengths, (char *)NULL);
	_exit(1);
}

void xdp_hosts_main(int argc, char **argv)
{
	struct wire_flood flood = { .count = 0 };

	if (argc != 5 || strcmp(argv[1], "flood") != 0)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	flood.interface = argv[2];
	flood.rate = (uint32_t)atoi(argv[3]);
	flood.length = (size_t)atoi(argv[4]);
	_exit(-wire_burst(&flood));
}

int xdp_hosts_above(const char *name, const char *under)
{
	struct netlink m;
	size_t info, data;

	netlink_begin(&m, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0);
	netlink_string(&m, IFLA_IFNAME, name);
	netlink_u32(&m, IFLA_LINK, (uint32_t)net_index(under));
	info = netlink_nest(&m, IFLA_LINKINFO);
	netlink_string(&m, IFLA_INFO_KIND, "macvlan");
	data = netlink_nest(&m, IFLA_INFO_DATA);
	netlink_u32(&m, IFLA_MACVLAN_MODE, MACVLAN_MODE_PASSTHRU);
	netlink_end(&m, data);
	netlink_end(&m, info);
	return netlink_send(&m);
}

int xdp_hosts_txvlan(const char *name, int on)
{
	uint32_t flags = 0;
	int r = port_ethtool(name, ETHTOOL_GFLAGS, &flags);

	if (r < 0)
		return r;
	flags &= ~(uint32_t)ETH_FLAG_TXVLAN;
	flags |= on ? ETH_FLAG_TXVLAN : 0;
	return port_ethtool(name, ETHTOOL_SFLAGS, &flags);
}

void xdp_hosts_mtu(const struct hosts *h, int side, uint32_t mtu)
{
	int home = must(net_enter(h->ns[side]), "go there");

	must(net_mtu(host_name[side], mtu), "MTU of %s", host_name[side]);
	must(net_return(home), "come back");
	must(net_mtu(port_name[side], mtu), "MTU of %s", port_name[side]);
}
