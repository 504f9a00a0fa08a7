import { configs } from '../libraries/stepShape.mjs';
import { table } from '../table.mjs';

/**
 * Of a BERT layer, what is kept of each token for the backward pass: 16 rows of the hidden size,
 * counting the wide ones four times; fp16 halves 12 of them. Of a layer that is computed again it
 * is the row that goes in; while that is done, one such layer is there whole.
 */
function keptBytesPerToken({ hiddenSize, numHiddenLayers, intermediateSize }, fp16, everyNLayers) {
  const wide = 2 * intermediateSize;
  const [halved, single] = [4 * hiddenSize + wide, 4 * hiddenSize];
  const layer = (fp16 ? 2 : 4) * halved + 4 * single;
  if (everyNLayers === 0) return numHiddenLayers * layer;
  const again = Math.ceil(numHiddenLayers / everyNLayers);
  return (numHiddenLayers - again + 1) * layer + again * 4 * hiddenSize;
}

const again = { 0: '', 1: ', every layer again', 2: ', every second layer again' };

export async function measureMemory({ ours, figures, show }) {
  const rows = [];
  figures.memory = [];
  for (const [name, batchSize, length, everyNLayers] of [
    ['tiny', 32, 64, 0],
    ['base', 8, 128, 0],
    ['base', 32, 128, 0],
    ['base', 32, 128, 2],
    ['base', 32, 128, 1],
  ]) {
    for (const fp16 of [false, true]) {
      const shape = { config: configs[name], batchSize, length, fp16, everyNLayers };
      const { peakBytes, parameters, error } = await ours.ask({ task: 'memory', ...shape, repeats: 1 });
      if (error) throw new Error(error);
      const kept = batchSize * length * keptBytesPerToken(configs[name], fp16, everyNLayers);
      // Gradients appear while the kept activations are released.
      const computed = Math.max(12 * parameters + kept, 16 * parameters);
      figures.memory.push({ name, batchSize, length, fp16, everyNLayers, peakBytes, computed });
      rows.push([
        `${name}, batch ${batchSize} of ${length} tokens${fp16 ? ', fp16' : ''}${again[everyNLayers]}`,
        ...[computed, peakBytes].map((bytes) => (bytes / 2 ** 20).toFixed(0)),
      ]);
    }
  }
  show(
    'GPU memory of a training step, MB: weights, moments, and what layers keep or gradients (computed); the peak of everything (measured)',
    table(['model', 'computed', 'peak'], rows),
  );
}
