import { beforeAll, describe, expect, it } from 'vitest';
import { fileURLToPath } from 'node:url';
import { defaultDevice, gatherRows, Module, noGrad, type Linear, type Tensor } from '@attune/tensor';
import { BertForSequenceClassification } from '../heads/sequenceClassification.ts';

const folder = fileURLToPath(new URL('../../golden/own-mini', import.meta.url));
const inputs = { input_ids: [[2, 5, 6, 3]], labels: [1] };
let model: BertForSequenceClassification;
let exact: Float32Array;

const logits = async () => (await noGrad(() => model.forward(inputs)).logits.data()) as Float32Array;

beforeAll(async () => {
  await defaultDevice();
  model = await BertForSequenceClassification.fromPretrained(folder, { silent: true });
  exact = await logits();
});

/** Those whose work is done inside another kernel. */
const isFused = (name: string) => name.endsWith('attention.self.dropout');

describe('hooks on BERT', () => {
  it('are called once for every module, with the same result', async () => {
    const calls = new Map<string, number>();
    const handles = [...model.namedModules()]
      .filter(([name]) => !isFused(name))
      .map(([name, module]) => module.registerForwardHook(() => void calls.set(name, (calls.get(name) ?? 0) + 1)));
    const hooked = await logits();
    for (const handle of handles) handle.remove();
    expect([...calls.keys()].toSorted()).toEqual(
      [...model.namedModules()].flatMap(([name]) => (isFused(name) ? [] : [name])).toSorted(),
    );
    expect(new Set(calls.values())).toEqual(new Set([1]));
    for (const [index, value] of exact.entries()) expect(hooked[index]).toBeCloseTo(value, 5);
    expect(await logits()).toEqual(exact);
  });

  it('see what a layer gives under noGrad', async () => {
    const [layer] = model.bert.encoder.layer;
    const seen: Promise<unknown>[] = [];
    using _ = layer!.intermediate.registerForwardHook((__, ___, output) => void seen.push(output.data()));
    expect(await logits()).toEqual(exact);
    expect(await seen[0]).toBeInstanceOf(Float32Array);
  });

  it('are refused for the dropout inside the attention kernel', () => {
    using _ = model.bert.encoder.layer[0]!.attention.self.dropout.registerForwardHook(() => {});
    expect(() => model.forward(inputs)).toThrow(
      /its dropout is part of the attention kernel, where no hook can be called/,
    );
  });
});

describe('a replaced layer', () => {
  /** A layer of another kind around the one that it replaces. */
  class Counting extends Module {
    readonly base: Linear;
    calls = 0;

    constructor(base: Linear) {
      super();
      this.base = base;
    }

    forward(input: Tensor): Tensor {
      this.calls++;
      return this.base.forward(input);
    }
  }

  it('is used in place of the other', async () => {
    const [first] = model.bert.encoder.layer;
    const places = [
      [first!.attention.self, 'query'],
      [first!.attention.self, 'value'],
      [first!.attention.output, 'dense'],
      [first!.intermediate, 'dense'],
    ] as unknown as [Record<string, Module>, string][];
    const replaced = places.map(([parent, name]) => new Counting(parent[name] as Linear));
    for (const [index, [parent, name]] of places.entries()) parent[name] = replaced[index]!;
    expect([...model.namedParameters()].map(([name]) => name)).toContain(
      'bert.encoder.layer.0.attention.self.query.base.weight',
    );
    const own = await logits();
    for (const [index, value] of exact.entries()) expect(own[index]).toBeCloseTo(value, 5);
    expect(replaced.map(({ calls }) => calls)).toEqual([1, 1, 1, 1]);
    for (const [index, [parent, name]] of places.entries()) parent[name] = replaced[index]!.base;
    expect(await logits()).toEqual(exact);
  });

  it('must give a row for every token', () => {
    const { output } = model.bert.encoder.layer[0]!.attention;
    const { dense } = output;
    class FirstRow extends Module {
      forward(input: Tensor): Tensor {
        return gatherRows(dense.forward(input), Uint32Array.of(0));
      }
    }
    output.dense = new FirstRow();
    expect(() => model.forward(inputs)).toThrow(/layerNorm: residual has the shape \[4, \d+\]; expected \[1, \d+\]/);
    // A norm that others look at is not part of the sum's kernel.
    using _ = output.LayerNorm.registerForwardHook(() => {});
    expect(() => model.forward(inputs)).toThrow(/add: b has the shape \[1, \d+\]; expected \[4, \d+\]/);
    output.dense = dense;
  });
});
