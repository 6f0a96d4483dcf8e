#!/bin/sh
# Creates .venv with the packages in requirements-dev.txt. It requires only Python and network access.
# Does nothing if .venv is up to date; completes an interrupted installation.
#
#   local/venv.sh [PYTHON]   the interpreter to use; else python3, python3.13, or one that uv can get
#
# Packages come from the index that pip is configured to use: see components/bundle/index.sh.
set -eu
unset CDPATH PYTHONHOME PYTHONPATH PYTHONOPTIMIZE PYTHONWARNINGS PYTHONINSPECT PYTHONSTARTUP PYTHONPLATLIBDIR

fail() {
    echo "error: $*" >&2
    exit 1
}

cd -- "$(dirname -- "$0")/.."
for file in .python-version requirements-dev.txt Pulumi.yaml local/venv.sh components/bundle/index.sh; do
    [ -f "$file" ] || fail "$(pwd) has no $file: expected a checkout of this project"
done

. components/bundle/index.sh

version=$(cat .python-version)
stamp=.venv/.installed
packages=$(cat .python-version requirements-dev.txt | cksum)
# Contains the folder because a virtual environment cannot be moved.
key="$(pwd) $packages"

trap 'echo "interrupted: run make again to continue" >&2; exit 130' INT

is_right() { # run it: a version manager's shim is on PATH for versions that are not installed
    "$1" -c "import sys; sys.exit('%d.%d' % sys.version_info[:2] != '$version')" >/dev/null 2>&1
}

find_python() {
    if [ -n "$1" ]; then
        is_right "$1" || fail "PYTHON=$1: expected Python $version, the version of Lambda's runtime"
        echo "$1"
        return
    fi
    for candidate in python3 "python$version"; do
        if is_right "$candidate"; then
            echo "$candidate"
            return
        fi
    done
}

make_environment() { # with the Python $1, at $2
    rm -rf .venv
    "$1" -m venv "$2" >/dev/null ||
        fail "$1 cannot create a virtual environment: on Debian and Ubuntu, run apt install python3-venv"
}

install_uv() { # into the environment $1
    isolate "$1"
    "$1/bin/uv" --version >/dev/null 2>&1 && return
    awk '/^uv==/ {on = 1} on {print} on && !/\\$/ {exit}' requirements-dev.txt >"$1/uv.txt"
    "$1/bin/python" -m pip install --quiet --no-deps --require-hashes -r "$1/uv.txt" ||
        fail "uv could not be installed from ${PIP_INDEX_URL:-PyPI}: check the network connection"
}

find_any_python() { # that runs uv's installation; a shim may refuse to run here, because of .python-version
    for candidate in python3 /usr/bin/python3; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 8))' >/dev/null 2>&1; then
            echo "$candidate"
            return
        fi
    done
    fail "found no Python: install Python $version"
}

get_python() { # with uv, in a separate environment
    any=$(find_any_python)
    [ -x .local/uv/bin/python ] || make_environment "$any" .local/uv
    install_uv .local/uv
    .local/uv/bin/uv venv --quiet --clear --seed --python "$version" .venv ||
        fail "Python $version, the version of Lambda's runtime, was not found and could not be downloaded: install it, and run make PYTHON=/path/to/python$version"
}

if [ -L .venv ]; then # its packages are in a folder outside the checkout, which stays as it is
    case "$(cat "$stamp" 2>/dev/null)" in
    *" $packages") exit 0 ;;
    *) fail ".venv is a symbolic link to an environment without the pinned packages: remove it, and run make again" ;;
    esac
fi

[ "$(cat "$stamp" 2>/dev/null)" = "$key" ] && [ -x .venv/bin/python ] && exit 0

echo "Creating .venv" >&2
rm -f "$stamp"
python=$(find_python "${1:-}")
if ! is_right .venv/bin/python || ! { .venv/bin/uv --version || .venv/bin/python -m pip --version; } >/dev/null 2>&1; then
    if [ -n "$python" ]; then make_environment "$python" .venv; else get_python; fi
fi
install_uv .venv
.venv/bin/uv pip sync --quiet --python .venv/bin/python --require-hashes --compile-bytecode \
    ${PIP_NO_INDEX:+--no-index} requirements-dev.txt ||
    fail "the packages could not be installed: run make again to continue"
# Makes python -m local work from any folder. A relative path is the same text in every locale's encoding.
echo ../../../.. >"$(echo .venv/lib/python*/site-packages)/strata.pth"
echo "$key" >"$stamp"
