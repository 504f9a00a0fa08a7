// The summary: at most 40 lines, on the screen and in summary.txt as soon as they are known.
import { appendFileSync, writeFileSync } from 'node:fs';

const mostLines = 40;

export class Summary {
  #path;
  #lines = 0;

  constructor(path) {
    this.#path = path;
    writeFileSync(path, '');
  }

  /** @param kept whether it belongs in the file too; what does not is on the screen only */
  add(line, kept = true) {
    console.log(line);
    if (!kept || this.#lines >= mostLines) return;
    this.#lines += 1;
    const text = this.#lines === mostLines ? 'The rest is in the files beside this one.' : line.slice(0, 240);
    appendFileSync(this.#path, `${text}\n`);
  }
}

const milliseconds = (value) => (value >= 100 ? value.toFixed(0) : value.toFixed(2));

/** One timed step, of ours or PyTorch's. */
export function stepText({ type, ms, gpuMs, recordingMs, dispatches, peakMB, error }) {
  if (error) return `${type}: ${error}`;
  const own = dispatches
    ? ` (GPU ${milliseconds(gpuMs)}, recording ${milliseconds(recordingMs)}, ${dispatches} dispatches, ${peakMB.toFixed(0)} MiB)`
    : peakMB
      ? ` (${peakMB.toFixed(0)} MiB)`
      : '';
  return `${type} ${milliseconds(ms[0])} ms${own}`;
}

/** TFLOP/s of the layouts of one product. */
export function productText({ layout, type, m, n, k, tflops, error }) {
  return `${type} ${layout} ${m} x ${n} x ${k}: ${error ?? `${tflops.toFixed(1)} TFLOP/s`}`;
}

/** Milliseconds of attention in each variant, of one shape; the device's own choice is marked. */
export function attentionText(results) {
  const [{ sequences, length, headSize, type, pass }] = results;
  const texts = results.map(
    ({ variant, default: own, ms, error }) => `${variant}${own ? ' (default)' : ''} ${error ?? milliseconds(ms)}`,
  );
  return `Attention ${sequences} x ${length}, heads of ${headSize}, ${type} ${pass}, ms: ${texts.join(', ')}`;
}
