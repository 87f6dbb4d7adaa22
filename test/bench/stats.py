# SPDX-License-Identifier: MIT
"""Medians, ranges, ratios round by round, and whether a bar is met.

>>> summary([3.0, 1.0, 2.0])
{'median': 2.0, 'min': 1.0, 'max': 3.0}
>>> summary([]) is None
True

A ratio is of values of the same round: what the machine did to both of them
in that minute cancels out.

>>> ratios([2.0, 3.0, None], [4.0, 4.0, 5.0])
[0.5, 0.75]
>>> ratios([1.0, 1.0], [0.0, 2.0])
[0.5]
"""

from statistics import median


def summary(values):
    """Median and range of the values that are there."""
    values = [value for value in values if value is not None]
    if not values:
        return None
    return {'median': median(values), 'min': min(values), 'max': max(values)}


def column(rounds, contender, metric):
    """A contender's metric in each round, None where it was not measured.

    >>> column([{'a': {'ns': 1}}, {}], 'a', 'ns')
    [1, None]
    """
    return [one.get(contender, {}).get(metric) for one in rounds]


def ratios(ours, peers):
    """Ours over theirs, of the rounds in which both were measured."""
    return [our / peer for our, peer in zip(ours, peers)
            if our is not None and peer]


def judge(values, at_most=None, at_least=None):
    """The verdict on values, and whether it is that of every round.

    The median decides. Where the rounds are on both sides of the bar, the
    result is not stable, whatever its verdict.

    >>> judge([0.5, 0.6, 0.65], at_most=0.7)
    ('met', True)
    >>> judge([0.5, 0.6, 0.75], at_most=0.7)
    ('met', False)
    >>> judge([0.9, 0.99, 1.1], at_least=1.05)
    ('not met', False)
    >>> judge([0.0], at_most=0)
    ('met', True)
    >>> judge([], at_least=1)
    ('not run', True)
    """
    def reached(value):
        return ((at_most is None or value <= at_most) and
                (at_least is None or value >= at_least))

    if not values:
        return 'not run', True
    stable = len({reached(value) for value in values}) == 1
    return 'met' if reached(median(values)) else 'not met', stable


def bar_values(bar, rounds):
    """What a bar is about, in each round: a ratio, or the metric itself.

    >>> from types import SimpleNamespace as Bar
    >>> rounds = [{'a': {'ns': 1.0}, 'b': {'ns': 2.0}}]
    >>> bar_values(Bar(metric='ns', ours='a', peer='b'), rounds)
    [0.5]
    >>> bar_values(Bar(metric='ns', ours='a', peer=None), rounds)
    [1.0]
    """
    ours = column(rounds, bar.ours, bar.metric)
    if bar.peer:
        return ratios(ours, column(rounds, bar.peer, bar.metric))
    return [value for value in ours if value is not None]


if __name__ == '__main__':
    import doctest
    import sys

    failed, tried = doctest.testmod()
    print(f'{tried} examples, {failed} wrong')
    sys.exit(bool(failed))
