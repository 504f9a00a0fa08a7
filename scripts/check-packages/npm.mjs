import { runQuietly } from '../setup/child.mjs';
import { environmentOutsideNpm, npmCommand } from '../setup/pnpm.mjs';

/** Runs npm in a folder; returns what it answered, or throws an Error with all it printed. */
export async function npm(folder, args) {
  const { command, args: first } = npmCommand();
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
  const { code, stdout, output } = await runQuietly(command, [...first, ...args, ...quiet], {
    cwd: folder,
    env: environmentOutsideNpm(),
  });
  if (code !== 0) throw new Error(`npm ${args.join(' ')} in ${folder} ended with ${code}:\n${output}`);
  return stdout;
}
