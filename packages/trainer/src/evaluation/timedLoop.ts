import { requireArgument } from '@attune/validate';
import { TrainerError } from '../errors.ts';
import type { Dataloader, EvaluationLoopOptions, ExtensionPoints } from '../extensionPoints.ts';
import { speedMetrics } from '../metrics/speedMetrics.ts';
import { evaluationOutput } from './evaluationOutput.ts';
import type { EvaluationOutput } from './evaluationOutput.ts';

/**
 * Runs the evaluation loop of a Trainer, and adds run time and throughput to its metrics.
 *
 * @throws TrainerError when a loop of a subclass returns something else
 */
export async function timedLoop(
  trainer: Pick<ExtensionPoints, 'evaluationLoop'>,
  loader: Dataloader,
  options: EvaluationLoopOptions,
): Promise<EvaluationOutput> {
  const began = performance.now();
  const output = await trainer.evaluationLoop(loader, options);
  requireArgument('evaluationLoop', 'what it returns', output, evaluationOutput, TrainerError);
  const seconds = (performance.now() - began) / 1000;
  const speeds = speedMetrics(options.metricKeyPrefix, seconds, output.numSamples, loader.length);
  return { ...output, metrics: { ...output.metrics, ...speeds } };
}
