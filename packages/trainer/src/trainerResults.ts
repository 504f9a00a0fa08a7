import { flag, nonEmptyText, object, requireArgument } from '@attune/validate';
import { terminal } from '#platform';
import type { TrainingArguments } from './arguments/trainingArguments.ts';
import type { EvalDataset, TrainerDataset } from './data/trainerDataset.ts';
import { TrainerError } from './errors.ts';
import type { SaveModelOptions } from './extensionPoints.ts';
import type { TrainableModel } from './model.ts';
import type { ModelCardOptions } from './modelCard/options.ts';
import { metricLines } from './progress/formatMetrics.ts';
import type { LogEntry, TrainerState } from './state/trainerState.ts';
import type { ProcessingClass } from './trainerOptions.ts';

/** What a `Trainer` shows and saves besides its runs. The code that writes is loaded on demand. */
export abstract class TrainerResults {
  abstract readonly model: TrainableModel;
  abstract readonly args: TrainingArguments;
  abstract readonly trainDataset: TrainerDataset | undefined;
  abstract readonly evalDataset: EvalDataset | undefined;
  abstract readonly processingClass: ProcessingClass | undefined;
  abstract state: TrainerState;

  /**
   * Writes the model, its tokenizer, and the arguments as `training_args.json`.
   *
   * @param outputDir default: the output folder
   * @throws SaveError, which names where the model was written instead; TrainerError
   */
  async saveModel(outputDir = this.args.outputDir, { elsewhere = true }: SaveModelOptions = {}): Promise<void> {
    requireArgument('saveModel', 'outputDir', outputDir, nonEmptyText, TrainerError);
    const { writeModel, writeModelOrBeside } = await import('./checkpoint/write.ts');
    await (elsewhere ? writeModelOrBeside : writeModel)(outputDir, this);
  }

  /** Writes `trainer_state.json` into the output folder. */
  async saveState(): Promise<void> {
    const { writeState } = await import('./checkpoint/write.ts');
    await writeState(this.args.outputDir, this.state);
  }

  /**
   * Prints metrics, one on each line, with names and values aligned.
   *
   * @param split what they belong to, such as `train` or `eval`
   * @throws TrainerError
   */
  logMetrics(split: string, metrics: LogEntry): void {
    requireArgument('logMetrics', 'split', split, nonEmptyText, TrainerError);
    requireArgument('logMetrics', 'metrics', metrics, object, TrainerError);
    for (const line of metricLines(`***** ${split} metrics *****`, metrics)) terminal.writeLine(line);
  }

  /**
   * Writes metrics to `<split>_results.json` in the output folder.
   *
   * @param combined whether `all_results.json` gets them too. Default true
   * @throws SaveError, TrainerError
   */
  async saveMetrics(split: string, metrics: LogEntry, combined = true): Promise<void> {
    requireArgument('saveMetrics', 'split', split, nonEmptyText, TrainerError);
    requireArgument('saveMetrics', 'metrics', metrics, object, TrainerError);
    requireArgument('saveMetrics', 'combined', combined, flag, TrainerError);
    const { writeResults } = await import('./checkpoint/results.ts');
    await writeResults(this.args.outputDir, split, metrics, combined);
  }

  /**
   * Checks that the output folder can be written, and removes unfinished files of killed runs.
   * `train()` does this itself unless `saveStrategy` is 'no'; call it before a long run whose model
   * you save at the end.
   *
   * @throws SaveError
   */
  async checkOutputFolder(): Promise<void> {
    const { prepareOutputFolder } = await import('./checkpoint/outputFolder.ts');
    await prepareOutputFolder(this.args.outputDir);
  }

  /**
   * Writes a draft of a README.md to the output folder: data, metrics, arguments, versions, and
   * front matter for the hub. An existing one is replaced; its tags are kept.
   *
   * @throws TrainerError for an option that does not exist
   * @throws SaveError
   */
  async createModelCard(options: ModelCardOptions = {}): Promise<void> {
    const { writeModelCard } = await import('./modelCard/writeModelCard.ts');
    await writeModelCard(this, options);
  }

  /** Number of trainable weights. */
  getNumTrainableParameters(): number {
    return [...this.model.namedParameters()].reduce(
      (sum, [, { requiresGrad, shape }]) => sum + (requiresGrad ? shape.reduce((size, extent) => size * extent, 1) : 0),
      0,
    );
  }

  /** True: a run is one process. */
  isLocalProcessZero(): boolean {
    return true;
  }

  /** True: a run is one process. */
  isWorldProcessZero(): boolean {
    return true;
  }
}
