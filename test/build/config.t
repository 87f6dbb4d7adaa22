# SPDX-License-Identifier: MIT
# Configuration: the awk resolver against kconfiglib, and every target.
# shellcheck shell=sh

. test/lib.sh

awk_is() {
	AWK=$1 KCONFIG_CONFIG=$T/$2 sh tools/kconfig/kconfig.sh "$3" ${4:+"$4"} \
		2>"$T/warnings"
}

# kconfiglib's own results, the reference: $1 a script that sets up `k`.
cat >"$T/reference.py" <<'END'
import random, sys, kconfiglib
warnings = []
k = kconfiglib.Kconfig("Kconfig", warn_to_stderr=False)
out = sys.argv[1]

def put(name):
    k.write_config(out + "/" + name + ".config")
    k.write_min_config(out + "/" + name + ".min")

def bools(value):
    for s in k.unique_defined_syms:
        s.unset_value()
        if s.orig_type == kconfiglib.BOOL and s.nodes[0].prompt:
            s.set_value(value)

put("default")
bools("n"); put("allno")
bools("y"); put("allyes")
for seed in range(40):
    # Also partial, contradictory and out of range: what a hand writes.
    rng = random.Random(seed)
    with open("%s/%d.in" % (out, seed), "w") as f:
        for s in k.unique_defined_syms:
            if rng.random() < 0.2:
                continue
            if s.orig_type == kconfiglib.INT:
                low, high = (int(x.str_value) for x in s.ranges[0][:2])
                n = rng.choice([low - 1, low, 512, high, high + 1, 2 ** 64])
                form = rng.choice(["%d", "0%d", "00%d", "+%d", "-0%d", "%de3",
                                   "0x%d", "%dk", "%.0s", "%d"])
                f.write("CONFIG_%s=%s\n" % (s.name, form % n))
            elif rng.random() < 0.6:
                f.write("CONFIG_%s=y\n" % s.name)
            else:
                f.write("# CONFIG_%s is not set\n" % s.name)
    k.load_config("%s/%d.in" % (out, seed))
    put(str(seed))
END

mkdir "$T/ref"
if ! sh tools/kconfig/python.sh "$T/reference.py" "$T/ref" 2>"$T/output"; then
	skip "the resolver equals kconfiglib" "$(cat "$T/output")"
else
	for awk in mawk gawk original-awk "busybox awk"; do
		command -v "${awk%% *}" >/dev/null || continue
		equal=0
		for mode in default allno allyes; do
			rm -f "$T/c"
			case $mode in
			default) awk_is "$awk" c defconfig ;;
			*) awk_is "$awk" c ${mode}config ;;
			esac
			awk_is "$awk" c savedefconfig "$T/m"
			cmp "$T/c" "$T/ref/$mode.config" >&2 &&
				cmp "$T/m" "$T/ref/$mode.min" >&2 &&
				equal=$((equal + 1))
		done
		is "$awk: defaults, all off, all on equal kconfiglib's" $equal 3
		equal=0
		for in in "$T"/ref/*.in; do
			cp "$in" "$T/c"
			awk_is "$awk" c olddefconfig
			awk_is "$awk" c savedefconfig "$T/m"
			cmp "$T/c" "${in%.in}.config" >&2 &&
				cmp "$T/m" "${in%.in}.min" >&2 &&
				equal=$((equal + 1))
		done
		is "$awk: 40 random files equal kconfiglib's" $equal 40
	done
fi

for file in configs/*_defconfig; do
	name=${file#configs/}
	mk named -s "$name" savedefconfig
	grep -v '^# [^C]' "$file" >"$T/expected"
	ok "$name is minimal" cmp "$T/named/defconfig" "$T/expected"
done

# What the commands do.
echo CONFIG_NO_SUCH_OPTION=y >"$T/bad_defconfig"
no "an unknown option in a defconfig is an error" \
	env KCONFIG_CONFIG="$T/bad" \
	sh tools/kconfig/kconfig.sh defconfig "$T/bad_defconfig"
has "and is named" "$(cat "$T/output")" CONFIG_NO_SUCH_OPTION
ok "and leaves no .config" test ! -e "$T/bad"

mk old -s defconfig
echo CONFIG_NO_SUCH_OPTION=y >>"$T/old/.config"
ok "an unknown option in .config is a warning" mk old olddefconfig
has "which names it" "$(cat "$T/output")" CONFIG_NO_SUCH_OPTION
no "and is gone afterwards" grep NO_SUCH "$T/old/.config"

ok "olddefconfig without a .config" mk none olddefconfig
mk default -s defconfig
ok "takes the defaults" cmp "$T/none/.config" "$T/default/.config"
rm "$T/none/.config"
is "listnewconfig without a .config lists every option" \
	"$(mk none listnewconfig | wc -l)" \
	"$(grep -c '^	\(bool\|int\) "' Kconfig)"
ok "and makes none" test ! -e "$T/none/.config"

sed '/CONFIG_PCAP=/d; /CONFIG_CAPTURE_RETIRE_MS/d' "$T/old/.config.old" \
	>"$T/old/.config"
is "listnewconfig lists what .config lacks" "$(mk old listnewconfig)" \
	"CONFIG_CAPTURE_RETIRE_MS=60
CONFIG_PCAP=y"

ok "KCONFIG_CONFIG names another file" \
	mk other KCONFIG_CONFIG="$T/elsewhere" tiny_defconfig
ok "which is written" grep -q '# CONFIG_PCAP is not set' "$T/elsewhere"
ok "instead of .config" test ! -e "$T/other/.config"
mk other -s KCONFIG_CONFIG=beside allnoconfig
ok "a relative one is below O" test -f "$T/other/beside"

echo CONFIG_PCAP=y >"$T/wanted"
mk all -s KCONFIG_ALLCONFIG="$T/wanted" allnoconfig
is "KCONFIG_ALLCONFIG has the last word" \
	"$(grep -c '=y' "$T/all/.config")" 1
no "KCONFIG_ALLCONFIG=1 wants a file beside .config" \
	mk all KCONFIG_ALLCONFIG=1 allnoconfig
has "and names it" "$(cat "$T/output")" "$T/all/all.config: cannot be read"
echo CONFIG_PROBE=y >"$T/all/all.config"
ok "which may be all.config" mk all KCONFIG_ALLCONFIG=1 allnoconfig
is "and is read" "$(grep "=y" "$T/all/.config")" CONFIG_PROBE=y
echo CONFIG_PACE=y >"$T/all/allno.config"
ok "or allno.config" mk all KCONFIG_ALLCONFIG=1 allnoconfig
is "which goes first" "$(grep "=y" "$T/all/.config")" CONFIG_PACE=y
mkdir "$T/a space"
cp "$T/wanted" "$T/a space/c"
ok "the file's name may have a space" \
	mk all KCONFIG_ALLCONFIG="$T/a space/c" allnoconfig
is "and is read" "$(grep "=y" "$T/all/.config")" CONFIG_PCAP=y

mk set -s tiny_defconfig
ok "CONFIG_X=y on the command line" mk set CONFIG_PCAP=y \
	"$T/set/include/netring/config.h"
ok "wins over .config" \
	grep -q 'NETRING_CONFIG_PCAP 1' "$T/set/include/netring/config.h"
mk set -s tiny_defconfig
mk set -s CONFIG_TOOL_CAPTURE=y "$T/set/include/netring/config.h" \
	2>"$T/warnings"
ok "but not over a dependency" grep -q 'TOOL_CAPTURE :=$\|TOOL_CAPTURE := $' \
	"$T/set/auto.conf"

# What was given stays, for "make install" to install what was built.
given() {
	grep -w "CONFIG_$2" "$T/$1/.config"
}
for goal in olddefconfig defconfig allyesconfig full_defconfig oldconfig \
	randconfig; do
	rm -rf "$T/kept"
	mk kept -s CONFIG_PCAP=n CONFIG_CAPTURE_RETIRE_MS=7 CONFIG_CAPTURE_V3=y \
		$goal </dev/null >"$T/output" 2>&1
	is "CONFIG_X= $goal: .config has it" \
		"$(given kept PCAP) $(given kept CAPTURE_RETIRE_MS)" \
		"# CONFIG_PCAP is not set CONFIG_CAPTURE_RETIRE_MS=7"
done
mk kept -s full_defconfig
mk kept -s CONFIG_PCAP=n savedefconfig
has "the defconfig that is saved, too" "$(cat "$T/kept/defconfig")" \
	"# CONFIG_PCAP is not set"
is "whose .config stays as it is" "$(given kept PCAP)" CONFIG_PCAP=y
mk kept -s CONFIG_PCAP=n "$T/kept/include/netring/config.h"
is "a goal of the build puts it into .config" "$(given kept PCAP)" \
	"# CONFIG_PCAP is not set"
ls -l --time-style=full-iso "$T/kept/.config" "$T/kept/auto.conf" >"$T/first"
mk kept -s CONFIG_PCAP=n "$T/kept/include/netring/config.h"
ls -l --time-style=full-iso "$T/kept/.config" "$T/kept/auto.conf" >"$T/second"
ok "the second time nothing is written" cmp "$T/first" "$T/second"

# What cannot be had is told, each in one line: $1 what is asked for, $2 the
# line without its first word.
cp "$T/kept/.config" "$T/before"
told() {
	cp "$T/before" "$T/kept/.config"
	# shellcheck disable=SC2086 # words
	mk kept -s $1 "$T/kept/include/netring/config.h" 2>"$T/warnings"
	is "told: $1" "$(cat "$T/warnings")" "${2:+warning: $2}"
}
told "CONFIG_BRIDGE=y CONFIG_CAPTURE_V2=n" \
	"CONFIG_BRIDGE=y cannot be had: it depends on CAPTURE_V2"
told "CONFIG_CAPTURE_RETIRE_MS=9 CONFIG_CAPTURE_V3=n" \
	"CONFIG_CAPTURE_RETIRE_MS=9 cannot be had: it depends on CAPTURE_V3"
told "CONFIG_CAPTURE=n" \
	"CONFIG_CAPTURE=n cannot be had: it follows from other options"
told "CONFIG_NOSUCH=y" "CONFIG_NOSUCH=y: unknown option CONFIG_NOSUCH"
told "CONFIG_PCAP=maybe" \
	"CONFIG_PCAP=maybe: CONFIG_PCAP has no value of type bool"
told "CONFIG_CAPTURE_RETIRE_MS=0" \
	"0 is out of the range of CAPTURE_RETIRE_MS, default taken"
told "CONFIG_BRIDGE=n CONFIG_CAPTURE_V2=n" ""
mk kept -s CONFIG_NOSUCH=y tiny_defconfig >"$T/output" 2>&1
is "with a defconfig as well" "$(cat "$T/output")" \
	"warning: CONFIG_NOSUCH=y: unknown option CONFIG_NOSUCH"
printf '# CONFIG_CAPTURE_V2 is not set\nCONFIG_BRIDGE=y\n' >"$T/unmet"
KCONFIG_CONFIG=$T/met sh tools/kconfig/kconfig.sh defconfig "$T/unmet" \
	2>"$T/warnings"
is "and of a defconfig's own values" "$(cat "$T/warnings")" "warning: \
$T/unmet:2: CONFIG_BRIDGE=y cannot be had: it depends on CAPTURE_V2"

# Which terms are false, of any expression.
mkdir -p "$T/terms/tools"
cp -R tools/kconfig "$T/terms/tools"
while IFS='|' read -r needs why; do
	printf 'config Y\n\tdef_bool y\nconfig N\n\tdef_bool n\n' \
		>"$T/terms/Kconfig"
	printf 'config M\n\tdef_bool n\nconfig A\n\tbool "a"\n' \
		>>"$T/terms/Kconfig"
	echo "	depends on $(echo "$needs" | sed 's/ or / || /g')" \
		>>"$T/terms/Kconfig"
	is "of $needs" "$(KCONFIG_CONFIG=$T/terms/.config KCONFIG_SET=A=y \
		sh "$T/terms/tools/kconfig/kconfig.sh" olddefconfig 2>&1 |
		sed 's/.*depends on //; s/ || / or /g')" "$why"
done <<'END'
Y|
N|N
Y && N|N
N && M|N && M
(N && Y) && (M)|N && M
(N or M) && Y|(N or M)
N or (Y && M)|N or (Y && M)
!Y && (N && !M)|!Y && N
((Y && N) or M) && !N|((Y && N) or M)
END

# To C, 08 is a mistake and 010 is eight.
number() {
	sed -n 's/.*CAPTURE_RETIRE_MS //p' "$T/set/include/netring/config.h"
}
while read -r given meant; do
	mk set -s tiny_defconfig
	sed -i "s/\(RETIRE_MS=\).*/\1$given/" "$T/set/.config"
	mk set -s "$T/set/include/netring/config.h" 2>"$T/warnings"
	is "$given in .config is $meant in C" "$(number)" "$meant"
	mk set -s tiny_defconfig
	mk set -s CONFIG_CAPTURE_RETIRE_MS="$given" \
		"$T/set/include/netring/config.h" 2>"$T/warnings"
	is "also on the command line" "$(number)" "$meant"
done <<'END'
08 8
010 10
+007 7
000 60
1e3 60
END

# Broken Kconfig files are told, not guessed at.
mkdir -p "$T/broken/tools/kconfig"
cp tools/kconfig/*.* "$T/broken/tools/kconfig"
while read -r line; do
	printf 'config A\n\tbool "a"\n\t%b\n' "$line" >"$T/broken/Kconfig"
	no "refused: $line" env KCONFIG_CONFIG="$T/broken/.config" \
		sh "$T/broken/tools/kconfig/kconfig.sh" defconfig
done <<'END'
select B
depends on B
depends on A
depends on (y
depends on y y
default A = y
choice
menu "open"
endmenu
config A
END

# Finding a Python.
mkdir "$T/bin"
printf '#!/bin/sh\nexit 1\n' >"$T/bin/python3"
chmod +x "$T/bin/python3"
PATH=$T/bin:$PATH
if [ -e /usr/lib/python3/dist-packages/kconfiglib.py ]; then
	ok "a python3 without kconfiglib in front" mk py randconfig
	ok "KCONFIG_SEED" mk py randconfig KCONFIG_SEED=5
	has "is printed" "$(cat "$T/output")" KCONFIG_SEED=5
	cp "$T/py/.config" "$T/first"
	mk py -s randconfig KCONFIG_SEED=5 >"$T/output"
	ok "and repeats a choice" cmp "$T/py/.config" "$T/first"
	for seed in 007 0x1f 0 -1 18446744073709551616; do
		ok "KCONFIG_SEED=$seed" mk py randconfig KCONFIG_SEED=$seed
	done
	cp "$T/py/.config" "$T/first"
	for seed in abc 1e3 0xg 1.5; do
		no "KCONFIG_SEED=$seed is refused" \
			mk py randconfig KCONFIG_SEED=$seed
		is "in one line" "$(grep -v '^make' "$T/output")" \
			"KCONFIG_SEED=$seed is not a whole number"
	done
	ok "and leaves .config alone" cmp "$T/py/.config" "$T/first"
	mk py -s tiny_defconfig
	yes n | mk py -s config >"$T/output" 2>&1
	no "config asks for every option" grep -q =y "$T/py/.config"
	sed '/CONFIG_PCAP/d' "$T/py/.config" >"$T/fewer"
	cp "$T/fewer" "$T/py/.config"
	yes "" | mk py oldconfig >"$T/output" 2>&1
	is "oldconfig asks for the new ones" \
		"$(grep -c '(PCAP)' "$T/output")/$(grep -c '(PROBE)' "$T/output")" 1/0
	# Enter the first menu, toggle its first option, quit, say yes.
	mk py -s full_defconfig
	{
		printf '\n qy'
		sleep 2
	} | TERM=xterm timeout 20 script -qec \
		"make -C '$SRC' O='$T/py' menuconfig" /dev/null >"$T/output"
	ok "menuconfig changes an option" \
		grep -q '# CONFIG_CAPTURE_V3 is not set' "$T/py/.config"
else
	skip "a python3 without kconfiglib in front" "python3-kconfiglib"
fi

done_testing
