import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { writeEpoch } from '../epoch.mjs';
import { configs } from '../libraries/stepShape.mjs';
import { table } from '../table.mjs';

/**
 * One pass over MRPC's training pairs, in slices in turns: without padding, as everybody else pads,
 * in fp16, and in PyTorch.
 */
export async function compareEpoch({ ours, options, libraries, figures, show }) {
  const batchSize = 32;
  const { file, batches, examples, padding } = await writeEpoch({
    folder: options.mrpc,
    tokenizer: options.tokenizer,
    batchSize,
  });
  const slice = 12;
  const task = { task: 'epoch', config: configs.tiny, file };
  const asked = [
    { name: 'Attune', library: ours, task },
    { name: 'Attune, padded', library: ours, task: { ...task, padded: true } },
    { name: 'Attune, fp16', library: ours, task: { ...task, fp16: true } },
    ...libraries
      .filter(({ name }) => name.startsWith('PyTorch'))
      .map((library) => ({ name: library.name, library, task })),
  ];
  const seconds = asked.map(() => 0);
  for (let done = 0; done < batches; done += slice) {
    const repeats = Math.min(slice, batches - done);
    for (const [who, one] of asked.entries()) {
      const { milliseconds, error } = await one.library.ask({ ...one.task, repeats });
      if (error) throw new Error(error);
      seconds[who] += (milliseconds * repeats) / 1000;
    }
  }
  rmSync(dirname(file), { recursive: true });
  figures.epoch = {
    batchSize,
    padding,
    batches,
    seconds: Object.fromEntries(asked.map(({ name }, who) => [name, seconds[who]])),
  };
  show(
    `Pass over MRPC's ${examples} training pairs, shuffled, batch ${batchSize}, BERT-tiny: ${(100 * padding).toFixed(1)}% of the places of padded batches are padding`,
    table(
      ['', 'examples/s', 'times as long as ours'],
      asked.map(({ name }, who) => [
        name,
        ((batches * batchSize) / seconds[who]).toFixed(1),
        (seconds[who] / seconds[0]).toFixed(2),
      ]),
    ),
  );
}
