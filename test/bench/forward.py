# SPDX-License-Identifier: MIT
"""Forward: from a left host through one in the middle to a right one; counted
where the right host's stack takes frames. And TCP between the two."""

import json
import time

from dpdk import READY, dpdk_argv
from lab import Bar, Contender, Failed, Lab, Workload

PORTS = ('m0', 'm1')
RATE = 1500000
WARM_UP = 0.3
SETTLE = 0.3  # a program that does not say when it is ready

NOTE = ('CPU time is of the process, with the softirqs that run on its time: '
        'those of the far host are among them, since a veth receives on the '
        'core that sends. What the kernel forwards it forwards on core 0, '
        'after the generator. The kernel bridge knows the address, and has no '
        'netfilter (bridge-nf-call-*tables 0).')


def program(*argv, ready=None):
    """A forwarder that is a program on core 1."""
    return lambda lab: lab.run('middle', argv, 1, ready)


def netring(*options):
    """The netring program; its lines say when it is ready."""
    return program('netring', 'bridge', *PORTS, *options, ready='m0 <-> m1')


def testpmd(driver):
    """DPDK's testpmd, from port to port."""
    return lambda lab: lab.run('middle', dpdk_argv(driver, PORTS, 'io'), 1,
                               READY)


def kernel_bridge(lab):
    """Without netfilter, which would be in its way on some kernels."""
    lab.sh('middle', 'ip', 'link', 'add', 'br0', 'type', 'bridge')
    lab.sh('middle', 'sh', '-c', 'for i in /proc/sys/net/bridge/*call*; do '
           '[ ! -e $i ] || echo 0 >$i; done')
    for port in PORTS:
        lab.sh('middle', 'ip', 'link', 'set', port, 'master', 'br0')
    lab.sh('middle', 'ip', 'link', 'set', 'br0', 'up')
    lab.sh('middle', 'bridge', 'fdb', 'add', Lab.nobody, 'dev', 'm1',
           'master', 'static')


def mirred(lab):
    """The kernel's traffic control, both ways."""
    for near, far in (PORTS, PORTS[::-1]):
        lab.sh('middle', 'tc', 'qdisc', 'add', 'dev', near, 'clsact')
        lab.sh('middle', 'tc', 'filter', 'add', 'dev', near, 'ingress', 'u32',
               'match', 'u32', 0, 0, 'action', 'mirred', 'egress', 'redirect',
               'dev', far)


def redirect(lab):
    """XDP in the kernel; the right host needs NAPI to take XDP frames."""
    lab.switch('right', 'r0', True, False)
    return lab.run('middle', ['kernel_xdp', 'redirect', *PORTS], 1)


def start(lab, contender, **wires):
    """New wires, and the forwarder between; None: the kernel."""
    lab.link(**wires)
    lab.sh('middle', 'sh', '-c', 'ip link del br0 2>/dev/null || :')
    lab.sh('right', 'ethtool', '-K', 'r0', 'gro', 'off')
    return contender.start(lab)


PACKET, XDP = 'packet bridge', 'AF_XDP bridge'
KERNEL, PCAP, DPDK_XDP = 'kernel bridge', 'libpcap', 'testpmd af_xdp'

FORWARDERS = [
    Contender(PACKET, ours=True, start=netring('--mode', 'small')),
    Contender(XDP, ours=True, start=netring(
        '--backend', 'xdp', '--xdp-mode', 'native')),
    Contender(f'{XDP}, generic', ours=True, start=netring(
        '--backend', 'xdp', '--xdp-mode', 'generic')),
    Contender(KERNEL, start=kernel_bridge),
    Contender(PCAP, start=program('peer_pcap', 'forward', *PORTS)),
    Contender('testpmd af_packet', start=testpmd('af_packet')),
    Contender('tcpbridge', start=program('tcpbridge', '-i', 'm0', '-I', 'm1',
                                         ready=SETTLE)),
    Contender('xsk API', against=XDP,
              start=program('peer_xsk', 'forward', *PORTS)),
    Contender(DPDK_XDP, against=XDP, start=testpmd('af_xdp')),
    Contender('tc mirred', limit=True, start=mirred),
    Contender('XDP redirect', limit=True, start=redirect),
]


QUICK = (PACKET, XDP, KERNEL, PCAP, DPDK_XDP, 'XDP redirect')


class Forward(Workload):
    """First at a fixed rate, then all that the generator gives."""

    unit, better = 'frames/s', 'more'
    metrics = {'rate': 'frames/s of 1.5 M', 'flood': 'frames/s at flood',
               'kept': 'of its rate', 'offered': 'frames/s at flood',
               'cpu_ns': 'ns/frame'}
    contenders = FORWARDERS
    bars = [Bar('rate', ours=PACKET, peer=KERNEL, at_least=1.20),
            Bar('rate', ours=PACKET, peer=PCAP, at_least=1.05),
            Bar('rate', ours=XDP, peer=KERNEL, at_least=1.35),
            Bar('rate', ours=XDP, peer=DPDK_XDP, at_least=1.0),
            Bar('kept', ours=PACKET, at_least=0.70),
            Bar('kept', ours=XDP, at_least=0.70)]

    def __init__(self, length):
        self.length = length
        self.name = f'forward-{length}'
        self.title = f'Forward, {length} bytes'
        self.note = NOTE

    def measure(self, lab, contender, seconds):
        forwarder = start(lab, contender)
        # the generator needs it, and a bridge of packet sockets put it off
        lab.switch('middle', 'm0', True, False)
        rate, _, cpu_ns = self.load(lab, forwarder, RATE, seconds)
        flood, offered, _ = self.load(lab, forwarder, 0, seconds)
        values = {'rate': rate, 'flood': flood, 'kept': flood / rate,
                  'offered': offered}
        if forwarder:
            forwarder.stop()
            if not contender.limit:
                values['cpu_ns'] = cpu_ns
        return values

    def load(self, lab, forwarder, rate, seconds):
        """Frames a second at the right and into the middle; ns for each."""
        generator = lab.generate('left', 'l0', self.length, rate)
        time.sleep(WARM_UP)
        before = self.counters(lab, forwarder)
        time.sleep(seconds)
        passed, out, came, cpu = (b - a for a, b in zip(
            before, self.counters(lab, forwarder)))
        generator.stop()
        if not out:
            raise Failed('nothing was forwarded')
        return out / passed, came / passed, cpu / out

    @staticmethod
    def counters(lab, forwarder):
        return (time.monotonic(), lab.counter('right', 'r0', 'rx_packets'),
                lab.counter('middle', 'm0', 'rx_packets'),
                forwarder.cpu_ns() if forwarder else 0)


class Bridges(Forward):
    """Ours alone, for "make check"."""

    contenders = [c for c in FORWARDERS if c.name in (XDP, PACKET)]
    bars = [Bar('rate', ours=XDP, peer=PACKET, at_least=1.0)]

    def __init__(self):
        super().__init__(64)
        self.name, self.title = 'bridges', 'Our bridges, 64 bytes'


class Tcp(Workload):
    """One connection through the middle, offloads as a veth has them."""

    name, title = 'forward-tcp', 'TCP through a bridge'
    unit, better = 'Gbit/s', 'more'
    metrics = {'rate': 'Gbit/s', 'retransmits': '/s'}
    note = ('iperf3, one connection: the client on core 0, the server where '
            'the scheduler puts it, bridges on core 1; checksums and '
            'super-frames are left to the devices, as a veth does by default.')
    large = f'{PACKET}, large'
    contenders = [
        Contender(large, ours=True, start=netring('--mode', 'large')),
        Contender(f'{PACKET}, small', ours=True,
                  start=netring('--mode', 'small')),
        Contender(XDP, ours=True, start=netring('--backend', 'xdp')),
        Contender(KERNEL, start=kernel_bridge),
    ]
    bars = [Bar('rate', ours=large, peer=KERNEL, at_least=0.70)]

    def measure(self, lab, contender, seconds):
        start(lab, contender, offloads=True, napi=False)
        lab.sh('left', 'ip', 'address', 'add', '10.0.0.1/24', 'dev', 'l0')
        lab.sh('right', 'ip', 'address', 'add', '10.0.0.2/24', 'dev', 'r0')
        lab.run('right', ['iperf3', '--server', '--forceflush'],
                ready='listening')
        result = json.loads(lab.sh(
            'left', 'iperf3', '--client', '10.0.0.2', '--json', '--omit',
            int(seconds >= 1), '--time', max(1, round(seconds)),
            '--connect-timeout', 3000, core=0))
        if 'error' in result:
            raise Failed(result['error'])
        sent, got = result['end']['sum_sent'], result['end']['sum_received']
        return {'rate': got['bits_per_second'] / 1e9,
                'retransmits': sent['retransmits'] / sent['seconds']}


def workloads(quick):
    """Short and long frames, and TCP."""
    if not quick:
        return [Forward(64), Forward(1500), Tcp(), Bridges()]
    short = Forward(64)
    short.contenders = [c for c in FORWARDERS if c.name in QUICK]
    return [short, Tcp()]
