#!/bin/sh
# Tests every kernel on a machine's GPU, then times kernels, products and training steps, beside PyTorch where python3 has it.
# Usage: sh scripts/gpu/check.sh [folder for the figures]      in a folder that holds what scripts/gpu-kit.mjs packed
set -u
cd "$(dirname "$0")/../.."
kit=$PWD/.gpu
output=${1:-$kit/results}
mkdir -p "$kit/bin" "$output"
[ -x "$kit/bin/node" ] || { gunzip -c "$kit/node.gz" > "$kit/bin/node" && chmod +x "$kit/bin/node"; }
dawn=$kit/node_modules/webgpu/dist/linux-x64/dawn.node
[ -e "$dawn" ] || gunzip -c "$dawn.gz" > "$dawn"
export PATH="$kit/bin:$PATH" XDG_RUNTIME_DIR="${XDG_RUNTIME_DIR:-/tmp}"

# Bare machines often have the driver but not the loader.
if ! { ldconfig -p || /sbin/ldconfig -p; } 2>/dev/null | grep -q libvulkan.so.1; then
  for package in "$kit"/libvulkan1_*.deb; do dpkg -x "$package" "$kit/vulkan"; done
  export LD_LIBRARY_PATH="$kit/vulkan/usr/lib/x86_64-linux-gnu:${LD_LIBRARY_PATH:-}"
fi
nvidia=/usr/local/nvidia/share/vulkan/icd.d/nvidia_icd.json
if [ -z "${VK_DRIVER_FILES:-}" ] && [ -e "$nvidia" ]; then export VK_DRIVER_FILES="$nvidia"; fi

timeout 240 node "$kit/kernelTests.mjs" > "$output/kernelTests.txt" 2>&1
tests=$?
tail -n 40 "$output/kernelTests.txt"
python=
python3 -c 'import torch, transformers' 2>/dev/null && python="--python python3"
# shellcheck disable=SC2086
timeout 320 node benchmarks/bench.mjs --library "$kit/attune.mjs" --full --rounds 3 --only gemm,step,kernels --output "$output" $python
bench=$?
[ $tests -eq 0 ] && [ $bench -eq 0 ]
