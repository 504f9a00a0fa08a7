import type { CompilationKit } from './compilationKit.ts';
import { FirstRun } from './firstRun.ts';
import type { NeededProgram } from './pipelineCache.ts';
import type { GPUDevice } from '../device/webGpuTypes.ts';

/**
 * Milliseconds after which a first run counts as a compilation. A look-up in the driver's cache
 * takes up to 30, and several times that on a busy machine.
 */
const compilationTime = 400;
/** Milliseconds that a look-up takes on average on a busy machine. */
const lookUpTime = 60;

export interface CompileBesideOptions {
  readonly kit: CompilationKit;
  /** First runs on the main device. */
  readonly firstRun: Pick<FirstRun, 'run'>;
  /** Opens another device of the same adapter; null when none can be had. */
  readonly openHelper: () => Promise<GPUDevice | null>;
  /** How many such devices may work in parallel with the main one. */
  readonly maxHelpers: number;
  readonly onDone: () => void;
  readonly isCancelled: () => boolean;
}

interface CompiledElsewhere {
  readonly needed: NeededProgram;
  readonly milliseconds: number;
}

/**
 * Runs each program once on the main device, in parallel where the driver caches compiled programs
 * on disk. Every device compiles in a thread of its own: short-lived helper devices take programs
 * from the same queue, and the main device finds their results on disk.
 *
 * Helpers start once programs take long on the main device; where all are cached already, helpers
 * would only be in the way. They stop when their results turn out not to be cached.
 */
export class CompileBeside {
  readonly #options: CompileBesideOptions;
  /** The longest compilation first, so that the last to finish is a short one. */
  readonly #queue: NeededProgram[];
  readonly #elsewhere: CompiledElsewhere[] = [];
  #helpersBegan = false;
  #began = 0;
  #done = 0;
  #activeHelpers = 0;
  #helpful = true;
  /** Wakes the main loop when a helper has made progress. */
  #wake = () => {};

  constructor(programs: readonly NeededProgram[], options: CompileBesideOptions) {
    this.#options = options;
    const expected = new Map(
      programs.map((needed) => [needed, needed.program.source().length * (needed.program.effort ?? 1)]),
    );
    const timeOf = (needed: NeededProgram) => expected.get(needed) ?? 0;
    this.#queue = [...programs].sort((a, b) => timeOf(b) - timeOf(a));
  }

  async run(): Promise<void> {
    this.#began = performance.now();
    while (!this.#options.isCancelled()) {
      const compiled = this.#elsewhere.shift();
      const needed = compiled?.needed ?? this.#queue.shift();
      if (needed) {
        const milliseconds = await this.#runHere(needed);
        if (compiled && isCompilation(compiled.milliseconds) && milliseconds > compiled.milliseconds / 2)
          this.#helpful = false;
      } else if (this.#activeHelpers > 0) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      } else {
        return;
      }
    }
  }

  async #runHere(needed: NeededProgram): Promise<number> {
    const timer = setTimeout(() => this.#beginHelpers(), compilationTime);
    try {
      return await this.#options.firstRun.run(needed);
    } finally {
      clearTimeout(timer);
      this.#done += 1;
      // Many short compilations count as much as one long one.
      if (performance.now() - this.#began > compilationTime + lookUpTime * this.#done) this.#beginHelpers();
      this.#options.onDone();
    }
  }

  #beginHelpers(): void {
    if (this.#helpersBegan) return;
    this.#helpersBegan = true;
    const count = Math.min(this.#options.maxHelpers, this.#queue.length);
    for (let index = 0; index < count; index++) void this.#help();
  }

  /** Never rejects: what a helper cannot compile, the main device compiles. */
  async #help(): Promise<void> {
    this.#activeHelpers += 1;
    const device = await this.#options.openHelper().catch(() => null);
    if (device) {
      const { kit } = this.#options;
      const pipelines = new kit.PipelineCache({ device, failures: new kit.Failures(), onForgotten: () => {} });
      const firstRun = new FirstRun(kit, device, pipelines);
      while (this.#helpful && !this.#options.isCancelled()) {
        const needed = this.#queue.shift();
        if (!needed) break;
        const milliseconds = await firstRun.run(needed).catch(() => 0);
        this.#elsewhere.push({ needed, milliseconds });
        this.#wake();
      }
      device.destroy();
    }
    this.#activeHelpers -= 1;
    this.#wake();
  }
}

const isCompilation = (milliseconds: number) => milliseconds > compilationTime;
