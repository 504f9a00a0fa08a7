import { describe, expect, it } from 'vitest';
import { ClassLabel, loadDataset, value } from '../../index.ts';
import { ownFolder } from '../../testing/ownFolder.ts';
import { glueFeatures } from './glue.ts';

const folder = ownFolder();

const mrpcHeader = 'Quality\t#1 ID\t#2 ID\t#1 String\t#2 String';
const mrpcFeatures = {
  sentence1: value('string'),
  sentence2: value('string'),
  label: new ClassLabel({ names: ['not_equivalent', 'equivalent'] }),
  idx: value('int32'),
};

describe('tsv', () => {
  it('of GLUE MRPC is not shownName, and named as on the hub', async () => {
    const content = `\uFEFF${mrpcHeader}\r\n1\t12\t34\tHe said " hi .\tAn "open\r\n0\t5\t6\t"quoted"\tnull\r\n`;
    const made = await loadDataset(folder.write('train.tsv', content), 'mrpc', { split: 'train' });
    expect((await loadDataset(folder.write('MRPC/train.tsv', content), { split: 'train' })).toRows()).toEqual(
      made.toRows(),
    );
    expect(made.features).toEqual(mrpcFeatures);
    expect(made.columnNames).toEqual(['sentence1', 'sentence2', 'label', 'idx']);
    expect(made.toRows()).toEqual([
      { sentence1: 'He said " hi .', sentence2: 'An "open', label: 1, idx: 0 },
      { sentence1: '"quoted"', sentence2: 'null', label: 0, idx: 1 },
    ]);
  });

  it('of MRPC under its first names, and without labels', async () => {
    const mrpc = await loadDataset(
      folder.path +
        (folder.write('MRPC/msr_paraphrase_train.txt', `${mrpcHeader}\n1\t1\t2\ta\tb\n`),
        folder.write('MRPC/test.txt', 'index\t#1 ID\t#2 ID\t#1 String\t#2 String\n0\t1\t2\ta\tb\n'),
        '/MRPC'),
      'mrpc',
    );
    expect(mrpc.split('train').features).toEqual(mrpcFeatures);
    expect(mrpc.split('test').column('label')).toEqual([-1]);
  });

  it('of MRPC, ragged', async () => {
    await expect(
      loadDataset(folder.write('x.tsv', `${mrpcHeader}\n1\t1\t2\ta\tb\n1\t1\t2\ta\n`), 'mrpc'),
    ).rejects.toThrow('line 3: 4 fields; the header has 5');
  });

  it.each([
    [
      'qqp',
      'id\tqid1\tqid2\tquestion1\tquestion2\tis_duplicate\n5\t1\t2\tWhat "is?\tq\t1\n',
      { question1: 'What "is?', question2: 'q', label: 1, idx: 5 },
    ],
    [
      'stsb',
      'index\tgenre\tfilename\tyear\told_index\tsource1\tsource2\tsentence1\tsentence2\tscore\n0\tm\tM\t2012\t1\tnone\tnone\ta\tb\t5.000\n',
      { sentence1: 'a', sentence2: 'b', label: 5, idx: 0 },
    ],
    [
      'mnli',
      'index\tgenre\tsentence1_binary_parse\tsentence1\tsentence2\tgold_label\n3\tg\t( a )\ta\tb\tcontradiction\n',
      { premise: 'a', hypothesis: 'b', label: 2, idx: 3 },
    ],
    [
      'qnli',
      'index\tquestion\tsentence\tlabel\n0\tq?\ts\tnot_entailment\n',
      { question: 'q?', sentence: 's', label: 1, idx: 0 },
    ],
    [
      'rte',
      'index\tsentence1\tsentence2\tlabel\n0\ta\tb\tentailment\n',
      { sentence1: 'a', sentence2: 'b', label: 0, idx: 0 },
    ],
    ['wnli', 'index\tsentence1\tsentence2\tlabel\n0\ta\tb\t1\n', { sentence1: 'a', sentence2: 'b', label: 1, idx: 0 }],
    [
      'cola',
      'gj04\t1\t\tOur friends.\ngj04\t0\t*\tThey sang the door.\n',
      { sentence: 'Our friends.', label: 1, idx: 0 },
    ],
    ['sst2', 'sentence\tlabel\nhide " new\t0\n', { sentence: 'hide " new', label: 0, idx: 0 }],
  ])('of GLUE %s', async (subset, content, row) => {
    const made = await loadDataset(folder.write('train.tsv', content), subset, { split: 'train' });
    expect(made.at(0)).toEqual(row);
    expect(made.features).toEqual(glueFeatures[subset]);
  });

  it('of other making is quoted', async () => {
    expect(
      (await loadDataset(folder.write('x.tsv', 'a\tb\n"x\ty"\t1\nm"n\t2\n'), { split: 'train' })).toRows(),
    ).toEqual([
      { a: 'x\ty', b: 1 },
      { a: 'm"n', b: 2 },
    ]);
  });
});
