#!/bin/sh
# Install contrechamp from the folder that this script lies in: without a network, without root.
#
#     ./install.sh FOLDER [PYTHON]
#
# FOLDER is made, and holds everything; deleting it removes contrechamp. PYTHON is the program to use.
set -eu

fail() {
    echo "install.sh: $*" >&2
    exit 1
}

[ $# -eq 1 ] || [ $# -eq 2 ] || fail "say where to: ./install.sh FOLDER [PYTHON], say ./install.sh ~/contrechamp"
case $1 in
/*) into=$1 ;;
*) into=$PWD/$1 ;;
esac
[ ! -e "$into" ] || fail "$into is there already: name a new folder, or remove that one first"
cd "$(dirname "$0")"
# What this bundle is for: version, python, system, machine, glibc.
. ./target

chosen=${2:-}
if [ -z "$chosen" ]; then
    for chosen in "python$python" python3; do
        if command -v "$chosen" >/dev/null; then break; fi
    done
fi
command -v "$chosen" >/dev/null ||
    fail "needs Python $python, and found no $chosen; name one: ./install.sh FOLDER /path/to/python$python"
"$chosen" -I - "$chosen" "$python" "$system" "$machine" "$glibc" <<'END' || exit 1
import platform
import sys

chosen, python, system, machine, glibc = sys.argv[1:]


def fail(text):
    sys.exit("install.sh: " + text)


there = "%d.%d" % sys.version_info[:2]
if there != python or sys.implementation.name != "cpython":
    fail(
        "this bundle is for CPython %s, and %s is %s %s; name another, ./install.sh FOLDER "
        "/path/to/python%s, or take the bundle for %s"
        % (python, chosen, sys.implementation.name, there, python, there)
    )
if (sys.platform, platform.machine()) != (system, machine):
    fail(
        "this bundle is for %s on %s, and this is %s on %s"
        % (system, machine, sys.platform, platform.machine())
    )
if glibc:
    library, found = platform.libc_ver()
    if library != "glibc":
        fail("this bundle needs glibc %s or newer, and this system has another C library" % glibc)
    if [int(part) for part in found.split(".")[:2]] < [int(part) for part in glibc.split(".")]:
        fail("this bundle needs glibc %s or newer, and here is %s" % (glibc, found))
try:
    import venv
except ImportError:
    fail("%s lacks its module venv; on Debian and Ubuntu: apt-get install python3-venv" % chosen)
END

if command -v sha256sum >/dev/null; then
    sha256sum -c SHA256SUMS >/dev/null || fail "a file is damaged or was changed: fetch the bundle anew"
elif command -v shasum >/dev/null; then
    shasum -a 256 -c SHA256SUMS >/dev/null || fail "a file is damaged or was changed: fetch the bundle anew"
else
    fail "needs sha256sum or shasum, to check the files"
fi

mkdir -p "$(dirname "$into")"
mkdir "$into" || fail "cannot make $into"
trap 'rm -rf "$into"' EXIT
trap 'exit 1' HUP INT TERM
# Debian keeps the pip of new environments in a package of its own; the bundle brings one.
"$chosen" -I -m venv --without-pip "$into"
echo "contrechamp $version is being installed; this takes a minute or two"
PIP_CONFIG_FILE=/dev/null "$into/bin/python" -I "$(echo wheels/pip-*.whl)/pip" --isolated install \
    --quiet --disable-pip-version-check --no-cache-dir --no-index --find-links wheels \
    --only-binary :all: --require-hashes -r requirements.txt
"$into/bin/contrechamp" --version >/dev/null || fail "what was installed does not start"
trap - EXIT
echo "installed: $into/bin/contrechamp --help"
