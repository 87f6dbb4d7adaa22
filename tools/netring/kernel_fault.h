/* SPDX-License-Identifier: MIT */
/* kernel_fault.h - versions of the kernel that are known for a fault. */
#ifndef NETRING_TOOL_KERNEL_FAULT_H
#define NETRING_TOOL_KERNEL_FAULT_H

/* What a kernel of this release (uname -r) is known for, or NULL. */
const char *kernel_fault(const char *release);

#endif
