import type { CompilationKit } from './compilationKit.ts';
import { FirstRun } from './firstRun.ts';
import type { NeededProgram } from './pipelineCache.ts';
import type { GPUDevice } from '../device/webGpuTypes.ts';

/**
 * Milliseconds after which a first run is taken for a compilation, and not for a look-up on disk,
 * which takes up to 30 and on a busy machine several times that.
 */
const compilationTime = 400;
/** Milliseconds that a look-up takes on a busy machine, on the average of many. */
const lookUpTime = 60;

export interface CompileBesideOptions {
  readonly kit: CompilationKit;
  /** Of the main device. */
  readonly firstRun: Pick<FirstRun, 'run'>;
  /** Opens another device of the same adapter; null when none can be had. */
  readonly openHelper: () => Promise<GPUDevice | null>;
  /** How many such devices may work beside the main one. */
  readonly maxHelpers: number;
  readonly onDone: () => void;
  readonly isCancelled: () => boolean;
}

interface CompiledElsewhere {
  readonly needed: NeededProgram;
  readonly milliseconds: number;
}

/**
 * Runs each program once on the main device, in less time than one after the other where a driver
 * keeps on disk what it compiled: every device compiles in a thread of its own, so short-lived
 * devices take programs from the same list, and the main one finds theirs on disk.
 *
 * Helpers begin once programs take long on the main device: with all of them on disk already
 * they would only be in the way. They end when theirs are not found there.
 */
export class CompileBeside {
  readonly #options: CompileBesideOptions;
  /** What takes longest first, so that the last to end is a short one. */
  readonly #queue: NeededProgram[];
  readonly #elsewhere: CompiledElsewhere[] = [];
  #helpersBegan = false;
  #began = 0;
  #done = 0;
  #activeHelpers = 0;
  #helpful = true;
  /** Called when a helper has something to tell. */
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
      // Many that take a little are as long as one that takes much.
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

  /** Never rejects: what a helper cannot do, the main device does. */
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
