# SPDX-License-Identifier: MIT
"""Send flood: all that one process on core 1 can send from m1, by a packet
socket or by AF_XDP; counted where it arrives, at r0, where nobody listens."""

import os
import re
import signal
import struct
import time

from dpdk import READY, dpdk_argv, dpdk_count
from lab import Bar, Contender, Failed, Workload

WARM_UP = 0.3
HEADER = bytes.fromhex('020000000099' '020000000001' '88b5')  # to nobody


def said(pattern):
    """What finds in a program's output how many packets it sent."""
    def count(output):
        found = re.findall(pattern, output)
        if not found:
            raise Failed(f'it counted nothing: {output[-300:]}')
        return int(found[-1])
    return count


def trafgen(lab, length):
    """A ring, past the queueing discipline: its defaults."""
    words = ', '.join(f'{byte:#x}' for byte in HEADER)
    file = lab.file('frame.cfg', f'{{ {words}, '
                    f'fill(0, {length - len(HEADER)}) }}\n'.encode())
    return ['trafgen', '--dev', 'm1', '--conf', file, '--cpus', 1]


def tcpreplay(lab, length):
    """A file of 1000 frames, which it keeps in memory, for ever."""
    frame = HEADER + bytes(length - len(HEADER))
    record = struct.pack('=IIII', 0, 0, length, length) + frame
    file = lab.file('frames.pcap', struct.pack(
        '=IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1) + 1000 * record)
    return ['tcpreplay', '-K', '--topspeed', '--loop=0', '-i', 'm1', file]


def testpmd(driver):
    return lambda lab, length: dpdk_argv(driver, ['m1'], 'txonly', '',
                                         f'--txpkts={length}')


def tool(*options):
    return lambda lab, length: ['netring', 'inject', '-i', 'm1', '--generate',
                                0, '--size', length, *options]


def program(name, *before, more=()):
    """One of the bench's: it takes device and length."""
    return lambda lab, length: [name, *before, 'm1', length, *more]


def contender(name, argv, ready=None, sent=r'packets (\d+) bytes', **more):
    """ready: None: it says so; sent: a pattern, or what counts in output."""
    return Contender(name, argv=argv, ready=ready, sent=sent if callable(sent)
                     else said(sent), **more)


def dpdk(name, driver):
    return contender(name, testpmd(driver), READY,
                     lambda output: dpdk_count(output, 'TX'))


class Send(Workload):
    unit = 'packets/s'
    better = 'more'
    metrics = {'rate': 'packets/s', 'cpu_ns': 'ns/packet',
               'arrived': 'of what it counted'}
    note = ('Each sends from core 1; what receives, in the kernel, runs there '
            'too, and drops. rate: what arrived.')

    def __init__(self, name, title, length, contenders, bars):
        self.name, self.title = f'send-{name}-{length}', title
        self.length, self.contenders, self.bars = length, contenders, bars

    def measure(self, lab, contender, seconds):
        lab.link(napi=contender.limit)
        if contender.limit:
            running = lab.generate('middle', 'm1', self.length, core=1)
        else:
            running = lab.run('middle', contender.argv(lab, self.length),
                              core=1, ready=contender.ready)
        tasks = self.pin(running)
        time.sleep(WARM_UP)
        begin = self.sample(lab, tasks)
        time.sleep(seconds)
        end = self.sample(lab, tasks)
        spent = [after - before for before, after in zip(begin, end)]
        if not spent[1]:
            raise Failed(f'nothing arrives: {running.output()[-300:]}')
        return {'rate': spent[1] / spent[0], 'cpu_ns': spent[2] / spent[1],
                'arrived': self.arrived(lab, contender, running)}

    @staticmethod
    def pin(running):
        """All of it on core 1: trafgen's worker takes the first otherwise."""
        with open(f'/proc/{running.pid}/task/{running.pid}/children') as file:
            tasks = [running.pid, *map(int, file.read().split())]
        for task in tasks:
            os.sched_setaffinity(task, {1 % os.cpu_count()})
        return tasks

    @staticmethod
    def sample(lab, processes):
        """The time, packets at the far end, CPU time in ns."""
        cpu = 0
        for process in processes:
            for task in os.listdir(f'/proc/{process}/task'):
                with open(f'/proc/{process}/task/{task}/schedstat') as file:
                    cpu += int(file.read().split()[0])
        return time.monotonic(), lab.counter('right', 'r0', 'rx_packets'), cpu

    @staticmethod
    def arrived(lab, contender, running):
        """What arrived in all, of what the sender says it sent."""
        os.killpg(running.pid, signal.SIGINT)  # as a terminal does
        if running.process.wait(5) < 0:
            raise Failed(f'{running.name} crashed: {running.output()}')
        time.sleep(0.05)
        sent = contender.sent(running.output())
        return lab.counter('right', 'r0', 'rx_packets') / sent


def ring(length):
    return Send('ring', f'Send flood by packet sockets, {length} bytes',
                length, [
                    contender('netring', program('ours_send'), ours=True),
                    contender('netring inject', tool('--qdisc-bypass'), 0.1,
                              r'(\d+) accepted', ours=True),
                    contender('trafgen', trafgen, 0.5,
                              r'(\d+) packets outgoing'),
                    contender('pcap_inject', program('peer_pcap', 'send')),
                    contender('sendmmsg of 64', program('peer_sendmmsg')),
                    contender('tcpreplay', tcpreplay, 0.1,
                              r'Actual: (\d+) packets'),
                    dpdk('testpmd af_packet', 'af_packet'),
                    contender('kernel', None, limit=True)],
                [Bar('rate', peer='trafgen', at_least=1.03),
                 Bar('rate', peer='pcap_inject', at_least=1.05)])


def xdp(length):
    return Send('xdp', f'Send flood by AF_XDP, {length} bytes', length, [
        contender('netring', program('ours_xdp_send'), ours=True),
        contender('netring inject', tool('--backend', 'xdp'), 0.1,
                  r'(\d+) accepted', ours=True),
        contender('libxdp', program('peer_xsk', 'send')),
        dpdk('testpmd af_xdp', 'af_xdp'),
        contender('kernel', None, limit=True)],
        [Bar('rate', peer='libxdp', at_least=1.12),
         Bar('rate', peer='testpmd af_xdp', at_least=1.05)])


def workloads(quick):
    return [make(length) for make in (ring, xdp)
            for length in ((64,) if quick else (64, 1500))]
