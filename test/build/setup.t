# SPDX-License-Identifier: MIT
# What "make setup" would install for which goals; make check-setup installs it.
# shellcheck shell=sh

. test/lib.sh

list() {
	sh tools/setup.sh --list "$@"
}

# $1 goals, rest: they need what these goals do
same() {
	what=$1
	shift
	# shellcheck disable=SC2086 # words
	is "setup $what" "$(list setup $what)" "$(list "$@")"
}
same "" check
same quick check
same check-full check
same bench-quick bench
same "tiny_defconfig all" all
list demo check | sort -u >"$T/both"
{
	list demo
	list check
} | sort -u >"$T/each"
ok "several goals need what each of them does" cmp "$T/both" "$T/each"
no "the demo needs nothing of the bench" \
	sh -c "sh tools/setup.sh --list demo | grep -x -e tshark -e netsniff-ng"

# The goals that stand beside it reach it.
mkdir "$T/source" "$T/source/tools"
cp Makefile "$T/source"
cp -R tools/kconfig "$T/source/tools"
# shellcheck disable=SC2016 # that script's
echo 'echo "asked: $*"; exit 1' >"$T/source/tools/setup.sh"
asked() {
	make -C "$T/source" "$@" 2>&1 | sed -n 's/^asked: //p'
}
is "make setup" "$(asked setup)" "--for"
is "make setup demo check" "$(asked setup demo check)" \
	"--for setup demo check"

if ! command -v dpkg >/dev/null; then
	skip "packages hold the programs" "not a Debian system"
	done_testing
fi

# $1 a program, or the path of another file: its package
package_with() {
	path=$1
	[ -e "$path" ] || path=$(command -v "$1") || return
	path=$(readlink -f "$path")
	grep -l -x -F -e "$path" -e "${path#/usr}" /var/lib/dpkg/info/*.list |
		sed 's|.*/||; s/[:.][^:]*list$//; s/[.]list$//' | head -n 1
}

# $1 a goal, rest: programs or files: their packages are listed, or are on each
# system, or come with those that are
listed() {
	goal=$1
	shift
	list "$goal" >"$T/list"
	for _ in 1 2 3; do
		# shellcheck disable=SC2046 # words
		dpkg-query -W -f '${Package}\n${Depends}\n' \
			$(cat "$T/list") 2>/dev/null | sed 's/([^)]*)//g' |
			tr -s ',| ' '\n' | sort -u >"$T/more"
		mv "$T/more" "$T/list"
	done
	for program; do
		package=$(package_with "$program")
		is "$goal: $program" "$(wanted "$package")" ""
	done
}
wanted() {
	[ -n "$1" ] || return 0
	grep -q -x -F -e "$1" "$T/list" && return
	case $(dpkg-query -W -f '${Essential} ${Priority}' "$1") in
	yes* | *required) ;;
	*) echo "$1 is not listed" ;;
	esac
}
peers='/usr/include/pcap.h /usr/include/bpf/bpf.h /usr/include/xdp/xsk.h'
# shellcheck disable=SC2046 # words
listed demo make gcc musl-gcc awk sed \
	$(sed -n 's/^for program in \(.*\); do/\1/p' test/demo.sh)
# shellcheck disable=SC2046 # words
listed check $(grep -ohE 'command -v [a-z][a-z0-9-]+' test/build/*.t \
	test/live/*.t | sed 's/.* //' | sort -u |
	grep -v -x -e promtool -e dpkg -e ar)
# shellcheck disable=SC2086 # words
listed check busybox cppcheck g++ git mawk perl pkg-config prove readelf \
	setcap setpriv shellcheck ss strace xdp-loader $peers \
	/usr/include/cmocka.h /usr/include/ev.h \
	/usr/lib/python3/dist-packages/kconfiglib.py \
	/usr/lib/python3/dist-packages/scapy/__init__.py
# shellcheck disable=SC2086 # words
listed bench netsniff-ng trafgen tcpreplay tcpbridge tcpdump gnuplot ethtool \
	strace valgrind $peers

# None of them is started with the machine; util-linux, which is everywhere,
# trims disks.
list demo check bench | grep -v -e ' ' -e '^util-linux$' |
	while read -r package; do
		grep -s -E '/systemd/system/.*\.service$|^/etc/init\.d/.' \
			"/var/lib/dpkg/info/$package.list" \
			"/var/lib/dpkg/info/$package:"*.list
	done >"$T/services"
is "no package has a service" "$(cat "$T/services")" ""

done_testing
