/* SPDX-License-Identifier: MIT */
/* capabilities.h - a process of another user, with some capabilities only. */
#ifndef LIVE_CAPABILITIES_H
#define LIVE_CAPABILITIES_H

#include <stddef.h>
#include <stdint.h>
#include <linux/capability.h>

#ifndef CAP_BPF
#define CAP_BPF 39 /* headers before 5.8 */
#endif
#define CAPS_NOBODY 65534
#define CAPS_OF(cap) (1ull << (cap))

/* Become that user, where there is one, and keep @caps. */
void caps_only(uint64_t caps);

/* @work on a copy of @result in a process of its own, which gives it back. It
 * is what it was when the process did not come to the end. */
void caps_run(void (*work)(void *result), void *result, size_t size);

#endif
