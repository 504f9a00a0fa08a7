import type { Failures } from '../device/failures.ts';
import { GpuValidationError, loadCompileError } from '../device/given.ts';
import type { Program } from './dispatch.ts';
import { readBindings } from './readBindings.ts';
import type { Bindings } from './readBindings.ts';
import type { GPUBindGroupLayout, GPUComputePipeline, GPUDevice } from '../device/webGpuTypes.ts';

/** A program that recorded dispatches need, and how many arrays it reads and writes. */
export interface NeededProgram {
  readonly program: Program;
  readonly reads: number;
  readonly writes: number;
}

export interface CompiledProgram {
  readonly number: number;
  readonly key: string;
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
  /** What its text declares. */
  readonly bindings: Bindings;
}

/** `GPUShaderStage.COMPUTE` by value: Node has no such global. */
const computeStage = 0x4;

export interface PipelineCacheOptions {
  readonly device: GPUDevice;
  readonly failures: Failures;
  /** Called when a pipeline turned out not to compile, so that caches drop it. */
  readonly onForgotten: () => void;
}

/** Pipelines by program key. */
export class PipelineCache {
  readonly #options: PipelineCacheOptions;
  readonly #compiled = new Map<string, CompiledProgram>();
  readonly #layouts = new Map<string, GPUBindGroupLayout>();
  #count = 0;

  constructor(options: PipelineCacheOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#compiled.size;
  }

  /**
   * The pipeline of a program. If it does not compile, the next wait reports that, and the next use
   * compiles it again.
   *
   * @throws KernelArgumentError when it declares other bindings than these
   */
  get(program: Program, reads: number, writes: number): CompiledProgram {
    return this.#compiled.get(program.key) ?? this.#compile(program, reads, writes);
  }

  /** The pipeline of a program that was compiled before. */
  find(program: Program): CompiledProgram | undefined {
    return this.#compiled.get(program.key);
  }

  /** Compiles ahead of use, asynchronously. @throws GpuValidationError, KernelArgumentError */
  async prepare(needed: NeededProgram): Promise<CompiledProgram> {
    const { program, reads, writes } = needed;
    const { device } = this.#options;
    const code = program.source();
    const bindings = readBindings(program, needed, code);
    device.pushErrorScope('validation');
    const layout = this.#layout(reads, writes);
    const creation = device.createComputePipelineAsync(this.#describe(program, code, layout));
    const [popped, created] = await Promise.allSettled([device.popErrorScope(), creation]);
    const error = popped.status === 'fulfilled' ? popped.value : null;
    if (error || created.status === 'rejected') {
      this.#forget(program, reads, writes);
      throw await this.#explained(program, error ?? ((created as PromiseRejectedResult).reason as Error));
    }
    return this.#compiled.get(program.key) ?? this.#keep(program, { pipeline: created.value, layout, bindings });
  }

  #compile(program: Program, reads: number, writes: number): CompiledProgram {
    const { device, failures } = this.#options;
    const code = program.source();
    const bindings = readBindings(program, { reads, writes }, code);
    device.pushErrorScope('validation');
    const layout = this.#layout(reads, writes);
    const pipeline = device.createComputePipeline(this.#describe(program, code, layout));
    failures.watchScope(
      device.popErrorScope(),
      (error) => {
        this.#forget(program, reads, writes);
        return this.#explained(program, error);
      },
      true,
    );
    return this.#keep(program, { pipeline, layout, bindings });
  }

  /** The error to report. The code that explains it is loaded with the first error. */
  async #explained(program: Program, error: { readonly message: string }): Promise<GpuValidationError> {
    const words = await loadCompileError().then(
      ({ compileError }) => compileError(program, this.#options.device, error),
      () => error.message,
    );
    return new GpuValidationError(`kernel ${program.key} does not compile: ${words}`);
  }

  #describe(program: Program, code: string, bindings: GPUBindGroupLayout): GPUComputePipelineDescriptor {
    const { device } = this.#options;
    const module = device.createShaderModule({ label: program.key, code });
    // One layout for each pipeline: with a shared layout, wgpu keeps the minimum binding sizes of
    // an earlier pipeline (gfx-rs/wgpu#7359).
    const layout = device.createPipelineLayout({ bindGroupLayouts: [bindings] });
    return { label: program.key, layout, compute: { module, entryPoint: 'main', constants: { ...program.constants } } };
  }

  #keep({ key }: Program, made: Pick<CompiledProgram, 'pipeline' | 'layout' | 'bindings'>): CompiledProgram {
    const compiled = { number: this.#count++, key, ...made };
    this.#compiled.set(key, compiled);
    return compiled;
  }

  /**
   * Drops a pipeline or layout that WebGPU refused, so that the next use reports the error again.
   */
  #forget(program: Program, reads: number, writes: number): void {
    this.#compiled.delete(program.key);
    this.#layouts.delete(`${reads},${writes}`);
    this.#options.onForgotten();
  }

  #layout(reads: number, writes: number): GPUBindGroupLayout {
    const { device } = this.#options;
    const key = `${reads},${writes}`;
    let found = this.#layouts.get(key);
    if (!found) {
      const storage = (index: number): GPUBindGroupLayoutEntry => ({
        binding: 1 + index,
        visibility: computeStage,
        buffer: { type: index < reads ? 'read-only-storage' : 'storage' },
      });
      found = device.createBindGroupLayout({
        label: `${reads} read, ${writes} written`,
        entries: [
          { binding: 0, visibility: computeStage, buffer: { type: 'uniform', hasDynamicOffset: true } },
          ...Array.from({ length: reads + writes }, (_, index) => storage(index)),
        ],
      });
      this.#layouts.set(key, found);
    }
    return found;
  }
}
