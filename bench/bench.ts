/**
 * `npm run bench`: measures cost and speed of the live view, compared with the limit of the platform in the same run.
 * `npm run bench -- NAME ...` runs some; `--list` names them; `--write` puts the table into docs/performance.md. Each
 * prints its table and writes it as JSON to bench-results/. Linux only: processor time and memory are read in /proc.
 * Ends with exit code 1 if a bound is missed.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { PROJECT } from '../test/support/production-server';
import { burst } from './measure/burst';
import { fanOut } from './measure/fan-out';
import { following } from './measure/following';
import { growth } from './measure/growth';
import { page } from './measure/page';
import { push } from './measure/push';
import { reading, restart } from './measure/reading';
import { rest } from './measure/rest';
import { search } from './measure/search';
import { sessions } from './measure/sessions';
import { active, idle } from './measure/standing';
import { type Bench, type Figure, holds, markdown, printed, type Result } from './measure/table';
import { terminals } from './measure/terminals';
import { transcripts } from './measure/transcripts';
import { makeScratch } from './scratch';

const BENCHES: readonly Bench[] = [
  active,
  push,
  fanOut,
  burst,
  reading,
  restart,
  rest,
  search,
  growth,
  page,
  following,
  transcripts,
  sessions,
  terminals,
  idle,
];
const RESULTS = path.join(PROJECT, 'bench-results');

interface Choice {
  chosen: readonly Bench[];
  write: boolean;
}

function readChoice(): Choice {
  try {
    const { values, positionals } = parseArgs({
      options: { list: { type: 'boolean', default: false }, write: { type: 'boolean', default: false } },
      allowPositionals: true,
    });
    if (values.list) {
      for (const { name, how } of BENCHES) console.log(`${name.padEnd(12)}${how}`);
      process.exit(0);
    }
    const unknown = positionals.find((name) => !BENCHES.some((bench) => bench.name === name));
    if (unknown !== undefined) throw new Error(`There is no bench "${unknown}".`);
    const chosen = positionals.length === 0 ? BENCHES : BENCHES.filter(({ name }) => positionals.includes(name));
    return { chosen, write: values.write };
  } catch (error) {
    const names = BENCHES.map(({ name }) => name).join(', ');
    console.error(
      `${error instanceof Error ? error.message : error}\nUsage: npm run bench [-- NAME ...] [--write]\nNames: ${names}`,
    );
    process.exit(2);
  }
}

function machine(): string {
  const memory = Math.round(totalmem() / 2 ** 30);
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: PROJECT, encoding: 'utf8' }).trim();
  return `${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'}), ${memory} GB, Node ${process.versions.node}, commit ${commit}, ${new Date().toISOString().slice(0, 10)}`;
}

async function measure(bench: Bench, scratch: string): Promise<Result> {
  const begun = performance.now();
  // A bench that fails counts as a missed bound and does not end the others.
  const figures = await bench.run(scratch).catch((error: unknown): Figure[] => {
    console.error(error);
    return [{ name: 'it failed', value: Number.NaN, unit: '', atMost: 0 }];
  });
  return { bench: bench.name, seconds: (performance.now() - begun) / 1000, figures };
}

function document(results: readonly Result[], about: string): string {
  const parts = results.map(({ bench, figures }) => {
    const { how } = BENCHES.find(({ name }) => name === bench) as Bench;
    return `## ${bench}\n\n${how}\n\n${markdown(figures)}\n`;
  });
  return `# Performance\n\nWritten by \`npm run bench -- --write\`, on ${about}. Each figure is measured over HTTP\nagainst the production build, with its baseline in the same run. A busy machine shows in both.\n\n${parts.join('\n')}`;
}

const { chosen, write } = readChoice();
const scratch = makeScratch('bench');
mkdirSync(RESULTS, { recursive: true });
const begun = performance.now();
for (const bench of chosen) await bench.begin?.(scratch);
const results: Result[] = [];
for (const bench of chosen) {
  const result = await measure(bench, scratch);
  results.push(result);
  const load = loadavg()[0]?.toFixed(1);
  console.log(`\n${bench.name} (${result.seconds.toFixed(0)} s, load average ${load})\n${printed(result.figures)}`);
  writeFileSync(
    path.join(RESULTS, `${bench.name}.json`),
    `${JSON.stringify({ ...result, machine: machine() }, null, 2)}\n`,
  );
}
const figures = results.flatMap((result) => result.figures);
const bounded = figures.filter((figure) => holds(figure) !== null);
const missed = bounded.filter((figure) => holds(figure) === false);
const seconds = (performance.now() - begun) / 1000;
console.log(
  `\n${bounded.length - missed.length} bounds met, ${missed.length} missed; ${seconds.toFixed(0)} s on ${machine()}`,
);
if (write) writeFileSync(path.join(PROJECT, 'docs/performance.md'), document(results, machine()));
process.exit(missed.length === 0 ? 0 : 1);
