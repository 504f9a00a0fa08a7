#!/bin/sh
# On a machine with a GPU, in the folder that scripts/gpu-kit.mjs packed: tests every kernel, then times steps, products and a run, beside
# PyTorch where python3 has it. Five minutes; results are printed and kept as they come.
# Usage: sh check.sh [folder for the results] [--minutes 5] [--quick]
set -eu
kit=$(cd "$(dirname "$0")" && pwd)
node=$kit/bin/node
if [ -e "$kit/node.gz" ] && [ ! -x "$node" ]; then
  mkdir -p "$kit/bin"
  gunzip -c "$kit/node.gz" > "$node.part" && chmod +x "$node.part" && mv "$node.part" "$node"
fi
dawn=$kit/node_modules/webgpu/dist/linux-x64/dawn.node
if [ -e "$dawn.gz" ] && [ ! -e "$dawn" ]; then gunzip -c "$dawn.gz" > "$dawn.part" && mv "$dawn.part" "$dawn"; fi
[ -x "$node" ] || node=node
exec "$node" "$kit/check.mjs" "$@"
