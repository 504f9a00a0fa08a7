/** Accuracy and F1 of labels, a character each, against the right ones. */
export function scores(labels, right) {
  let [same, both, given, wanted] = [0, 0, 0, 0];
  for (let row = 0; row < right.length; row++) {
    const [ours, theirs] = [labels[row] === '1', right[row] === '1'];
    if (ours === theirs) same += 1;
    if (ours && theirs) both += 1;
    if (ours) given += 1;
    if (theirs) wanted += 1;
  }
  return { accuracy: same / right.length, f1: given + wanted === 0 ? 0 : (2 * both) / (given + wanted) };
}

/** Numbers in [0, 1) from a seed (mulberry32), so that every call of the script says the same. */
function randomNumbers(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const average = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Mean, and the sample's standard deviation. */
export function summary(values) {
  const mean = average(values);
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, spread: values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : 0 };
}

/**
 * Paired bootstrap over rows: the difference of the means over seeds, ours minus theirs, each time
 * with rows drawn with replacement, the same for both sides and all seeds.
 *
 * @returns for accuracy and F1 the difference and the interval that holds 95 % of the draws
 */
export function pairedBootstrap(ours, theirs, right, { draws = 10_000, seed = 0 } = {}) {
  const random = randomNumbers(seed);
  const difference = (rows) => {
    const pick = (labels) => rows.map((row) => labels[row]);
    const wanted = pick(right);
    const mean = (side, name) => average(side.map((labels) => scores(pick(labels), wanted)[name]));
    return { accuracy: mean(ours, 'accuracy') - mean(theirs, 'accuracy'), f1: mean(ours, 'f1') - mean(theirs, 'f1') };
  };
  const all = Array.from({ length: right.length }, (_, row) => row);
  const drawn = Array.from({ length: draws }, () => difference(all.map(() => Math.floor(random() * right.length))));
  const interval = (name) => {
    const sorted = drawn.map((values) => values[name]).sort((a, b) => a - b);
    return [sorted[Math.floor(0.025 * draws)], sorted[Math.ceil(0.975 * draws) - 1]];
  };
  const { accuracy, f1 } = difference(all);
  return {
    accuracy: { difference: accuracy, interval: interval('accuracy') },
    f1: { difference: f1, interval: interval('f1') },
  };
}

const both = ({ accuracy, f1 }) => `${accuracy.toFixed(3)} / ${f1.toFixed(3)}`;

function rowsOf(name, runs) {
  const epochs = runs[0].epochs.length;
  const rows = runs.map((run) => [name, `${run.seed}`, ...run.epochs.map(both), `${run.seconds.toFixed(0)} s`]);
  const columns = (pick) =>
    Array.from({ length: epochs }, (_, epoch) => {
      const of = (score) => pick(summary(runs.map((run) => run.epochs[epoch][score])));
      return both({ accuracy: of('accuracy'), f1: of('f1') });
    });
  const seconds = average(runs.map((run) => run.seconds)).toFixed(0);
  rows.push([name, '**mean**', ...columns(({ mean }) => mean), `${seconds} s`]);
  rows.push([name, 'spread', ...columns(({ spread }) => spread), '']);
  return rows;
}

/** The table of docs/parity.md, and what the bootstrap says, in Markdown. */
export function report(ours, theirs, right) {
  const seeds = (runs) => runs.map((run) => run.seed).join(', ');
  if (seeds(ours) !== seeds(theirs))
    throw new Error(`Seeds differ: ${seeds(ours)} and ${seeds(theirs)}; run both sides with the same seeds.`);
  const epochs = ours[0].epochs.map((_, epoch) => `epoch ${epoch + 1}`);
  const head = ['accuracy / F1', 'seed', ...epochs, 'time'];
  const rows = [head, head.map(() => '---'), ...rowsOf('Attune', ours), ...rowsOf('`transformers`', theirs)];
  const last = (runs) => runs.map((run) => run.epochs.at(-1).labels);
  const bootstrap = pairedBootstrap(last(ours), last(theirs), right);
  const said = ['accuracy', 'f1'].map((name) => {
    const { difference, interval } = bootstrap[name];
    return `${name} ${difference.toFixed(4)} (95 % of 10,000 draws from ${interval[0].toFixed(4)} to ${interval[1].toFixed(4)})`;
  });
  return `${rows.map((row) => `| ${row.join(' | ')} |`).join('\n')}\n\nAttune minus \`transformers\` after the last epoch, mean over seeds, paired bootstrap over ${right.length} rows: ${said.join('; ')}.`;
}
