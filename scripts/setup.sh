#!/bin/sh
# Makes .venv, and installs by apt what is missing: python3-venv, Tesseract and its Vietnamese data;
# for the tests (`setup.sh test`) a font and Chromium, too. Without root or a sudo that asks nothing,
# it stops with the line to run.
set -eu
cd "$(dirname "$0")/.."

python=
for candidate in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    echo "vnadmin needs Python 3.11 or newer: install it, or say where: make PYTHON=/path/to/python3" >&2
    exit 1
fi

missing=
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    missing="$missing python$version-venv"
fi
command -v tesseract >/dev/null || missing="$missing tesseract-ocr"
tesseract --list-langs 2>/dev/null | grep -qx vie || missing="$missing tesseract-ocr-vie"
if [ "${1:-}" = test ]; then
    # The tests draw pages in one of the families of vnadmin/train/fonts.py.
    find -L /usr/share/fonts /usr/local/share/fonts ~/.local/share/fonts ~/.fonts \
        \( -name Tinos-BoldItalic.ttf -o -name FreeSerifBoldItalic.ttf \) 2>/dev/null |
        grep -q . || missing="$missing fonts-croscore"
    # They open the review page in a browser. Ubuntu's chromium is a snap, which containers can't
    # install: there `make test` takes Playwright's.
    if grep -qs '^ID=debian' /etc/os-release && ! command -v chromium >/dev/null; then
        missing="$missing chromium"
    fi
fi

if [ -n "$missing" ]; then
    apt="apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qqy --no-install-recommends$missing"
    if ! command -v apt-get >/dev/null; then
        echo "please install:$missing (Debian's names), then run make again" >&2
        exit 1
    elif [ "$(id -u)" = 0 ]; then
        echo "installing by apt:$missing" >&2
        sh -c "$apt" >/dev/null
    elif sudo -n true 2>/dev/null; then
        echo "installing by apt:$missing" >&2
        sudo -n sh -c "$apt" >/dev/null
    else
        echo "please run this, then make again:  sudo sh -c '$apt'" >&2
        exit 1
    fi
fi

# A .venv that was copied, or whose Python is gone, is made anew.
if ! grep -sqF " $(pwd -P)/.venv" .venv/pyvenv.cfg ||
    ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    "$python" -m venv --clear .venv
fi
