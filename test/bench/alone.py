# SPDX-License-Identifier: MIT
"""What a library costs by itself: its walk over rings in the cache, without a
kernel; its start and memory; its size."""

import functools
import os
import re
import signal
import statistics
import subprocess
import time

from lab import BUILD, TOP, Bar, Contender, Failed, Unavailable, Workload, find

WALKED = 5000000  # packets of a round, by the clock,
COUNTED = 100000  # and of one whose instructions are counted
STARTS = 5
SETTLE = 0.02  # until a closed AF_XDP socket has left its queue


def numbers(text):
    """{'packets': 6400, 'ns': 12120} of "packets 6400 ns 12120"."""
    return {name: int(value)
            for name, value in re.findall(r'(\w+)(?: :)? (\d+)', text)}


class Walk(Workload):
    """The library takes, again and again, what is in hand-made rings.

    shapes   {metric: (packets in the rings, the walk's arguments)}
    """

    unit = 'ns/packet'
    seconds = 0

    def __init__(self, name, title, contenders, shapes, bars=(), note=''):
        self.name, self.title, self.note = name, title, note
        self.contenders, self.shapes, self.bars = contenders, shapes, bars
        self.metrics = {metric: 'ns/packet' for metric in shapes}
        self.metrics['instructions'] = '/packet'
        self.counted = {}

    def measure(self, lab, contender, seconds):
        values = {}
        for metric, (packets, shape) in self.shapes.items():
            got = self.walk(lab, contender, shape, WALKED // packets)
            values[metric] = got['ns'] / got['packets']
        if contender.name not in self.counted:
            self.counted[contender.name] = self.instructions(lab, contender)
        values['instructions'] = self.counted[contender.name]
        return values

    @staticmethod
    def walk(lab, contender, shape, rounds, under=()):
        argv = [*under, find(contender.argv[0]), *contender.argv[1:], *shape]
        return numbers(lab.sh('left', *argv, rounds, core=1))

    def instructions(self, lab, contender):
        """The difference of two runs, of the first shape."""
        packets, shape = next(iter(self.shapes.values()))
        runs = [self.walk(lab, contender, shape, rounds,
                          ('valgrind', '--tool=callgrind',
                           '--callgrind-out-file=/dev/null'))
                for rounds in (1, 1 + COUNTED // packets)]
        return ((runs[1]['Collected'] - runs[0]['Collected']) /
                (runs[1]['packets'] - runs[0]['packets']))


def walks():
    yield Walk(
        'alone-packet', 'Work in user space alone: TPACKET_V3 blocks',
        [Contender('netring', ours=True, argv=['ours_walk', 'v3']),
         Contender('libpcap', argv=['peer_pcap_walk', 'l0'])],
        {'cached': (8 * 400, ['8', '400', '64']),
         'blocks_8': (8 * 1700, ['8', '1700', '64']),
         'blocks_64': (64 * 1700, ['64', '1700', '64'])},
        [Bar('cached', at_most=4)],
        'The same bytes in blocks of 256 KiB, written by hand; each length '
        'and one byte of each packet are read. cached: 8 blocks of 400 '
        'packets, which stay in the second-level cache.')
    yield Walk(
        'alone-xdp-receive', 'Work in user space alone: AF_XDP, receive and '
        'give back',
        [Contender('netring', ours=True, argv=['ours_walk', 'rx']),
         Contender('libxdp', argv=['peer_xsk_walk', 'rx'])],
        {'slots_512': (512, ['512']), 'slots_2048': (2048, ['2048'])},
        [Bar('slots_512', at_most=6)],
        'libxdp\'s functions move slots; netring also checks each descriptor '
        'and keeps the books of the frames.')
    yield Walk(
        'alone-send', 'Work in user space alone: send and take back',
        [Contender('netring ring', ours=True, argv=['ours_walk', 'ring']),
         Contender('netring AF_XDP', ours=True, argv=['ours_walk', 'tx']),
         Contender('libxdp', argv=['peer_xsk_walk', 'tx'])],
        {'slots_128': (128, ['128']), 'slots_2048': (2048, ['2048'])},
        note='Reserve, write one byte, commit; the completions of AF_XDP, '
        'copied from the descriptors, are a part of it for both.')


class Start(Workload):
    """From fork and exec until it could receive; what it then holds."""

    name = 'start'
    title = 'Start and memory of the least program that receives'
    unit = 'ms'
    seconds = 0
    metrics = {'start': 'ms', 'resident': 'KiB', 'ring': 'KiB',
               'allocations': ''}
    contenders = [
        Contender('netring', ours=True, argv=['ours_least', 'm0']),
        Contender('libpcap', argv=['peer_pcap_least', 'm0']),
        Contender('netring AF_XDP', ours=True, argv=['ours_xdp_least', 'm0']),
        Contender('libxdp', argv=['peer_xsk_least', 'm0'])]
    note = ('resident is all of VmRSS, with what is touched of the ring; '
            'ring: what is mapped of a socket; allocations: calls of malloc. '
            'Both AF_XDP programs have 4096 frames of 2 KiB, rings of 2048.')

    def __init__(self):
        self.seen = {}

    def measure(self, lab, contender, seconds):
        lab.link()
        times = [self.start(lab, contender) for _ in range(STARTS)]
        if contender.name not in self.seen:
            self.seen[contender.name] = self.held(lab, contender)
        return {'start': statistics.median(times),
                **self.seen[contender.name]}

    @staticmethod
    def start(lab, contender):
        """Milliseconds; nothing of a start before is left on the device."""
        time.sleep(SETTLE)
        lab.sh('middle', 'ip', 'link', 'set', 'm0', 'xdp', 'off')
        output = lab.sh('middle', find('starter'), find(contender.argv[0]),
                        *contender.argv[1:], core=1)
        return numbers(output)['ns'] / 1e6

    def held(self, lab, contender):
        lab.link()
        program = lab.run('middle', contender.argv, core=1)
        resident, ring = program.rss(), self.ring(program)
        program.stop(signal.SIGKILL)
        lab.link()
        return {'resident': resident / 1024, 'ring': ring / 1024,
                'allocations': self.allocations(lab, contender)}

    @staticmethod
    def ring(program):
        """Bytes mapped of sockets."""
        with open(f'/proc/{program.pid}/maps') as maps:
            ranges = [line.split()[0].split('-') for line in maps
                      if 'socket:' in line]
        return sum(int(end, 16) - int(begin, 16) for begin, end in ranges)

    @staticmethod
    def allocations(lab, contender):
        """By valgrind; a static program is asked whether it has malloc."""
        path = find(contender.argv[0])
        if contender.ours:
            names = subprocess.run(['nm', path], stdout=subprocess.PIPE,
                                   check=True).stdout.decode().split()
            if 'malloc' in names:
                raise Failed(f'{path} has malloc')
            return 0
        program = lab.run('middle', ['valgrind', path, *contender.argv[1:]],
                          core=1, ready=b'ready\n')
        output = program.stop()
        lab.link()
        found = re.search(r'total heap usage: ([0-9,]+) allocs', output)
        if not found:
            raise Failed(f'valgrind says: {output}')
        return int(found.group(1).replace(',', ''))


class Size(Workload):
    """Static programs; what they have over an empty one of their C library."""

    name = 'size'
    title = 'Size of the least static program that receives'
    unit = 'KiB'
    seconds = 0
    metrics = {'added': 'KiB', 'text': 'KiB', 'data': 'KiB', 'bss': 'KiB'}
    contenders = [
        Contender('netring tiny', ours=True, source='ours_least',
                  config='tiny_defconfig'),
        Contender('netring full', ours=True, source='ours_least',
                  config='full_defconfig'),
        Contender('libpcap', source='peer_pcap_least', libraries=[
            '-Wl,--unresolved-symbols=ignore-all', '-lpcap']),
        Contender('netring AF_XDP', ours=True, source='ours_xdp_least',
                  config='full_defconfig'),
        Contender('libxdp', source='peer_xsk_least', libraries=[
            '-lxdp', '-lbpf', '-lelf', '-lz'])]
    note = ('added: text and data beyond those of an empty program of the '
            'same C library: musl with -Os, glibc with -O2 for the peers, as '
            'Debian has them. libpcap without libdbus, which Debian has no '
            'static form of. bss has the frames of AF_XDP.')

    def measure(self, lab, contender, seconds):
        return self.sizes(contender)

    @functools.lru_cache(maxsize=None)
    def sizes(self, contender):
        kind = 'ours' if contender.ours else 'peer'
        empty = self.link(f'size-empty-{kind}', contender, 'test/size/empty.c')
        text, data, bss = self.link('size-' + contender.name.replace(' ', '-'),
                                    contender,
                                    f'test/bench/{contender.source}.c')
        return {'added': text + data - empty[0] - empty[1], 'text': text,
                'data': data, 'bss': bss}

    @staticmethod
    def command(*argv):
        environment = {name: value for name, value in os.environ.items()
                       if not name.startswith(('MAKE', 'MFLAGS'))}
        done = subprocess.run([find(argv[0]), *argv[1:]], cwd=TOP,
                              env=environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
        output = done.stdout.decode(errors='replace')
        if done.returncode:
            raise Unavailable(f'{" ".join(argv)}: {output[-500:]}')
        return output

    def link(self, name, contender, source):
        """Text, data and bss of a program, in KiB."""
        path = f'{BUILD}/{name}'
        if contender.ours:
            build = f'{BUILD}/{contender.config}'
            for goal in (contender.config, 'libnetring.a'):
                self.command('make', '-s', f'O={build}', goal)
            self.command('musl-gcc', '-std=gnu11', '-Os', '-static',
                         '-ffunction-sections', '-fdata-sections',
                         '-fno-unwind-tables',
                         '-fno-asynchronous-unwind-tables',
                         '-Wl,--gc-sections', f'-I{build}/include',
                         '-Iinclude', '-o', path, source,
                         f'{build}/libnetring.a')
        else:
            self.command('gcc', '-O2', '-static', '-ffunction-sections',
                         '-fdata-sections', '-Wl,--gc-sections', '-o', path,
                         source, *contender.libraries)
        line = self.command('size', path).splitlines()[1]
        return [int(number) / 1024 for number in line.split()[:3]]


def workloads(quick):
    return [*walks(), Start(), Size()]
