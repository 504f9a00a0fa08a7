import type { LogEntry } from '../state/trainerState.ts';

const rounded = (value: number, digits: number) => Number(value.toFixed(digits));

/** Run time in seconds and throughput, rounded as in `transformers`. */
export function speedMetrics(prefix: string, seconds: number, numSamples: number, numSteps: number): LogEntry {
  return {
    [`${prefix}_runtime`]: rounded(seconds, 4),
    [`${prefix}_samples_per_second`]: rounded(numSamples / seconds, 3),
    [`${prefix}_steps_per_second`]: rounded(numSteps / seconds, 3),
  };
}

/** Run time in seconds and tokens per second, rounded as in `transformers`. */
export function tokenSpeedMetrics(prefix: string, seconds: number, numTokens: number): LogEntry {
  return {
    [`${prefix}_runtime`]: rounded(seconds, 4),
    [`${prefix}_tokens_per_second`]: rounded(numTokens / seconds, 3),
  };
}
