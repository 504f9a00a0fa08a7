import { fileURLToPath } from 'node:url';
import { LibraryProcess } from '../libraryProcess.mjs';
import { configs } from '../libraries/stepShape.mjs';
import { median, table } from '../table.mjs';

/** Recording a step, and the calls to Dawn that it ends in, on Dawn's null backend. */
export async function measureHost({ rounds, figures, show }) {
  const host = new LibraryProcess('host', process.execPath, [
    fileURLToPath(new URL('../libraries/host.mjs', import.meta.url)),
  ]);
  const rows = [];
  figures.host = [];
  // The null backend gives 512 MiB: too little for BERT-base, and for all of the vocabulary of
  // which batches have the start.
  for (const name of ['tiny', 'MiniLM-L6']) {
    const shape = { config: { ...configs[name], vocabSize: 21_000 }, batchSize: 8, length: 64 };
    const answers = [];
    for (let round = 0; round < rounds; round++) answers.push(await host.ask({ task: 'host', ...shape, repeats: 200 }));
    const failed = answers.find(({ error }) => error);
    if (failed) throw new Error(failed.error);
    const of = (measure) => median(answers.map((answer) => answer[measure]));
    const { dispatches } = answers[0];
    figures.host.push({ name, dispatches, recording: of('recording'), calls: of('calls') });
    rows.push([
      `${name}, batch 8`,
      dispatches,
      of('recording').toFixed(1),
      of('calls').toFixed(1),
      ((of('recording') * dispatches) / 1000).toFixed(2),
    ]);
  }
  host.end();
  show(
    "Host: recording a training step, us a dispatch (Dawn's null backend)",
    table(['model', 'dispatches', 'recording', 'of that calls to Dawn, alone', 'ms a step'], rows),
  );
}
