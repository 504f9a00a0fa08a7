import type { Failures } from '../device/failures.ts';
import {
  GpuError,
  GpuValidationError,
  KernelArgumentError,
  maxWorkgroupsPerDimension,
  requireUsable,
} from '../device/given.ts';
import type { GpuArray } from '../memory/gpuArray.ts';
import type { Dispatch } from './dispatch.ts';
import { ParameterTable } from './parameterTable.ts';
import { PipelineCache } from './pipelineCache.ts';
import type { CompiledProgram, NeededProgram } from './pipelineCache.ts';
import { Profiler } from './profiler.ts';
import { ProgramBindings } from './bindGroupCache.ts';
import type { GPUCommandEncoder, GPUDevice, GPUError } from '../device/webGpuTypes.ts';

/** What a device has recorded so far. */
export interface RecorderStatistics {
  /** Kernels that were recorded. */
  dispatches: number;
  /** Sets of arrays that were bound for the first time. */
  bindGroupsCreated: number;
  /** Times that recorded kernels were handed to the GPU. */
  submits: number;
}

/**
 * After this many dispatches they are submitted, unless somebody waits for the GPU, which then
 * computes them while the next are recorded.
 */
const dispatchesAhead = 16;

/** Records dispatches into one current compute pass and submits them together. */
export class Recorder {
  readonly statistics: RecorderStatistics = { dispatches: 0, bindGroupsCreated: 0, submits: 0 };
  readonly #device: GPUDevice;
  readonly #failures: Failures;
  readonly #pipelines: PipelineCache;
  readonly #parameters: ParameterTable;
  readonly #bindings: ProgramBindings;
  // A plain array: with a typed one Dawn's binding for Node takes a third longer.
  readonly #offsets = [0];
  #encoder: GPUCommandEncoder | null = null;
  #pass: GPUComputePassEncoder | null = null;
  #current: CompiledProgram | null = null;
  #profiler: Profiler | null = null;
  #needed: Map<string, NeededProgram> | null = null;
  #unsubmitted = 0;
  /**
   * The dispatch that the next one may join. It is recorded before anything that could observe its
   * effect.
   */
  #waiting: Dispatch | null = null;

  constructor(device: GPUDevice, failures: Failures) {
    this.#device = device;
    this.#failures = failures;
    this.#pipelines = new PipelineCache({ device, failures, onForgotten: () => this.forgetBindGroups() });
    this.#parameters = new ParameterTable(device);
    this.#bindings = new ProgramBindings({
      device,
      failures,
      pipelines: this.#pipelines,
      parameters: this.#parameters,
      statistics: this.statistics,
    });
  }

  get pipelines(): PipelineCache {
    return this.#pipelines;
  }

  /** Whether `neededPrograms` is only listing dispatches now. */
  get onlyListing(): boolean {
    return this.#needed !== null;
  }

  get submits(): number {
    return this.statistics.submits;
  }

  /**
   * Starts to run every dispatch in a pass of its own, timed.
   *
   * @throws GpuError without timestamps
   */
  startProfiling(): void {
    if (!this.#device.features.has('timestamp-query'))
      throw new GpuError('profiling needs the adapter feature timestamp-query, which this adapter lacks');
    this.flush();
    this.#profiler = new Profiler(this.#device);
  }

  stopProfiling(): Profiler {
    const profiler = this.#profiler;
    if (!profiler) throw new GpuError('stopProfiling: profiling was not started');
    this.flush();
    this.#profiler = null;
    return profiler;
  }

  dispatch(dispatch: Dispatch): void {
    const { program, reads, writes, workgroups, joinTo } = dispatch;
    if (workgroups[0] === 0 || workgroups[1] === 0 || workgroups[2] === 0) return;
    if (!joinTo || this.#profiler) {
      this.recordWaiting();
      this.#record(dispatch);
      return;
    }
    if (!this.#needed) {
      for (const array of [...reads, ...writes]) requireUsable(`kernel ${program.key}`, array, this.#device);
      this.#requireContents(dispatch);
    }
    const joined = this.#waiting && joinTo(this.#waiting);
    if (!joined) this.recordWaiting();
    this.#waiting = joined ?? dispatch;
    if (!this.#needed) this.#noteWrites(dispatch);
  }

  /** Records the dispatch that waits to be joined. */
  recordWaiting(): void {
    const waiting = this.#waiting;
    if (!waiting) return;
    this.#waiting = null;
    if (!this.#failures.lost) this.#record(waiting, false);
  }

  #record(dispatch: Dispatch, isNew = true): void {
    const { program, reads, writes, workgroups } = dispatch;
    if ((workgroups[0] | workgroups[1] | workgroups[2]) > maxWorkgroupsPerDimension) this.#requireAllowed(dispatch);
    if (this.#needed) {
      if (!this.#pipelines.find(program))
        this.#needed.set(program.key, { program, reads: reads.length, writes: writes.length });
      return;
    }
    if (this.#profiler?.full || this.#parameters.full) this.flush();
    const bound = this.#bindings.bind(dispatch);
    if (isNew) this.#requireContents(dispatch);
    this.#noteWrites(dispatch);
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
    this.#pass.setBindGroup(0, bound.group, this.#offsets);
    this.#pass.dispatchWorkgroups(workgroups[0], workgroups[1], workgroups[2]);
    this.statistics.dispatches += 1;
    this.#unsubmitted += 1;
    // While somebody waits the GPU has work: what is recorded meanwhile goes in one submit.
    const isAhead = this.#unsubmitted >= dispatchesAhead && !this.#failures.awaited;
    if (isAhead && !this.#profiler) this.#submit();
  }

  #requireContents({ program, reads }: Dispatch): void {
    if (this.#failures.refusedSubmits.size > 0) for (const array of reads) this.requireContent(program.key, array);
  }

  #noteWrites({ writes }: Dispatch): void {
    for (const { storage } of writes) storage.writtenAt = this.statistics.submits;
  }

  /** @throws KernelArgumentError */
  #requireAllowed({ program, workgroups }: Dispatch): void {
    const most = this.#device.limits.maxComputeWorkgroupsPerDimension;
    if (workgroups.every((count) => count <= most)) return;
    throw new KernelArgumentError(
      `kernel ${program.key}: [${workgroups.join(', ')}] workgroups are dispatched; this device takes ${most} along x, y and z. ` +
        'spreadWorkgroups(count) spreads a flat number over x and y.',
    );
  }

  /**
   * Runs `record` without recording anything, and returns the programs that it needs that are not
   * compiled yet.
   */
  neededPrograms(record: () => void): NeededProgram[] {
    this.recordWaiting();
    const needed = (this.#needed = new Map<string, NeededProgram>());
    try {
      record();
    } finally {
      this.recordWaiting();
      this.#needed = null;
    }
    return [...needed.values()];
  }

  /**
   * Checks that the content of an array is defined: after a refused submit that was to write it, it
   * is not until it is written again. Weights and the like keep their previous content.
   *
   * @throws GpuValidationError
   */
  requireContent(where: string, { storage, label }: GpuArray): void {
    const error = storage.keepsContent ? undefined : this.#failures.refusedSubmits.get(storage.writtenAt);
    if (!error) return;
    throw new GpuValidationError(
      `${where}: array ${label} was never computed, because WebGPU refused the commands that were to do it: ${error.message}`,
      { cause: error },
    );
  }

  /** Records something outside a compute pass, such as a copy to a mappable buffer. */
  encode(record: (encoder: GPUCommandEncoder) => void): void {
    this.recordWaiting();
    this.#endPass();
    this.#encoder ??= this.#device.createCommandEncoder();
    record(this.#encoder);
  }

  /** Submits everything recorded. */
  flush(): void {
    this.recordWaiting();
    this.#submit();
  }

  #submit(): void {
    if (!this.#encoder) return;
    this.#unsubmitted = 0;
    this.#endPass();
    this.#profiler?.resolve(this.#encoder);
    this.#parameters.upload();
    const submit = this.statistics.submits;
    this.#device.pushErrorScope('validation');
    this.#device.queue.submit([this.#encoder.finish()]);
    const refused = ({ message }: GPUError) => {
      const error = new GpuValidationError(message);
      this.#failures.refuseSubmit(submit, error);
      return error;
    };
    this.#failures.watchScope(this.#device.popErrorScope(), refused, false);
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
    this.#waiting = null;
    this.#parameters.destroy();
    this.forgetBindGroups();
  }

  #endPass(): void {
    this.#pass?.end();
    this.#pass = null;
    this.#current = null;
  }
}
