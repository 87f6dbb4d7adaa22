#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Measures netring beside what a user would pick instead, in one run.

Contenders take turns, round by round. Writes results.json (every value),
report.md and a picture of each workload. As root, on a machine that is idle.
"""

import argparse
import importlib
import json
import os
import re
import subprocess
import sys
import time

sys.dont_write_bytecode = True  # nothing is left in the source tree

import report  # noqa: E402
import stats  # noqa: E402
from lab import BUILD, TOP, Failed, Lab, Unavailable  # noqa: E402

MODULES = ('receive', 'send', 'forward', 'latency', 'alone')
PACKAGES = ('libpcap0.8', 'tcpdump', 'netsniff-ng', 'tcpreplay', 'libxdp1',
            'libiperf0')
FAILED = 'failed: '  # so begins the reason why, if it is not as it should be
# Units of metrics of which a workload does not say it itself.
UNITS = {'cpu_ns': 'ns/packet', 'delivered': 'of offered', 'wakeups': '/s',
         'rate': 'packets/s', 'offered': 'packets/s'}


def arguments():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--quick', action='store_true',
                        help='rough, in less than two minutes')
    parser.add_argument('--rounds', type=int, metavar='N')
    parser.add_argument('--seconds', type=float, metavar='S',
                        help='to measure a contender in a round')
    parser.add_argument('--only', nargs='+', metavar='NAME', default=[],
                        help='these workloads, or all that begin so')
    parser.add_argument('--out', metavar='DIR', default=BUILD + '/report')
    parser.add_argument('--list', action='store_true',
                        help='name the workloads and their contenders')
    parser.add_argument('--strict', action='store_true',
                        help='fail where a bar is not met')
    options = parser.parse_args()
    options.rounds = options.rounds or (2 if options.quick else 5)
    options.seconds = options.seconds or (0.2 if options.quick else 1.0)
    return options


def chosen(options):
    """The workloads to run."""
    works = [work for module in MODULES
             for work in importlib.import_module(module).workloads(
                 options.quick)]
    if options.only:
        works = [work for work in works
                 if work.name.startswith(tuple(options.only))]
        if not works:
            sys.exit(f"no workload is named {' or '.join(options.only)}")
    return works


def own_processes():
    """Starts this again where all its processes end with the first."""
    if os.environ.get('BENCH_INSIDE') != '1':
        os.environ['BENCH_INSIDE'] = '1'
        os.execvp('unshare', ['unshare', '--pid', '--fork', '--mount-proc',
                              '--kill-child', sys.executable, *sys.argv])


def first_line(*command):
    """What a command says first, or nothing."""
    try:
        text = subprocess.run(command, stdout=subprocess.PIPE, cwd=TOP,
                              stderr=subprocess.DEVNULL).stdout.decode()
    except OSError:
        return ''
    return text.strip().split('\n')[0]


def machine():
    """What the figures are of."""
    with open('/proc/cpuinfo') as file:
        found = re.search(r'^(?:model name|cpu model|Hardware)\s*: (.*)$',
                          file.read(), re.M)
    with open(f'{TOP}/Makefile') as file:
        version = re.search(r'^VERSION := (.*)$', file.read(), re.M)[1]
    commit = first_line('git', 'describe', '--always', '--dirty')
    versions = {name: first_line('dpkg-query', '-W', '-f', '${Version}', name)
                for name in PACKAGES}
    return {'cpu': found[1] if found else os.uname().machine,
            'cores': os.cpu_count(), 'kernel': os.uname().release,
            'date': time.strftime('%Y-%m-%d'),
            'load': os.getloadavg()[0],  # of the minute before: was it idle?
            'netring': f'{version} ({commit})' if commit else version,
            'peers': ', '.join(f'{name} {version or "not installed"}'
                               for name, version in versions.items())}


def measure(lab, work, contender, seconds, reasons):
    """One round of one contender; {} if it cannot be, and then why."""
    try:
        return work.measure(lab, contender, work.seconds or seconds)
    except Unavailable as reason:
        reasons[contender.name] = str(reason)
    except (Failed, OSError, ValueError, ArithmeticError) as reason:
        reasons[contender.name] = FAILED + str(reason)
    finally:
        lab.kill()
    return {}


def shown(work, values):
    """A round in a line: the first metric of each contender that has it."""
    metric = next(iter(metrics_of(work, [values])), '')
    return ', '.join(f'{name} {report.number(value[metric])}'
                     for name, value in values.items() if metric in value)


def run(lab, work, options):
    """All rounds of a workload: the rounds, and why some are not there.

    Who fails is given another chance in the next round; who is not here, not.
    """
    rounds, reasons = [], {}
    lab.link()
    for at in range(options.rounds):
        values = {contender.name: measure(lab, work, contender,
                                          options.seconds, reasons)
                  for contender in work.contenders
                  if reasons.get(contender.name, FAILED).startswith(FAILED)}
        rounds.append(values)
        print(f'  {at + 1}/{options.rounds} {shown(work, values)}',
              file=sys.stderr)
    for name, reason in reasons.items():
        print(f'  {name}: {reason}', file=sys.stderr)
    return rounds, reasons


def bar_result(bar, rounds, reasons):
    """A bar, what was measured, and the verdict."""
    values = stats.bar_values(bar, rounds)
    verdict, stable = stats.judge(values, bar.at_most, bar.at_least)
    missing = [name for name in (bar.ours, bar.peer) if name in reasons]
    what = bar.metric.replace('_', ' ') + f' of {bar.ours}'
    if bar.peer:
        what += f' / {bar.peer}'
    limits = [f'{word} {limit}' for word, limit in (
        ('at most', bar.at_most), ('at least', bar.at_least))
        if limit is not None]
    return {'text': f"{what}: {' and '.join(limits)}", 'metric': bar.metric,
            'ours': bar.ours, 'peer': bar.peer, 'at_most': bar.at_most,
            'at_least': bar.at_least, 'values': values, 'verdict': verdict,
            'stable': stable, 'reason': '; '.join(
                f'{name}: {reasons[name]}' for name in missing)}


def metrics_of(work, rounds):
    """{metric: unit}, in order: as the workload says, or as they came."""
    if work.metrics:
        return dict(work.metrics)
    names = dict.fromkeys(metric for one in rounds for values in one.values()
                          for metric in values)
    units = {name: UNITS.get(name, '') for name in names}
    if units and work.unit:
        units[next(iter(units))] = work.unit
    return units


def against(work, contender):
    """The contender of ours that a peer is compared with."""
    if contender.ours:
        return None
    return contender.against or next(
        (other.name for other in work.contenders if other.ours), None)


def result(work, rounds, reasons):
    """A workload as report.py and results.json have it."""
    return {'name': work.name, 'title': work.title, 'unit': work.unit,
            'better': work.better, 'note': getattr(work, 'note', ''),
            'metrics': metrics_of(work, rounds),
            'contenders': [{'name': c.name, 'ours': c.ours, 'limit': c.limit,
                            'against': against(work, c),
                            'reason': reasons.get(c.name, '')}
                           for c in work.contenders],
            'rounds': rounds,
            'bars': [bar_result(bar, rounds, reasons) for bar in work.bars]}


def save(results, directory):
    """results.json: report.py can draw it, also of a run that was ended."""
    os.makedirs(directory, exist_ok=True)
    with open(f'{directory}/results.json', 'w') as file:
        json.dump(results, file, indent=1)


def main():
    """Runs what was asked for; the exit status."""
    options = arguments()
    works = chosen(options)
    if options.list:
        for work in works:
            print(f'{work.name:20} {work.title}: ' + ', '.join(
                contender.name for contender in work.contenders))
        return 0
    own_processes()
    results = {'machine': machine(), 'rounds': options.rounds,
               'seconds': options.seconds, 'workloads': []}
    with Lab() as lab:
        for work in works:
            begin = time.monotonic()
            print(f'{work.name}: {work.title}', file=sys.stderr)
            results['workloads'].append(result(work, *run(lab, work,
                                                          options)))
            save(results, options.out)
            print(f'  {time.monotonic() - begin:.0f} s', file=sys.stderr)
    print(report.write(results, options.out))
    print(f'Written to {options.out}.', file=sys.stderr)
    failed = [c for work in results['workloads'] for c in work['contenders']
              if c['reason'].startswith(FAILED)]
    missed = [bar for work in results['workloads'] for bar in work['bars']
              if bar['verdict'] != 'met']
    return 1 if failed or (options.strict and missed) else 0


if __name__ == '__main__':
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
    except Failed as failure:
        sys.exit(f'bench: {failure}')
