import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { appendTo, claudeFolder, Follower, fixtureTranscripts } from '../../../test/support/transcripts';
import type { ClaudeUsage, TranscriptFacts } from './claude-session';

const SCENARIOS = [
  'team-in-process',
  'api-errors-and-compact',
  'session-life',
  'permission-answers',
  'queue-and-interrupt',
];

interface Read {
  facts: Map<string, TranscriptFacts>;
  rows: ClaudeUsage[];
}

/** Cuts all files of a scenario at any places; the parts of different files are written in turns. */
const history = fc.constantFrom(...SCENARIOS).chain((scenario) => {
  const files = [...fixtureTranscripts(scenario)];
  const cuts = files.map(([, bytes]) => fc.array(fc.nat(bytes.length), { maxLength: 6 }));
  const pause = fc.record({ steps: fc.constantFrom(0, 1, 3, 1000), restart: fc.boolean() });
  return fc.record({
    scenario: fc.constant(scenario),
    cuts: fc.tuple(...cuts),
    pauses: fc.array(pause, { minLength: 1, maxLength: 12 }),
    sliceBytes: fc.constantFrom(1, 20_000, 1024 * 1024),
  });
});

function sessionsOf(scenario: string): string[] {
  return [...fixtureTranscripts(scenario).keys()]
    .filter((path) => !path.includes('subagents'))
    .map((path) => path.slice(-42, -6));
}

function wholeAtOnce(scenario: string): Read {
  const { folder, remove } = claudeFolder(scenario);
  const follower = new Follower({ folder });
  follower.follow(...sessionsOf(scenario));
  follower.read();
  remove();
  return follower;
}

function parts(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [0, ...[...cuts].sort((a, b) => a - b), bytes.length];
  return places.slice(1).map((end, i) => bytes.subarray(places[i], end));
}

/** The order of subagents is that in which their files were found. */
function facts({ facts }: Read): TranscriptFacts[] {
  const all = [...facts.values()].map(
    (one) =>
      ({
        ...one,
        subagents: one.subagents.toSorted((a, b) => a.id.localeCompare(b.id)),
        teammates: one.teammates.toSorted((a, b) => `${a.agentName}`.localeCompare(`${b.agentName}`)),
      }) as never,
  );
  return all.sort((a: TranscriptFacts, b: TranscriptFacts) => a.sessionId.localeCompare(b.sessionId));
}

function rows({ rows }: Read): ClaudeUsage[] {
  return [...rows].sort((a, b) => a.messageId.localeCompare(b.messageId));
}

test('step(): any chunks of the files and restarts at any mark give the same facts, and each usage once', () => {
  fc.assert(
    fc.property(history, ({ scenario, cuts, pauses, sliceBytes }) => {
      const { folder, remove } = claudeFolder(scenario);
      // What is said beside the transcripts is there from the beginning.
      for (const path of fixtureTranscripts(scenario).keys()) rmSync(join(folder, 'projects', path));
      const follower = new Follower({ folder, sliceBytes });
      follower.follow(...sessionsOf(scenario));
      const files = [...fixtureTranscripts(scenario)].map(([path, bytes], i) => ({
        path,
        parts: parts(bytes, cuts[i] ?? []),
      }));
      let pause = 0;
      for (let turn = 0; files.some(({ parts }) => turn < parts.length); turn++) {
        for (const file of files) {
          const part = file.parts[turn];
          if (!part) continue;
          appendTo(join(folder, 'projects', file.path), part);
          const { steps, restart } = pauses[pause++ % pauses.length] ?? { steps: 0, restart: false };
          if (steps > 0) follower.read(steps);
          if (restart) follower.restart();
        }
      }
      follower.read();
      remove();
      const expected = wholeAtOnce(scenario);
      assert.deepEqual(facts(follower), facts(expected));
      assert.deepEqual(rows(follower), rows(expected));
      // Only answers that a fork copied may be given again, after a restart.
      if (scenario !== 'session-life') assert.equal(follower.repeated, 0);
    }),
    { numRuns: 60 },
  );
});
