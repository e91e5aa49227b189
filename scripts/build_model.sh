#!/bin/sh
# Rebuilds the shipped model: sh scripts/build_model.sh CORPORA SCORED OUTPUT PAIRS...
#   CORPORA  folder of official, articles, general, party and party_extra (.txt.xz)
#   SCORED   text that will be scored on: the language model is built without what repeats it
#   OUTPUT   where the model goes; copy it over data/model to ship it
#   PAIRS    files of pages, {"truth": …, "ocr": {"eng": …, "vie": …}} a line (.jsonl, .jsonl.xz);
#            `vnadmin train channel --render` makes such pages
# Takes some 10 minutes and 3.5 GB of memory.
set -eu
corpora=$1 scored=$2 output=$3
shift 3
vnadmin=${VNADMIN:-vnadmin}

"$vnadmin" train language "$corpora"/party.txt.xz "$corpora"/party_extra.txt.xz \
    "$corpora"/official.txt.xz "$corpora"/articles.txt.xz "$corpora"/general.txt.xz \
    --weight party.txt.xz=3 --weight party_extra.txt.xz=3 --weight general.txt.xz=0.7 \
    --exclude-text "$scored" --entries 6600000 --held-back "$output.held-back.txt" -o "$output"
for language in eng vie; do
    "$vnadmin" train channel --language "$language" --base none --from "$@" --model "$output" -o "$output"
done
