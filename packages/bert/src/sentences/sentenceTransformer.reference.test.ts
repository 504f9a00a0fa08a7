import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SentenceTransformer } from '../index.ts';

const reference = process.env.ATTUNE_REFERENCE;

interface Golden {
  readonly sentences: readonly string[];
  readonly sentence_vectors_cosine: readonly (readonly number[])[];
  readonly sentence_vectors_first_8: readonly (readonly number[])[];
}

// The 90 MB of weights are not in the repository.
describe.runIf(reference)('all-MiniLM-L6-v2', () => {
  it('makes the sentence vectors that PyTorch makes', async () => {
    const golden = JSON.parse(await readFile(join(reference!, 'golden/minilm.json'), 'utf8')) as Golden;
    const model = await SentenceTransformer.fromPretrained(join(reference!, 'models/all-MiniLM-L6-v2'));
    expect([model.embeddingDimension, model.maxSeqLength]).toEqual([384, 256]);
    const vectors = await model.encode(golden.sentences, { batchSize: 3 });
    const first = vectors.flatMap((vector) => [...vector.subarray(0, 8)]);
    const cosines = vectors.flatMap((a) =>
      vectors.map((b) => a.reduce((sum, value, index) => sum + value * (b[index] ?? NaN), 0)),
    );
    const largest = (ours: readonly number[], theirs: readonly number[]) =>
      theirs.reduce((most, value, index) => Math.max(most, Math.abs((ours[index] ?? NaN) - value)), 0);
    const differences = {
      values: largest(first, golden.sentence_vectors_first_8.flat()),
      cosines: largest(cosines, golden.sentence_vectors_cosine.flat()),
    };
    console.info(`all-MiniLM-L6-v2, sentence vectors, largest differences: ${JSON.stringify(differences)}`);
    expect(differences.values).toBeLessThan(1e-6);
    expect(differences.cosines).toBeLessThan(2e-6);
    model.dispose();
  });
});
