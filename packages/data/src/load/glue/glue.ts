import { ClassLabel, value } from '../../features/feature.ts';
import type { Features } from '../../features/feature.ts';

const text = value('string');
const idx = value('int32');
const classes = (...names: string[]) => new ClassLabel({ names });

const inference = { premise: text, hypothesis: text, label: classes('entailment', 'neutral', 'contradiction'), idx };
const entailment = classes('entailment', 'not_entailment');

/** Columns of the GLUE subsets, as on the hub. */
export const glueFeatures: Readonly<Record<string, Features>> = {
  cola: { sentence: text, label: classes('unacceptable', 'acceptable'), idx },
  sst2: { sentence: text, label: classes('negative', 'positive'), idx },
  mrpc: { sentence1: text, sentence2: text, label: classes('not_equivalent', 'equivalent'), idx },
  qqp: { question1: text, question2: text, label: classes('not_duplicate', 'duplicate'), idx },
  stsb: { sentence1: text, sentence2: text, label: value('float32'), idx },
  mnli: inference,
  mnli_matched: inference,
  mnli_mismatched: inference,
  qnli: { question: text, sentence: text, label: entailment, idx },
  rte: { sentence1: text, sentence2: text, label: entailment, idx },
  wnli: { sentence1: text, sentence2: text, label: classes('not_entailment', 'entailment'), idx },
  ax: inference,
};

/**
 * GLUE's name of each column in the TSV of a subset; `idx` is the row number if the file has none.
 */
const layouts: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  cola: { sentence: '3', label: '1' },
  sst2: { sentence: 'sentence', label: 'label', idx: 'index' },
  mrpc: { sentence1: '#1 String', sentence2: '#2 String', label: 'Quality' },
  qqp: { question1: 'question1', question2: 'question2', label: 'is_duplicate', idx: 'id' },
  stsb: { sentence1: 'sentence1', sentence2: 'sentence2', label: 'score', idx: 'index' },
  mnli: { premise: 'sentence1', hypothesis: 'sentence2', label: 'gold_label', idx: 'index' },
  qnli: { question: 'question', sentence: 'sentence', label: 'label', idx: 'index' },
  rte: { sentence1: 'sentence1', sentence2: 'sentence2', label: 'label', idx: 'index' },
  wnli: { sentence1: 'sentence1', sentence2: 'sentence2', label: 'label', idx: 'index' },
};

/** The GLUE subset of a name: `mrpc`, or the folder name in the download, such as `SST-2`. */
export function glueSubset(name: string | undefined): string | undefined {
  const subset = name?.toLowerCase().replaceAll('-', '');
  return subset !== undefined && Object.hasOwn(glueFeatures, subset) ? subset : undefined;
}

/**
 * The column names of a subset's TSV with this header; undefined if it is not one of that subset.
 * CoLA's has no header: source, label, the author's mark, sentence.
 */
export function glueLayout(subset: string, header: readonly string[]): Readonly<Record<string, string>> | undefined {
  const [family = ''] = subset.split('_');
  const columns = layouts[family === 'ax' ? 'mnli' : family];
  if (!columns) return undefined;
  if (subset === 'cola') return isCola(header) ? columns : undefined;
  const inputs = Object.entries(columns).filter(([name]) => name !== 'label' && name !== 'idx');
  return inputs.every(([, name]) => header.includes(name)) ? columns : undefined;
}

function isCola(firstLine: readonly string[]): boolean {
  return firstLine.length === 4 && /^[01]$/.test(firstLine[1]!) && /^\*?$/.test(firstLine[2]!);
}
