import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ClassLabel, Dataset, MapError } from '../index.ts';

const pairs = [
  { text: 'a b', score: 1.5, label: 0 },
  { text: 'c', score: 2, label: 1 },
  { text: '', score: -1, label: 1 },
];
const dataset = Dataset.fromRows(pairs);

describe('results kept on disk', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'attune-data-'));
    vi.stubEnv('ATTUNE_CACHE', folder);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true, force: true });
  });
  const files = () => readdirSync(join(folder, 'datasets'));

  it('are made once for the same data, key and inputs', async () => {
    let calls = 0;
    const work = ({ text }: { text: string }) => {
      calls += 1;
      return {
        ids: [...text].map((letter) => letter.length),
        half: 0.5,
        text: text === '' ? null : text,
        extra: { deep: [text] },
        flag: text !== '',
      };
    };
    const first = await dataset.map(work, {
      cache: { key: 'letters-1', inputs: { tokenizer: { fingerprint: 'x' }, maxLength: 5 } },
    });
    const second = await Dataset.fromRows(pairs).map(work, {
      cache: { key: 'letters-1', inputs: { maxLength: 5, tokenizer: { fingerprint: 'x' } } },
    });
    expect(calls).toBe(3);
    expect([...second]).toEqual([...first]);
    expect(second.features).toEqual(first.features);
    await dataset.map(work, { cache: { key: 'letters-2' } });
    await dataset.map(work, { cache: { key: 'letters-1', inputs: { maxLength: 6, tokenizer: { fingerprint: 'x' } } } });
    await dataset
      .slice(1)
      .map(work, { cache: { key: 'letters-1', inputs: { tokenizer: { fingerprint: 'x' }, maxLength: 5 } } });
    expect(calls).toBe(3 + 3 + 3 + 2);
  });

  it('are kept for a function with a fingerprint, and for no other', async () => {
    let calls = 0;
    const transform = Object.assign(() => ({ a: (calls += 1) }), { fingerprint: 'v1' });
    await dataset.map(transform);
    expect((await dataset.map(transform)).column('a')).toEqual([1, 2, 3]);
    expect(files()).toHaveLength(1);
    await dataset.map(() => ({ a: 1 }));
    expect(files()).toHaveLength(1);
  });

  it('are computed again when the file is damaged', async () => {
    const classes = dataset.castColumn('label', new ClassLabel({ names: ['no', 'yes'] }));
    const run = () => classes.map(() => ({ a: 1 }), { cache: { key: 'k' } });
    await run();
    const path = join(folder, 'datasets', files()[0]!);
    const bytes = readFileSync(path);
    for (const damaged of [
      bytes.subarray(0, 5),
      bytes.subarray(0, bytes.length - 9),
      Buffer.concat([bytes.subarray(0, bytes.length - 3), Buffer.from('xyz')]),
    ]) {
      writeFileSync(path, damaged);
      expect((await run()).column('a')).toEqual([1, 1, 1]);
    }
    expect((await run()).features['label']).toEqual(new ClassLabel({ names: ['no', 'yes'] }));
  });

  it('are computed again wherever the file is damaged', async () => {
    const small = Dataset.fromRows([{ a: 1, t: 'x' }]);
    const run = () => small.map(() => ({ b: 'right' }), { cache: { key: 'bytes' } });
    const right = [...(await run())];
    const path = join(folder, 'datasets', files()[0]!);
    const bytes = readFileSync(path);
    for (let index = 0; index < bytes.length; index += 3) {
      const damaged = Buffer.from(bytes);
      damaged[index]! ^= 1 << (index % 7);
      writeFileSync(path, damaged);
      const made = await run();
      expect([...made], `byte ${index}`).toEqual(right);
      expect(made.columnNames).toEqual(['a', 't', 'b']);
    }
  });

  it.each([
    [null, undefined],
    [0, -0],
    [1, 1n],
    [1, '1'],
    [{}, []],
    [{ 0: 1 }, [['0', 1]]],
    [{ a: undefined }, {}],
    [[undefined], []],
    [[1], Int32Array.of(1)],
    [Float32Array.of(1), Float64Array.of(1)],
    [{ number: '1' }, 1],
    [{ fingerprint: 1 }, { fingerprint: '1' }],
  ])('of inputs %o and %o are two', async (first, second) => {
    const small = Dataset.fromRows([{ a: 1 }]);
    await small.map(() => ({ b: 'first' }), { cache: { key: 'k', inputs: first } });
    const made = await small.map(() => ({ b: 'second' }), { cache: { key: 'k', inputs: second } });
    expect(made.column('b')).toEqual(['second']);
  });

  it('keep texts with unpaired surrogates, and BigInts inside objects', async () => {
    const odd = Dataset.fromRows([{ t: 'a\ud800', o: { n: 2n ** 60n } }]);
    const run = () => odd.map(() => ({ u: ['\udc00b', 'ü'] }), { cache: { key: 'odd' } });
    const first = [...(await run())];
    expect([...(await run())]).toEqual(first);
    expect(first).toEqual([{ t: 'a\ud800', o: { n: '1152921504606846976' }, u: ['\udc00b', 'ü'] }]);
    const other = (t: string) => Dataset.fromRows([{ t }]).fingerprint();
    expect(await other('a\ud800')).not.toBe(await other('a\ud801'));
    expect(await other('a\ud800')).not.toBe(await other('a\ufffd'));
  });

  it('cannot depend on what does not show itself', async () => {
    await expect(dataset.map(() => ({ a: 1 }), { cache: { key: 'k', inputs: { f: () => 1 } } })).rejects.toThrow(
      'inputs.f is a function',
    );
    await expect(dataset.map(() => ({ a: 1 }), { cache: { key: 'k', inputs: [new Map()] } })).rejects.toThrow(MapError);
  });
});
