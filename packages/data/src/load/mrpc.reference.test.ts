import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ClassLabel, loadDataset } from '../index.ts';

const reference = process.env['ATTUNE_REFERENCE'];

// The licence of MRPC does not allow its sentences here: their SHA-256 is compared.
const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');

describe.runIf(reference)('MRPC', () => {
  it('loads from its folder as from the hub', async () => {
    const mrpc = await loadDataset(`${reference}/data/mrpc`);
    expect(mrpc.numRows()).toEqual({ train: 3668, validation: 408, test: 1725 });
    expect(mrpc.splitNames()).toEqual(['train', 'validation', 'test']);
    const train = mrpc.split('train');
    expect(train.columnNames).toEqual(['sentence1', 'sentence2', 'label', 'idx']);
    expect(train.features['label']).toEqual(new ClassLabel({ names: ['not_equivalent', 'equivalent'] }));
    const first = train.at(0);
    expect([hashOf(first.sentence1), hashOf(first.sentence2), first.label, first.idx]).toEqual([
      '0b15f8f074b4551af2ccddc672bcc78ab1912e9e60fcdcf1c44aec0019db522e',
      '28f49295a86fa413e1ea9e0028f7d3963e0c284bb6524f353c4874226ff15b76',
      1,
      0,
    ]);
    const positive = (split: string) =>
      mrpc
        .split(split)
        .column('label')
        .filter((label) => label === 1).length;
    expect([positive('train'), positive('validation'), positive('test')]).toEqual([2474, 279, 1147]);
    expect(hashOf(mrpc.split('validation').at(0)['sentence2'])).toBe(
      '4136670ab35ad5808e7456f732ce401b5b644f60f49f3ec814f49dc880a2b4cd',
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
