import { run } from './run.mjs';

/** ATTUNE_KILLS asks for another number: a kill takes some seconds. */
const kills = Number(process.env.ATTUNE_KILLS || 100);

/** Training processes that are killed while they save; each goes on to the bits of a whole run. */
export async function killed() {
  const words = ['scripts/attune.mjs', 'test', '--silent=false', 'kills.test'];
  const { stdout } = await run(process.execPath, words, { env: { ATTUNE_KILLS: String(kills) } });
  const [, all, midst] = /(\d+) kills, (\d+) in the midst of a checkpoint/.exec(stdout) ?? [];
  return { kills: all, 'in the midst of a checkpoint': midst };
}
