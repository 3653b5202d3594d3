# Keeps one throw-away Postgres cluster for as long as its standard input stays open.
# $1 is the folder of the Postgres programs. Prints "ready <folder>" or "failed <why>".
set -eu
bin=$1
trap '' PIPE
# In memory where there is room: a database is hundreds of files.
room=$(df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 { print $4 }')
if [ "${room:-0}" -gt 4000000 ] && [ -w /dev/shm ]; then base=/dev/shm; else base=${TMPDIR:-/tmp}; fi
dir=$(mktemp -d "$base/tandem-postgres.XXXXXX") || { echo "failed cannot make a folder"; exit 1; }

tidy() {
    "$bin/pg_ctl" -D "$dir/data" -m immediate -w stop >/dev/null 2>&1 || true
    rm -rf "$dir"
}
trap tidy EXIT
trap 'exit 1' HUP INT TERM

give_up() {
    echo "failed $1: $(tail -n 3 "$dir/log" | tr '\n' ' ')"
    exit 1
}

"$bin/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --no-locale --no-sync >"$dir/log" 2>&1 ||
    give_up initdb
# Nothing here has to survive a crash, and nobody but the tests can reach the socket's folder.
"$bin/pg_ctl" -D "$dir/data" -l "$dir/log" -w -t 60 -o "-k '$dir' -c listen_addresses='' \
    -c fsync=off -c synchronous_commit=off -c full_page_writes=off \
    -c autovacuum=off -c jit=off -c plan_cache_mode=force_generic_plan -c max_connections=300 -c shared_buffers=128MB" start >/dev/null 2>&1 ||
    give_up "pg_ctl start"
echo "ready $dir"
cat >/dev/null
