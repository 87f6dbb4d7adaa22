/* SPDX-License-Identifier: MIT */
/* interface.c - what an applet says and asks about an interface. */
#include "tool.h"

#include <errno.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* Names of all interfaces, a space before each: what stands before a colon. */
static void list_interfaces(char *list, size_t size)
{
	struct reader reader;
	size_t start = 0, end = 0;
	int in_name = 1;
	int byte;

	list[0] = 0;
	if (reader_open(&reader, "/proc/net/dev") < 0)
		return;
	while ((byte = reader_get(&reader)) >= 0) {
		if (byte == '\n') {
			in_name = 1;
			end = start;
			list[start] = 0;
		} else if (in_name && byte == ':') {
			in_name = 0;
			start = end;
		} else if (in_name && byte != ' ' && end < size - 3) {
			if (end == start)
				list[end++] = ' ';
			list[end++] = (char)byte;
		}
	}
	list[start] = 0;
	reader_close(&reader);
}

int fail_interface(const char *option, const char *name)
{
	char list[512];

	list_interfaces(list, sizeof(list));
	return fail("%s%s: no such interface; there are:%s", option, name,
		    list);
}

int fail_open(enum netring_step step, int error, const char *option,
	      const char *interface)
{
	if (step == NETRING_STEP_INTERFACE && error == ENODEV)
		return fail_interface(option, interface);
	if (step != NETRING_STEP_SOCKET)
		return -1;
	if (error == EPERM || error == EACCES)
		return fail("packet socket: %s: needs CAP_NET_RAW; "
			    "run as root, or once as root: "
			    "setcap cap_net_raw+ep NETRING",
			    strerror(error));
	if (error == EAFNOSUPPORT)
		return fail("this kernel has no packet sockets "
			    "(CONFIG_PACKET)");
	return -1;
}

/* Any socket does for that; this one is there in every kernel. */
static int ask(unsigned long request, const char *name, struct ifreq *answer)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int r;

	memset(answer, 0, sizeof(*answer));
	if (fd < 0 || strlen(name) >= sizeof(answer->ifr_name)) {
		errno = fd < 0 ? errno : ENODEV;
		r = -1;
	} else {
		memcpy(answer->ifr_name, name, strlen(name) + 1);
		r = ioctl(fd, request, answer);
	}
	if (fd >= 0)
		close(fd);
	return r;
}

int interface_mtu(const char *name, uint32_t *mtu)
{
	struct ifreq answer;

	if (ask(SIOCGIFMTU, name, &answer) < 0)
		return -1;
	*mtu = (uint32_t)answer.ifr_mtu;
	return 0;
}

int interface_address(const char *name, uint8_t address[6], uint16_t *hatype)
{
	struct ifreq answer;

	if (ask(SIOCGIFHWADDR, name, &answer) < 0)
		return -1;
	memcpy(address, answer.ifr_hwaddr.sa_data, 6);
	*hatype = answer.ifr_hwaddr.sa_family;
	return 0;
}
