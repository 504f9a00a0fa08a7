import type { ChildProcessWithoutNullStreams } from 'node:child_process';

// Dawn prints what it generates to the process's own output, so it is asked in another process.
const program = `
import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { create } from 'webgpu';
// Without the checks of indices that browsers add: the interpreter tells of what lies beyond.
globalThis.kept = create(['enable-dawn-features=allow_unsafe_apis,dump_shaders,disable_workgroup_init,disable_robustness']);
const adapter = await kept.requestAdapter();
const wanted = ['shader-f16', 'subgroups', 'chromium-experimental-subgroup-matrix'];
const limits = [
  'maxStorageBuffersPerShaderStage', 'maxComputeWorkgroupStorageSize', 'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX', 'maxComputeWorkgroupSizeY', 'maxComputeWorkgroupSizeZ',
];
const device = await adapter.requestDevice({
  requiredFeatures: wanted.filter((name) => adapter.features.has(name)),
  requiredLimits: Object.fromEntries(limits.map((name) => [name, adapter.limits[name]])),
});
for await (const line of createInterface({ input: process.stdin })) {
  const { code, constants, bindings } = JSON.parse(line);
  try {
    const module = device.createShaderModule({ code });
    // With a layout of all bindings Dawn leaves them their numbers.
    const group = device.createBindGroupLayout({ entries: bindings });
    const layout = device.createPipelineLayout({ bindGroupLayouts: [group] });
    await device.createComputePipelineAsync({ layout, compute: { module, entryPoint: 'main', constants } });
  } catch (error) {
    writeSync(1, 'refused: ' + error.message);
  }
  writeSync(1, '\\n===== end\\n');
}
process.exit(0);
`;
/** A program in WGSL. */
export interface Source {
  readonly code: string;
  readonly constants: Readonly<Record<string, number>>;
  /** Entries of the layout of its bind group. */
  readonly bindings: readonly object[];
}

const end = '\n===== end\n';

/** Asks Dawn, in a process of its own, for the SPIR-V of one program after the other. */
export class DawnSpirv {
  readonly #process: ChildProcessWithoutNullStreams;
  #printed = '';
  #told: () => void = () => {};

  constructor() {
    const { spawn } = process.getBuiltinModule('node:child_process');
    this.#process = spawn(process.execPath, ['--input-type=module', '-e', program], { cwd: import.meta.dirname });
    this.#process.stdout.on('data', (piece: Buffer) => {
      this.#printed += piece.toString();
      this.#told();
    });
    this.#process.on('exit', () => this.#told());
  }

  /** The SPIR-V, in words, of a program. Ask for the next one when it is there. */
  async of(source: Source): Promise<string> {
    this.#process.stdin.write(`${JSON.stringify(source)}\n`);
    while (!this.#printed.includes(end)) {
      if (this.#process.exitCode !== null) throw new Error(`Dawn ended: ${this.#printed.slice(-2000)}`);
      await new Promise<void>((resolve) => (this.#told = resolve));
    }
    const [printed = '', ...rest] = this.#printed.split(end);
    this.#printed = rest.join(end);
    const start = printed.indexOf('OpCapability');
    if (start < 0) throw new Error(`Dawn printed no SPIR-V: ${printed.slice(-2000)}`);
    return printed.slice(start);
  }

  end(): void {
    this.#process.kill();
  }
}
