/* SPDX-License-Identifier: MIT */
/* probe_xdp.c - what an interface tells of XDP, by netlink. */
#include "probe.h"

#include "netlink.h"
#include "xdp_program.h"

/* linux/netlink.h, linux/genetlink.h */
#define NETLINK_GENERIC_ 16
#define GENL_ID_CTRL_ 16
#define CTRL_CMD_GETFAMILY_ 3
#define CTRL_ATTR_FAMILY_ID_ 1
#define CTRL_ATTR_FAMILY_NAME_ 2

/* linux/netdev.h; headers before Linux 6.3 have no such file */
#define NETDEV_CMD_DEV_GET_ 1
#define NETDEV_A_DEV_IFINDEX_ 1
#define NETDEV_A_DEV_XDP_FEATURES_ 3

/* A family's answer lists its commands and groups; what is cut off the end is
 * not looked for. */
#define ANSWER 1024u

struct request {
	struct nr_nlmsghdr header;
	uint8_t command;
	uint8_t version;
	uint16_t reserved;
	struct nr_nlattr attribute;
	char value[8];
};

struct question {
	uint16_t family;
	uint8_t command;
	uint16_t attribute;
	const void *value;
	uint32_t size;
	uint16_t wanted; /* the attribute of the answer */
};

/* The bytes of what is wanted, at least @least of them, or NULL. */
static const uint8_t *ask(const struct question *question, uint8_t *answer,
			  uint32_t least)
{
	const uint32_t front = offsetof(struct request, attribute);
	const uint8_t *found;
	struct request request;
	uint32_t length;
	int r;

	memset(&request, 0, sizeof(request));
	request.header.type = question->family;
	request.header.flags = NR_NLM_F_REQUEST;
	request.command = question->command;
	request.version = 1;
	request.attribute.type = question->attribute;
	request.attribute.len =
		(uint16_t)(sizeof(request.attribute) + question->size);
	memcpy(request.value, question->value, question->size);
	r = netring_netlink_ask_(NETLINK_GENERIC_, &request.header,
				 front + ((request.attribute.len + 3u) & ~3u),
				 answer, ANSWER);
	if (r < (int)front)
		return NULL;
	length = (uint32_t)r - front;
	found = netring_netlink_find_(answer + front, &length,
				      question->wanted);
	return found && length >= least ? found : NULL;
}

/* The driver's word, of Linux 6.3. */
static void read_modes(struct netring_interface *facts, uint8_t *answer)
{
	struct question question = {
		GENL_ID_CTRL_, CTRL_CMD_GETFAMILY_, CTRL_ATTR_FAMILY_NAME_,
		NULL,	       sizeof("netdev"),    CTRL_ATTR_FAMILY_ID_
	};
	const uint8_t *found;
	uint64_t modes;

	/* not in the initializer, which would have to be writable then */
	question.value = "netdev";
	found = ask(&question, answer, sizeof(question.family));
	if (!found)
		return;
	memcpy(&question.family, found, sizeof(question.family));
	question.command = NETDEV_CMD_DEV_GET_;
	question.attribute = NETDEV_A_DEV_IFINDEX_;
	question.value = &facts->ifindex;
	question.size = sizeof(facts->ifindex);
	question.wanted = NETDEV_A_DEV_XDP_FEATURES_;
	found = ask(&question, answer, sizeof(modes));
	if (!found)
		return;
	memcpy(&modes, found, sizeof(modes));
	facts->xdp_modes = (uint32_t)modes;
	facts->known |= NETRING_INTERFACE_XDP_MODES;
}

void netring_probe_xdp_(struct netring_interface *facts)
{
	uint8_t answer[ANSWER] __attribute__((aligned(8)));
	int r = netring_xdp_query_(facts->ifindex, &facts->xdp_program, answer,
				   sizeof(answer));

	if (r >= 0) {
		facts->xdp_attached = (uint32_t)r;
		facts->known |= NETRING_INTERFACE_XDP;
	}
	read_modes(facts, answer);
}
