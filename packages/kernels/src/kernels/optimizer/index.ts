export { accumulateLoss } from './accumulateLoss.ts';
export { OptimizerMembers } from './members.ts';
export { optimizerUpdate } from './optimizerUpdate.ts';
export type { ArenaSegment, OptimizerUpdateOptions } from './optimizerUpdate.ts';
export { readOptimizerState } from './records.ts';
export type { OptimizerReport, UpdateRecord } from './records.ts';
export type { DynamicLossScale, OptimizerStateOptions, ParameterGroup } from './options.ts';
export { createOptimizerState, OptimizerState } from './state.ts';
export type { GradientSegment } from './sumOfSquares.ts';
