# SPDX-License-Identifier: MIT
"""Hosts on virtual wires, programs pinned to cores, and their counters.

    left        middle        right
      l0 ------- m0 m1 ------- r0

Each host is a network and mount namespace that a process holds: nothing has a
name outside, and all of it is gone when this process is, however it ends.

    with Lab() as lab:
        lab.link(mtu=1500)
        sut = lab.run('middle', ['ours_receive', 'm0'], core=1)
        gen = lab.generate('left', 'l0', 64)
        before = lab.counter('middle', 'm0', 'rx_packets'), sut.cpu_ns()
        ...
        gen.stop()
        print(sut.stop())

What was offered: the counter rx_packets of the device that receives, which is
what its kernel took from the wire, whoever gets it then. It counts in every
mode, XDP or not. The generator's own count, at the end, also holds what found
the wire full.

Where the kernel's part of receiving runs: a veth's receive softirq runs on the
core of the sender (core 0 with the generator), with NAPI too, unless ksoftirqd
takes over. A program under test on core 1 has that core for itself, but for
the softirq of what it sends. What arrives at r0 costs least, and so limits the
sender least, where "kernel_xdp drop r0" runs; rx_packets counts it all the
same.

The generator sends XDP frames. A veth takes those only if the end that
receives has NAPI: link() turns GRO on there, which is enough; AF_PACKET
sockets get them as ordinary packets.
"""

import contextlib
import ctypes
import mmap
import os
import shutil
import signal
import struct
import subprocess
import tempfile
import time

CLONE_NEWNS, CLONE_NEWNET, PR_SET_PDEATHSIG = 0x20000, 0x40000000, 1
libc = ctypes.CDLL(None, use_errno=True)

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
# Where "make bench-programs" built: the tool, and programs of test/bench.
BUILD = os.environ.get('BENCH_BUILD', TOP + '/.check/bench')


class Unavailable(Exception):
    """A contender that cannot be measured here, and why."""


class Failed(Exception):
    """Something of the bench itself went wrong."""


def find(name):
    """The path of a program: the library's tool, of the bench, or any."""
    for path in (f'{BUILD}/test/bench/{name}', f'{BUILD}/{name}'):
        if '/' not in name and os.path.isfile(path):
            return path
    cache = os.environ.get('NETRING_CACHE') or os.path.join(
        os.environ.get('XDG_CACHE_HOME') or os.path.expanduser('~/.cache'),
        'netring')
    path = shutil.which(name, path=os.environ.get('PATH', '') +
                        f':/usr/sbin:/sbin:/usr/bin:/bin:{cache}/bin'
                        ':/var/cache/netring/bin')
    if not path:
        raise Unavailable(f'{name} is not here')
    return path


def is_ours(path):
    """Whether it is one of test/bench, which says "ready" when it is."""
    return path.startswith(f'{BUILD}/test/bench/')


def call(result, what):
    """A system call by ctypes: raises on failure."""
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, f'{what}: {os.strerror(error)}')


class Host:
    """Namespaces held by a process that sleeps."""

    def __init__(self, name):
        self.name = name
        self.holder = subprocess.Popen(
            ['sh', '-c', 'mount -t sysfs none /sys && '
             'mount -t bpf none /sys/fs/bpf && for i in all default; do '
             'echo 1 >/proc/sys/net/ipv6/conf/$i/disable_ipv6; done; '
             'echo ready; exec sleep 1000000'],
            stdout=subprocess.PIPE, preexec_fn=self.unshare)
        if self.holder.stdout.readline() != b'ready\n':
            raise Failed(f'no namespace for {name}: root is needed')

    @staticmethod
    def unshare():
        call(libc.unshare(CLONE_NEWNS | CLONE_NEWNET), 'unshare')
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)

    def enter(self, core=None):
        """In a child, before exec: in here, on a core, dies with us."""
        directory = os.getcwd()
        for kind in ('net', 'mnt'):
            fd = os.open(f'/proc/{self.holder.pid}/ns/{kind}', os.O_RDONLY)
            call(libc.setns(fd, 0), 'setns')
            os.close(fd)
        os.chdir(directory)
        if core is not None:
            os.sched_setaffinity(0, {core % os.cpu_count()})
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)

    def close(self):
        self.holder.kill()
        self.holder.wait()
        self.holder.stdout.close()


class Program:
    """A running program, of a session of its own."""

    def __init__(self, host, argv, core=None, ready=None, env=None,
                 stdin=None):
        self.path = find(argv[0])
        self.name = os.path.basename(argv[0])
        self.output_file = tempfile.TemporaryFile()
        fd = os.memfd_create('count')
        os.ftruncate(fd, 8)
        self.counted = mmap.mmap(fd, 8)
        self.process = subprocess.Popen(
            [self.path, *map(str, argv[1:])],
            stdin=stdin or subprocess.DEVNULL, stdout=self.output_file,
            stderr=subprocess.STDOUT, start_new_session=True,
            pass_fds=[fd], preexec_fn=lambda: host.enter(core),
            env={**os.environ, 'BENCH_COUNT': f'/proc/self/fd/{fd}',
                 **(env or {})})
        os.close(fd)
        self.pid = self.process.pid
        if ready is None and is_ours(self.path):
            ready = b'ready\n'
        self.wait_ready(ready)

    def output(self):
        """All that it wrote so far, as text."""
        fd = self.output_file.fileno()  # whose position is the program's
        return os.pread(fd, os.fstat(fd).st_size, 0).decode(errors='replace')

    def wait_ready(self, ready, timeout=10):
        """Until its output holds some bytes, a callable says so, or time."""
        if isinstance(ready, (int, float)):
            time.sleep(ready)
        deadline = time.monotonic() + timeout
        while not (ready() if callable(ready) else
                   not isinstance(ready, (bytes, str)) or
                   os.fsdecode(ready) in self.output()):
            if self.process.poll() is not None:
                break
            if time.monotonic() > deadline:
                self.kill()
                raise Failed(f'{self.name}: not ready: {self.output()}')
            time.sleep(0.002)
        if self.process.poll() is not None and not (
                isinstance(ready, (bytes, str)) and
                os.fsdecode(ready) in self.output()):
            raise Failed(f'{self.name} ended: {self.output()}')

    def tasks(self, file):
        """The content of a file of each of its threads in /proc."""
        directory = f'/proc/{self.pid}/task'
        for task in os.listdir(directory):
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                with open(f'{directory}/{task}/{file}') as content:
                    yield content.read()

    def cpu_ns(self):
        """CPU time of all its threads so far, in ns."""
        return sum(int(text.split()[0]) for text in self.tasks('schedstat'))

    def status(self, field):
        """The sum over its threads of a number in /proc/PID/status."""
        return sum(int(line.split()[1]) for text in self.tasks('status')
                   for line in text.splitlines()
                   if line.startswith(field + ':'))

    def wakeups(self):
        """How often it slept of its own will so far."""
        return self.status('voluntary_ctxt_switches')

    def rss(self):
        """Resident memory in bytes."""
        with open(f'/proc/{self.pid}/statm') as content:
            return int(content.read().split()[1]) * mmap.PAGESIZE

    def count(self):
        """What a program with bench.h counted so far."""
        return struct.unpack('=Q', self.counted[:])[0]

    def kill(self):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self, signal=signal.SIGINT, timeout=5):
        """Ends it and returns its output; raises when it crashed."""
        already = self.process.poll()
        if already is None:
            self.process.send_signal(signal)
        try:
            status = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            raise Failed(f'{self.name} does not stop: {self.output()}')
        if already or (status < 0 and status != -signal):
            raise Failed(f'{self.name} crashed ({status}): {self.output()}')
        return self.output()


class Lab:
    """The three hosts; a context manager."""

    hosts = ('left', 'middle', 'right')
    wires = (('left', 'l0', 'middle', 'm0'), ('middle', 'm1', 'right', 'r0'))
    mac = {'l0': '02:00:00:00:00:10', 'm0': '02:00:00:00:00:20',
           'm1': '02:00:00:00:00:21', 'r0': '02:00:00:00:00:30'}
    nobody = '02:00:00:00:00:99'
    directory = '/dev/shm'  # in memory, and of this process and its hosts only

    def __enter__(self):
        if os.geteuid():
            raise Failed('the bench needs root')
        self.host, self.programs, self.linked = {}, [], False
        call(libc.unshare(CLONE_NEWNS), 'unshare')
        for words in (['--make-rprivate', '/'],
                      ['-t', 'tmpfs', 'none', self.directory]):
            subprocess.run(['mount', *words], check=True)
        try:
            for name in self.hosts:
                self.host[name] = Host(name)
            self.link()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.kill()
        for host in self.host.values():
            host.close()

    def file(self, name, content=b''):
        """The path of a file in memory, which is gone with this process."""
        path = f'{self.directory}/{name}'
        with open(path, 'wb') as file:
            file.write(content)
        return path

    def kill(self):
        """Ends, the hard way, what of run() and generate() still runs."""
        for program in self.programs:
            if program.process.poll() is None:
                program.kill()
            program.output_file.close()
        self.programs.clear()

    def link(self, mtu=1500, offloads=False, napi=True, queues=1):
        """Makes the wires, anew.

        offloads  leave checksums and super-frames to the devices
        napi      GRO at every end, which the generator needs
        queues    of each device, to receive and to send
        """
        if self.linked:
            self.sh('left', 'ip', 'link', 'del', 'l0')
            self.sh('right', 'ip', 'link', 'del', 'r0')
        for a, a_name, b, b_name in self.wires:
            self.sh(a, 'ip', 'link', 'add', a_name, 'address',
                    self.mac[a_name], 'mtu', mtu, 'numrxqueues', queues,
                    'numtxqueues', queues, 'type', 'veth', 'peer', 'name',
                    b_name, 'address', self.mac[b_name], 'mtu', mtu,
                    'numrxqueues', queues, 'numtxqueues', queues,
                    'netns', self.host[b].holder.pid)
            for host, name in ((a, a_name), (b, b_name)):
                self.sh(host, 'ip', 'link', 'set', name, 'up')
            for host, name in ((a, a_name), (b, b_name)):
                self.switch(host, name, napi, offloads)
        self.linked = True

    def switch(self, host, name, napi, offloads):
        """GRO last: a veth takes XDP frames only if it comes when up."""
        words = [] if offloads else ['tx', 'off', 'tso', 'off', 'gso', 'off']
        words += ['gro', 'on'] if napi else []
        if words:
            self.sh(host, 'ethtool', '-K', name, *words)

    def run(self, host, argv, core=None, ready=None, env=None, stdin=None):
        """Starts a program on a host, pinned to a core; see Program.

        argv[0] is sought among our programs first. ready: what to wait for
        in its output, or a callable, or seconds; programs of ours say so.
        """
        program = Program(self.host[host], argv, core, ready, env, stdin)
        self.programs.append(program)
        return program

    def sh(self, host, *argv, core=None):
        """Runs a command to its end; its output, or raises."""
        done = subprocess.run(
            [find(argv[0]), *map(str, argv[1:])], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            preexec_fn=lambda: self.host[host].enter(core))
        output = done.stdout.decode(errors='replace')
        if done.returncode:
            raise Failed(f'{" ".join(map(str, argv))}: {output}')
        return output

    def counter(self, host, device, name):
        """A counter of a device: rx_packets, tx_bytes, rx_dropped, ..."""
        columns = ('rx_bytes', 'rx_packets', 'rx_errors', 'rx_dropped', None,
                   None, None, None, 'tx_bytes', 'tx_packets', 'tx_errors',
                   'tx_dropped')
        with open(f'/proc/{self.host[host].holder.pid}/net/dev') as table:
            for line in table:
                device_name, _, numbers = line.partition(':')
                if device_name.strip() == device:
                    return int(numbers.split()[columns.index(name)])
        raise Failed(f'{host} has no device {device}')

    def generate(self, host, device, length, rate=0, flows=1, mac=nobody,
                 burst=None, core=0):
        """Sends UDP frames of a length, rate a second or all it can.

        rate   frames are evenly spaced up to 200000/s, in bursts of 32 above,
               unless burst says otherwise; 0: all that it can
        flows  how many source ports are used in turn
        mac    the destination; by default that of nobody
        """
        burst = burst or (32 if rate > 200000 else 1)
        return self.run(host, ['generator', device, length, rate, flows, mac,
                               burst], core)


class Contender:
    """One who is measured: ours, a peer, or the machine's own limit.

    against  which of ours a peer is compared with, if not the first; what else
             is given is the workload's own
    """

    def __init__(self, name, ours=False, limit=False, against=None, **more):
        self.name, self.ours, self.limit = name, ours, limit
        self.against = against
        self.__dict__.update(more)


class Bar:
    """What is promised: a metric of ours, or its ratio to a peer's."""

    def __init__(self, metric, ours='netring', peer=None, at_most=None,
                 at_least=None):
        self.metric, self.ours, self.peer = metric, ours, peer
        self.at_most, self.at_least = at_most, at_least


class Workload:
    """What is measured, of whom, and how; see receive.py for one.

    name        a word, for --only and the picture's file
    title       a line, for people
    unit        of the first metric, which the picture shows
    better      'less' or 'more': of the first metric
    metrics     {'name': 'unit'}: what the table shows, the first one first
    contenders  list of Contender
    bars        list of Bar
    note        what else a reader should know
    seconds     to measure for, instead of what the command line says
    """

    name = title = unit = note = ''
    better = 'less'
    metrics = {}
    contenders = ()
    bars = ()
    seconds = None

    def measure(self, lab, contender, seconds):
        """One round of one contender: {metric: value}; or Unavailable."""
        raise NotImplementedError
