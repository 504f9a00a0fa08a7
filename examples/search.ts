// Search by meaning: sentences become vectors, and a query finds the nearest ones.
// npm run example -- search MODEL COUNT     such as: sentence-transformers/all-MiniLM-L6-v2 10000
import { SentenceTransformer } from '@attune/bert';
import { Mt19937 } from '@attune/tensor';
import { checkpoint } from './parts/tinyTask.ts';

const [name = checkpoint, count = '10000'] = process.argv.slice(2);

// Made-up sentences, all different, the same in every run.
const choices = [
  ['old', 'small', 'young', 'tired', 'grey'],
  ['fox', 'sailor', 'teacher', 'baker', 'violinist'],
  ['waits for', 'writes about', 'dreams of', 'talks about', 'forgets'],
  ['the rain', 'a ferry', 'fresh bread', 'an exam', 'a concert'],
  ['in spring', 'at night', 'before noon', 'on Friday', 'by the lake'],
  ['today', 'again', 'alone', 'with a smile', 'for an hour'],
];
const numbers = [...new Mt19937(42).randperm(5 ** choices.length).subarray(0, Number(count))];
const sentences = numbers.map(
  (number) => `The ${choices.map((words, slot) => words[Math.floor(number / 5 ** slot) % 5]).join(' ')}.`,
);

const model = await SentenceTransformer.fromPretrained(name);
await model.encode(sentences.slice(0, 64)); // compiles the kernels
console.log(`${sentences.length} sentences become vectors; without a GPU it takes minutes: a COUNT of 500 does not.`);
const start = performance.now();
const index = await model.encode(sentences, { batchSize: 64, normalizeEmbeddings: true });
const seconds = (performance.now() - start) / 1000;
console.log(`${index.length} sentences in ${seconds.toFixed(1)} s: ${Math.round(index.length / seconds)} a second`);

const query = 'A musician thinks of an evening of music.';
const wanted = await model.encode(query, { normalizeEmbeddings: true });
const cosine = (vector: Float32Array) => vector.reduce((sum, value, at) => sum + value * (wanted[at] ?? 0), 0);
const found = index.map((vector, row) => ({ score: cosine(vector), sentence: sentences[row] }));
found.sort((a, b) => b.score - a.score);
console.log(query);
for (const { score, sentence: text } of found.slice(0, 5)) console.log(score.toFixed(3), text);
model.dispose();
