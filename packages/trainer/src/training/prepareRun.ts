import type { Batch } from '@attune/data';
import { prepareWithProgress } from '../progress/preparation.ts';
import { withinMemoryLate } from '../step/batchMemory.ts';
import { withLengths } from '../step/sampleBatches.ts';
import type { TrainingStep } from '../step/trainingStep.ts';
import type { RunInput } from './runParts.ts';
import type { TrainingPlan } from './trainingPlan.ts';

interface FirstStep {
  readonly batches: readonly Batch[];
  readonly step: TrainingStep;
  readonly plan: TrainingPlan;
}

/**
 * Compiles the kernels of a step, and of an evaluation if there will be one, and checks that the
 * largest batch fits on the GPU.
 *
 * @throws BatchTooLargeError, the reason of the run's signal
 */
export async function prepareRun(input: RunInput, { batches, step, plan }: FirstStep): Promise<void> {
  const { callbacks, signal, trainer, largestBatchLengths, recordEvaluation } = input;
  const { args, model } = trainer;
  const [first] = batches;
  const lengths = largestBatchLengths(plan.numTrainEpochs);
  const record = () => {
    step.recordForPreparation(first && lengths ? [...batches, withLengths(first, lengths)] : batches);
    if (first) recordEvaluation(first);
  };
  await prepareWithProgress({ callbacks, phase: 'compiling', signal }, (options) =>
    withinMemoryLate('perDeviceTrainBatchSize', args, first ?? {}, model.device.prepare(record, options)),
  );
  signal?.throwIfAborted();
}
