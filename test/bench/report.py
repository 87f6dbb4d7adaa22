# SPDX-License-Identifier: MIT
"""Results as Markdown tables, and as SVG pictures made by gnuplot.

A workload in the results is what bench.py writes to results.json:

    name title unit better note   as in lab.Workload
    metrics     {name: unit}, the first one is drawn
    contenders  [{name, ours, limit, against, reason}]
                against: whose ratio to it is shown
                reason: why it, or a round of it, was not run
    rounds      [{contender: {metric: value}}]
    bars        [{text, metric, values, verdict, stable, reason}]

usage: report.py DIRECTORY          makes report and pictures of its results.json
       report.py DIRECTORY README KEPT      puts a summary between README's
                                            marks, report and pictures into KEPT
"""

import json
import os
import re
import shutil
import subprocess
import sys

from stats import column, ratios, summary

LICENCE = b'<!-- SPDX-License-Identifier: MIT -->\n<svg'
README_HEAD = ['', 'netring', 'others (netring / this)']
README_PICTURES = ('receive-64', 'send-ring-64', 'forward-64',
                   'latency-capture')
README_BARS = 'The bars that this release was to meet:'
NOTES = '''\
All figures are of one run on one machine, contenders in turns, round by round:
compare within a table, not with another machine's. A figure is the median,
with [least .. most] of the rounds; a ratio is made of values of one round.
The generator has core 0, the program that is measured core 1. The kernel's
part of receiving (softirq) falls where it falls: on a virtual wire, mostly to
the sender's core. A program's CPU time is that of its own threads. The limit,
where there is one, is what the kernel alone does on this machine in this run.
'''


def number(value):
    """A number with three or four digits that matter.

    >>> [number(n) for n in (0, 0.99731, 5.25, 23.14, 123.4, 1234567)]
    ['0', '0.997', '5.25', '23.1', '123', '1 234 567']
    """
    if value == 0:
        return '0'
    size = abs(value)
    if size >= 100:
        return f'{value:,.0f}'.replace(',', ' ')
    if size < 0.01:
        return f'{value:.2g}'
    return f'{value:.{1 if size >= 10 else 2 if size >= 1 else 3}f}'


def figure(values, digits=number):
    """The median and the range, as text."""
    s = summary(values)
    if s is None:
        return ''
    if s['min'] == s['max']:
        return digits(s['median'])
    return f"{digits(s['median'])} [{digits(s['min'])} .. {digits(s['max'])}]"


def two_digits(value):
    """A ratio.

    >>> two_digits(0.7349), two_digits(123.4)
    ('0.73', '123')
    """
    return f'{value:.2f}' if abs(value) < 100 else number(value)


def table(head, rows):
    """A Markdown table; the first column is text, the others are numbers."""
    lines = [head, ['---'] + ['---:'] * (len(head) - 1), *rows]
    return ''.join('| ' + ' | '.join(line) + ' |\n' for line in lines)


def one_line(text, length):
    """The beginning of a text, fit for a table's cell.

    >>> one_line('a | b\\n c', 7)
    'a / b c'
    """
    return ' '.join(text.split()).replace('|', '/')[:length]


def contender_row(work, contender):
    """A contender's line of its workload's table."""
    name, metrics = contender['name'], list(work['metrics'])
    if not any(one.get(name) for one in work['rounds']):
        return [name, 'not run: ' + one_line(contender['reason'], 200),
                *[''] * len(metrics)]
    metric = metrics[0]
    ratio = ratios(column(work['rounds'], contender['against'], metric),
                   column(work['rounds'], name, metric))
    title = f'**{name}**' if contender['ours'] else name
    return [title + (' (limit)' if contender['limit'] else ''),
            *[figure(column(work['rounds'], name, m))
              for m in metrics], figure(ratio, two_digits)]


def workload_text(work, picture):
    """A workload's section."""
    ours = list(dict.fromkeys(contender['against'] for contender in
                              work['contenders'] if contender['against']))
    units = [metric.replace('_', ' ') + (f', {unit}' if unit else '')
             for metric, unit in work['metrics'].items()]
    text = f"## {work['title']}\n\n"
    if work['note']:
        text += work['note'].strip() + '\n\n'
    ratio = f'{ours[0] if len(ours) == 1 else "ours"} / this' if ours else ''
    text += table(['', *units, ratio],
                  [contender_row(work, contender)
                   for contender in work['contenders']])
    for contender in work['contenders']:
        missing = sum(not one.get(contender['name']) for one in work['rounds'])
        if 0 < missing < len(work['rounds']):
            text += f"\n{contender['name']}: {missing} of " \
                f"{len(work['rounds'])} rounds " \
                f"{one_line(contender['reason'], 200)}\n"
    if picture:
        text += f"\n![{work['title']}]({picture})\n"
    return text


def bar_row(work, bar):
    """A bar's line in the table of all."""
    verdict = bar['verdict']
    if bar['reason'] and not bar['values']:
        verdict += ': ' + one_line(bar['reason'], 80)
    elif not bar['stable']:
        verdict += ', not stable: rounds on both sides of the bar'
    return [work['title'], bar['text'],
            figure(bar['values'], lambda value: f'{value:.3f}'), verdict]


def bars_text(works):
    """The table of the bars of all workloads, measured."""
    rows = [bar_row(work, bar) for work in works for bar in work['bars']]
    if not rows:
        return ''
    return '## Bars\n\n' + table(['', 'bar', 'measured', 'verdict'], rows)


def where(results):
    """The machine, and how long it took."""
    machine = results['machine']
    return f"{machine['cpu']}, {machine['cores']} cores, Linux " \
        f"{machine['kernel']}, {machine['date']}; netring " \
        f"{machine['netring']}; {results['rounds']} rounds of " \
        f"{results['seconds']} s."


def markdown(results, pictures):
    """The whole report; pictures: {workload: file name}."""
    machine = results['machine']
    text = '<!-- SPDX-License-Identifier: MIT -->\n' \
        '# Measured beside others\n\n' \
        f"{where(results)}\nPeers: {machine['peers']}.\n\n{NOTES}\n"
    if machine['load'] > 0.5:
        text += "The machine was not idle when this began (load " \
            f"{machine['load']:.1f}): expect wide ranges.\n\n"
    for work in results['workloads']:
        text += workload_text(work, pictures.get(work['name'])) + '\n'
    return text + bars_text(results['workloads'])


def plot_lines(work):
    """What gnuplot is to draw of a workload: (name, summary, kind), limits."""
    metric = next(iter(work['metrics']))
    lines, limits = [], []
    for contender in work['contenders']:
        s = summary(column(work['rounds'], contender['name'], metric))
        if contender['limit'] and s and s['max']:
            limits.append((contender['name'], s))
        elif s and not contender['limit']:
            lines.append((contender['name'], s, int(contender['ours'])))
    return lines, limits


def quoted(text):
    """A string for gnuplot."""
    return "'" + text.replace("'", "''") + "'"


def limit_commands(limits, right):
    """A dashed line across the picture for each, and its name above."""
    for at, (name, s) in enumerate(limits):
        value = s['median']
        side = 'right offset -0.5' if value > right / 2 else 'left offset 0.5'
        yield f'set arrow from first {value}, graph 0 to first {value}, ' \
            "graph 1 nohead dashtype 2 lw 2 lc rgb '#444444' front"
        yield f'set label {quoted(name + ": " + number(value))} at ' \
            f"first {value}, graph 1 {side},{0.7 + at} " \
            "tc rgb '#444444' noenhanced"


def plot(work):
    """The commands that draw a workload's first metric: a bar each."""
    lines, limits = plot_lines(work)
    if not lines:
        return ''
    metric, unit = next(iter(work['metrics'].items()))
    right = max([s['max'] for _, s, _ in lines] +
                [s['max'] for _, s in limits]) or 1
    count = len(lines)
    data = ''.join(f"{count - at} {s['median']} {s['min']} {s['max']} {ours} "
                   f'"{number(s["median"])}"\n'
                   for at, (_, s, ours) in enumerate(lines))
    ticks = ', '.join(f'{quoted(name)} {count - at}'
                      for at, (name, _, _) in enumerate(lines))
    return '\n'.join([
        f"set terminal svg size 800,{110 + 30 * count + 20 * len(limits)} "
        "font 'sans-serif,13' background 'white' noenhanced",
        f"$data << EOD\n{data}EOD",
        f"set tmargin {3 + 1.3 * len(limits)}",
        f"set title {quoted(work['title'])} font ',15' "
        f"offset 0,{1.3 * len(limits)}",
        f"set xlabel {quoted((unit or metric) + better(work))}",
        f'set xrange [0:{right * 1.15}]', f'set yrange [0.4:{count + 0.6}]',
        f'set ytics ({ticks}) scale 0', 'set border 1', 'set xtics nomirror',
        f"set format x '{'%.1s%c' if right >= 10000 else '%.6g'}'",
        "set grid xtics lc rgb '#dddddd'",
        'set style fill solid noborder', 'unset key',
        *limit_commands(limits, right),
        'colour(ours) = ours > 0 ? 0x1f6fb4 : 0xb0b0b0',
        "plot $data using ($2 / 2):1:($2 / 2):(0.35):(colour($5)) "
        "with boxxyerror lc rgb variable, \\",
        "'' using 2:1:3:4 with xerrorbars pt -1 lw 1.5 lc rgb 'black', \\",
        "'' using 4:1:6 with labels left offset 0.7,0", ''])


def better(work):
    """Which way is the good one."""
    return f" ({work['better']} is better)" if work['better'] else ''


def pictures(works, directory):
    """Draws what there is to draw; {workload: file name}."""
    made = {}
    if not shutil.which('gnuplot'):
        return made
    for work in works:
        commands = plot(work)
        if commands:
            name = work['name'] + '.svg'
            drawn = subprocess.run(['gnuplot'], input=commands.encode(),
                                   stdout=subprocess.PIPE, check=True)
            with open(f'{directory}/{name}', 'wb') as file:
                file.write(drawn.stdout.replace(b'<svg', LICENCE, 1))
            made[work['name']] = name
    return made


def write(results, directory):
    """The pictures, and report.md, whose text is returned."""
    drawn = pictures(results['workloads'], directory)
    text = markdown(results, drawn)
    with open(f'{directory}/report.md', 'w') as file:
        file.write(text)
    return text


def summary_row(work):
    """A workload's line in the README: its first metric, ours and theirs."""
    metric, unit = next(iter(work['metrics'].items()))
    ours, theirs = [], []
    for contender in work['contenders']:
        values = column(work['rounds'], contender['name'], metric)
        s = summary(values)
        if not s:
            continue
        text = f"{contender['name']} {number(s['median'])}"
        ratio = summary(ratios(column(work['rounds'], contender['against'],
                                      metric), values))
        if ratio:
            text += f" ({two_digits(ratio['median'])})"
        (ours if contender['ours'] else theirs).append(text)
    return [f"{work['title']}: {unit or metric}{better(work)}",
            '; '.join(ours), '; '.join(theirs)]


def readme(results, path, kept):
    """Puts the summary, the bars and some pictures between README's marks."""
    with open(path) as file:
        text = file.read()
    works = [work for work in results['workloads'] if work['metrics']]
    shown = ''.join(f"![{work['title']}]({kept}/{work['name']}.svg)\n"
                    for work in works if work['name'] in README_PICTURES)
    made = f"{where(results)} All of it: [{kept}]({kept}/report.md).\n\n" \
        f"{table(README_HEAD, [summary_row(work) for work in works])}\n" \
        f"{shown}\n{bars_text(works).replace('## Bars', README_BARS)}"
    text, count = re.subn(r'(<!-- bench -->\n).*(<!-- end of bench -->)',
                          lambda match: match[1] + made + match[2], text,
                          flags=re.S)
    if count != 1:
        sys.exit(f'{path}: no marks')
    with open(path, 'w') as file:
        file.write(text)


def main():
    """Makes them again of the results.json in a directory."""
    with open(f'{sys.argv[1]}/results.json') as file:
        results = json.load(file)
    if len(sys.argv) == 2:
        write(results, sys.argv[1])
        return
    shutil.rmtree(sys.argv[3], ignore_errors=True)
    os.makedirs(sys.argv[3])
    write(results, sys.argv[3])
    readme(results, *sys.argv[2:])


if __name__ == '__main__':
    main()
