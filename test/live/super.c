/* SPDX-License-Identifier: MIT */
/* super.c - the super-frames of the unit tests. */
#include "../unit/super.c"
