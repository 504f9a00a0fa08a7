import type { Dispatch, Program } from './dispatch.ts';
import { ParameterTable } from './parameterTable.ts';
import { PipelineCache } from './pipelineCache.ts';
import type { CompiledProgram } from './pipelineCache.ts';
import type { Profiler } from './profiler.ts';
import { ProgramBindings } from './bindGroupCache.ts';

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
  readonly #bindings: ProgramBindings;
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
    this.#bindings = new ProgramBindings({
      device,
      pipelines: this.#pipelines,
      parameters: this.#parameters,
      statistics: this.statistics,
    });
  }

  get pipelineCount(): number {
    return this.#pipelines.size;
  }

  /** Whether dispatches are only listed now, by `neededPrograms`. */
  get onlyListing(): boolean {
    return this.#needed !== null;
  }

  set profiler(profiler: Profiler | null) {
    this.flush();
    this.#profiler = profiler;
  }

  dispatch(dispatch: Dispatch): void {
    const { program, reads, writes, workgroups } = dispatch;
    if (workgroups[0] === 0 || workgroups[1] === 0 || workgroups[2] === 0) return;
    if (this.#needed) {
      if (!this.#pipelines.has(program))
        this.#needed.set(program.key, { program, reads: reads.length, writes: writes.length });
      return;
    }
    if (this.#profiler?.full || this.#parameters.full) this.flush();
    const bound = this.#bindings.bind(dispatch);
    const { compiled } = bound;
    this.#encoder ??= this.#device.createCommandEncoder();
    if (this.#profiler) {
      this.#endPass();
      this.#pass = this.#encoder.beginComputePass({
        label: program.key,
        timestampWrites: this.#profiler.time(program.key, dispatch.work),
      });
    }
    this.#pass ??= this.#encoder.beginComputePass();
    if (this.#current !== compiled) {
      this.#pass.setPipeline(compiled.pipeline);
      this.#current = compiled;
    }
    this.#offsets[0] = this.#bindings.parameterOffset(bound, dispatch.parameters);
    this.#pass.setBindGroup(0, bound.group, this.#offsets, 0, 1);
    this.#pass.dispatchWorkgroups(workgroups[0], workgroups[1], workgroups[2]);
    this.statistics.dispatches += 1;
  }

  /**
   * Runs `record` without recording anything, and returns the programs that it needs and that are
   * not compiled yet.
   */
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
    if (this.#bindings.full) this.#bindings.clear();
  }

  /** Drops cached bind groups, which keep destroyed buffers alive. */
  forgetBindGroups(): void {
    this.#bindings.clear();
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
}
