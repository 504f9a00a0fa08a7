// Runs the lesson of a bundle for pages: `node runInPage.mjs ENTRY`, with the WebGPU of Dawn as a
// browser offers its own. runLesson.mjs starts it.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { rootFolder } from '../setup/root-folder.mjs';
import { chosenFiles } from './lesson.mjs';

const { resolve } = createRequire(join(rootFolder, 'packages/kernels/package.json'));
const { create, globals } = await import(pathToFileURL(resolve('webgpu')).href);
Object.assign(globalThis, globals);
Object.defineProperty(globalThis, 'navigator', { value: { gpu: create([]) }, configurable: true });

await import(pathToFileURL(process.argv[2]).href);
const { eval_accuracy, predictions } = await globalThis.lesson(chosenFiles());
if (!(eval_accuracy >= 0) || predictions.join() !== '6,2')
  throw new Error(`the lesson ended with accuracy ${eval_accuracy} and predictions of shape ${predictions}`);
// The device keeps a process alive.
process.exit(0);
