// The check of a machine's GPU that check.sh starts: sections in the order of their worth, each a
// process of its own with a limit of its own, so that one that fails or hangs costs no other, and
// what is done is kept when time runs out.
// Usage: node check.mjs [folder for the results] [--minutes 5] [--quick]
// --quick: everything in its smallest size, on any adapter
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startClocks } from './clocks.mjs';
import { findDriver } from './driver.mjs';
import { runSection } from './section.mjs';
import { attentionText, productText, stepText, Summary } from './summary.mjs';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { minutes: { type: 'string', default: '5' }, quick: { type: 'boolean', default: false } },
});
const kit = import.meta.dirname;
const { quick } = values;
const output = positionals[0] ?? join(kit, 'results');
const scratch = join(output, 'scratch');
mkdirSync(scratch, { recursive: true });
const deadline = performance.now() + 60_000 * Number(values.minutes);
const summary = new Summary(join(output, 'summary.txt'));
const python = process.env.PYTHON ?? 'python3';

const program = (name) => join(kit, `${name}.mjs`);
const quickWord = quick ? ['quick'] : [];

/** Sections that failed. */
const problems = [];

const found = findDriver({
  kit,
  scratch,
  describe: program('describe'),
  accepts: ({ software }) => quick || !software,
});
if (found.reasons) {
  summary.add('NO GPU ANSWERS: nothing was tested or timed.');
  for (const reason of found.reasons) summary.add(reason);
  process.exit(3);
}
const { adapter, environment } = found;
// Tables of tuning are made anew; what Mesa has compiled is as good as ever.
environment.MESA_SHADER_CACHE_DIR =
  process.env.MESA_SHADER_CACHE_DIR ?? process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
environment.XDG_CACHE_HOME = join(scratch, 'cache');
environment.XDG_RUNTIME_DIR = process.env.XDG_RUNTIME_DIR ?? '/tmp';
writeFileSync(join(output, 'adapter.json'), JSON.stringify({ ...adapter, driver: found.name }, null, 2));
summary.add(
  `${new Date().toISOString().slice(0, 16)}, ${readFileSync(join(kit, 'version.txt'), 'utf8').trim()}, Node ${process.version}`,
);
summary.add(
  `${[adapter.vendor, adapter.architecture, adapter.device, adapter.description].filter(Boolean).join(', ')}; ${found.name}; chooses ${adapter.variants.join(', ') || 'portable kernels'}`,
);
const clocks = startClocks(output);

async function section(
  name,
  seconds,
  { command = process.execPath, args, cwd, extension = 'jsonl', onLine = () => {} },
) {
  const left = (deadline - performance.now()) / 1000;
  if (left < 2) {
    problems.push(`${name}: not begun, time is up`);
    return;
  }
  const limit = Math.min(left, quick ? 600 : seconds);
  const began = performance.now();
  const file = join(output, `${name}.${extension}`);
  const problem = await runSection({ command, args, cwd, environment, seconds: limit, output: file, onLine });
  if (problem) problems.push(`${name}: ${problem}`);
  summary.add(
    `-- ${name}: ${problem ?? 'done'}, ${((performance.now() - began) / 1000).toFixed(0)} s`,
    problem !== null,
  );
}

/** The value of a line of JSON; null for any other line. */
function resultOf(line) {
  try {
    return line.startsWith('{') ? JSON.parse(line) : null;
  } catch {
    return null;
  }
}

/** Nothing is timed yet: several processes share the card. */
async function tests() {
  const parts = quick ? 1 : 4;
  const count = { passed: 0, failed: 0, parts: 0 };
  let shown = 0;
  const testPart = (part) =>
    section(`kernelTests${parts > 1 ? part : ''}`, 85, {
      extension: 'txt',
      args: [program('kernelTests'), '--part', `${part}/${parts}`, ...(quick ? ['kernels/cast/'] : [])],
      onLine: (line) => {
        const [, passed, failed] = /^(\d+) passed, (\d+) failed$/.exec(line) ?? [];
        if (passed) {
          count.passed += Number(passed);
          count.failed += Number(failed);
          count.parts += 1;
        }
        if (line.startsWith('FAILED') && shown++ < 4) summary.add(line);
        else console.log(line);
      },
    });
  await Promise.all(Array.from({ length: parts }, (_, index) => testPart(index + 1)));
  const missing = count.parts < parts ? `; ${parts - count.parts} of ${parts} parts did not end` : '';
  summary.add(`Kernel tests: ${count.passed} passed, ${count.failed} failed${missing}`);
}

/**
 * One process for a setting, and one line of the summary for a shape: its types beside one another.
 */
async function steps(setting, shapes, { seconds = 30, ...options } = {}) {
  // A software driver compiles what another setting changes for minutes.
  const types = quick && setting !== 'as is' ? ['f32'] : ['f32', 'fp16'];
  const task = { setting, shapes: quick ? [[2, 8]] : shapes, types, repeats: 20, quick, ...options };
  await stepSection(`steps ${setting}`.replaceAll(/\W+/g, '-'), seconds, types.length, `${setting},`, {
    args: [program('steps'), JSON.stringify(task)],
  });
}

async function stepSection(name, seconds, types, words, { args, command }) {
  let texts = [];
  const write = ({ batchSize, length }) => {
    summary.add(`Step ${batchSize} x ${length} ${words} ${texts.join('; ')}`);
    texts = [];
  };
  let last = null;
  await section(name, seconds, {
    command,
    args,
    onLine: (line) => {
      const result = resultOf(line);
      if (!result) return;
      if (!result.batchSize) return productLine(result, 'PyTorch: ');
      if (result.error) problems.push(`${name}: ${result.error}`);
      last = result;
      texts.push(stepText(result));
      if (texts.length === types) write(result);
      else console.log(stepText(result));
    },
  });
  if (last && texts.length > 0) write(last);
}

/** The products of models are in the file; the largest is in the summary. */
function productLine(result, whose = '') {
  summary.add(`${whose}${productText(result)}`, quick || (result.m === 4096 && result.layout === 'NT'));
}

async function settings() {
  const shapes = [[8, 64]];
  await steps('as is', shapes);
  if (!quick) await steps('robustness off', shapes, { robustness: false });
  await steps('robustness and cleared workgroup memory off', shapes, {
    robustness: false,
    toggles: ['disable_workgroup_init'],
  });
  for (const { setting, disabled } of quick ? adapter.settings.slice(1, 2) : adapter.settings)
    await steps(setting, shapes, { disabled });
  if (!adapter.software) for (const splits of [1, 2, 4]) await steps(`splits ${splits}`, shapes, { splits });
}

async function tuned() {
  await section('tune', 30, {
    args: [program('tune'), ...quickWord],
    onLine: (line) => {
      const result = resultOf(line);
      if (result)
        summary.add(
          `Tuned ${result.classes} classes of products in ${result.seconds.toFixed(1)} s: tune.jsonl has the table`,
        );
    },
  });
  await steps('tuned', [[8, 64]], { tuned: true });
}

async function otherShapes() {
  const shapes = [
    [32, 64],
    [8, 128],
    [32, 128],
  ];
  for (const shape of quick ? shapes.slice(0, 1) : shapes)
    await steps(`as is, ${shape.join(' x ')}`, [shape], { repeats: 10, seconds: 25 });
}

const hasPyTorch =
  spawnSync(python, ['-c', 'import torch, transformers'], {
    timeout: 60_000,
    env: { ...process.env, HF_HUB_OFFLINE: '1' },
  }).status === 0;

async function pytorch() {
  if (!hasPyTorch) return summary.add('PyTorch: python3 has no torch with transformers here');
  const args = [join(kit, 'pytorchSteps.py'), ...quickWord];
  await stepSection('pytorch', 50, 3, 'PyTorch,', { command: python, args });
}

const products = () =>
  section('products', 30, {
    args: [program('products'), ...quickWord],
    onLine: (line) => {
      const result = resultOf(line);
      if (result) productLine(result);
    },
  });

/**
 * One line for a shape and pass, its variants beside one another; those of BERT's
 * heads are in the summary.
 */
async function attentions() {
  let group = [];
  const write = () => {
    const [first] = group;
    if (first) summary.add(attentionText(group), quick || (first.headSize === 64 && first.length !== 128));
    group = [];
  };
  const shapeOf = ({ pass, type, length, headSize }) => [pass, type, length, headSize].join(' ');
  await section('attention', 30, {
    args: [program('attention'), ...quickWord],
    onLine: (line) => {
      const result = resultOf(line);
      if (!result) return;
      if (result.error) problems.push(`attention by ${result.variant}: ${result.error}`);
      if (group.length > 0 && shapeOf(result) !== shapeOf(group[0])) write();
      console.log(JSON.stringify(result));
      group.push(result);
    },
  });
  write();
}

/**
 * A run of BERT-base on MRPC, or on made-up pairs where the kit has no MRPC:
 * ours, then transformers'.
 */
async function run() {
  const packed = join(kit, 'mrpc');
  const pairs = existsSync(packed) ? packed : join(scratch, 'pairs');
  const model = join(scratch, 'model');
  const vocabulary = existsSync(join(kit, 'vocabulary')) ? ['--vocabulary', join(kit, 'vocabulary')] : [];
  const made = pairs === packed ? [] : ['--pairs', pairs];
  await section('makeModel', 25, {
    args: [program('makeModel'), model, ...vocabulary, ...made, ...(quick ? ['--quick'] : [])],
  });
  if (!existsSync(join(model, 'config.json'))) return;
  const count = quick ? 2 : 150;
  const name = pairs === packed ? 'MRPC' : 'made-up pairs';
  for (const type of ['f32', 'fp16']) {
    const limits = ['--max-steps', String(count), ...(type === 'fp16' ? ['--fp16'] : [])];
    await section(`run-${type}`, 30, {
      args: [
        program('demo'),
        '--model',
        model,
        '--dataset',
        pairs,
        ...limits,
        '--json',
        '--output',
        join(scratch, `run-${type}`),
      ],
      onLine: (line) => {
        const result = resultOf(line);
        if (!result) return;
        const { steps: taken, trainSeconds, trainLoss, secondsToFirstStep, peakMemoryBytes } = result;
        summary.add(
          `${name}, batch 8, ${type}: ${(taken / trainSeconds).toFixed(1)} steps/s, loss ${trainLoss.toFixed(4)}, first step after ${secondsToFirstStep.toFixed(1)} s, ${(peakMemoryBytes / 2 ** 20).toFixed(0)} MiB`,
        );
      },
    });
    if (!hasPyTorch) continue;
    await section(`transformers-${type}`, 35, {
      command: python,
      cwd: scratch,
      args: [join(kit, 'transformersRun.py'), model, pairs, type, String(count)],
      onLine: (line) => {
        const result = resultOf(line);
        if (result)
          summary.add(
            `${name}, batch 8, ${type}, transformers: ${result.stepsPerSecond.toFixed(1)} steps/s, loss ${result.trainLoss.toFixed(4)}`,
          );
      },
    });
  }
}

for (const part of [tests, settings, otherShapes, attentions, pytorch, tuned, run, products]) await part();
clocks.end();
summary.add(clocks.line());
for (const problem of problems) summary.add(`PROBLEM ${problem}`);
if (!quick) rmSync(scratch, { recursive: true, force: true });
process.exit(problems.length > 0 ? 1 : 0);
