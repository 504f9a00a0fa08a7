import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Programs of Chromium's family, as packages of Linux distributions name them. */
const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'];

/** Where installers put Chrome and Edge on systems whose PATH does not have them. */
const places = {
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  ],
  win32: ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA'].flatMap((variable) =>
    process.env[variable]
      ? [
          join(process.env[variable], 'Google/Chrome/Application/chrome.exe'),
          join(process.env[variable], 'Microsoft/Edge/Application/msedge.exe'),
        ]
      : [],
  ),
};

/**
 * A browser of Chromium's family on this machine: the one that ATTUNE_BROWSER names, the one that
 * Playwright has fetched, or an installed one.
 * @param {string} fetched where Playwright's own would be
 * @returns {{ program: string } | { missing: string }}
 */
export function findBrowser(fetched, { env = process.env, platform = process.platform } = {}) {
  const chosen = env.ATTUNE_BROWSER;
  if (chosen)
    return existsSync(chosen) ? { program: chosen } : { missing: `ATTUNE_BROWSER names ${chosen}, which is not there` };
  const onPath = (env.PATH ?? '').split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)));
  const program = [fetched, ...(platform === 'win32' ? [] : onPath), ...(places[platform] ?? [])].find(isProgram);
  if (program) return { program };
  return {
    missing:
      'no Chromium, Chrome or Edge was found: install one, name its program in ATTUNE_BROWSER, or run `npx playwright-core install chromium`',
  };
}

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
