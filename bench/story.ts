/**
 * `node --import tsx bench/story.ts`: an hour's story told in ten minutes, the server killed and started 20 times on
 * the way, then 1,000 moments of it asked for. Ends with exit code 1 if one is not as it was. Needs a build.
 */
import { parseArgs } from 'node:util';
import { runStory } from './story-run';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    kills: { type: 'string', default: '20' },
    moments: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '3' },
    agents: { type: 'string', default: '6' },
    speed: { type: 'string', default: '6' },
  },
});

const outcome = await runStory(
  {
    seconds: Number(values.minutes) * 60,
    kills: Number(values.kills),
    moments: Number(values.moments),
    seed: Number(values.seed),
    agents: Number(values.agents),
    speed: Number(values.speed),
  },
  (line) => console.log(line),
);

const { equal, unknown, faults, unknownSpans, answers } = outcome;
const at = (sorted: readonly number[], part: number) => sorted[Math.floor((sorted.length - 1) * part)]?.toFixed(0);
console.log(`Moments: ${equal} as they were, ${unknown} marked as unknown, ${faults.length} wrong.`);
console.log(
  `Unknown times: ${unknownSpans.length}, median ${at(unknownSpans, 0.5)} ms, longest ${at(unknownSpans, 1)} ms.`,
);
console.log(`Answers: median ${at(answers, 0.5)} ms, 99 % within ${at(answers, 0.99)} ms.`);
for (const fault of faults.slice(0, 20)) console.error(fault);
process.exitCode = faults.length === 0 ? 0 : 1;
