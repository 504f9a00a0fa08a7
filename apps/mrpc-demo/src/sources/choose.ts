import { availableParallelism } from 'node:os';
import { HubOfflineError, listFiles } from '@attune/hub';
import type { DeviceInfo } from '@attune/tensor';
import type { TrainOptions } from '../cli/options.ts';
import { lessonModel } from './lessonModel.ts';
import { pocketSource } from './pocket.ts';
import { pretrainedSource } from './pretrained.ts';
import type { TrainingSource } from './source.ts';

const lessonDataset = 'glue/mrpc';

/**
 * The lesson on GLUE MRPC, with a model that suits the adapter, if the hub answers or its files are
 * cached; otherwise the embedded default. A model or dataset that was named is never replaced.
 */
export async function chooseSource(
  options: TrainOptions,
  adapter: DeviceInfo,
  say: (line: string) => void,
): Promise<TrainingSource> {
  const { model, dataset } = options;
  const lesson = lessonModel(adapter, availableParallelism());
  const named = (name: string) => pretrainedSource(name, dataset ?? lessonDataset, options, say);
  if (model !== null) return named(model);
  if (dataset !== null) {
    say(`No model was named: using ${lesson.name} (${lesson.size}, downloaded once).`);
    return named(lesson.name);
  }
  if (options.pocket) return pocketSource();
  try {
    // This check downloads nothing.
    await listFiles(lesson.name);
    say(
      `The lesson: ${lesson.name} (${lesson.size}, downloaded once) learns ${lessonDataset} in ${lesson.time}. ` +
        'With --pocket a small BERT learns in a minute, and nothing is downloaded.',
    );
    return await named(lesson.name);
  } catch (error) {
    if (!(error instanceof HubOfflineError)) throw error;
    say('The hub cannot be reached: a small BERT learns sentence pairs that this program makes itself.');
    return pocketSource();
  }
}
