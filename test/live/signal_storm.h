/* SPDX-License-Identifier: MIT */
/* signal_storm.h - signals at this process, as many a second as wanted. */
#ifndef LIVE_SIGNAL_STORM_H
#define LIVE_SIGNAL_STORM_H

#include <signal.h>

/* Those that came since the storm began. */
extern volatile sig_atomic_t storm_signals;

/* One every @us, which interrupts what waits; 0: no more. */
void storm_every(long us);

#endif
