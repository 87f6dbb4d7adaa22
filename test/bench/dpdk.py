# SPDX-License-Identifier: MIT
"""DPDK's testpmd as a contender: its command line, and what it counted."""

import os
import re

from lab import Failed, find

# In its output as soon as it forwards, and flushed once a second.
READY = b'Port statistics'


def dpdk_argv(driver, devices, mode, options='', *more):
    """testpmd on devices, by 'af_packet' or 'af_xdp'.

    mode     rxonly, txonly, io, ... of its --forward-mode
    options  of the driver, for each device: 'framecnt=2048,framesz=2048'
    more     words of testpmd's own: '--txpkts=64'

    Without huge pages; what it leaves in /run is in a mount namespace of its
    own. Both of its threads, of which one sleeps, are on core 1, where
    run(core=1) puts other programs.
    """
    options = f',{options}' if options else ''
    core = 1 % os.cpu_count()
    return ['unshare', '--mount', 'sh', '-c',
            'mount -t tmpfs none /run && exec "$@"', 'sh',
            find('dpdk-testpmd'), '--no-huge', '--no-shconf', '-m', 256,
            '--no-pci', '--no-telemetry', f'--lcores=0@{core},1@{core}',
            *[f'--vdev=net_{driver}{i},iface={device}{options}'
              for i, device in enumerate(devices)],
            '--', '--auto-start', '--stats-period=1', '--nb-cores=1',
            '--no-mlockall', '--total-num-mbufs=16384',
            f'--forward-mode={mode}', *more]


def dpdk_count(output, direction='RX'):
    """The packets that it received or sent, on all ports, from its output."""
    found = re.findall(rf'Accumulated.*?{direction}-packets: (\d+)', output,
                       re.DOTALL)
    if not found:
        raise Failed(f'testpmd counted nothing: {output[-500:]}')
    return int(found[-1])
