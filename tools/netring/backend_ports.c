/* SPDX-License-Identifier: MIT */
/* backend_ports.c - devices on top of others, whose packets AF_XDP misses. */
#include "backend.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* linux/sockios.h, linux/if_vlan.h, linux/if_bonding.h: musl has none. */
#define BOND_SLAVE_QUERY 0x8993
#define BOND_QUERY 0x8994
#define VLAN_ASK 0x8982
#define VLAN_REAL_DEVICE 8

struct vlan_question {
	int32_t command;
	char device[24];
	char answer[24];
	int16_t qos;
};

struct bond_ports {
	int32_t mode;
	int32_t count;
	int32_t miimon;
};

struct bond_port {
	int32_t number;
	char name[16];
	int8_t link;
	int8_t state;
	uint32_t failures;
};

struct request {
	char name[16];
	union {
		void *data;
		char room[24];
	} u;
};

static int vlan(int fd, const char *interface, struct backend_failure *failure)
{
	struct vlan_question ask = { .command = VLAN_REAL_DEVICE };

	snprintf(ask.device, sizeof(ask.device), "%s", interface);
	if (ioctl(fd, VLAN_ASK, &ask) < 0)
		return 0;
	return backend_words(failure,
			     "%s is a VLAN: AF_XDP takes the packets of %.15s, "
			     "tags in place; or --backend packet",
			     interface, ask.answer);
}

static int bond(int fd, const char *interface, struct backend_failure *failure)
{
	struct bond_ports ports = { 0 };
	struct bond_port port;
	struct request request;
	char names[64] = "";
	size_t used = 0;
	int i;

	memset(&request, 0, sizeof(request));
	snprintf(request.name, sizeof(request.name), "%s", interface);
	request.u.data = &ports;
	if (ioctl(fd, BOND_QUERY, &request) < 0)
		return 0;
	for (i = 0; i < ports.count && used < sizeof(names) - 18; i++) {
		memset(&port, 0, sizeof(port));
		port.number = i;
		request.u.data = &port;
		if (ioctl(fd, BOND_SLAVE_QUERY, &request) < 0)
			break;
		used += (size_t)snprintf(names + used, sizeof(names) - used,
					 " %.15s", port.name);
	}
	return backend_words(failure,
			     "%s is a bond: AF_XDP takes the packets of its "
			     "ports:%s; or --backend packet",
			     interface, *names ? names : " none");
}

int backend_ports(const char *interface, struct backend_failure *failure)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), r;

	if (fd < 0)
		return 0; /* which is told by others */
	r = vlan(fd, interface, failure);
	if (!r)
		r = bond(fd, interface, failure);
	close(fd);
	return r;
}
