import { configs } from '../libraries/stepShape.mjs';
import { table } from '../table.mjs';

/**
 * Of a BERT layer, what is kept of each token for the backward pass: 18 rows of the hidden size,
 * counting the wide ones four times; fp16 halves 12 of them.
 */
function keptBytesPerToken({ hiddenSize, numHiddenLayers, intermediateSize }, fp16) {
  const wide = 2 * intermediateSize;
  const [halved, single] = [6 * hiddenSize + wide, 4 * hiddenSize];
  return numHiddenLayers * ((fp16 ? 2 : 4) * halved + 4 * single);
}

export async function measureMemory({ ours, figures, show }) {
  const rows = [];
  figures.memory = [];
  for (const [name, batchSize, length] of [
    ['tiny', 32, 64],
    ['base', 8, 128],
    ['base', 32, 128],
  ]) {
    for (const fp16 of [false, true]) {
      const { peakBytes, parameters, error } = await ours.ask({
        task: 'memory',
        config: configs[name],
        batchSize,
        length,
        fp16,
        repeats: 1,
      });
      if (error) throw new Error(error);
      const computed = 16 * parameters + batchSize * length * keptBytesPerToken(configs[name], fp16);
      figures.memory.push({ name, batchSize, length, fp16, peakBytes, computed });
      rows.push([
        `${name}, batch ${batchSize} of ${length} tokens${fp16 ? ', fp16' : ''}`,
        ...[computed, peakBytes].map((bytes) => (bytes / 2 ** 20).toFixed(0)),
      ]);
    }
  }
  show(
    'GPU memory of a training step, MB: weights, gradients, moments and what layers keep (computed); the peak of everything (measured)',
    table(['model', 'computed', 'peak'], rows),
  );
}
