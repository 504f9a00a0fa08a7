import * as kernels from '@attune/kernels';
import { gemm } from '@attune/kernels';
import type { GpuArray } from '@attune/kernels';
import { needsGraph, operationResult } from '../../autograd/operation.ts';
import type { Tensor } from '../../tensor.ts';
import { inSinglePrecision } from '../elementwise/castFloats.ts';
import { requireFloats } from '../checks.ts';

/** Records a loss kernel: it writes the loss, and the gradient of its input if that is needed. */
type RecordKernel = (input: GpuArray, loss: GpuArray, gradInput: GpuArray | undefined) => void;

/** A scalar loss whose gradient is computed in the same kernel. */
function scalarLoss(operation: string, given: Tensor, record: RecordKernel): Tensor<'f32'> {
  requireFloats(operation, 'input', given);
  const input = inSinglePrecision(given);
  const { device, size } = input;
  const loss = device.allocate('f32', 1, operation);
  const gradInput = needsGraph([input])
    ? device.allocate('f32', input.array.length, `gradient of ${operation}`)
    : undefined;
  record(input.array, loss, gradInput);
  return operationResult({
    operation,
    inputs: [input],
    array: loss,
    shape: [],
    backward(gradients) {
      const own = gradInput as GpuArray;
      if (gradients.isOne) gradients.give(input, own);
      else
        gradients.add(input, (scaled) =>
          gemm(device, { a: gradients.output, b: own, output: scaled, m: 1, n: size, k: 1, layout: 'NN' }),
        );
    },
  });
}

/** Targets of the three kernels: numbers from the host, and the factor of the sum. */
interface Targets<Values> {
  readonly values: Values;
  readonly factor: number;
}

/** Cross-entropy of logits [rows, classes] with a checked class for each row, in one kernel. */
export function fusedCrossEntropy(
  logits: Tensor,
  { values, factor }: Targets<Int32Array>,
  { labelSmoothing, ignoreIndex }: { readonly labelSmoothing: number; readonly ignoreIndex: number },
): Tensor<'f32'> {
  const { device } = logits;
  const [rows = 0, classes = 0] = logits.shape;
  return scalarLoss('crossEntropy', logits, (array, loss, gradLogits) => {
    const uploaded = device.upload(values.length > 0 ? values : new Int32Array(1), 'i32', 'labels');
    kernels.crossEntropy(device, {
      logits: array,
      labels: uploaded,
      loss,
      rows,
      classes,
      labelSmoothing,
      ignoreIndex,
      weight: factor,
      ...(gradLogits && { gradLogits }),
    });
    device.release(uploaded);
  });
}

/** Squared error of predictions and a number for each, in one kernel. */
export function fusedSquaredError(predictions: Tensor, { values, factor }: Targets<Float32Array>): Tensor<'f32'> {
  const { device, size: length } = predictions;
  return scalarLoss('mseLoss', predictions, (array, loss, gradPredictions) => {
    const uploaded = device.upload(values, 'f32', 'targets');
    kernels.meanSquaredError(device, {
      predictions: array,
      targets: uploaded,
      loss,
      length,
      weight: factor,
      ...(gradPredictions && { gradPredictions }),
    });
    device.release(uploaded);
  });
}

/** Binary cross-entropy of logits and a number for each, in one kernel. */
export function fusedBinaryCrossEntropy(logits: Tensor, { values, factor }: Targets<Float32Array>): Tensor<'f32'> {
  const { device, size: length } = logits;
  return scalarLoss('bceWithLogits', logits, (array, loss, gradLogits) => {
    const uploaded = device.upload(values, 'f32', 'targets');
    kernels.binaryCrossEntropyWithLogits(device, {
      logits: array,
      targets: uploaded,
      loss,
      length,
      weight: factor,
      ...(gradLogits && { gradLogits }),
    });
    device.release(uploaded);
  });
}
