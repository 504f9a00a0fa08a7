import { ReleasedArrayError } from '../errors.ts';
import type { GpuArray } from '../gpuArray.ts';
import type { Dispatch, Parameters, Program } from './dispatch.ts';
import { parameterBlockBytes, ParameterTable } from './parameterTable.ts';
import { PipelineCache } from './pipelines.ts';
import type { CompiledProgram } from './pipelines.ts';
import type { Profiler } from './profiler.ts';

/** Above this many bind groups the cache starts afresh at the next submit. */
const maxBindGroups = 65536;

/** A program that a stretch of recording would use, and how many arrays it reads and writes. */
export interface NeededProgram {
  readonly program: Program;
  readonly reads: number;
  readonly writes: number;
}

export interface RecorderStatistics {
  dispatches: number;
  bindGroupsCreated: number;
  submits: number;
}

/** Records dispatches into one current compute pass and submits them together. */
export class Recorder {
  readonly statistics: RecorderStatistics = { dispatches: 0, bindGroupsCreated: 0, submits: 0 };
  readonly #device: GPUDevice;
  readonly #pipelines: PipelineCache;
  readonly #parameters: ParameterTable;
  readonly #bindGroups = new Map<string, BoundProgram>();
  readonly #offsets = new Uint32Array(1);
  /** What was dispatched last. */
  #last: BoundProgram | null = null;
  #encoder: GPUCommandEncoder | null = null;
  #pass: GPUComputePassEncoder | null = null;
  #current: CompiledProgram | null = null;
  #profiler: Profiler | null = null;
  #needed: Map<string, NeededProgram> | null = null;

  constructor(device: GPUDevice, onError: (message: string) => void) {
    this.#device = device;
    this.#pipelines = new PipelineCache(device, onError);
    this.#parameters = new ParameterTable(device);
  }

  get pipelineCount(): number {
    return this.#pipelines.size;
  }

  set profiler(profiler: Profiler | null) {
    this.flush();
    this.#profiler = profiler;
  }

  dispatch(dispatch: Dispatch): void {
    const { program, reads, writes, workgroups } = dispatch;
    if (workgroups[0] === 0 || workgroups[1] === 0 || workgroups[2] === 0) return;
    if (this.#needed) {
      if (!this.#pipelines.has(program)) this.#needed.set(program.key, { program, reads: reads.length, writes: writes.length });
      return;
    }
    if (this.#profiler?.full || this.#parameters.full) this.flush();
    const bound = this.#bind(dispatch);
    const { compiled } = bound;
    this.#encoder ??= this.#device.createCommandEncoder();
    if (this.#profiler) {
      this.#endPass();
      this.#pass = this.#encoder.beginComputePass({ label: program.key, timestampWrites: this.#profiler.time(program.key, dispatch.work) });
    }
    this.#pass ??= this.#encoder.beginComputePass();
    if (this.#current !== compiled) {
      this.#pass.setPipeline(compiled.pipeline);
      this.#current = compiled;
    }
    this.#offsets[0] = this.#offsetOf(bound, dispatch.parameters ?? noParameters);
    this.#pass.setBindGroup(0, bound.group, this.#offsets, 0, 1);
    this.#pass.dispatchWorkgroups(workgroups[0], workgroups[1], workgroups[2]);
    this.statistics.dispatches += 1;
  }

  /** Runs `record` without recording anything, and returns the programs that it needs and that are not compiled yet. */
  neededPrograms(record: () => void): NeededProgram[] {
    const needed = (this.#needed = new Map<string, NeededProgram>());
    try {
      record();
    } finally {
      this.#needed = null;
    }
    return [...needed.values()];
  }

  /** Compiles a program ahead of use. */
  async prepare({ program, reads, writes }: NeededProgram): Promise<void> {
    await this.#pipelines.prepare(program, reads, writes);
  }

  /** Records something that a compute pass cannot hold, such as a copy to a mappable buffer. */
  encode(record: (encoder: GPUCommandEncoder) => void): void {
    this.#endPass();
    this.#encoder ??= this.#device.createCommandEncoder();
    record(this.#encoder);
  }

  /** Submits what is recorded. */
  flush(): void {
    if (!this.#encoder) return;
    this.#endPass();
    this.#profiler?.resolve(this.#encoder);
    this.#parameters.upload();
    this.#device.queue.submit([this.#encoder.finish()]);
    this.#encoder = null;
    this.statistics.submits += 1;
    if (this.#parameters.full) this.#parameters.reset();
    if (this.#bindGroups.size > maxBindGroups) this.forgetBindGroups();
  }

  /** Drops cached bind groups, which keep destroyed buffers alive. */
  forgetBindGroups(): void {
    this.#bindGroups.clear();
    this.#last = null;
  }

  destroy(): void {
    this.#parameters.destroy();
    this.forgetBindGroups();
  }

  #endPass(): void {
    this.#pass?.end();
    this.#pass = null;
    this.#current = null;
  }

  /** Steps repeat, so that what followed the dispatch before the last time mostly follows it again: then no key is built and nothing looked up. */
  #bind(dispatch: Dispatch): BoundProgram {
    const expected = this.#last?.next;
    const bound = expected && isBoundTo(expected, dispatch) ? expected : this.#find(dispatch);
    if (this.#last) this.#last.next = bound;
    this.#last = bound;
    return bound;
  }

  #find({ program, reads, writes }: Dispatch): BoundProgram {
    const compiled = this.#pipelines.get(program, reads.length, writes.length);
    const arrays = [...reads, ...writes];
    const key = `${compiled.number}|${arrays.map((array) => bindingKey(array, compiled)).join('|')}`;
    let bound = this.#bindGroups.get(key);
    if (!bound) {
      const group = this.#device.createBindGroup({
        label: `${compiled.key} on ${arrays.map((array) => `${array.label}[${array.length}]`).join(', ')}`,
        layout: compiled.layout,
        entries: [
          { binding: 0, resource: { buffer: this.#parameters.buffer, size: parameterBlockBytes } },
          ...arrays.map(({ storage, byteOffset, bindingSize }, index) => ({
            binding: 1 + index,
            resource: { buffer: storage.buffer, offset: byteOffset, size: bindingSize },
          })),
        ],
      });
      const ranges = arrays.map(({ storage, byteOffset, bindingSize }) => ({ storage, byteOffset, bindingSize }));
      bound = { compiled, group, ranges, integers: [], floats: [], parameterOffset: -1, generation: -1, next: null };
      this.#bindGroups.set(key, bound);
      this.statistics.bindGroupsCreated += 1;
    }
    return bound;
  }

  #offsetOf(bound: BoundProgram, { integers = noNumbers, floats = noNumbers }: Parameters): number {
    const table = this.#parameters;
    if (bound.generation !== table.generation || !sameNumbers(bound.integers, integers) || !sameNumbers(bound.floats, floats)) {
      bound.parameterOffset = table.offsetOf(bound.compiled.key, integers, floats);
      bound.generation = table.generation;
      bound.integers = integers;
      bound.floats = floats;
    }
    return bound.parameterOffset;
  }
}

const noNumbers: readonly number[] = [];
const noParameters: Parameters = {};

/** A pipeline with the arrays that it is bound to, and what its last dispatch had besides. */
interface BoundProgram {
  readonly compiled: CompiledProgram;
  readonly group: GPUBindGroup;
  readonly ranges: readonly Pick<GpuArray, 'storage' | 'byteOffset' | 'bindingSize'>[];
  integers: readonly number[];
  floats: readonly number[];
  /** Where the parameter table has these numbers, as long as it is in this generation. */
  parameterOffset: number;
  generation: number;
  /** What followed the last time. */
  next: BoundProgram | null;
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
  // As the key of a parameter block has them: -0 and 0 are one number.
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false;
  return true;
}

function bindingKey(array: GpuArray, compiled: CompiledProgram): string {
  if (array.released) throw new ReleasedArrayError(`kernel ${compiled.key}: array ${array.label} was released before this use`);
  return array.bindingKey;
}
