#!/bin/sh
# guard.sh FOLDER: ends a server and removes its folder as soon as whoever started it is gone, however it went: standard
# input is a pipe that nobody else holds, and the kernel closes it. Each line read is the id of the process to end, or
# empty when there is none. Runs in a session of its own, where a terminal's Ctrl-C does not reach it.
pid=
while read -r line; do pid=$line; done

alive() { [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null; }

children() { ps -A -o pid=,ppid= | awk -v parent="$pid" '$2 == parent { print $1 }'; }

# SIGQUIT, so that PostgreSQL ends its backends and frees its shared memory; a server that is paused must hear it.
if alive; then
  kill -QUIT "$pid"
  # shellcheck disable=SC2046
  kill -CONT "$pid" $(children) 2>/dev/null
  rounds=0
  while alive && [ "$rounds" -lt 500 ]; do
    sleep 0.02
    rounds=$((rounds + 1))
  done
  if alive; then kill -KILL "$pid"; fi
fi
# A process that has only just been ended may still have added a file.
rm -rf "$1" 2>/dev/null || { sleep 1; rm -rf "$1"; }
