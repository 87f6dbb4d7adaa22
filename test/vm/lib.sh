# SPDX-License-Identifier: MIT
# What the scripts of this directory share: tables, the cache, Debian's files.
# They run from the top of the source tree.
# shellcheck shell=sh

vm=$(pwd)/test/vm

# Toolchains and kernels are fetched, or built, once.
cache=${NETRING_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/netring}

# $1 a table, $2 a name in it, or "": the lines, or the rest of that line
lines() {
	awk -v name="$2" '/^#/ || !NF { next } name == "" { print; next }
		$1 == name { $1 = ""; sub(/^ /, ""); print }' "$vm/$1"
}

# $1 a table, $2 a name, $3 which word of the rest
word() {
	words=$(lines "$1" "$2")
	[ -n "$words" ] || {
		echo "test/vm/$1 has no $2" >&2
		return 1
	}
	echo "$words" | awk -v n="$3" '{ print $n }'
}

# $1 a kernel: it is there, and built as its configuration says now
have_kernel() {
	fragment=$(word kernels "$1" 4)
	[ -d "$cache/kernel/$1" ] && { [ -z "$fragment" ] ||
		cmp -s "$vm/$fragment" "$cache/kernel/$1/fragment"; }
}

# The machines that the words name: their own names, or when they are run.
machines() {
	for name; do
		case $name in
		all) lines machines "" | awk '$6 != "never" { print $1 }' ;;
		push) lines machines "" | awk '$6 == "push" { print $1 }' ;;
		*) word machines "$name" 1 >/dev/null && echo "$name" ;;
		esac || return 1
	done
}

# $1 a machine: the package with a newer emulator than the system's, if it needs
# one. QEMU 7.2 has no igb; counting instructions, it spoils the flags in a
# CMPXCHG16B, and stands still when a MIPS timer is set for the present.
newer_emulator() {
	system=$(word kernels "$(word machines "$1" 2)" 1)
	case $(word architectures "$system" 5) in
	x86_64 | i386) echo qemu-system-x86 ;;
	mips*) echo qemu-system-mips ;;
	esac
}

# $1 a machine: where its program is built
build_of() {
	config=$(word machines "$1" 6)
	echo "$NETRING_BUILD/$(word machines "$1" 1)${config:+-$config}"
}

# An apt of its own, with other architectures and suites than the system's, but
# its mirror and its keys.
APT_CONFIG=$cache/apt/apt.conf
export APT_CONFIG

# $@ SUITE:ARCHITECTURE
apt_update() {
	mkdir -p "$cache/apt/lists/partial" "$cache/apt/archives/partial"
	: >"$cache/apt/status"
	cat >"$APT_CONFIG" <<-EOF
		Dir::State "$cache/apt";
		Dir::State::status "$cache/apt/status";
		Dir::Cache "$cache/apt";
		Dir::Etc::sourcelist "$cache/apt/sources";
		Dir::Etc::sourceparts "$cache/apt/none";
		Dir::Etc::preferencesparts "$cache/apt/none";
		APT::Architecture "$(dpkg --print-architecture)";
		APT::Sandbox::User "root";
		Acquire::Languages "none";
		Acquire::GzipIndexes "false";
		Acquire::Retries "5";
	EOF
	# shellcheck disable=SC2016 # apt's own
	mirror=$(env -u APT_CONFIG apt-get indextargets --format '$(SITE)' \
		'Created-By: Packages' 'Label: Debian' | head -n 1)
	key=/usr/share/keyrings/debian-archive-keyring.gpg
	for suite in $(printf '%s\n' "$@" | sed 's/:.*//' | sort -u); do
		architectures=$(printf '%s\n' "$@" | sort -u | sed -n \
			"s/^$suite:\(.*\)/\1/p" |
			grep -v -x source | paste -s -d ,)
		echo "deb [signed-by=$key arch=$architectures] $mirror $suite main"
		case " $* " in
		*" $suite:source "*)
			echo "deb-src [signed-by=$key] $mirror $suite main"
			;;
		esac
	done >"$cache/apt/sources"
	mkdir -p "$cache/apt/none"
	apt-get -q update
}

# $1 a pattern: the newest package of that name
apt_newest() {
	apt-cache pkgnames | grep -x -E "$(echo "$1" |
		sed 's/[.+]/\\&/g; s/\*/[^-]*/g')" | sort -V | tail -n 1
}

# $1 a directory, $@ packages: their files in it
apt_unpack() (
	mkdir -p "$1/packages"
	cd "$1/packages" || exit
	shift
	apt-get -q download "$@"
	for file in *.deb; do
		dpkg-deb --fsys-tarfile "$file" | tar -x -C ..
	done
	rm -r ../packages
)
