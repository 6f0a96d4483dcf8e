# Defines isolate(), for the two places that install packages: local/venv.sh, and the layers' bundles.
#
# Packages come from the index that pip is configured to use, through pip's proxy. Other settings of pip, uv
# and Python do not apply: they could move the packages to another folder.

setting() { # print pip's setting $1: of the environment, else of the command, else of all commands
    for section in :env: install global; do
        value=$(printf '%s\n' "$settings" |
            sed -n "s/^$section\.$1=['\"]\(.*\)['\"]\$/\1/p" | tail -n 1 | sed 's/\\n/ /g; s/^ *//')
        if [ -n "$value" ]; then
            printf '%s\n' "$value"
            return
        fi
    done
}

set_default() { # export $1 with the value $2, unless $1 is set or the value is empty
    eval "[ -n \"\${$1:-}\" ]" || [ -z "$2" ] || export "$1=$2"
}

isolate() { # keep only those settings of the pip in $1 for the source of packages, and pass them to uv
    settings=$(unset PIP_QUIET PIP_VERBOSE PIP_LOG PIP_PYTHON && "$1/bin/python" -m pip config list 2>/dev/null) || settings=
    for name in $(env | sed -n 's/^\(PIP_[A-Z0-9_]*\)=.*/\1/p'); do unset "$name"; done
    export PIP_CONFIG_FILE=/dev/null PIP_DISABLE_PIP_VERSION_CHECK=1
    for name in index-url extra-index-url find-links no-index trusted-host proxy cert client-cert \
        default-timeout timeout retries keyring-provider; do
        set_default "PIP_$(echo "$name" | tr a-z- A-Z_)" "$(setting "$name")"
    done
    unset UV_SYSTEM_PYTHON UV_PYTHON UV_PROJECT UV_WORKING_DIR UV_CONSTRAINT UV_BUILD_CONSTRAINT UV_NO_VERIFY_HASHES
    [ -n "${UV_INDEX_URL:-}" ] || set_default UV_DEFAULT_INDEX "${PIP_INDEX_URL:-}"
    [ -n "${UV_INDEX:-}" ] || set_default UV_EXTRA_INDEX_URL "${PIP_EXTRA_INDEX_URL:-}"
    set_default UV_FIND_LINKS "$(echo "${PIP_FIND_LINKS:-}" | tr ' ' ,)"
    set_default UV_INSECURE_HOST "${PIP_TRUSTED_HOST:-}"
    set_default SSL_CERT_FILE "${PIP_CERT:-}"
    [ -n "${HTTPS_PROXY:-}${https_proxy:-}" ] || set_default ALL_PROXY "${PIP_PROXY:-}"
}
