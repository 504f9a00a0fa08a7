import type { Failures } from '../device/failures.ts';
import { GpuValidationError, requireUsable } from '../device/given.ts';
import type { GpuArray } from '../memory/gpuArray.ts';
import type { Dispatch, Parameters } from './dispatch.ts';
import { parameterBlockBytes } from './parameterTable.ts';
import { requireFloatTypes } from './readBindings.ts';
import type { ParameterTable } from './parameterTable.ts';
import type { CompiledProgram, PipelineCache } from './pipelineCache.ts';
import type { GPUBindGroup, GPUDevice, GPUError } from '../device/webGpuTypes.ts';

/** Above this many bind groups the cache starts afresh. */
const maxBindGroups = 65536;
const noNumbers: readonly number[] = [];

/** A pipeline with its bound arrays, and what is remembered of its last dispatch. */
export interface BoundProgram {
  readonly compiled: CompiledProgram;
  readonly group: GPUBindGroup;
  readonly ranges: readonly Pick<GpuArray, 'storage' | 'byteOffset' | 'bindingSize'>[];
  integers: readonly number[];
  floats: readonly number[];
  /** Offset of these parameters in the parameter table, valid in this generation of it. */
  parameterOffset: number;
  generation: number;
  /** What was bound next the last time. */
  next: BoundProgram | null;
  /** What was bound next before that: batches of other lengths may use other arrays. */
  other: BoundProgram | null;
}

export interface ProgramBindingsOptions {
  readonly device: GPUDevice;
  readonly pipelines: PipelineCache;
  readonly parameters: ParameterTable;
  readonly failures: Failures;
  /** Counts what is created. */
  readonly statistics: { bindGroupsCreated: number };
}

/**
 * Bind groups by pipeline and arrays. Steps repeat, so what followed a dispatch the last time
 * mostly follows it again: that is compared first, and a key is built and looked up only where it
 * differs.
 */
export class ProgramBindings {
  readonly #options: ProgramBindingsOptions;
  readonly #bound = new Map<string, BoundProgram>();
  /** What was bound last. */
  #last: BoundProgram | null = null;

  constructor(options: ProgramBindingsOptions) {
    this.#options = options;
  }

  /** Whether it must be cleared at the next submit. */
  get full(): boolean {
    return this.#bound.size > maxBindGroups;
  }

  /**
   * The pipeline and bind group of a dispatch.
   *
   * @throws ReleasedArrayError, KernelArgumentError when an array lies on another device or holds
   *   other floats than the program declares
   */
  bind(dispatch: Dispatch): BoundProgram {
    const last = this.#last;
    let bound = last?.next;
    if (!bound || !isBoundTo(bound, dispatch)) {
      const other = last?.other;
      bound = other && isBoundTo(other, dispatch) ? other : this.#find(dispatch);
      if (last) {
        last.other = last.next;
        last.next = bound;
      }
    }
    return (this.#last = bound);
  }

  /** Byte offset of the parameters' block in the parameter table. */
  parameterOffset(bound: BoundProgram, { integers = noNumbers, floats = noNumbers }: Parameters = {}): number {
    const { parameters } = this.#options;
    if (
      bound.generation !== parameters.generation ||
      !sameNumbers(bound.integers, integers) ||
      !sameNumbers(bound.floats, floats)
    ) {
      bound.parameterOffset = parameters.offsetOf(bound.compiled.key, integers, floats);
      bound.generation = parameters.generation;
      bound.integers = integers;
      bound.floats = floats;
    }
    return bound.parameterOffset;
  }

  /** Drops all bind groups, which keep destroyed buffers alive. */
  clear(): void {
    this.#bound.clear();
    this.#last = null;
  }

  #find(dispatch: Dispatch): BoundProgram {
    const { program, reads, writes } = dispatch;
    const { device, failures, pipelines, parameters, statistics } = this.#options;
    for (const array of reads) requireUsable(`kernel ${program.key}`, array, device);
    for (const array of writes) requireUsable(`kernel ${program.key}`, array, device);
    const compiled = pipelines.get(program, reads.length, writes.length);
    requireFloatTypes(dispatch, compiled.bindings);
    const arrays = [...reads, ...writes];
    const key = `${compiled.number}|${arrays.map(({ bindingKey }) => bindingKey).join('|')}`;
    let bound = this.#bound.get(key);
    if (!bound) {
      const ranges = arrays.map(({ storage, byteOffset, bindingSize }) => ({ storage, byteOffset, bindingSize }));
      device.pushErrorScope('validation');
      const group = device.createBindGroup({
        label: `${compiled.key} on ${arrays.map((array) => `${array.label}[${array.length}]`).join(', ')}`,
        layout: compiled.layout,
        entries: [
          { binding: 0, resource: { buffer: parameters.buffer, size: parameterBlockBytes } },
          ...ranges.map(({ storage, byteOffset, bindingSize }, index) => ({
            binding: 1 + index,
            resource: { buffer: storage.buffer, offset: byteOffset, size: bindingSize },
          })),
        ],
      });
      const refused = ({ message }: GPUError) => new GpuValidationError(`kernel ${compiled.key}: ${message}`);
      failures.watchScope(device.popErrorScope(), refused, false);
      bound = {
        compiled,
        group,
        ranges,
        integers: noNumbers,
        floats: noNumbers,
        parameterOffset: -1,
        generation: -1,
        next: null,
        other: null,
      };
      this.#bound.set(key, bound);
      statistics.bindGroupsCreated += 1;
    }
    return bound;
  }
}

function isBoundTo({ compiled, ranges }: BoundProgram, { program, reads, writes }: Dispatch): boolean {
  if (program.key !== compiled.key || ranges.length !== reads.length + writes.length) return false;
  for (let index = 0; index < ranges.length; index++) {
    const array = index < reads.length ? reads[index] : writes[index - reads.length];
    const range = ranges[index];
    if (
      !array ||
      array.released ||
      array.storage !== range?.storage ||
      array.byteOffset !== range.byteOffset ||
      array.bindingSize !== range.bindingSize
    )
      return false;
  }
  return true;
}

function sameNumbers(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) if (!Object.is(a[index], b[index])) return false;
  return true;
}
