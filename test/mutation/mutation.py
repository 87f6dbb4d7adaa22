#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Leaves out one clean-up call of src/ after the other: a test has to fail.

usage: test/mutation/mutation.py BUILD [--list] [--jobs N] [NUMBER]...

All calls are made removable in one build of a copy of the sources; the
environment says which one a run leaves out. A first run of every test program
tells which of them come by which call. Those of unit and fault are asked first,
then those live tests that are named below, for what only they can see.
Exit status 1: a call that no test misses, or that no test reaches.
"""

import argparse
import concurrent.futures
import glob
import os
import re
import shutil
import subprocess
import sys
import time

# What gives something back: by its name, or by what it is asked.
WORDS = (
    r"close|unmap|munmap|detach|release|reclaim|reset|discard\w*|give_back|"
    r"restore|undo|unregister|remove|leave|free|drop_open|stop|keep_stats"
)
CALL = re.compile(
    r"\b((?:\w+_)?(?:" + WORDS + r")_?|netring_offload_set_|set_offloads|"
    r"netring_xdp_set_|netring_umem_push_|sys_setns)\("
)
# At the end of what closes: nothing is closed twice.
FORGET = re.compile(
    r"^(\t+)(\w+->(?:\w+[.>-]+)*(?:fd_|map_|program_|flows_|link_|promisc_|"
    r"wake_|ring_|attached_|offloads|umem|step_)) = .*\b(?:0|NULL);"
)

# Live tests, for calls that neither unit nor fault tests miss.
LIVE = """
test_leaks test_link test_bridge_link test_bridge_limits test_inject_link
test_xdp_cleanup test_xdp_group test_xdp_link test_xdp_program
test_xdp_bridge_link test_xdp_bridge_limits test_xdp_bridge_cut
test_xdp_memory test_xdp_shared
""".split()

SANITIZE = "-fsanitize=address,undefined -fno-sanitize-recover=all"


class Mutant:
    def __init__(self, number, path, line, text):
        self.number, self.path, self.line = number, path, line
        self.text = text.strip()

    def __str__(self):
        return f"{self.number:3} {self.path}:{self.line}: {self.text}"


def mutate(tree):
    """Makes the calls in the copy removable; returns them."""
    mutants = []
    for path in sorted(glob.glob(tree + "/src/*.c")):
        name = os.path.relpath(path, tree)
        result = []
        for at, line in enumerate(open(path, encoding="ascii"), 1):

            def replace(match, at=at, line=line):
                mutants.append(Mutant(len(mutants), name, at, line))
                return f"MUTANT_({len(mutants) - 1}, {match[1]}, "

            # a definition begins its line, a comment has no place for code
            if line[0] == "\t" and not re.match(r"\s*/?\*", line):
                if FORGET.match(line):
                    mutants.append(Mutant(len(mutants), name, at, line))
                    line = FORGET.match(line)[1] + (
                        f"if (!mutant_({len(mutants) - 1})) " + line.lstrip()
                    )
                else:
                    line = CALL.sub(replace, line)
            result.append(line)
        with open(path, "w", encoding="ascii") as file:
            file.writelines(result)
    return mutants


def make(tree, out, jobs, *words):
    subprocess.run(
        ["make", "-s", "-C", tree, f"O={out}", f"-j{jobs}", *words], check=True
    )


def build(top, base, jobs):
    tree, out = base + "/tree", base + "/out"
    shutil.rmtree(tree, ignore_errors=True)
    os.makedirs(tree)
    for name in "Kconfig Makefile configs include src test tools".split():
        copy = shutil.copytree if os.path.isdir(f"{top}/{name}") else shutil.copy2
        copy(f"{top}/{name}", f"{tree}/{name}")
    mutants = mutate(tree)
    here = f"{tree}/test/mutation"
    subprocess.run(
        ["gcc", "-shared", "-fPIC", "-O2", "-o", f"{base}/mutant.so",
         f"{here}/mutant.c"],
        check=True,
    )
    sanitize = (
        f"{SANITIZE} -Wno-error -include {here}/mutant.h "
        f"-Wl,--no-as-needed,{base}/mutant.so"
    )
    make(tree, out, jobs, "full_defconfig")
    goals = [
        f"{out}/test/{kind}/{os.path.basename(path)[:-2]}"
        for kind in ("unit", "fault")
        for path in sorted(glob.glob(f"{tree}/test/{kind}/test_*.c"))
    ]
    live = [f"{out}/test/host/{name}" for name in LIVE
            if os.path.exists(f"{tree}/test/live/{name}.c")]
    make(tree, out, jobs, f"sanitize={sanitize}", *goals, *live)
    return mutants, goals, live


def run(program, limit, **variables):
    """Whether it succeeds, and its seconds."""
    command = [program]
    if "/host/" in program:
        command[:0] = ["unshare", "-n" if os.getuid() == 0 else "-rn"]
    start = time.monotonic()
    environment = dict(os.environ, CMOCKA_TEST_ABORT="1", **variables)
    try:
        status = subprocess.run(
            ["timeout", "-k", "5", str(int(limit)), *command],
            env=environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        ).returncode
    except OSError as error:
        sys.exit(str(error))
    return status == 0, time.monotonic() - start


class Check:
    def __init__(self, base, programs):
        self.base, self.programs = base, programs
        self.seconds, self.reaches = {}, {}

    def learn(self, program):
        path = f"{self.base}/reached.{os.path.basename(program)}"
        if os.path.exists(path):
            os.remove(path)
        for _ in range(3):  # live ones measure time, beside others here
            good, self.seconds[program] = run(
                program, 300, NETRING_MUTANT_REACHED=path
            )
            if good:
                break
        else:
            print(f"{program} fails with nothing left out", flush=True)
            self.programs.remove(program)
            return "/host/" in program  # they are not what it rests on
        with open(path, "rb") as file:
            self.reaches[program] = file.read()
        return True

    def kill(self, mutant):
        """The name of a test that fails without the call, or why none does."""
        near = [p for p in self.programs if self.reaches[p][mutant.number]]
        if not near:
            return None, "not reached"
        # of unit and fault before live, the quick before the slow
        near.sort(key=lambda p: ("/host/" in p, self.seconds[p]))
        for program in near:
            limit = 20 + 5 * self.seconds[program]
            # what measures time is asked twice
            for _ in range(2 if "/host/" in program else 1):
                if run(program, limit, NETRING_MUTANT=str(mutant.number))[0]:
                    break
            else:
                return os.path.basename(program), None
        return None, "survives " + " ".join(map(os.path.basename, near))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("numbers", nargs="*", type=int)
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--jobs", type=int, default=8)
    parser.add_argument("--verbose", action="store_true")
    args = parser.parse_intermixed_args()
    top = os.path.dirname(os.path.abspath(__file__)) + "/../.."
    base = os.path.abspath(args.build)
    os.makedirs(base, exist_ok=True)
    start = time.monotonic()
    mutants, goals, live = build(top, base, os.cpu_count())
    if args.list:
        print(*mutants, sep="\n")
        return 0
    built = time.monotonic()
    check = Check(base, goals + live)
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        if not all(list(pool.map(check.learn, goals + live))):
            return 1
        chosen = [m for m in mutants
                  if not args.numbers or m.number in args.numbers]
        bad = 0
        for mutant, (test, why) in zip(chosen, pool.map(check.kill, chosen)):
            bad += test is None
            if test is None or args.verbose:
                print(f"{mutant}\n    {test or why}", flush=True)
    print(
        f"{len(chosen)} clean-up calls, {bad} of which no test misses;"
        f" {built - start:.0f} s to build, {time.monotonic() - built:.0f} s to run"
    )
    return bad > 0


if __name__ == "__main__":
    sys.exit(main())
