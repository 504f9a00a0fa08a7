import { delimiter } from 'node:path';
import { localProgram } from './local-program.mjs';
import { findPnpm } from './pnpm.mjs';
import { rootFolder } from './root-folder.mjs';

/**
 * How to start turbo. It starts pnpm itself, so the pinned one stands first on its path; it reports
 * to nobody.
 */
export async function turboCommand(args) {
  const turbo = localProgram('turbo');
  const env = {
    ...process.env,
    PATH: [await findPnpm(), process.env.PATH].join(delimiter),
    TURBO_TELEMETRY_DISABLED: '1',
    TURBO_NO_UPDATE_NOTIFIER: '1',
    DO_NOT_TRACK: '1',
  };
  return { command: turbo.command, args: [...turbo.args, ...args], options: { cwd: rootFolder, env } };
}
