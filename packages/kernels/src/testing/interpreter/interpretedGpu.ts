import type { GPU } from '../../device/webGpuTypes.ts';
import { Accesses } from './accesses.ts';
import { DawnSpirv } from './dawnSpirv.ts';
import type { Source } from './dawnSpirv.ts';
import { Memory } from './memory.ts';
import { runDispatch } from './runDispatch.ts';
import type { SubgroupLayout } from './runDispatch.ts';
import { translate } from './translate.ts';
import type { Translated } from './translate.ts';

export interface InterpretedGpuOptions {
  readonly subgroups: SubgroupLayout;
  /** Features of WebGPU that the adapter says it has. */
  readonly features?: readonly string[];
  readonly workgroupStorageBytes?: number;
  /** Whether it says that it is a processor. */
  readonly software?: boolean;
  /** Products of matrix units. */
  readonly subgroupMatrixConfigs?: readonly object[];
}

/** A WebGPU that runs programs one invocation at a time, and what it found wrong with them. */
export interface InterpretedGpu {
  readonly webgpu: GPU;
  /** Sentences that name the program: races, barriers that not all meet, places beyond a memory. */
  readonly problems: Set<string>;
  end(): void;
}

interface Buffer {
  readonly label: string;
  readonly bytes: Uint8Array;
  accesses: Accesses | null;
}

interface Pipeline extends Source {
  readonly label: string;
}

interface PipelineDescriptor {
  readonly label: string;
  readonly layout: 'auto' | { readonly bindGroupLayouts: readonly { readonly entries: readonly object[] }[] };
  readonly compute: {
    readonly module: { readonly code: string };
    readonly constants?: Readonly<Record<string, number>>;
  };
}

interface Entry {
  readonly binding: number;
  readonly resource: { readonly buffer: object; readonly offset?: number; readonly size?: number };
}

type Command = () => Promise<void>;

/**
 * Opens it: `openDevice({ webgpu })` takes it. Every access of an invocation to memory that others
 * see is noted, so that what only the timing of a real GPU would show is told.
 */
export function interpretedGpu(options: InterpretedGpuOptions): InterpretedGpu {
  // V8 takes seconds to optimize a long function, which then runs for less.
  process.getBuiltinModule('node:v8').setFlagsFromString('--max-optimized-bytecode-size=20000');
  const problems = new Set<string>();
  const dawn = new DawnSpirv();
  const webgpu = { requestAdapter: async () => adapterOf(new Machine(options, problems, dawn), options) };
  return { webgpu: webgpu as unknown as GPU, problems, end: () => dawn.end() };
}

const limits = {
  maxBufferSize: 2 ** 30,
  maxStorageBufferBindingSize: 2 ** 30,
  maxStorageBuffersPerShaderStage: 10,
  maxComputeInvocationsPerWorkgroup: 1024,
  maxComputeWorkgroupSizeX: 1024,
  maxComputeWorkgroupSizeY: 1024,
  maxComputeWorkgroupSizeZ: 64,
  maxComputeWorkgroupsPerDimension: 65535,
};

function adapterOf(machine: Machine, options: InterpretedGpuOptions) {
  const { subgroups, software = false, workgroupStorageBytes = 32768, subgroupMatrixConfigs = [] } = options;
  const adapter = {
    features: new Set(options.features ?? ['subgroups']),
    limits: { ...limits, maxComputeWorkgroupStorageSize: workgroupStorageBytes },
    info: {
      vendor: 'nvidia',
      architecture: '',
      device: '',
      description: software ? 'llvmpipe' : 'interpreted',
      isFallbackAdapter: software,
      subgroupMinSize: subgroups.size,
      subgroupMaxSize: subgroups.size,
      subgroupMatrixConfigs,
    },
    requestDevice: async (wanted: { requiredFeatures: string[]; requiredLimits: Record<string, number> }) =>
      machine.device(new Set(wanted.requiredFeatures), { ...adapter.limits, ...wanted.requiredLimits }),
  };
  return adapter;
}

/** What devices share: programs that were translated. */
class Machine {
  readonly #options: InterpretedGpuOptions;
  readonly #problems: Set<string>;
  readonly #dawn: DawnSpirv;
  readonly #programs = new Map<string, Translated>();
  readonly #buffers = new Map<object, Buffer>();
  #queue: Promise<void> = Promise.resolve();

  constructor(options: InterpretedGpuOptions, problems: Set<string>, dawn: DawnSpirv) {
    this.#options = options;
    this.#problems = problems;
    this.#dawn = dawn;
  }

  /** Bytes of the smallest access that programs make. */
  get #unit(): 2 | 4 {
    return this.#options.features?.includes('shader-f16') ? 2 : 4;
  }

  device(features: ReadonlySet<string>, deviceLimits: object) {
    return {
      features,
      limits: deviceLimits,
      lost: new Promise<never>(() => {}),
      addEventListener: () => {},
      pushErrorScope: () => {},
      popErrorScope: async () => null,
      destroy: () => {},
      createBuffer: (descriptor: { label?: string; size: number }) => this.#createBuffer(descriptor),
      createShaderModule: ({ code }: { code: string }) => ({
        code,
        getCompilationInfo: async () => ({ messages: [] }),
      }),
      createBindGroupLayout: (descriptor: object) => descriptor,
      createPipelineLayout: (descriptor: object) => descriptor,
      createBindGroup: ({ entries }: { entries: readonly Entry[] }) => entries,
      createComputePipeline: pipelineOf,
      createComputePipelineAsync: async (descriptor: PipelineDescriptor) => pipelineOf(descriptor),
      createCommandEncoder: () => this.#encoder(),
      queue: {
        submit: (lists: readonly (readonly Command[])[]) => this.#submit(lists.flat()),
        writeBuffer: (buffer: object, offset: number, data: ArrayBufferView | ArrayBuffer, first = 0, count?: number) =>
          this.#write(buffer, offset, bytesOf(data, first, count)),
        onSubmittedWorkDone: () => this.#queue,
      },
    };
  }

  #createBuffer({ label = '', size }: { label?: string; size: number }): object {
    const bytes = new Uint8Array(size);
    const buffer = {
      size,
      mapAsync: () => this.#queue,
      getMappedRange: () => bytes.buffer,
      unmap: () => {},
      destroy: () => {},
    };
    this.#buffers.set(buffer, { label, bytes, accesses: null });
    return buffer;
  }

  #buffer(key: object): Buffer {
    const found = this.#buffers.get(key);
    if (!found) throw new Error('no buffer of this device');
    return found;
  }

  #write(key: object, offset: number, bytes: Uint8Array): void {
    this.#submit([async () => this.#buffer(key).bytes.set(bytes, offset)]);
  }

  /** Runs commands after those before; what goes wrong is told to who waits. */
  #submit(commands: readonly Command[]): void {
    this.#queue = this.#queue.then(async () => {
      for (const command of commands) await command();
    });
    this.#queue.catch(() => {});
  }

  #encoder() {
    const commands: Command[] = [];
    return {
      beginComputePass: () => this.#pass(commands),
      clearBuffer: (key: object, offset = 0, size?: number) => {
        commands.push(async () => {
          const { bytes } = this.#buffer(key);
          bytes.fill(0, offset, size === undefined ? bytes.length : offset + size);
        });
      },
      copyBufferToBuffer: (from: object, fromOffset: number, to: object, toOffset: number, size: number) => {
        commands.push(async () =>
          this.#buffer(to).bytes.set(this.#buffer(from).bytes.subarray(fromOffset, fromOffset + size), toOffset),
        );
      },
      finish: () => commands,
    };
  }

  #pass(commands: Command[]) {
    let pipeline: Pipeline | null = null;
    let entries: readonly Entry[] = [];
    let dynamicOffset = 0;
    return {
      setPipeline: (next: Pipeline) => {
        pipeline = next;
      },
      setBindGroup: (_: number, group: readonly Entry[], offsets: readonly number[] = []) => {
        entries = group;
        dynamicOffset = offsets[0] ?? 0;
      },
      dispatchWorkgroups: (x: number, y = 1, z = 1) => {
        const dispatched = { pipeline: pipeline as Pipeline, entries, dynamicOffset, workgroups: [x, y, z] as const };
        commands.push(() => this.#run(dispatched));
      },
      end: () => {},
    };
  }

  async #run(dispatched: {
    readonly pipeline: Pipeline;
    readonly entries: readonly Entry[];
    readonly dynamicOffset: number;
    readonly workgroups: readonly [number, number, number];
  }): Promise<void> {
    const { pipeline, entries, dynamicOffset, workgroups } = dispatched;
    const bound = new Map(
      entries.map((entry) => [entry.binding, this.#bind(entry, entry.binding === 0 ? dynamicOffset : 0)]),
    );
    runDispatch({
      label: pipeline.label,
      program: await this.#translated(pipeline),
      bound,
      workgroups,
      subgroups: this.#options.subgroups,
      accessUnit: this.#unit,
      report: (problem) => this.#problems.add(problem),
    });
  }

  #bind({ binding, resource }: Entry, dynamicOffset: number): Memory {
    const buffer = this.#buffer(resource.buffer);
    const offset = (resource.offset ?? 0) + dynamicOffset;
    const size = resource.size ?? buffer.bytes.length - offset;
    buffer.accesses ??= binding === 0 ? null : new Accesses(buffer.bytes.length, this.#unit);
    const name = `binding ${binding} (${buffer.label})`;
    return new Memory(name, buffer.bytes.subarray(offset, offset + size), buffer.accesses, offset);
  }

  async #translated({ code, constants, bindings }: Pipeline): Promise<Translated> {
    const key = JSON.stringify([code, constants]);
    let found = this.#programs.get(key);
    if (!found) {
      found = translate(await this.#dawn.of({ code, constants, bindings }));
      this.#programs.set(key, found);
    }
    return found;
  }
}

function pipelineOf({ label, layout, compute }: PipelineDescriptor): Pipeline {
  const { module, constants = {} } = compute;
  return {
    label,
    code: module.code,
    constants,
    bindings: layout === 'auto' ? [] : (layout.bindGroupLayouts[0]?.entries ?? []),
  };
}

/** A copy of what is to be written: `first` and `count` are elements, or bytes of a bare buffer. */
function bytesOf(data: ArrayBufferView | ArrayBuffer, first: number, count?: number): Uint8Array {
  const unit = (data as Partial<Uint8Array>).BYTES_PER_ELEMENT ?? 1;
  const [buffer, begin] = data instanceof ArrayBuffer ? [data, 0] : [data.buffer, data.byteOffset];
  const length = count === undefined ? data.byteLength - first * unit : count * unit;
  return new Uint8Array(buffer, begin + first * unit, length).slice();
}
