# Runs chromedriver for as long as standard input stays open, then ends it with all its browsers
# and removes what they wrote. Chromedriver prints its port.
set -u
trap '' PIPE
dir=$(mktemp -d "${TMPDIR:-/tmp}/tandem-browser.XXXXXX") || exit 1
export TMPDIR="$dir"
# In a process group of its own: a browser outlives a chromedriver that is killed.
setsid chromedriver --port=0 &
driver=$!
trap 'kill -KILL "-$driver" 2>/dev/null; wait; rm -rf "$dir" || rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
cat >/dev/null
