/* SPDX-License-Identifier: MIT */
/* packet_socket.c - AF_PACKET calls that the packet roles share. */
#include "packet_socket.h"

#include <netring/filter.h>

/* -ENOTSOCK, -EPFNOSUPPORT or -EPROTOTYPE if it is something else. */
static int check_socket(int fd, int type)
{
	int domain = 0, has_type = 0;
	socklen_t size = sizeof(domain);
	int r = sys_getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size);

	if (r >= 0)
		r = sys_getsockopt(fd, SOL_SOCKET, SO_TYPE, &has_type, &size);
	if (r < 0)
		return r;
	if (domain != AF_PACKET)
		return -EPFNOSUPPORT;
	return has_type == type ? 0 : -EPROTOTYPE;
}

int netring_packet_open_(int type, const int *netns, const int *adopted,
			 enum netring_step *step)
{
	int r;

	if (NETRING_CONFIG_PACKET_NETNS && netns)
		return netring_netns_socket_(type, *netns, step);
	*step = NETRING_STEP_SOCKET;
	if (NETRING_CONFIG_PACKET_ADOPT && adopted) {
		r = check_socket(*adopted, type);
		return r < 0 ? r : *adopted;
	}
	return sys_socket(AF_PACKET, type | SOCK_CLOEXEC, 0);
}

int netring_packet_option_(int fd, int option, int value)
{
	return sys_setsockopt(fd, NR_SOL_PACKET, option, &value, sizeof(value));
}

int netring_packet_ring_(int fd, int option,
			 const struct netring_geometry *geometry)
{
	struct nr_tpacket_req3 request;

	memset(&request, 0, sizeof(request));
	request.block_size = geometry->block_size;
	request.block_nr = geometry->block_count;
	request.frame_size = geometry->frame_size;
	request.frame_nr = geometry->frame_count;
	return sys_setsockopt(fd, NR_SOL_PACKET, option, &request,
			      NR_TPACKET_REQ_SIZE);
}

void netring_packet_no_ring_(int fd, int option)
{
	struct nr_tpacket_req3 none;

	memset(&none, 0, sizeof(none));
	(void)sys_setsockopt(fd, NR_SOL_PACKET, option, &none, sizeof(none));
}

static void fill_address(struct nr_sockaddr_ll *address, int ifindex,
			 uint16_t protocol)
{
	uint8_t *wire = (uint8_t *)&address->protocol;

	memset(address, 0, sizeof(*address));
	address->family = AF_PACKET;
	wire[0] = (uint8_t)(protocol >> 8);
	wire[1] = (uint8_t)protocol;
	address->ifindex = ifindex;
}

int netring_packet_bind_(int fd, int ifindex, uint16_t protocol)
{
	struct nr_sockaddr_ll address;

	fill_address(&address, ifindex, protocol);
	return sys_bind(fd, &address, sizeof(address));
}

int netring_packet_send_(int fd, int ifindex, const void *frame, size_t size)
{
	struct nr_sockaddr_ll address;

	fill_address(&address, ifindex, 0);
	return sys_sendto(fd, frame, size, MSG_DONTWAIT, &address,
			  sizeof(address));
}

int netring_packet_bound_(int fd, uint16_t *hatype)
{
	struct nr_sockaddr_ll address;
	socklen_t size = sizeof(address);
	int r;

	address.ifindex = 0;
	r = sys_getsockname(fd, &address, &size);
	if (r < 0)
		return r;
	if (address.ifindex <= 0)
		return -ENODEV;
	if (address.hatype) /* 0 of one that is being removed */
		*hatype = address.hatype;
	return 0;
}

int netring_packet_deafen_(int fd)
{
	struct nr_sockaddr_ll address;
	socklen_t size = sizeof(address);
	int r;

	address.protocol = 0;
	r = sys_getsockname(fd, &address, &size);
	if (r < 0 || !address.protocol)
		return r;
	/* bind() cannot take a protocol away; this one counts as none. A locked
	 * filter is somebody's decision. */
	r = netring_packet_snaplen_(fd, 0);
	return r < 0 && r != -EPERM ? r :
				      netring_packet_bind_(fd, 0, NR_ETH_P_ALL);
}

int netring_packet_find_(int fd, uint32_t ifindex, const char *name,
			 uint16_t hatype)
{
	uint16_t type;
	int r = netring_packet_bound_(fd, &type);

	if (r != -ENODEV)
		return r < 0 ? r : (int)ifindex;
	r = netring_interface_get_(fd, NR_SIOCGIFHWADDR, name);
	if (r < 0)
		return r;
	return r == hatype ? netring_interface_get_(fd, NR_SIOCGIFINDEX, name) :
			     -EPFNOSUPPORT;
}

int netring_packet_join_(int fd, int ifindex, uint16_t type)
{
	struct nr_packet_mreq request;

	memset(&request, 0, sizeof(request));
	request.ifindex = ifindex;
	request.type = type;
	return sys_setsockopt(fd, NR_SOL_PACKET, NR_PACKET_ADD_MEMBERSHIP,
			      &request, sizeof(request));
}

int netring_packet_filter_(int fd, const void *instructions, uint16_t count)
{
	struct nr_sock_fprog program;

	memset(&program, 0, sizeof(program));
	program.len = count;
	program.filter = instructions;
	return sys_setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program,
			      sizeof(program));
}

int netring_packet_snaplen_(int fd, uint32_t snaplen)
{
	struct netring_instruction keep = { NR_BPF_RET_K, 0, 0, 0 };

	keep.k = snaplen;
	return netring_packet_filter_(fd, &keep, 1);
}
