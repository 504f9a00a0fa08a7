import type { CompilationKit } from './compilationKit.ts';
import type { NeededProgram, PipelineCache } from './pipelineCache.ts';
import type { GPUBuffer, GPUDevice } from '../device/webGpuTypes.ts';

/** Enough memory for what a kernel touches when all its sizes are 0. */
const scratchBytes = 65536;

/**
 * Runs kernels once, because software adapters compile a kernel when it first runs. All sizes and
 * all memory are 0, so that values that a kernel takes for sequence boundaries or row indices
 * cannot send it into endless loops.
 */
export class FirstRun {
  readonly #kit: CompilationKit;
  readonly #device: GPUDevice;
  readonly #pipelines: PipelineCache;
  readonly #parameters: GPUBuffer;
  readonly #scratch: GPUBuffer[] = [];

  constructor(kit: CompilationKit, device: GPUDevice, pipelines: PipelineCache) {
    this.#kit = kit;
    this.#device = device;
    this.#pipelines = pipelines;
    this.#parameters = device.createBuffer({
      label: 'no parameters',
      size: kit.parameterBlockBytes,
      usage: kit.bufferUsage.uniform,
    });
  }

  /** Returns milliseconds from the submit to its end. */
  async run(needed: NeededProgram): Promise<number> {
    const { program, reads, writes } = needed;
    const { pipeline, layout } = this.#pipelines.find(program) ?? (await this.#pipelines.prepare(needed));
    // An error concerns this run alone: scratch memory may be too small for a kernel.
    this.#device.pushErrorScope('validation');
    const scratch = Array.from({ length: reads + writes }, (_, index) => this.#scratchBuffer(index));
    const group = this.#device.createBindGroup({
      label: `first run of ${program.key}`,
      layout,
      entries: [this.#parameters, ...scratch].map((buffer, binding) => ({ binding, resource: { buffer } })),
    });
    const encoder = this.#device.createCommandEncoder();
    for (const buffer of scratch) encoder.clearBuffer(buffer);
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group, [0]);
    pass.dispatchWorkgroups(1, 1, 1);
    pass.end();
    const start = performance.now();
    this.#device.queue.submit([encoder.finish()]);
    const refused = this.#device.popErrorScope();
    await this.#kit.waitForGpu(Promise.all([this.#device.queue.onSubmittedWorkDone(), refused]));
    return performance.now() - start;
  }

  destroy(): void {
    for (const buffer of [this.#parameters, ...this.#scratch]) buffer.destroy();
  }

  #scratchBuffer(index: number): GPUBuffer {
    return (this.#scratch[index] ??= this.#device.createBuffer({
      label: `scratch ${index}`,
      size: Math.min(scratchBytes, this.#device.limits.maxStorageBufferBindingSize),
      usage: this.#kit.bufferUsage.storage | this.#kit.bufferUsage.copyTarget,
    }));
  }
}
