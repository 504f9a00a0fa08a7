import { describe, expect, it } from 'vitest';
import { readFileSync } from 'node:fs';
import { combine, load, MetricInputError, MetricOptionError, UnknownMetricError, type MetricName } from './index.ts';

// Made by scikit-learn 1.9 and SciPy 1.17 over random predictions (P, A, x) and references (R, B,
// y).
const golden: Record<string, never> = JSON.parse(
  readFileSync(new URL('./sklearn.golden.json', import.meta.url), 'utf8'),
);

function expectClose(actual: unknown, expected: unknown): void {
  if (Array.isArray(expected)) {
    expect(actual).toHaveLength(expected.length);
    expected.forEach((value, index) => expectClose((actual as unknown[])[index], value));
  } else if (expected === null) expect(actual).toBeNaN();
  else expect(actual).toBeCloseTo(expected as number, 12);
}

describe('glue', () => {
  it('gives accuracy and f1 for mrpc and qqp', async () => {
    for (const subset of ['mrpc', 'qqp'] as const) {
      const metric = await load('glue', subset);
      expect(metric.compute({ predictions: [0, 1, 1, 0], references: [0, 1, 0, 1] })).toEqual({
        accuracy: 0.5,
        f1: 0.5,
      });
      expect(metric.compute({ predictions: [0, 0], references: [0, 0] })).toEqual({ accuracy: 1, f1: 0 });
    }
  });

  it('gives matthews_correlation for cola and both correlations for stsb', async () => {
    const cola = await load('glue', 'cola');
    expectClose(
      cola.compute({ predictions: [0, 0, 1, 1], references: [0, 1, 1, 1] }).matthews_correlation,
      1 / Math.sqrt(3),
    );
    expect(cola.compute({ predictions: [1, 1], references: [0, 1] })).toEqual({ matthews_correlation: 0 });
    const stsb = await load('glue', 'stsb');
    const result = stsb.compute({
      predictions: { data: Float32Array.of(1, 2, 3, 2), shape: [4, 1] },
      references: [1, 2.5, 3, 1],
    });
    expect(result.pearson).toBeCloseTo(0.792118, 6);
    expect(result.spearmanr).toBeCloseTo(0.833333, 6);
    expect(stsb.compute({ predictions: [1, 1], references: [1, 2] }).pearson).toBeNaN();
  });

  it('gives accuracy for the rest, and names the subsets when asked for another', async () => {
    for (const subset of ['sst2', 'mnli', 'mnli_matched', 'mnli_mismatched', 'qnli', 'rte', 'wnli', 'hans'] as const) {
      expect((await load('glue', subset)).compute({ predictions: [2, 1], references: [2, 0] })).toEqual({
        accuracy: 0.5,
      });
    }
    await expect(load('glue', 'mprc' as 'mrpc')).rejects.toThrow(/'mprc' is no GLUE subset.*mrpc, qqp/);
    await expect(load('glue')).rejects.toThrow(UnknownMetricError);
  });

  it('says that a test split has no labels', async () => {
    const metric = await load('glue', 'mrpc');
    expect(() => metric.compute({ predictions: [0, 1], references: [-1, -1] })).toThrow(/has no labels/);
  });
});

describe('class scores', () => {
  it.each(['f1', 'precision', 'recall'] as const)('%s equals scikit-learn for every average', async (name) => {
    const metric = await load(name);
    const rows = { predictions: golden.P!, references: golden.R! };
    for (const average of ['micro', 'macro', 'weighted', null] as const) {
      const score = (options: object): unknown =>
        Object.values(metric.compute({ ...rows, average, ...options } as never))[0];
      const wanted = (suffix: string): unknown => golden[`${name}_${average === null ? 'None' : average}${suffix}`];
      expectClose(score({}), wanted(''));
      expectClose(score({ sampleWeight: golden.W }), wanted('_W'));
      expectClose(score({ labels: [3, 1, 7] }), wanted('_labels'));
      expectClose(score({ labels: [3, 1, 7], zeroDivision: 1 }), wanted('_zero1'));
      const withNaN = score({ labels: [3, 1, 7], zeroDivision: NaN });
      expectClose(Array.isArray(withNaN) ? withNaN : [withNaN], wanted('_zeronan'));
    }
  });

  it('handles posLabel, and refuses binary over three classes', async () => {
    const f1 = await load('f1');
    expect(f1.compute({ predictions: [0, 1, 0], references: [0, 1, 1], posLabel: 0 }).f1).toBeCloseTo(2 / 3, 12);
    expect(() => f1.compute({ predictions: [0, 1, 2], references: [0, 1, 1] })).toThrow(/3 classes.*'macro'/);
    expect(() => f1.compute({ predictions: [0, 1, 0], references: [0, 1, 1], posLabel: 4 })).toThrow(
      /posLabel 4 does not occur/,
    );
    expect(() => f1.compute({ predictions: [0], references: [0], average: 'mean' as 'macro' })).toThrow(
      MetricOptionError,
    );
  });

  it('counts several labels per row', async () => {
    const f1 = await load('f1', 'multilabel');
    for (const average of ['micro', 'macro', 'weighted', 'samples', null] as const) {
      expectClose(
        f1.compute({ predictions: golden.A!, references: golden.B!, average: average as 'micro' }).f1,
        golden[`ml_${average === null ? 'None' : average}`],
      );
    }
    expect(
      (await load('accuracy', 'multilabel')).compute({ predictions: golden.A!, references: golden.B! }).accuracy,
    ).toBeCloseTo(golden.ml_acc!, 12);
    const matthews = await load('matthews_correlation', 'multilabel');
    expectClose(
      matthews.compute({ predictions: golden.A!, references: golden.B!, average: null }).matthews_correlation,
      golden.ml_mcc,
    );
    expect(() => f1.compute({ predictions: [[0.2, 0.9]], references: [[0, 1]], average: 'micro' })).toThrow(
      /only 0 and 1/,
    );
  });

  it('equals scikit-learn for accuracy, matthews and the confusion matrix', async () => {
    const rows = { predictions: golden.P!, references: golden.R! };
    expectClose((await load('accuracy')).compute({ ...rows, sampleWeight: golden.W! }).accuracy, golden.acc_W);
    expect((await load('accuracy')).compute({ predictions: [1, 1], references: [1, 1], normalize: false })).toEqual({
      accuracy: 2,
    });
    const matthews = await load('matthews_correlation');
    expectClose(matthews.compute(rows).matthews_correlation, golden.mcc);
    expectClose(matthews.compute({ ...rows, sampleWeight: golden.W! }).matthews_correlation, golden.mcc_W);
    expect(matthews.compute({ predictions: [0, 1, 2, 2], references: [0, 1, 1, 2] }).matthews_correlation).toBeCloseTo(
      0.7,
      12,
    );
    const matrix = await load('confusion_matrix');
    for (const normalize of [undefined, 'true', 'pred', 'all'] as const) {
      expectClose(matrix.compute({ ...rows, normalize }).confusion_matrix, golden[`cm_${normalize ?? 'None'}`]);
    }
  });
});

describe('numbers', () => {
  it('equals SciPy and scikit-learn', async () => {
    const rows = { predictions: golden.x!, references: golden.y! };
    const pearson = (await load('pearsonr')).compute({ ...rows, returnPvalue: true });
    expectClose([pearson.pearsonr, pearson['p-value']], golden.pearson);
    const spearman = (await load('spearmanr')).compute({ ...rows, returnPvalue: true });
    expectClose([spearman.spearmanr, spearman.spearmanr_pvalue], golden.spearman);
    const mse = await load('mse');
    expectClose(mse.compute(rows).mse, golden.mse);
    expectClose(mse.compute({ ...rows, squared: false }).mse, golden.rmse);
    expectClose(mse.compute({ ...rows, sampleWeight: golden.w! }).mse, golden.mse_w);
    expectClose((await load('mae')).compute(rows).mae, golden.mae);
    const table = { predictions: { data: golden.x!, shape: [6, 2] }, references: { data: golden.y!, shape: [6, 2] } };
    expectClose(mse.compute({ ...table, multioutput: 'raw_values' }).mse, golden.mse_raw);
    expectClose((await load('mae')).compute({ ...table, multioutput: [0.3, 0.7] }).mae, golden.mae_w);
  });
});

describe('inputs', () => {
  it('takes lists, typed arrays, 64-bit integers, iterables and shaped arrays', async () => {
    const metric = await load('accuracy');
    const references = [0, 1, 1];
    const column = {
      length: 3,
      *[Symbol.iterator]() {
        yield* references;
      },
    };
    for (const predictions of [
      references,
      Int32Array.from(references),
      BigInt64Array.of(0n, 1n, 1n),
      column,
      { data: Int32Array.from(references), shape: [3] },
    ]) {
      expect(metric.compute({ predictions, references })).toEqual({ accuracy: 1 });
    }
  });

  it('refuses what a silent cast would get wrong, and says what to do', async () => {
    const metric = await load('accuracy');
    const fails = (predictions: unknown, references: unknown, message: RegExp): void => {
      expect(() => metric.compute({ predictions, references } as never)).toThrow(message);
      expect(() => metric.compute({ predictions, references } as never)).toThrow(MetricInputError);
    };
    fails([0.2, 0.9], [0, 1], /predictions\[0\] is 0.2.*argmax/);
    fails({ data: Float32Array.of(1, 2, 3, 4), shape: [2, 2] }, [0, 1], /shape \[2, 2\].*argmax\(-1\)/);
    fails([[0.1, 0.9]], [1], /argmax/);
    fails([NaN, 1], [0, 1], /NaN/);
    fails([0, 1], [0], /mismatch in the number of predictions \(2\) and references \(1\)/);
    fails(['equivalent'], [1], /string 'equivalent'/);
    fails([], [], /no predictions/);
    fails({ data: [1, 2], shape: [3] }, [0, 1], /shape \[3\] over 2 values/);
    fails([0], undefined, /references is missing/);
    const pearson = await load('pearsonr');
    expect(() => pearson.compute({ predictions: [1, NaN], references: [1, 2] })).toThrow(/NaN at row 1/);
  });

  it('refuses unknown metrics, configurations and options', async () => {
    await expect(load('bleu' as MetricName)).rejects.toThrow(/no metric 'bleu'.*accuracy/);
    await expect(load('accuracy', 'mrpc')).rejects.toThrow(/no configuration 'mrpc'/);
    const metric = await load('accuracy');
    expect(() => metric.compute({ predictions: [0], references: [0], average: 'macro' } as never)).toThrow(
      /accuracy has no option 'average'/,
    );
    expect(() => metric.compute({ predictions: [0], references: [0], sampleWeight: [1, 2] })).toThrow(
      /2 values for 1 rows/,
    );
  });

  it('adds examples and batches, computes over all, and starts anew', async () => {
    const metric = await load('accuracy');
    metric.add({ prediction: 1, reference: 1 });
    metric.addBatch({ predictions: [0, 1], references: Int32Array.of(1, 1) });
    expect(metric.compute({ predictions: [1], references: [1] })).toEqual({ accuracy: 0.75 });
    expect(() => metric.compute()).toThrow(/nothing to compute/);
  });
});

describe('combine', () => {
  const rows = { predictions: [0, 2, 1, 0, 0, 1], references: [0, 1, 2, 0, 1, 2] };

  it('merges results and gives options to the metrics that know them', async () => {
    const result = combine(['accuracy', 'f1', 'confusion_matrix']).compute({ ...rows, average: 'macro' });
    expect(Object.keys(result)).toEqual(['accuracy', 'f1', 'confusion_matrix']);
    expect(result.f1).toBeCloseTo(0.266667, 6);
    expect(() => combine(['accuracy']).compute({ ...rows, average: 'macro' })).toThrow(
      /None of the combined metrics has an option 'average'/,
    );
    const macro = (await load('f1')).withOptions({ average: 'macro' });
    expect(combine(['accuracy', macro]).compute(rows).f1).toBeCloseTo(0.266667, 6);
  });

  it('puts names in front where keys collide, or always', async () => {
    const binary = { predictions: [0, 1], references: [0, 1] };
    expect(Object.keys(combine(['f1', 'f1']).compute(binary))).toEqual(['f1_0_f1', 'f1_1_f1']);
    expect(Object.keys(combine([await load('glue', 'mrpc'), 'accuracy']).compute(binary))).toEqual([
      'glue_mrpc_accuracy',
      'f1',
      'accuracy_accuracy',
    ]);
    const combined = combine({ mine: 'accuracy' }, { forcePrefix: true });
    combined.addBatch(binary);
    combined.add({ prediction: 1, reference: 0 });
    expect(combined.compute()).toEqual({ mine_accuracy: 2 / 3 });
  });
});
