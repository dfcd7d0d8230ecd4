#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Twenty deployments below apps/, and what maintenance does to them: twelve can be made again, five
# cannot, three are as they were.
set -e
record="python3 $(dirname "$0")/record.py"
deploy() { image=$1 && place=$2 && shift 2 &&
  xaas-deploy specialize "oci:$image" -q --cache cache --output "tree:apps/$place" "$@"; }

cp -r "$(dirname "$0")/app" other && echo 'int twice(int x) { return x + x + 1; }' > other/twice.c
for image in lasting vanishing overwritten; do
  xaas-build ir -q --source "$(dirname "$0")/app" --output "oci:$image" -- sh build.sh
done
for n in 01 02 03 04 05 06 07 08 09 10 11 12 13 14 18 19 20; do deploy lasting $n; done
deploy lasting 15 --target diamondrapids
deploy vanishing 16
deploy overwritten 17

# BLAS is replaced under four, removed under four; four have damaged programs.
echo old > libopenblas.so.0 && echo old > libblis.so.4
for n in 01 02 03 04 16 17; do $record library apps/$n libopenblas.so.0; done
for n in 05 06 07 08; do $record library apps/$n libblis.so.4; done
echo new > libopenblas.so.0 && rm libblis.so.4
for n in 09 10; do echo >> apps/$n/bin/app; done
rm apps/11/bin/app && sed -i 's/GLIBC_2\.34/GLIBC_2.99/' apps/12/bin/tool

# A record is damaged, a tree was moved, one is for a processor that this machine has not, an image
# is gone, and another one is in its place.
echo '{' > apps/13/.xaas/deployment.json
mv apps/14 apps/14-moved
echo >> apps/15/bin/app
rm -r vanishing
xaas-build ir -q --source other --output oci:overwritten --force -- sh build.sh
