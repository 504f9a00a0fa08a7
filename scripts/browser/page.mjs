// A page with WebGPU in a browser without a window. What it loads comes from memory: no server, no
// network.
import { extname } from 'node:path';
import { chromium } from 'playwright-core';
import { rememberedAdapter } from '../setup/machine.mjs';
import { softwareAdapter } from '../setup/adapter.mjs';
import { findBrowser } from './find.mjs';

/** A secure context, which WebGPU and OPFS ask for. */
const origin = 'http://localhost';
/** The browser's own line. */
const notFound = /^Failed to load resource: .* 404 /;
const types = {
  '.mjs': 'text/javascript',
  '.js': 'text/javascript',
  '.html': 'text/html',
  '.json': 'application/json',
};

/** The browser of this machine, or why there is none. */
export const installedBrowser = () => findBrowser(chromium.executablePath());

/**
 * Opens an empty page.
 * @param {Record<string, string | Uint8Array>} files by path: what the page can fetch and import
 * @throws {Error} when this machine has no browser, or the browser no WebGPU
 */
export async function openPage(files) {
  const { program, missing } = installedBrowser();
  if (missing) throw new Error(`No page can be opened: ${missing}.`);
  const browser = await chromium.launch({ executablePath: program, args: browserArguments() });
  try {
    const page = await browser.newPage();
    page.on('pageerror', (error) => console.error(`in the page: ${error.message}`));
    await page.route(`${origin}/**`, (route) => route.fulfill(answer(files, new URL(route.request().url()).pathname)));
    await page.goto(`${origin}/`);
    const adapter = await page.evaluate(adapterWords);
    if (!adapter) throw new Error(`${program} has no WebGPU adapter.`);
    return {
      adapter,
      browserName: `Chromium ${browser.version()}`,
      /** Runs a function in the page. */
      evaluate: (task, argument) => page.evaluate(task, argument),
      /**
       * What is written to the page's console. Missing files are left out, as the
       * program that asked for them is told.
       */
      onMessage: (hear) => page.on('console', (message) => notFound.test(message.text()) || hear(message.text())),
      close: () => browser.close(),
    };
  } catch (error) {
    await browser.close();
    throw error;
  }
}

/** What a browser without a window needs for WebGPU on this machine. */
export function browserArguments() {
  const found = rememberedAdapter();
  const hasGpu = found?.own && !softwareAdapter.test(found.adapter);
  return ['--enable-unsafe-webgpu', hasGpu ? '--enable-features=Vulkan' : '--use-webgpu-adapter=swiftshader'];
}

function answer(files, path) {
  if (path === '/') return { contentType: 'text/html', body: '<!doctype html><meta charset="utf-8">' };
  if (!Object.hasOwn(files, path)) return { status: 404, body: `no ${path}` };
  return { contentType: types[extname(path)] ?? 'application/octet-stream', body: Buffer.from(files[path]) };
}

async function adapterWords() {
  const adapter = await navigator.gpu?.requestAdapter();
  if (!adapter) return null;
  const { vendor, architecture, description } = adapter.info;
  return [vendor, architecture, description].filter(Boolean).join(', ');
}
