import { objectWith, requireArgument } from '@attune/validate';

/** A weight whose shape in the checkpoint is not the model's. */
export interface ProblemShape {
  readonly name: string;
  /** Shape in the checkpoint. */
  readonly checkpoint: readonly number[];
  /** Shape in the model. */
  readonly model: readonly number[];
}

/** What happened when a checkpoint was loaded into a model. Names are the model's. */
export interface LoadReport {
  /** The model class. */
  readonly model: string;
  /** The checkpoint, as the caller named it. */
  readonly source: string;
  /** Weights that the checkpoint lacks, which were drawn. */
  readonly missing: readonly string[];
  /** Weights of the checkpoint that the model does not use. */
  readonly unexpected: readonly string[];
  /** Weights with other shapes, which were drawn (only with `ignoreMismatchedSizes`). */
  readonly mismatched: readonly ProblemShape[];
  /** Old names that were converted: `LayerNorm.gamma` and `.beta`. */
  readonly renamed: readonly { readonly from: string; readonly to: string }[];
  /** The seed that new weights were drawn with. */
  readonly seed: number;
}

const loadReport = objectWith("a model's loadReport", {
  missing: 'object',
  unexpected: 'object',
  mismatched: 'object',
});

/** The report as a table to read; undefined when there is nothing to say. */
export function loadReportMessage(report: LoadReport): string | undefined {
  requireArgument('loadReportMessage', 'report', report, loadReport);
  const rows: (readonly [name: string, status: string])[] = [
    ...report.unexpected.map((name) => [name, 'UNEXPECTED'] as const),
    ...report.missing.map((name) => [name, 'MISSING'] as const),
    ...report.mismatched.map(
      ({ name, checkpoint, model }) =>
        [name, `MISMATCH   checkpoint [${checkpoint.join(', ')}], model [${model.join(', ')}]`] as const,
    ),
  ];
  if (rows.length === 0) return undefined;
  const width = Math.max(3, ...rows.map(([name]) => name.length));
  const notes = [
    report.unexpected.length > 0 &&
      '- UNEXPECTED: in the checkpoint, not in the model; not used. Expected when the checkpoint was made for another task.',
    report.missing.length > 0 &&
      `- MISSING: not in the checkpoint; newly drawn with seed ${report.seed}. ` +
        `Train the model on your task before you use its predictions.`,
    report.mismatched.length > 0 && `- MISMATCH: shapes differ; newly drawn with seed ${report.seed}.`,
  ].filter((note) => note !== false);
  return [
    `${report.model} LOAD REPORT from: ${report.source}`,
    `${'Key'.padEnd(width)} | Status`,
    `${'-'.repeat(width)}-+-----------`,
    ...rows.map(([name, status]) => `${name.padEnd(width)} | ${status}`),
    '',
    ...notes,
  ].join('\n');
}
