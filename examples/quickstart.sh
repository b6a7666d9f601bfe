#!/bin/sh
# Delivers five messages by five rules into a new Maildir and shows where each went, and why. Ends
# with the paths of two pages that show it in a browser.
# Needs Python 3.11 or later; no server, no root. Everything it makes stays below one
# temporary folder, which it names, and a virtual environment, .venv.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
venv=${VENV:-$here/../.venv}
place=$(mktemp -d "${TMPDIR:-/tmp}/maildrop-py.XXXXXX")
rules=$here/quickstart/rules.yaml

if ! [ -x "$venv/bin/maildrop-py" ]; then
    echo "Installing into a virtual environment ..."
    [ -x "$venv/bin/python" ] || "${PYTHON:-python3}" -m venv "$venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check "$here/.."
fi
PATH=$venv/bin:$PATH
export XDG_CACHE_HOME="$place/cache" XDG_STATE_HOME="$place/state"

echo
echo "== 1. Are the rules right?   maildrop-py check"
maildrop-py check --rules "$rules"

echo
echo "== 2. What would they do?   maildrop-py dry-run"
maildrop-py dry-run --offline --rules "$rules" "$here"/quickstart/mail

echo
echo "== 3. And why?   maildrop-py dry-run (of one message)"
maildrop-py dry-run --offline --rules "$rules" "$here"/quickstart/mail/3-japanese.eml

echo "== 4. Deliver them, as a mail server would.   maildrop-py deliver"
mkdir "$place/Maildir"
for message in "$here"/quickstart/mail/*.eml; do
    maildrop-py deliver --rules "$rules" --maildir "$place/Maildir" \
        --recipient me@example.com <"$message"
    echo "$(basename "$message"): status $?"
done

echo
echo "== 5. Where they are.   find $place/Maildir -type f -path '*/[nc][eu][wr]/*'"
(cd "$place/Maildir" && find . -type f -path '*/[nc][eu][wr]/*' | sort)

echo
echo "== 6. And the log says why.   maildrop-py stats"
maildrop-py stats

echo
echo "== 7. Both as pages with pictures, for a browser.   maildrop-py dry-run --html, stats --html"
maildrop-py dry-run --offline --rules "$rules" "$here"/quickstart/mail --html "$place/dry-run.html"
maildrop-py stats --html "$place/statistics.html"
