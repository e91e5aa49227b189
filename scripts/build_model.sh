#!/bin/sh
# Rebuilds the shipped model: sh scripts/build_model.sh CORPORA OUTPUT PAIRS...
#   CORPORA  folder of official, articles, general, party and party_extra (.txt.xz)
#   OUTPUT   where the model goes; copy it over data/model to ship it
#   PAIRS    files of pages, {"truth": …, "ocr": {"eng": …, "vie": …}} a line (.jsonl, .jsonl.xz);
#            `vnadmin train channel --render` makes such pages
# Takes some 10 minutes and 3.5 GB of memory.
set -eu
corpora=$1 output=$2
shift 2
vnadmin=${VNADMIN:-vnadmin}

# What the pages say must not be in the language model: they are scored on, too.
truths=$(mktemp)
trap 'rm -f "$truths"' EXIT
for file; do
    case $file in *.xz) xz -dc "$file" ;; *) cat "$file" ;; esac
done | python3 -c '
import json, sys
for line in sys.stdin:
    print(json.loads(line)["truth"])' > "$truths"

"$vnadmin" train language "$corpora"/official.txt.xz "$corpora"/articles.txt.xz \
    "$corpora"/general.txt.xz "$corpora"/party.txt.xz "$corpora"/party_extra.txt.xz \
    --exclude-text "$truths" --entries 6000000 --held-back "$output.held-back.txt" -o "$output"
for language in eng vie; do
    "$vnadmin" train channel --language "$language" --from "$@" --model "$output" -o "$output"
done
