import type { DeviceInfo } from '@attune/tensor';
import type { TrainOptions } from '../cli/options.ts';
import { pocketSource } from './pocket.ts';
import { pretrainedSource } from './pretrained.ts';
import type { TrainingSource } from './source.ts';

const lessonModel = 'bert-base-uncased';
const lessonDataset = 'glue/mrpc';

/**
 * The lesson (bert-base-uncased on GLUE MRPC) with a GPU and the hub in reach; the embedded default
 * otherwise. What was asked for by name or folder is never replaced.
 */
export async function chooseSource(
  options: TrainOptions,
  adapter: DeviceInfo,
  say: (line: string) => void,
): Promise<TrainingSource> {
  const { model, dataset } = options;
  if (model !== null || dataset !== null)
    return pretrainedSource(model ?? lessonModel, dataset ?? lessonDataset, options, say);
  if (adapter.software) {
    say(
      'There is no GPU here, only a software adapter: a small BERT learns sentence pairs that this program makes itself.',
    );
    return pocketSource();
  }
  try {
    return await pretrainedSource(lessonModel, lessonDataset, options, say);
  } catch (error) {
    if ((error as Error).name !== 'HubOfflineError') throw error;
    say('The hub cannot be reached: a small BERT learns sentence pairs that this program makes itself.');
    return pocketSource();
  }
}
