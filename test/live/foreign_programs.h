/* SPDX-License-Identifier: MIT */
/* foreign_programs.h - XDP programs not of the library: load, attach, look. */
#ifndef LIVE_FOREIGN_PROGRAMS_H
#define LIVE_FOREIGN_PROGRAMS_H

#include <stdint.h>
#include <linux/if_link.h>

/* All return >= 0 or -errno. A mode is XDP_FLAGS_DRV_MODE or _SKB_MODE. */

/* What the kernel says is on an interface, as "ip -d link" shows it. */
struct foreign_seen {
	int attached; /* XDP_ATTACHED_*: 0 none, 1 driver, 2 stack, 4 several */
	uint32_t id;
};
int foreign_look(const char *name, struct foreign_seen *seen);

/* It is @attached, and it is program @id (0: whichever). */
int foreign_is(const char *name, int attached, uint32_t id, const char *what);

/* A program that drops WIRE_OTHER and lets all else pass: its descriptor. */
int foreign_load(void);
/* The number that the kernel gave a program. */
uint32_t foreign_id(int program);

/* Attach by a link: its descriptor, which holds it. */
int foreign_link(int program, const char *name, uint32_t mode);
/* Attach by netlink, or, with @program -1, take away. */
int foreign_set(const char *name, int program, uint32_t flags);

/* From now on the kernel refuses links (bpf(2) command 28) as one that is too
 * old does, to this process and its children; cannot be taken back. */
int foreign_no_links(void);

#endif
