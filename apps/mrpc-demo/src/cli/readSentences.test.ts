import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { DemoError } from './demoError.ts';
import { readSentences } from './readSentences.ts';

function input(text: string, isTTY = false) {
  const stream = Object.assign(new PassThrough(), { isTTY });
  stream.write(text);
  // A terminal stays open.
  if (!isTTY) stream.end();
  return stream;
}

const say = () => {};

it('takes one sentence a line, unchanged', async () => {
  expect(await readSentences(input('It\'s "$HOME" `ls`\r\n\r\nTwo\n'), say)).toEqual(['It\'s "$HOME" `ls`', 'Two']);
  expect(await readSentences(input('\uFEFFOnly one'), say)).toEqual(['Only one', null]);
});

it('ends in a terminal with the second one or an empty line', async () => {
  const said: string[] = [];
  expect(await readSentences(input('a\nb\n', true), (line) => said.push(line))).toEqual(['a', 'b']);
  expect(said.join()).toMatch(/One sentence a line/);
  expect(await readSentences(input('a\n\n', true), say)).toEqual(['a', null]);
});

it.each([
  ['', /got none/],
  ['a\nb\nc\nd', /one sentence or two from standard input, one a line; got 4/],
])('refuses %j', async (text, message) => {
  await expect(readSentences(input(text), say)).rejects.toThrow(message);
  await expect(readSentences(input(text), say)).rejects.toThrow(DemoError);
});
