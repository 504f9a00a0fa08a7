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

  #compile(program: Program, reads: number, writes: number): CompiledProgram {
    const { layout, pipelineLayout } = this.#layout(reads, writes);
    const device = this.#device;
    device.pushErrorScope('validation');
    const module = device.createShaderModule({ label: program.key, code: program.source() });
    const pipeline = device.createComputePipeline({
      label: program.key,
      layout: pipelineLayout,
      compute: { module, entryPoint: 'main', constants: { ...program.constants } },
    });
    void device.popErrorScope().then(
      (error) => error && this.#onError(`kernel ${program.key} does not compile: ${error.message}`),
      () => {},
    );
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
