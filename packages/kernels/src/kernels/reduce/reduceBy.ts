import { KernelArgumentError } from '../../errors.ts';
import type { Gpu } from '../../gpu.ts';
import type { GpuArray } from '../../memory/gpuArray.ts';
import { bytesPerElement } from '../../memory/gpuArray.ts';
import { spreadWorkgroups } from '../../recording/dispatch.ts';
import { elementAccess } from '../../wgsl/elementAccess.ts';
import { kernelProgram } from '../../wgsl/kernelProgram.ts';
import { anyTypes, floatTypes, presentArrays, requireArray, requireExtents, requireSeparate } from '../validate.ts';
import { lanesOf, lanesWgsl } from './lanes.ts';
import { computedType, memberWgsl } from './member.ts';
import type { ReduceMember } from './member.ts';
import type { ReduceAlongOptions } from './options.ts';
import { wgsl as source } from './reduce.wgsl.ts';
import { joinsParts, partsOf, threadsFor } from './variants.ts';

/** `reduce` by a member of its family. @throws KernelArgumentError */
export function reduceBy(gpu: Gpu, member: ReduceMember, options: ReduceAlongOptions): void {
  requireReduce(member, options);
  const { input, output, outer, length, inner } = options;
  const type = computedType(member, input.elementType, output.elementType);
  const parts = partsOf(length);
  const joined = parts > 1 && joinsParts(gpu, options, parts);
  if (parts === 1 || joined) {
    recordStage(gpu, member, options, {
      input,
      output,
      parts: 1,
      length,
      isFirst: true,
      ...(joined && { joined: parts }),
    });
    return;
  }
  let values = gpu.allocate(type, outer * parts * inner, `parts of ${member.name}`);
  recordStage(gpu, member, options, { input, output: values, parts, length, isFirst: true });
  let remaining = parts;
  for (;;) {
    const next = partsOf(remaining);
    const sums = next === 1 ? output : gpu.allocate(type, outer * next * inner, `parts of ${member.name}`);
    recordStage(gpu, member, options, { input: values, output: sums, parts: next, length: remaining, isFirst: false });
    gpu.release(values);
    if (next === 1) return;
    values = sums;
    remaining = next;
  }
}

interface Stage {
  readonly input: GpuArray;
  readonly output: GpuArray;
  readonly parts: number;
  readonly length: number;
  readonly isFirst: boolean;
  /** Parts that each thread combines, one after the other. Default 1. */
  readonly joined?: number;
}

function recordStage(gpu: Gpu, member: ReduceMember, options: ReduceAlongOptions, stage: Stage): void {
  const { input, output, parts, length, isFirst, joined = 1 } = stage;
  const { outer, inner, center, factor = 1, power = 2 } = options;
  const type = computedType(member, options.input.elementType, options.output.elementType);
  const lanes = lanesOf(length, inner, parts, joined);
  const centerWidth = inner === 1 ? 1 : lanes.output;
  const outputs = (outer * parts * inner) / lanes.output;
  const threads = threadsFor(gpu, outputs);
  gpu.dispatch({
    program: kernelProgram('reduce', source, {
      access: elementAccess(gpu, { input, center }, { output }, { ...lanes, center: centerWidth }),
      member: memberWgsl(member, type),
      lanes: lanesWgsl(lanes),
      centered: center !== undefined,
      firstStage: isFirst,
      lastStage: parts === 1,
      joined: joined > 1,
      threads,
    }),
    parameters: {
      integers: [
        outputs,
        (parts * inner) / lanes.output,
        (length * inner) / lanes.input,
        inner / centerWidth,
        (joined * lanes.output) / lanes.input,
      ],
      floats: [power, factor, member.empty],
    },
    reads: presentArrays({ input, center }),
    writes: [output],
    workgroups: spreadWorkgroups(Math.ceil(outputs / threads)),
    work: { bytes: outer * length * inner * bytesPerElement[input.elementType] + 4 * lanes.output * outputs },
  });
}

function requireReduce(member: ReduceMember, options: ReduceAlongOptions): void {
  const { input, output, center, factor = 1, outer, length, inner } = options;
  const { name, centered = false } = member;
  const kernel = `reduce by ${name}`;
  requireExtents(kernel, { outer, length, inner });
  requireArray(kernel, 'input', input, { outer, length, inner }, anyTypes);
  requireArray(kernel, 'output', output, { outer, inner }, anyTypes);
  if (center) requireArray(kernel, 'center', center, { outer, inner }, floatTypes);
  if (centered !== (center !== undefined))
    throw new KernelArgumentError(`${kernel} ${centered ? 'needs a center' : 'takes no center'}`);
  if (factor !== 1 && computedType(member, input.elementType, output.elementType) !== 'f32')
    throw new KernelArgumentError(
      `${kernel} takes a factor of floats only; input (${input.label}) holds whole numbers`,
    );
  requireSeparate(kernel, presentArrays({ input, center }), [output]);
}
