# SPDX-License-Identifier: MIT
# The configuration commands that need kconfiglib: editing and random choice.
#
# usage: kconfig.py menuconfig | config | oldconfig | randconfig
#
# Environment: KCONFIG_CONFIG, KCONFIG_SEED; KCONFIG_SET, values that are set
# before questions are asked, and after a random choice: "PCAP=n RETIRE_MS=4".

import os
import random
import sys

import kconfiglib


def assignable(kconf):
    """Every option that the user may set now, one after another: what is
    asked for last may depend on what was answered before."""
    for sym in kconf.unique_defined_syms:
        if sym.visibility:
            yield sym


def answer(sym):
    """Ask for one option until the answer fits. Enter takes the shown value,
    ? shows the help, end of input takes the shown value for all the rest."""
    node = sym.nodes[0]
    old = sym.str_value
    if sym.orig_type == kconfiglib.BOOL:
        choice = "Y/n/?" if old == "y" else "N/y/?"
    else:
        choice = old
    while True:
        line = input("{} ({}) [{}] ".format(node.prompt[0], sym.name,
                                            choice)).strip()
        if line == "?":
            print(node.help or "No help for this option.")
        elif sym.set_value((line or old).lower()) and (
                sym.str_value == (line or old).lower()):
            return
        else:
            print("  {} does not fit".format(line))


def ask(kconf, everything):
    try:
        for sym in assignable(kconf):
            if everything or sym.user_value is None:
                answer(sym)
    except EOFError:
        print()


def randomize(kconf):
    seed = os.getenv("KCONFIG_SEED") or str(random.randrange(2 ** 32))
    try:
        rng = random.Random(int(seed, 16 if seed[:2] in ("0x", "0X") else 10))
    except ValueError:
        sys.exit("KCONFIG_SEED={} is not a whole number".format(seed))
    print("KCONFIG_SEED=" + seed)
    for sym in kconf.unique_defined_syms:
        if sym.nodes[0].prompt is None:
            continue
        if sym.orig_type == kconfiglib.BOOL:
            sym.set_value(rng.choice("ny"))
        elif sym.orig_type == kconfiglib.INT and sym.ranges:
            low, high, _ = sym.ranges[0]
            low, high = int(low.str_value), int(high.str_value)
            # Half of the numbers near the lower end, where mistakes are.
            if rng.random() < 0.5:
                high = min(high, low * 64)
            sym.set_value(str(rng.randint(low, high)))


def preset(kconf):
    for word in os.getenv("KCONFIG_SET", "").split():
        name, _, value = word.partition("=")
        sym = kconf.syms.get(name)
        if not sym or not sym.nodes:
            print("warning: unknown option CONFIG_" + name, file=sys.stderr)
        elif sym.set_value(value) and sym.str_value != value:
            print(f"warning: CONFIG_{word} cannot be had", file=sys.stderr)


def main():
    command = sys.argv[1]
    here = os.path.dirname(os.path.abspath(__file__))
    kconf = kconfiglib.Kconfig(os.path.join(here, "..", "..", "Kconfig"),
                               suppress_traceback=True)
    if command == "randconfig":
        randomize(kconf)
    elif os.path.exists(os.getenv("KCONFIG_CONFIG", ".config")):
        kconf.load_config()
    preset(kconf)
    if command == "menuconfig":
        import menuconfig
        if os.getenv("KCONFIG_SET"):
            kconf.write_config()
        menuconfig.menuconfig(kconf)
        return
    if command in ("config", "oldconfig"):
        ask(kconf, command == "config")
    print(kconf.write_config())


main()
