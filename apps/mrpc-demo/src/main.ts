import { helpText, readOptions } from './cli/options.ts';
import type { DemoOptions } from './cli/options.ts';
import { predict, predictionLines } from './predict.ts';
import { demoCommand, shellAtHand } from './cli/pasteable.ts';
import { readSentences } from './cli/readSentences.ts';
import { train } from './training/train.ts';

async function run(options: DemoOptions): Promise<void> {
  if (options.command === 'help') {
    console.log(helpText);
    return;
  }
  // With --json standard output holds one object and nothing else.
  if (options.command === 'train') {
    const { json, jsonLines } = options;
    const say = json || jsonLines ? console.error : console.log;
    const result = await train(options, say, { shell, toResume: commandToResume(words) });
    if (jsonLines) console.log(JSON.stringify({ event: 'result', ...result }));
    else if (json) console.log(JSON.stringify(result));
    return;
  }
  const sentences = options.sentences ?? (await readSentences(process.stdin, console.error));
  const prediction = await predict(options.model, sentences);
  if (options.json) console.log(JSON.stringify(prediction));
  else console.log(predictionLines(prediction).join('\n'));
}

const shell = shellAtHand(process.platform, process.env);

const commandToResume = (given: readonly string[]) =>
  demoCommand([...given.filter((word) => word !== '--resume'), '--resume'], shell);

const words = process.argv.slice(2);
try {
  await run(readOptions(words));
} catch (error) {
  const { message, stack } = error as Error;
  console.error(words.includes('--debug') ? stack : `Error: ${message}`);
  process.exitCode = 1;
}
