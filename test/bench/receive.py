# SPDX-License-Identifier: MIT
"""Receive: all that comes, at a rate, nothing at all, to a file, too slowly.

The generator on core 0 sends from l0, the program on core 1 receives on m0.
"""

import os
import re
import time
from collections import namedtuple

from dpdk import READY, dpdk_argv, dpdk_count
from lab import Bar, Contender, Failed, Workload

RING = 4 << 20   # bytes
BLOCKS = 4       # of our rings: each wakes the reader
WARM_UP = 0.2    # seconds
TIMEOUT = 1000   # ms: tcpdump's, and that of libpcap's own tutorial
WORK = 2000      # ns that a slow receiver spends with a packet
XDP_FRAMES = 2048   # of 2 KiB, and slots; libxdp: 4096 of 4 KiB, as xdpsock
GATHER = 50  # microseconds before it waits, so that a flood wakes it less
SLOW_RATE = 800000   # which is more than those can
FILE_RATE = 300000   # which all can write
FILE = 'captured'

Sample = namedtuple('Sample', 'time offered cpu wakeups')
# Samples when ready, warm, measured, and when all was read.
Run = namedtuple('Run', 'ready begin end read received drops')


def said(pattern):
    """What counts packets in a program's output: received, dropped."""
    def count(output):
        found = re.search(pattern, output)
        if not found:
            raise Failed(f'it counted nothing: {output[-300:]}')
        return (*map(int, found.groups()), 0)[:2]
    return count


OWN = said(r'packets (\d+) bytes \d+ drops (\d+)')
TCPDUMP = said(r'(\d+) packets captured')
NETSNIFF = said(r'(\d+)\s+packets passed filter')


def contender(name, *argv, ours=False, count=OWN, ready=None, hold=0.1,
              **more):
    """argv: words, or what makes them; count: of the output; hold: seconds
    until the kernel gives up the last packets."""
    return Contender(name, ours=ours, argv=argv, count=count, ready=ready,
                     hold=hold, **more)


def netring(name='netring', immediate=0, memory=RING, timeout=0, work=0):
    return contender(name, 'ours_receive', 'm0', immediate, memory, timeout,
                     work, 0, BLOCKS if memory and not immediate else 0,
                     ours=True, hold=0.1 + timeout / 1000)


def libpcap(name='libpcap', immediate=0, memory=RING, work=0, **more):
    return contender(name, 'peer_pcap', 'receive', 'm0', immediate, memory,
                     TIMEOUT, work, hold=0.1 + TIMEOUT / 1000, **more)


def netring_xdp(name, polls, work=0, gather=0):
    return contender(name, 'ours_xdp_receive', 'm0', polls, XDP_FRAMES,
                     XDP_FRAMES, work, gather, ours=True)


def xsk(name, polls, work=0, **more):
    return contender(name, 'peer_xsk', 'receive', 'm0', polls, 4096, work,
                     **more)


def tcpdump(file, name='tcpdump'):
    return contender(name, 'tcpdump', '-i', 'm0', '-n', '-Z', 'root', '-B',
                     RING >> 10, '-w', file, count=TCPDUMP, ready='listening',
                     hold=0.1 + TIMEOUT / 1000)


def netsniff(*words, name='netsniff-ng'):
    return contender(name, 'netsniff-ng', '--in', 'm0', '--silent',
                     '--ring-size', f'{RING >> 20}MiB', *words,
                     count=NETSNIFF, ready=0.3)


def testpmd(driver, options=''):
    return contender(
        f'testpmd {driver}',
        lambda: dpdk_argv(driver, ['m0'], 'rxonly', options), ready=READY,
        count=lambda output: (dpdk_count(output), 0))


def xdp_drop():
    return contender('XDP drop in the kernel', 'kernel_xdp', 'drop', 'm0',
                     limit=True, count=lambda output: None)


class Receive(Workload):
    """One program under one load; a subclass says what of it is told."""

    length, rate = 64, 0

    def __init__(self, name, title, contenders, bars=(), **more):
        self.name, self.title = name, title
        self.contenders, self.bars = contenders, bars
        self.calls = {}
        self.__dict__.update(more)

    @staticmethod
    def start(lab, contender):
        argv = contender.argv
        return lab.run('middle', argv[0]() if callable(argv[0]) else argv,
                       core=1, ready=contender.ready)

    @staticmethod
    def sample(lab, program):
        return Sample(time.monotonic(),
                      lab.counter('middle', 'm0', 'rx_packets'),
                      program.cpu_ns(), program.wakeups())

    def run(self, lab, contender, seconds):
        """Start, load, measure, stop: a Run."""
        lab.link()
        program = self.start(lab, contender)
        ready = self.sample(lab, program)
        generator = lab.generate('left', 'l0', self.length, self.rate)
        time.sleep(WARM_UP)
        begin = self.sample(lab, program)
        time.sleep(seconds)
        end = self.sample(lab, program)
        generator.stop()
        self.let_read(lab, program, contender, ready.offered)
        read = self.sample(lab, program)
        counted = contender.count(program.stop(timeout=10))
        offered = read.offered - ready.offered
        if not offered:
            raise Failed('nothing was offered')
        return Run(ready, begin, end, read, *(counted or (offered, 0)))

    def let_read(self, lab, program, contender, before):
        """Wait until it has read all, or the kernel has given up the rest."""
        until = time.monotonic() + contender.hold
        while time.monotonic() < until:
            offered = lab.counter('middle', 'm0', 'rx_packets') - before
            if program.count() >= offered:
                break
            time.sleep(0.005)

    @staticmethod
    def delivered(run):
        return run.received / (run.read.offered - run.ready.offered)


class Flood(Receive):
    """All that the generator gives; a spinning program is measured, too."""

    def measure(self, lab, contender, seconds):
        run = self.run(lab, contender, seconds)
        time_s = run.end.time - run.begin.time
        delivered = self.delivered(run)
        received = (run.end.offered - run.begin.offered) * delivered
        values = {'cpu_ns': (run.end.cpu - run.begin.cpu) / received,
                  'delivered': delivered, 'rate': received / time_s,
                  'wakeups': (run.end.wakeups - run.begin.wakeups) / time_s}
        if contender.limit:
            return {'rate': values['rate']}
        return {metric: values[metric] for metric in self.metrics}


class Paced(Receive):
    """At a rate; from the first packet to the last, as those that take block
    by block are between two blocks at any time."""

    better, unit = 'less', 'ns/packet'
    metrics = {'cpu_ns': unit, 'wakeups': '/packet', 'system_calls': '/packet',
               'delivered': 'of offered'}

    def measure(self, lab, contender, seconds):
        run = self.run(lab, contender, seconds)
        received = max(run.received, 1)
        return {'cpu_ns': (run.read.cpu - run.ready.cpu) / received,
                'wakeups': (run.read.wakeups - run.ready.wakeups) / received,
                'system_calls': self.system_calls(lab, contender, seconds),
                'delivered': self.delivered(run)}

    def system_calls(self, lab, contender, seconds):
        """A packet's share of them; once, in a run of its own."""
        if contender.name not in self.calls:
            self.calls[contender.name] = self.trace(lab, contender, seconds)
        return self.calls[contender.name]

    def trace(self, lab, contender, seconds):
        lab.link()
        program = self.start(lab, contender)
        strace = lab.run('middle', ['strace', '-c', '-U', 'calls,name', '-f',
                                    '-p', program.pid], core=0,
                         ready='attached')
        before = lab.counter('middle', 'm0', 'rx_packets')
        generator = lab.generate('left', 'l0', self.length, self.rate)
        time.sleep(seconds)
        generator.stop()
        self.let_read(lab, program, contender, before)
        offered = lab.counter('middle', 'm0', 'rx_packets') - before
        output = strace.stop()
        lab.kill()
        calls = re.search(r'^\s*(\d+)\s+total$', output, re.M)
        return (int(calls[1]) if calls else 0) / offered


class Idle(Receive):
    """Nothing comes."""

    better, unit = 'less', '/s'
    metrics = {'wakeups': unit, 'cpu': '% of a core'}

    def measure(self, lab, contender, seconds):
        lab.link()
        program = self.start(lab, contender)
        time.sleep(WARM_UP)
        begin = self.sample(lab, program)
        time.sleep(seconds)
        end = self.sample(lab, program)
        time_s = end.time - begin.time
        return {'wakeups': (end.wakeups - begin.wakeups) / time_s,
                'cpu': (end.cpu - begin.cpu) / time_s / 1e7}


class ToFile(Receive):
    """To a file in memory, which must hold what the program claims."""

    better, unit, rate = 'less', 'ns/packet', FILE_RATE
    metrics = {'cpu_ns': unit, 'kept': 'of offered'}

    def measure(self, lab, contender, seconds):
        path = lab.file(FILE)
        try:
            run = self.run(lab, contender, seconds)
            if os.path.getsize(path) < run.received * self.length:
                raise Failed('its file lacks packets that it counted')
        finally:
            os.remove(path)
        return {'cpu_ns': (run.read.cpu - run.ready.cpu) / run.received,
                'kept': self.delivered(run)}


class Overload(Receive):
    """More than the program can take, and whether it says so."""

    better, unit, rate, seconds = 'more', 'of offered', SLOW_RATE, 0.5
    metrics = {'delivered': unit, 'reported': 'of offered'}

    def measure(self, lab, contender, seconds):
        run = self.run(lab, contender, seconds)
        offered = run.read.offered - run.ready.offered
        return {'delivered': run.received / offered,
                'reported': (run.received + run.drops) / offered}


def floods(length, quick):
    contenders = [netring(), libpcap()]
    if length == 64 and not quick:
        contenders += [
            netring('netring, its default ring', memory=0),
            libpcap('libpcap, its default ring', memory=0),
            netring('netring, immediate', immediate=1),
            libpcap('libpcap, immediate', immediate=1,
                    against='netring, immediate')]
    if not quick:
        contenders += [netsniff(),
                       tcpdump('/dev/null', 'tcpdump -w /dev/null'),
                       testpmd('af_packet', 'framecnt=2048')]
    return Flood(
        f'receive-{length}', f'Receive flood, packet ring, {length} bytes',
        contenders + [xdp_drop()],
        [Bar('cpu_ns', peer='libpcap', at_most=0.70),
         Bar('delivered', at_least=0.995)],
        length=length, unit='ns/packet', better='less',
        metrics={'cpu_ns': 'ns/packet', 'delivered': 'of offered',
                 'rate': 'packets/s', 'wakeups': '/s'},
        note='Rings of 4 MiB, where nothing else is said, netring\'s in four '
        'blocks. What the program costs; the copy into the ring is the '
        'kernel\'s, on the generator\'s core, which sends as much as that '
        'leaves it.')


def xdp_floods(length, quick):
    contenders = [netring_xdp('netring', 0),
                  netring_xdp('netring, gathers', 1, gather=GATHER),
                  xsk('libxdp, spinning', 0)]
    if not quick:
        contenders += [netring_xdp('netring, poll', 1),
                       xsk('libxdp, poll', 1, against='netring, poll'),
                       testpmd('af_xdp')]
    return Flood(
        f'receive-xdp-{length}', f'Receive flood, AF_XDP, {length} bytes',
        contenders + [xdp_drop()],
        [Bar('rate', peer='libxdp, spinning', at_least=1.05),
         Bar('rate', 'netring, gathers', 'libxdp, spinning', at_least=0.95),
         Bar('cpu_ns', 'netring, gathers', 'libxdp, spinning', at_most=0.20)],
        length=length, unit='packets/s', better='more',
        metrics={'rate': 'packets/s', 'cpu_ns': 'ns/packet',
                 'delivered': 'of offered', 'wakeups': '/s'},
        note='Native mode, copies. "poll" waits whenever nothing is there; so '
        f'does "gathers", but sleeps {GATHER} us before (gather_us). The '
        'others spin.')


def paced(rate, quick):
    contenders = [netring('netring', memory=2 << 20, timeout=TIMEOUT),
                  libpcap('libpcap', memory=0)]
    if not quick:
        contenders += [netring('netring, its defaults', memory=0),
                       netring('netring, immediate', immediate=1),
                       libpcap('libpcap, immediate', immediate=1,
                               against='netring, immediate')]
    if rate == 100000 and not quick:
        contenders += [netsniff(), tcpdump('/dev/null', 'tcpdump'),
                       netring_xdp('netring, AF_XDP poll', 1),
                       netring_xdp('netring, AF_XDP gathers', 1,
                                   gather=GATHER),
                       xsk('libxdp, poll', 1, against='netring, AF_XDP poll')]
    return Paced(
        f'receive-{rate // 1000}k', f'Receive {rate} packets/s, 64 bytes',
        contenders, [Bar('cpu_ns', peer='libpcap', at_most=0.90)], rate=rate,
        note='netring with libpcap\'s ring of 2 MiB, in four blocks, and '
        f'timeout of {TIMEOUT} ms. System calls are counted once, under '
        'strace, which slows: batches are larger then.')


def idle():
    return Idle(
        'receive-idle', 'Receive nothing, for a second',
        [netring(), netring('netring, immediate', immediate=1),
         netring_xdp('netring, AF_XDP poll', 1), libpcap(),
         libpcap('libpcap, immediate', immediate=1), xsk('libxdp, poll', 1),
         netsniff(), tcpdump('/dev/null'), testpmd('af_packet')],
        [Bar('wakeups', at_most=0)],
        note='An AF_XDP socket is not told that its link goes down: netring '
        'looks once a second.')


def to_file(length, quick, path):
    contenders = [
        contender('netring', 'netring', 'capture', '-i', 'm0', '-B',
                  RING >> 10, '-w', path, ours=True, count=TCPDUMP,
                  ready='listening', hold=0.4), tcpdump(path)]
    if not quick:
        contenders += [netsniff('--out', path)]
    return ToFile(
        f'receive-file-{length}', f'Capture to a file, {length} bytes',
        contenders, [Bar('cpu_ns', peer='tcpdump', at_most=0.60)],
        length=length,
        note=f'{FILE_RATE} packets/s, which all of them can write, so that '
        'cost is compared with cost; a file in memory: pcapng by netring, '
        'pcap by the others. Rings of 4 MiB.')


def overload():
    slow = {'work': WORK}
    return Overload(
        'receive-overload', 'Receive too slowly: what is lost and reported',
        [netring(**slow), netring('netring, immediate', immediate=1, **slow),
         netring_xdp('netring, AF_XDP poll', 1, **slow), libpcap(**slow),
         libpcap('libpcap, immediate', immediate=1, **slow,
                 against='netring, immediate'),
         xsk('libxdp, poll', 1, against='netring, AF_XDP poll', **slow)],
        [Bar('reported', name, at_least=0.999, at_most=1.001) for name in
         ('netring', 'netring, immediate', 'netring, AF_XDP poll')],
        note=f'{SLOW_RATE} packets/s of 64 bytes to programs that work '
        f'{WORK} ns on each. Reported: received and said to be dropped.')


def workloads(quick):
    path = '/dev/shm/' + FILE
    if quick:
        return [floods(64, quick), xdp_floods(64, quick),
                paced(100000, quick), to_file(64, quick, path)]
    return [*(floods(length, quick) for length in (64, 1500)),
            *(xdp_floods(length, quick) for length in (64, 1500)),
            *(paced(rate, quick) for rate in (100000, 10000)), idle(),
            *(to_file(length, quick, path) for length in (64, 1500)),
            overload()]
