import { ReleasedArrayError } from '../errors.ts';
import type { GpuArray } from '../gpuArray.ts';
import type { Dispatch, Program } from './dispatch.ts';
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
  readonly #bindGroups = new Map<string, GPUBindGroup>();
  readonly #offsets = new Uint32Array(1);
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
    const compiled = this.#pipelines.get(program, reads.length, writes.length);
    const group = this.#bindGroup(compiled, dispatch);
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
    this.#offsets[0] = this.#parameters.offsetOf(compiled.key, dispatch.parameters?.integers ?? [], dispatch.parameters?.floats ?? []);
    this.#pass.setBindGroup(0, group, this.#offsets, 0, 1);
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

  /** Submits what is recorded. Returns whether there was anything. */
  flush(): boolean {
    if (!this.#encoder) return false;
    this.#endPass();
    const afterSubmit = this.#profiler?.resolve(this.#encoder);
    this.#parameters.upload();
    this.#device.queue.submit([this.#encoder.finish()]);
    this.#encoder = null;
    this.statistics.submits += 1;
    afterSubmit?.();
    if (this.#parameters.full) this.#parameters.reset();
    if (this.#bindGroups.size > maxBindGroups) this.#bindGroups.clear();
    return true;
  }

  /** Drops cached bind groups, which keep destroyed buffers alive. */
  forgetBindGroups(): void {
    this.#bindGroups.clear();
  }

  destroy(): void {
    this.#parameters.destroy();
    this.#bindGroups.clear();
  }

  #endPass(): void {
    this.#pass?.end();
    this.#pass = null;
    this.#current = null;
  }

  #bindGroup(compiled: CompiledProgram, { reads, writes }: Dispatch): GPUBindGroup {
    let key = `${compiled.number}`;
    for (const array of reads) key += `|${bindingKey(array, compiled)}`;
    for (const array of writes) key += `|${bindingKey(array, compiled)}`;
    let group = this.#bindGroups.get(key);
    if (!group) {
      group = this.#device.createBindGroup({
        label: `${compiled.key} on ${[...reads, ...writes].map((array) => `${array.label}[${array.length}]`).join(', ')}`,
        layout: compiled.layout,
        entries: [
          { binding: 0, resource: { buffer: this.#parameters.buffer, size: parameterBlockBytes } },
          ...[...reads, ...writes].map((array, index) => ({
            binding: 1 + index,
            resource: { buffer: array.storage.buffer, offset: array.byteOffset, size: array.bindingSize },
          })),
        ],
      });
      this.#bindGroups.set(key, group);
      this.statistics.bindGroupsCreated += 1;
    }
    return group;
  }
}

function bindingKey(array: GpuArray, compiled: CompiledProgram): string {
  if (array.released) throw new ReleasedArrayError(`kernel ${compiled.key}: array ${array.label} was released before this use`);
  return array.bindingKey;
}
