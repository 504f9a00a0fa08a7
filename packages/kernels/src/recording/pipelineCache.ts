import type { Program } from './dispatch.ts';

export interface CompiledProgram {
  readonly number: number;
  readonly key: string;
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

/** `GPUShaderStage.COMPUTE` by value: Node has no such global. */
const computeStage = 0x4;

/** Pipelines by program key, read and write counts. */
export class PipelineCache {
  readonly #device: GPUDevice;
  readonly #onError: (message: string) => void;
  readonly #compiled = new Map<string, CompiledProgram>();
  readonly #layouts = new Map<string, { layout: GPUBindGroupLayout; pipelineLayout: GPUPipelineLayout }>();

  constructor(device: GPUDevice, onError: (message: string) => void) {
    this.#device = device;
    this.#onError = onError;
  }

  get size(): number {
    return this.#compiled.size;
  }

  get(program: Program, reads: number, writes: number): CompiledProgram {
    return this.#compiled.get(program.key) ?? this.#compile(program, reads, writes);
  }

  has(program: Program): boolean {
    return this.#compiled.has(program.key);
  }

  /** Compiles ahead of use, beside other work. */
  async prepare(program: Program, reads: number, writes: number): Promise<CompiledProgram> {
    const { layout, pipelineLayout } = this.#layout(reads, writes);
    try {
      const pipeline = await this.#device.createComputePipelineAsync(this.#describe(program, pipelineLayout));
      return this.#compiled.get(program.key) ?? this.#keep(program, pipeline, layout);
    } catch (error) {
      this.#onError(compileError(program, error as Error));
      throw error;
    }
  }

  #compile(program: Program, reads: number, writes: number): CompiledProgram {
    const { layout, pipelineLayout } = this.#layout(reads, writes);
    const device = this.#device;
    device.pushErrorScope('validation');
    const pipeline = device.createComputePipeline(this.#describe(program, pipelineLayout));
    void device.popErrorScope().then(
      (error) => error && this.#onError(compileError(program, error)),
      () => {},
    );
    return this.#keep(program, pipeline, layout);
  }

  #describe(program: Program, layout: GPUPipelineLayout): GPUComputePipelineDescriptor {
    const module = this.#device.createShaderModule({ label: program.key, code: program.source() });
    return { label: program.key, layout, compute: { module, entryPoint: 'main', constants: { ...program.constants } } };
  }

  #keep(program: Program, pipeline: GPUComputePipeline, layout: GPUBindGroupLayout): CompiledProgram {
    const compiled = { number: this.#compiled.size, key: program.key, pipeline, layout };
    this.#compiled.set(program.key, compiled);
    return compiled;
  }

  #layout(reads: number, writes: number) {
    const key = `${reads},${writes}`;
    let found = this.#layouts.get(key);
    if (!found) {
      const storage = (index: number): GPUBindGroupLayoutEntry => ({
        binding: 1 + index,
        visibility: computeStage,
        buffer: { type: index < reads ? 'read-only-storage' : 'storage' },
      });
      const layout = this.#device.createBindGroupLayout({
        label: `${reads} read, ${writes} written`,
        entries: [
          { binding: 0, visibility: computeStage, buffer: { type: 'uniform', hasDynamicOffset: true } },
          ...Array.from({ length: reads + writes }, (_, index) => storage(index)),
        ],
      });
      found = { layout, pipelineLayout: this.#device.createPipelineLayout({ bindGroupLayouts: [layout] }) };
      this.#layouts.set(key, found);
    }
    return found;
  }
}

function compileError({ key }: Program, { message }: { readonly message: string }): string {
  return `kernel ${key} does not compile: ${message}`;
}
