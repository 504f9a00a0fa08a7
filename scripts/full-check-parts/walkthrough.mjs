import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootFolder } from '../setup/root-folder.mjs';

const title = '## A kernel, from a fresh clone';
/** Limit of the edit-test loop in processor time; an idle machine also meets it by the clock. */
const mostSeconds = 5;
/** Generous, for a busy machine. */
const patience = 120_000;

/**
 * The walk-through of CONTRIBUTING.md as steps: commands, line by line, and files, whole. A fence
 * `sh fails` holds commands that must fail.
 * @param {string} markdown
 * @returns {({ command: string, fails: boolean } | { file: string, content: string })[]}
 */
export function stepsOf(markdown) {
  const section = markdown.slice(markdown.indexOf(title) + title.length).split(/^## /m)[0];
  const blocks = section.matchAll(/(?:^`([\w./-]+)`:?\n\n)?^```(\w+)(?: (\w+))?\n([^]*?)^```$/gm);
  return Array.from(blocks, ([, file, language, mark, content]) => {
    if (language !== 'sh') return [{ file, content }];
    return content
      .trim()
      .split('\n')
      .map((line) => ({ command: line.replace(/\s+#.*/, ''), fails: mark === 'fails' }));
  }).flat();
}

/**
 * What CONTRIBUTING.md says of a new kernel, word for word, in a fresh clone of the last commit.
 */
export async function walkthrough() {
  const folder = mkdtempSync(join(tmpdir(), 'attune-walkthrough-'));
  const figures = {};
  let cwd = folder;
  try {
    for (const step of stepsOf(readFileSync(join(rootFolder, 'CONTRIBUTING.md'), 'utf8'))) {
      if (step.file) {
        if (!existsSync(join(cwd, step.file)))
          throw new Error(`the walk-through writes ${step.file}, which is not there`);
        writeFileSync(join(cwd, step.file), step.content);
      } else if (step.command.startsWith('cd ')) {
        cwd = join(cwd, step.command.slice('cd '.length));
      } else {
        // The clone is of this folder, whatever the address.
        const [program, ...args] = step.command.replace(/https:\/\/\S+/, rootFolder).split(' ');
        const start = performance.now();
        const code = await ended(spawn(program, args, { cwd, stdio: 'inherit', shell: process.platform === 'win32' }));
        if ((code !== 0) !== step.fails) throw new Error(`'${step.command}' ended with exit code ${code}`);
        figures[step.fails ? `${step.command}, failing` : step.command] =
          `${((performance.now() - start) / 1000).toFixed(1)} s`;
      }
    }
    return { ...figures, ...(await editTestLoop(cwd)) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const ended = (child) =>
  new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });

/**
 * Saves the walk-through's shader while `npm run dev` watches it, until the
 * tests have passed again.
 */
async function editTestLoop(clone) {
  const files = stepsOf(readFileSync(join(clone, 'CONTRIBUTING.md'), 'utf8')).flatMap(({ file }) => file ?? []);
  const shader = join(
    clone,
    files.find((file) => file.endsWith('.wgsl')),
  );
  const word = /kernels\/\w+(?=\/\w+\.wgsl)/.exec(shader.replaceAll('\\', '/'))[0];
  const watch = spawn(process.execPath, [join(clone, 'scripts/attune.mjs'), 'dev', word], {
    cwd: clone,
    env: { ...process.env, NO_COLOR: '1', CI: undefined },
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: process.platform !== 'win32',
  });
  try {
    await waitForPass(watch);
    const before = processorSeconds(watch.pid);
    const start = performance.now();
    const passed = waitForPass(watch);
    writeFileSync(shader, `${readFileSync(shader, 'utf8')}// saved again\n`);
    await passed;
    const seconds = (performance.now() - start) / 1000;
    const processor = processorSeconds(watch.pid) - before;
    const figures = { 'save to passed, npm run dev': `${seconds.toFixed(1)} s` };
    if (Number.isNaN(processor)) return figures;
    if (processor > mostSeconds)
      throw new Error(`the edit-test loop took ${processor.toFixed(1)} s of processor time; at most ${mostSeconds}`);
    return { ...figures, 'of processor time': `${processor.toFixed(1)} s` };
  } finally {
    if (process.platform === 'win32') watch.kill();
    else process.kill(-watch.pid, 'SIGTERM');
  }
}

function waitForPass({ stdout }) {
  return new Promise((resolve, reject) => {
    let text = '';
    const hear = (chunk) => {
      process.stdout.write(chunk);
      text += chunk;
      if (!/Waiting for file changes/.test(text)) return;
      stdout.off('data', hear);
      if (/Tests +\d+ passed/.test(text)) resolve();
      else reject(new Error('the tests of the walk-through failed while they were watched'));
    };
    stdout.on('data', hear);
    setTimeout(() => reject(new Error('npm run dev did not test again')), patience).unref();
    stdout.on('end', () => reject(new Error('npm run dev ended by itself')));
  });
}

/**
 * User and system time of a process and all below it, in seconds; NaN where
 * the system does not tell.
 */
function processorSeconds(root) {
  if (process.platform !== 'linux') return NaN;
  const ticks = new Map();
  const parents = new Map();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ');
      parents.set(Number(pid), Number(fields[1]));
      // utime, stime, and those of children that have ended.
      ticks.set(
        Number(pid),
        fields.slice(11, 15).reduce((sum, value) => sum + Number(value), 0),
      );
    } catch {
      // The process has ended meanwhile.
    }
  }
  const isBelow = (pid) => pid === root || (parents.has(pid) && isBelow(parents.get(pid)));
  let sum = 0;
  for (const [pid, value] of ticks) if (isBelow(pid)) sum += value;
  return sum / 100;
}
