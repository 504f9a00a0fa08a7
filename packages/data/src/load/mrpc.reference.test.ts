import { describe, expect, it } from 'vitest';
import { ClassLabel, loadDataset } from '../index.ts';

const reference = process.env['ATTUNE_REFERENCE'];

describe.runIf(reference)('MRPC', () => {
  it('loads from its folder as from the hub', async () => {
    const mrpc = await loadDataset(`${reference}/data/mrpc`);
    expect(mrpc.numRows()).toEqual({ train: 3668, validation: 408, test: 1725 });
    expect(mrpc.splitNames()).toEqual(['train', 'validation', 'test']);
    const train = mrpc.split('train');
    expect(train.columnNames).toEqual(['sentence1', 'sentence2', 'label', 'idx']);
    expect(train.features['label']).toEqual(new ClassLabel({ names: ['not_equivalent', 'equivalent'] }));
    expect(train.at(0)).toEqual({
      sentence1:
        'Amrozi accused his brother , whom he called " the witness " , of deliberately distorting his evidence .',
      sentence2:
        'Referring to him as only " the witness " , Amrozi accused his brother of deliberately distorting his evidence .',
      label: 1,
      idx: 0,
    });
    const positive = (split: string) =>
      mrpc
        .split(split)
        .column('label')
        .filter((label) => label === 1).length;
    expect([positive('train'), positive('validation'), positive('test')]).toEqual([2474, 279, 1147]);
    expect(mrpc.split('validation').at(0)['sentence2']).toBe(
      '" The foodservice pie business does not fit our long-term growth strategy .',
    );
    expect(String(mrpc)).toContain(
      "    train: Dataset({\n        features: ['sentence1', 'sentence2', 'label', 'idx'],\n        num_rows: 3668\n    })\n",
    );
  });

  it('splits and shuffles as datasets', async () => {
    const train = await loadDataset(`${reference}/data/mrpc`, { split: 'train' });
    expect(train.shuffle(42).take(6).column('idx')).toEqual([3550, 3311, 3524, 435, 2027, 1958]);
    expect(await loadDataset(`${reference}/data/mrpc`, { split: 'train[:50%]+validation[-8:]' })).toHaveLength(1842);
    const file = await loadDataset(`${reference}/data/mrpc/validation.tsv`);
    expect(file.numRows()).toEqual({ validation: 408 });
  });
});
