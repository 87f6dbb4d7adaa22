# SPDX-License-Identifier: MIT
"""How late a lone packet is seen: by a capture, and behind a bridge."""

import re
import time

from forward import (FORWARDERS, KERNEL, PACKET, PCAP, XDP, mirred, program,
                     start)
from lab import Bar, Contender, Failed, Workload

INTERVAL_US = 1000  # and up to twice that, at random


def result(output):
    """What a receiver says at its end, in microseconds."""
    found = re.search(r'median (\d+) p99 (\d+) packets (\d+)', output)
    if not found or int(found[3]) < 20:
        raise Failed(f'too few packets: {output}')
    return {'median': int(found[1]) / 1000, 'p99': int(found[2]) / 1000}


def send(lab, seconds):
    """For so long, from the left host, on core 0."""
    sender = lab.run('left', ['lone', 'send', 'l0', INTERVAL_US], 0)
    time.sleep(seconds)
    sender.stop()


class Capture(Workload):
    """The receiver is in the middle, on core 1."""

    name, title = 'latency-capture', 'Lone packet, to a capture'
    unit, better = 'us', 'less'
    metrics = {'median': 'us', 'p99': 'us'}
    note = ('From just before send() on core 0 to where the receiver, on core '
            '1, looks at the packet; one each 1 to 2 ms, at random. Where a '
            'timer hands packets over, its period is what is seen: 60 ms is '
            "the library's default, 1 s tcpdump's for libpcap.")
    ours, theirs = 'netring, immediate', 'libpcap, immediate'
    contenders = [
        Contender(ours, ours=True, argv=['ours_lone', 'immediate']),
        Contender('netring, default', ours=True,
                  argv=['ours_lone', 'default']),
        Contender('netring, AF_XDP', ours=True, argv=['ours_lone', 'xdp']),
        Contender(theirs, argv=['peer_pcap_lone', 'immediate']),
        Contender('libpcap, default', against='netring, default',
                  argv=['peer_pcap_lone', 'default']),
        Contender('recv()', argv=['lone', 'receive']),
    ]
    bars = [Bar('median', ours=ours, peer=theirs, at_most=1.0)]

    def measure(self, lab, contender, seconds):
        lab.link(napi=False)
        receiver = lab.run('middle', [*contender.argv, 'm0'], 1)
        # a timer of a second has to come by
        send(lab, seconds + (contender.argv[1] == 'default'))
        time.sleep(0.1)
        return result(receiver.stop())


class Bridge(Workload):
    """The receiver is on the right, by recv()."""

    name, title = 'latency-bridge', 'Lone packet, through a bridge'
    unit, better = 'us', 'less'
    metrics = {'median': 'us', 'p99': 'us', 'near': 'us'}
    note = ('From just before send() on the left, on core 0, to just after '
            'recv() on the right, on core 1, where bridges are, too: so every '
            'packet has another core woken for it once, as another host would '
            'be. Near: the median with the receiver on core 0, where the '
            'kernel bridge, which runs on the sender\'s core, wakes no other '
            'core, and a bridge that is a program wakes two.')
    contenders = [
        *(contender for contender in FORWARDERS
          if contender.name in (PACKET, XDP, KERNEL, PCAP)),
        Contender('xsk API, poll', against=XDP, start=program(
            'peer_xsk', 'forward', 'm0', 'm1', 1)),
        Contender('tc mirred', limit=True, start=mirred),
    ]
    bars = [Bar('median', ours=PACKET, peer=KERNEL, at_most=2.5)]

    def measure(self, lab, contender, seconds):
        start(lab, contender, napi=False)
        far, near = (self.receive(lab, core, seconds / 2) for core in (1, 0))
        return {**far, 'near': near['median']}

    @staticmethod
    def receive(lab, core, seconds):
        """By a receiver on a core."""
        receiver = lab.run('right', ['lone', 'receive', 'r0'], core)
        send(lab, seconds)
        return result(receiver.stop())


def workloads(quick):
    """To a capture, and through a bridge."""
    return [Capture(), Bridge()]
