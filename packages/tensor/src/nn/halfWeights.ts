import type { GpuArray } from '@attune/kernels';
import type { Module } from './module.ts';
import type { Parameter } from './parameter.ts';

/**
 * Runs `body` while every weight that matrix products read has an f16 copy, so that `autocast` finds
 * one; copies that an optimizer keeps stay as they are. The weights themselves are only read.
 */
export async function withHalves<Result>(module: Module, body: () => Promise<Result>): Promise<Result> {
  const lacking = new Set([...module.parameters()].filter((each) => each.isMatrixOperand && !each.fp16Array));
  const copied: Parameter[] = [];
  try {
    for (const parameter of lacking) {
      const together = parameter.contiguousGroup?.parameters;
      const group = together?.every((each) => lacking.has(each)) ? together : [parameter];
      for (const each of group) lacking.delete(each);
      for (const [index, array] of allocateHalves(group).entries()) {
        const each = group[index] as Parameter;
        each.setFp16Array(array);
        copied.push(each);
      }
    }
    return await body();
  } finally {
    for (const parameter of copied) {
      const array = parameter.fp16Array;
      parameter.setFp16Array(null);
      if (array) parameter.device.release(array);
    }
  }
}

/** Side by side where the weights are. */
function allocateHalves(group: readonly Parameter[]): GpuArray[] {
  const [{ device }] = group as readonly [Parameter];
  const sizes = group.map(({ size }) => size);
  const what = 'f16 weights of an evaluation';
  return sizes.length > 1
    ? device.allocateContiguous('f16', sizes, what)
    : [device.allocatePersistent('f16', sizes[0] ?? 1, what)];
}
