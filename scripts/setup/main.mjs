import { join } from 'node:path';
import { driverEnvironment } from '../vulkan-driver.mjs';
import { ensureAdapter } from './adapter.mjs';
import { build } from './build.mjs';
import { runInForeground, runOwnProgram, runQuietly } from './child.mjs';
import { findDeno } from './deno.mjs';
import { everyAdapter, nameKernels, testEverywhere } from './every-adapter.mjs';
import { localProgram } from './local-program.mjs';
import { installPackages } from './packages.mjs';
import { SetupProblem } from './problem.mjs';
import { rootFolder } from './root-folder.mjs';
import { turboCommand } from './turbo.mjs';

const usage = `Usage: node scripts/attune.mjs COMMAND [arguments]
  demo [arguments]    fine-tune BERT, or predict with the result (demo --help)
  test [arguments]    run the tests; arguments go to vitest. kernels/NAME alone: on every adapter of this machine
  test-deno [WORD …]  run tests on Deno's own WebGPU, another than Dawn
  test-browser [WORD …]  run the kernels' tests in a page of Chromium
  fetch-deno          only fetch what test-deno runs on
  dev WORD            run the tests of files with this word in their path, again at every change
  example NAME        run a program of examples/
  parity NAME         train on MRPC beside PyTorch: mrpc, few-examples, step-time (docs/parity.md)
  setup               only install what is missing
  install             only install packages
  build               only install packages and build
  typecheck           check the types of sources and tests
  bench [arguments]   time kernels and training steps (benchmarks/README.md)`;

/** Each command makes sure of what it needs; whatever is there already costs nothing. */
const commands = {
  async demo(args) {
    await setup();
    return startOwn('apps/mrpc-demo/dist/main.js', args);
  },
  async test(args) {
    await installPackages();
    // Tests read the sources: a build that fails is reported at once and again by the exit code,
    // but keeps no test from running.
    const built = await reported(build);
    await ensureAdapter();
    const code = nameKernels(args) ? await testKernels(args) : await start(vitest(), ['run', ...args], rootFolder);
    return built ? code : code || 1;
  },
  async 'test-deno'(args) {
    await installPackages();
    await ensureAdapter();
    await findDeno();
    return startOwn('scripts/deno-tests.mjs', args);
  },
  async 'test-browser'(args) {
    await installPackages();
    return startOwn('scripts/browser-tests.mjs', args);
  },
  async 'fetch-deno'() {
    await findDeno();
  },
  async dev(args) {
    await installPackages();
    await ensureAdapter();
    return start(vitest(), ['watch', ...args], rootFolder);
  },
  async example(args) {
    await setup();
    return startOwn('scripts/example.mjs', args, rootFolder);
  },
  async parity([name, ...args]) {
    const file = { mrpc: 'mrpc-attune.mjs', 'few-examples': 'few-examples.mjs', 'step-time': 'step-time.mjs' }[name];
    if (!file) throw new SetupProblem('parity takes a name: mrpc, few-examples or step-time (docs/parity.md).');
    await setup();
    return startOwn(join('scripts/parity', file), args);
  },
  setup,
  install: installPackages,
  async build() {
    await installPackages();
    await build();
  },
  async bench(args) {
    await setup();
    return startOwn('benchmarks/bench.mjs', args);
  },
  async typecheck(args) {
    await installPackages();
    const turbo = await turboCommand(['run', 'typecheck', '--continue', '--output-logs=errors-only', ...args]);
    return runInForeground(turbo.command, turbo.args, turbo.options);
  },
};

export async function main([name, ...args]) {
  // A setup that is interrupted ends at once; what it was making is removed on exit.
  const interrupt = () => process.exit(130);
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  const command = Object.hasOwn(commands, name ?? '') ? commands[name] : null;
  if (!command) {
    console.error(usage);
    process.exitCode = name === undefined || /^(-h|--help|help)$/.test(name) ? 0 : 1;
  } else {
    await reported(async () => {
      process.exitCode = (await command(args)) ?? 0;
    });
  }
  process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
}

async function setup() {
  await installPackages();
  await build();
  await ensureAdapter();
}

const vitest = () => localProgram('vitest');

/** The tests of these folders of kernels on every adapter that is here. */
async function testKernels(words) {
  const { installedBrowser } = await import('../browser/page.mjs');
  const { command: program, args: first } = vitest();
  const run = async ({ runtime, env }, { live, signal }) => {
    const own = [process.execPath, [join(rootFolder, `scripts/${runtime}-tests.mjs`), ...words]];
    const [command, args] = runtime === 'dawn' ? [program, [...first, 'run', ...words]] : own;
    const options = foreground(rootFolder, env);
    return live
      ? { code: await runInForeground(command, args, options) }
      : runQuietly(command, args, { ...options, signal });
  };
  return testEverywhere(everyAdapter({ browser: installedBrowser() }), run);
}

/** Starts an installed program in the foreground with the driver in its environment. */
function start(program, args, cwd) {
  return runInForeground(program.command, [...program.args, ...args], foreground(cwd));
}

/** Starts a file of this repository in the same way. */
function startOwn(file, args, cwd) {
  return runOwnProgram([join(rootFolder, file), ...args], foreground(cwd));
}

/** Signals are the program's from here on. */
function foreground(cwd, driver = driverEnvironment()) {
  for (const signal of ['SIGINT', 'SIGTERM']) process.removeAllListeners(signal);
  return { cwd, env: { ...process.env, ...driver } };
}

/**
 * Runs `body`; a problem of the setup is printed as its paragraph, with the failed program's last
 * lines below.
 */
async function reported(body) {
  try {
    await body();
    return true;
  } catch (error) {
    if (!(error instanceof SetupProblem)) throw error;
    console.error(`\n${error.message}`);
    if (error.details) console.error(`\n${error.details.split('\n').slice(-40).join('\n')}`);
    process.exitCode = 1;
    return false;
  }
}
