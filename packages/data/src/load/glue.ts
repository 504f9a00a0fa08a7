import { ClassLabel, value } from '../features/feature.ts';
import type { Features } from '../features/feature.ts';

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
 * A TSV of the GLUE download, told by its header. They are not quoted: quotation marks stand as
 * they are.
 */
export interface GlueFile {
  readonly subset: string;
  /** Our column: the file's. `idx` is the row number where the file has none. */
  readonly columns: Readonly<Record<string, string>>;
}

const known: readonly { readonly header: readonly string[]; readonly files: readonly GlueFile[] }[] = [
  {
    header: ['#1 ID', '#2 ID', '#1 String', '#2 String'],
    files: [{ subset: 'mrpc', columns: { sentence1: '#1 String', sentence2: '#2 String', label: 'Quality' } }],
  },
  {
    header: ['question1', 'question2', 'is_duplicate', 'qid1'],
    files: [
      { subset: 'qqp', columns: { question1: 'question1', question2: 'question2', label: 'is_duplicate', idx: 'id' } },
    ],
  },
  {
    header: ['genre', 'sentence1', 'sentence2', 'score'],
    files: [
      { subset: 'stsb', columns: { sentence1: 'sentence1', sentence2: 'sentence2', label: 'score', idx: 'index' } },
    ],
  },
  {
    header: ['sentence1_binary_parse', 'sentence1', 'sentence2'],
    files: [
      { subset: 'mnli', columns: { premise: 'sentence1', hypothesis: 'sentence2', label: 'gold_label', idx: 'index' } },
    ],
  },
  {
    header: ['index', 'question', 'sentence'],
    files: [{ subset: 'qnli', columns: { question: 'question', sentence: 'sentence', label: 'label', idx: 'index' } }],
  },
  {
    header: ['index', 'sentence1', 'sentence2', 'label'],
    files: ['rte', 'wnli'].map((subset) => ({
      subset,
      columns: { sentence1: 'sentence1', sentence2: 'sentence2', label: 'label', idx: 'index' },
    })),
  },
];

/**
 * Which GLUE file this is.
 *
 * @param firstLabel the value of the last column of the first row: RTE and WNLI differ in it only
 */
export function recogniseGlue(header: readonly string[], firstLabel: string | undefined): GlueFile | undefined {
  const files = known.find(({ header: own }) => own.every((name) => header.includes(name)))?.files;
  if (!files) return undefined;
  return files.length === 1 || firstLabel?.includes('entailment') ? files[0] : files[1];
}

/** CoLA has no header: source, label, the author's mark, sentence. */
export function isCola(firstLine: readonly string[]): boolean {
  return firstLine.length === 4 && /^[01]$/.test(firstLine[1]!) && /^\*?$/.test(firstLine[2]!);
}
