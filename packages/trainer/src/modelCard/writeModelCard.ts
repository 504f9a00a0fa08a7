import { files, versions } from '#platform';
import type { TrainingArguments } from '../arguments/trainingArguments.ts';
import { withSaveErrors } from '../checkpoint/withSaveErrors.ts';
import { isSeveral } from '../data/trainerDataset.ts';
import type { EvalDataset, TrainerDataset } from '../data/trainerDataset.ts';
import type { TrainableModel } from '../model.ts';
import type { TrainerState } from '../state/trainerState.ts';
import { tagsOfCard } from './metadata.ts';
import { modelCard } from './modelCard.ts';
import { listOf, requireModelCardOptions } from './options.ts';
import type { ModelCardOptions } from './options.ts';

/** The Trainer whose model the card is of. */
interface DescribedTrainer {
  readonly args: TrainingArguments;
  readonly model: TrainableModel;
  readonly trainDataset: TrainerDataset | undefined;
  readonly evalDataset: EvalDataset | undefined;
  readonly state: TrainerState;
}

/**
 * Writes the README.md of a Trainer's model into its output folder.
 *
 * @throws TrainerError, SaveError
 */
export async function writeModelCard(trainer: DescribedTrainer, options: ModelCardOptions): Promise<void> {
  requireModelCardOptions(options);
  const { args, model, trainDataset, evalDataset, state } = trainer;
  const folder = args.outputDir;
  await withSaveErrors(folder, async () => {
    await files.makeFolder(folder);
    const isThere = (await files.list(folder)).includes('README.md');
    const before = isThere ? new TextDecoder().decode(await files.readFile(`${folder}/README.md`)) : '';
    const tags = [...listOf(options.tags), ...(await tagsOfCard(before))];
    const sets = evalDataset && isSeveral(evalDataset) ? Object.values(evalDataset) : [evalDataset];
    const card = await modelCard(
      { ...options, tags },
      {
        args,
        model,
        logHistory: state.logHistory,
        trainExamples: trainDataset?.length,
        evalExamples: evalDataset && sets.reduce((sum, set) => sum + (set?.length ?? 0), 0),
        versions: versions(),
      },
    );
    await files.writeFile(`${folder}/README.md`, card);
  });
}
