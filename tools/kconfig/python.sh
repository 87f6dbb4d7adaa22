#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs a script with a Python that has kconfiglib, wherever that one is.
#
# usage: python.sh SCRIPT [ARGUMENT]...

for python in "${PYTHON:-}" python3 /usr/bin/python3; do
	# Debian's packages, for another Python that comes first in PATH.
	for path in "${PYTHONPATH:-}" /usr/lib/python3/dist-packages; do
		if [ -n "$python" ] && PYTHONPATH=$path PYTHONDONTWRITEBYTECODE=1 \
			"$python" -c 'import kconfiglib' 2>/dev/null; then
			export PYTHONPATH="$path" PYTHONDONTWRITEBYTECODE=1
			exec "$python" "$@"
		fi
	done
done
echo "No Python with kconfiglib found: install python3-kconfiglib," \
	"or run \"pip install kconfiglib\"." >&2
exit 1
