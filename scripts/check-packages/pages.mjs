// A module worker trains in a page that Vite serves under a path of its own, as a built one and
// from its development server.
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { browserArguments, installedBrowser } from '../browser/page.mjs';
import { rootFolder } from '../setup/root-folder.mjs';
import { loadTool } from './tools.mjs';
import { trainingCode } from './training.mjs';

const files = {
  'index.html': '<!doctype html><meta charset="utf-8"><script type="module" src="./main.js"></script>',
  'main.js': `
const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
worker.onmessage = ({ data }) => { globalThis.trained = data; };
worker.onerror = ({ message }) => { globalThis.trained = 'the worker: ' + message; };
worker.postMessage(new URL('./my-model', document.baseURI).href);`,
  'worker.js': `${trainingCode}
onmessage = ({ data }) => train(data).then(() => postMessage(''), (error) => postMessage(String(error)));`,
};

/**
 * @param {string} project a project in which every package is installed
 * @returns {Promise<Record<string, string>>} by server: empty where the page trained
 */
export async function checkPages(project, tools) {
  const { program, missing } = installedBrowser();
  if (missing) return { 'a page with a module worker': `skipped: ${missing}` };
  const root = join(project, 'page');
  mkdirSync(root, { recursive: true });
  for (const [name, content] of Object.entries(files)) writeFileSync(join(root, name), content);
  cpSync(join(rootFolder, 'packages/bert/golden/own-mini'), join(root, 'public/my-model'), { recursive: true });
  const vite = await loadTool(tools, 'vite');
  const outDir = join(project, 'built-page');
  const settings = { root, base: '/of/its/own/', configFile: false, logLevel: 'silent', worker: { format: 'es' } };
  const servers = {
    async 'a page with a module worker, by Vite'() {
      await vite.build({ ...settings, build: { outDir, emptyOutDir: true } });
      return vite.preview({ ...settings, build: { outDir }, preview: { port: 0 } });
    },
    async "the same from Vite's development server"() {
      const server = await vite.createServer({ ...settings, server: { port: 0 } });
      return server.listen();
    },
  };
  const results = {};
  for (const [name, start] of Object.entries(servers)) results[name] = await trainInPage(program, start);
  return results;
}

/** @returns {Promise<string>} what went wrong */
async function trainInPage(program, start) {
  let server;
  const browser = await chromium.launch({ executablePath: program, args: browserArguments() });
  try {
    server = await start();
    const page = await browser.newPage();
    await page.goto(server.resolvedUrls.local[0]);
    await page.waitForFunction(() => globalThis.trained !== undefined, undefined, { timeout: 240_000 });
    return await page.evaluate(() => globalThis.trained);
  } catch (error) {
    return error.message;
  } finally {
    await browser.close();
    await server?.close();
  }
}
