#!/bin/sh
# run.sh [MODEL [OPTION…]]: plays the cases of cases.txt through ProVerif and says which came out otherwise than expected.
# Without arguments all of them, with a model that model's, with options that one case. PROVERIF names the binary, LIMIT the seconds for one case.
cd "$(dirname "$0")" || exit 2
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT
printf '%s\n' "$*" | sed 's/[^ A-Z0-9_a-z]//g' > "$work/wanted"
wanted=$(cat "$work/wanted")
while IFS='=' read -r run expected; do
  set -- $run
  case "$wanted" in '') ;; "$1"|"$*") ;; *) continue ;; esac
  model=$1; shift; definitions=
  for option in "$@"; do definitions="$definitions -D$option"; done
  cpp -P -traditional-cpp $definitions "$model.pv" > "$work/case.pv" 2> "$work/errors" || { cat "$work/errors"; exit 2; }
  got=$(timeout "${LIMIT:-400}" "${PROVERIF:-proverif}" "$work/case.pv" 2> "$work/errors" | grep '^RESULT' | grep -v '^RESULT (' |
    sed 's/.*is true\.$/T/; s/.*is false\.$/F/; s/.*cannot be proved\.$/-/' | tr '\n' ' ')
  got=$(echo $got); expected=$(echo $expected)
  if [ "$got" = "$expected" ]; then echo "ok    $model $*: $got"; else echo "DIFF  $model $*: $got, expected $expected"; echo bad > "$work/failed"; fi
done < cases.txt
[ ! -e "$work/failed" ]
