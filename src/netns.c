/* SPDX-License-Identifier: MIT */
/* netns.c - a packet socket in another network namespace. */
#include "packet_socket.h"

/*
 * Only socket() has to run inside: an ioctl() or bind() on the descriptor
 * acts in the socket's namespace from anywhere. Not coming back would leave
 * the caller's thread in a foreign network, so that is an error of its own
 * and the socket is not kept.
 */
int netring_netns_socket_(int type, int netns, enum netring_step *step)
{
	int home = sys_open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	int fd, r;

	*step = NETRING_STEP_NETNS;
	if (home < 0)
		return home;
	fd = sys_setns(netns, CLONE_NEWNET);
	if (fd >= 0) {
		*step = NETRING_STEP_SOCKET;
		fd = sys_socket(AF_PACKET, type | SOCK_CLOEXEC, 0);
		r = sys_setns(home, CLONE_NEWNET);
		if (r < 0) {
			*step = NETRING_STEP_NETNS;
			if (fd >= 0)
				sys_close(fd);
			fd = r;
		}
	}
	sys_close(home);
	return fd;
}
