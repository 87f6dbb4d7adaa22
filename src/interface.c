/* SPDX-License-Identifier: MIT */
/* interface.c - names and facts of interfaces, on a socket of any kind. */
#include "interface.h"

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
