import { environment, files, machine } from '#platform';
import { nonEmptyText, optional, requireOptions } from '@attune/validate';
import { expandHome } from '../arguments/expandHome.ts';
import type { TrainingArguments } from '../arguments/trainingArguments.ts';
import type { CallbackState } from '../callbacks/trainerCallback.ts';
import { withSaveErrors } from '../checkpoint/withSaveErrors.ts';
import { TrainerError } from '../errors.ts';

/** Options of the callbacks that write a run's log to files. */
export interface ReportOptions {
  /** The folder to write to. Default: `loggingDir` of the arguments. */
  readonly loggingDir?: string | undefined;
}

/** Default folders by arguments: all reports of a run share one. */
const named = new WeakMap<TrainingArguments, string>();

/**
 * The folder for reports of one run: what the user sets, TENSORBOARD_LOGGING_DIR of the
 * environment, that of the resumed run, or `runs/Nov28_21-23-51_host` in the output folder.
 */
export class LoggingFolder {
  readonly #given: string | null;
  #resumed: string | null = null;
  #path: string | null = null;

  /** @throws TrainerError for an option that does not exist */
  constructor(where: string, options: ReportOptions) {
    requireOptions(where, options, { loggingDir: optional(nonEmptyText) }, { error: TrainerError });
    this.#given = options.loggingDir ?? null;
  }

  /** For checkpoints, so that a resumed run continues in its folder. */
  state(): CallbackState {
    return { args: {}, attributes: { logging_dir: this.#path } };
  }

  loadState({ attributes }: CallbackState): void {
    const path = attributes['logging_dir'];
    this.#resumed = typeof path === 'string' ? path : null;
  }

  /** @throws SaveError */
  async replace(args: TrainingArguments, name: string, content: string): Promise<void> {
    await this.#writing(args, (path) => files.writeFile(`${path}/${name}`, content));
  }

  /** @throws SaveError */
  async append(args: TrainingArguments, name: string, content: readonly (string | Uint8Array)[]): Promise<void> {
    await this.#writing(args, async (path) => {
      for (const part of content) await files.appendFile(`${path}/${name}`, part);
    });
  }

  async #writing(args: TrainingArguments, write: (path: string) => Promise<void>): Promise<void> {
    const path = (this.#path = this.#pathOf(args));
    await withSaveErrors(path, async () => {
      await files.makeFolder(path);
      await write(path);
    });
  }

  #pathOf(args: TrainingArguments): string {
    const given = this.#given ?? args.loggingDir ?? environment('TENSORBOARD_LOGGING_DIR');
    if (given) return expandHome(given);
    if (this.#resumed) named.set(args, this.#resumed);
    this.#resumed = null;
    const path = named.get(args) ?? `${args.outputDir}/runs/${folderName(new Date())}`;
    named.set(args, path);
    return path;
  }
}

/** As PyTorch names it: `Nov28_21-23-51_host`. */
function folderName(now: Date): string {
  const month = now.toLocaleString('en-US', { month: 'short' });
  const two = (value: number) => String(value).padStart(2, '0');
  const time = [now.getHours(), now.getMinutes(), now.getSeconds()].map(two).join('-');
  return `${month}${two(now.getDate())}_${time}_${machine()?.hostName ?? 'page'}`;
}
