#!/bin/sh
# Runs four examples beside their twins in PyTorch, three seeds of each: seconds, and the last line with the accuracy.
#
#     scripts/peers/compare.sh [REEL [PYTHON]]
cd "$(dirname "$0")/../.." || exit 1
reel=${1:-target/release/reel}
python=${2:-python3}
timed() {
    start=$(date +%s.%N)
    last=$("$@" 2>&1 | tail -n 1)
    echo "$(date +%s.%N) $start" | awk -v last="$last" '{ printf "%6.2f s  %s\n", $1 - $2, last }'
}
for name in spiral rnn_sequences char_model digits_conv; do
    for seed in 0 1 2; do
        printf '%-14s seed %s  reel   ' "$name" "$seed"
        timed "$reel" --threads 2 "examples/$name.reel" -- "$seed"
        printf '%-14s seed %s  torch  ' "$name" "$seed"
        timed "$python" "scripts/peers/$name.py" --seed "$seed"
    done
done
