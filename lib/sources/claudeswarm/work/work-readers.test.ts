import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { z } from 'zod';
import { samples } from '../../../../test/support/samples';
import { agentLearning, agentMemory, workConflict, workContext, workDelegation } from '../../../contract/work-answers';
import { parseConflictLog } from '../conflict-log';
import { CONTEXTS } from './contexts';
import { DELEGATIONS } from './delegations';
import { type EntriesFile, EntriesReader, parseEntries } from './entries';
import { LEARNING } from './learning';
import { MemoryFolder, parseMemory } from './memory';
import { parseReadMarks, READ_MARKS_FILE, ReadMarksReader } from './read-marks';

const folder = mkdtempSync(join(tmpdir(), 'work-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const sample = samples().find(({ name }) => name === 'normal-swarm')?.root ?? '';
const bytes = (value: unknown) => Buffer.from(JSON.stringify(value));

function entriesOf<Entry>(root: string, file: EntriesFile<Entry>): readonly Entry[] {
  const reader = new EntriesReader(root, file);
  reader.refresh();
  assert.deepEqual([reader.status.state, reader.status.skipped], ['ok', []]);
  return reader.entries;
}

test('EntriesReader: reads what the tool wrote about contexts, delegations and learning', () => {
  const contexts = entriesOf(sample, CONTEXTS);
  assert.deepEqual(
    contexts.map(({ id, status, agents, decisions }) => [id, status, agents, decisions.length]),
    [
      ['feature-checkout', 'active', ['agent-0', 'agent-1'], 2],
      ['importer-rewrite-4d7d11a9', 'active', ['agent-2'], 0],
    ],
  );
  assert.deepEqual(contexts[0]?.decisions[0], {
    decision: 'Use integer cents',
    by: 'agent-0',
    reason: 'exact sums',
    at: '2026-02-03T08:00:00.017959+00:00',
    alternatives: ['decimal strings'],
  });
  const [first, , last] = entriesOf(sample, DELEGATIONS);
  assert.deepEqual(first?.skill_matches.slice(0, 2), [
    { skill: 'python', score: 0.55 },
    { skill: 'backend', score: 0.5 },
  ]);
  assert.deepEqual(first?.alternatives, [{ agent_id: 'agent-1', score: 0.09459459459459459 }]);
  assert.deepEqual([last?.success, last?.reason], [false, 'Agent agent-2 is not available']);
  const learning = entriesOf(sample, LEARNING);
  assert.deepEqual(
    learning.map(({ agent_id, tasks_completed, skills }) => [
      agent_id,
      tasks_completed,
      skills.map((one) => one.skill),
    ]),
    [
      ['agent-0', 0, []],
      ['agent-1', 1, ['typescript', 'react']],
    ],
  );
});

test('parseConflictLog(): gives the negotiation and the resolution of each conflict', () => {
  const parsed = parseConflictLog(
    bytes({
      conflicts: [
        {
          agents_involved: ['a', 'b'],
          negotiations: [{ agent_id: 'b', timestamp: '2026-02-03T08:00:00+00:00', message: 'later' }, 'text', { x: 1 }],
          resolution: { strategy_used: 'priority', winner: 'a', automatic: true, reason: 7 },
          metadata: { locked_at: '2026-02-03T08:00:00+00:00', lock_reason: 'theme' },
        },
      ],
    }),
  );
  assert.ok('conflicts' in parsed);
  const [conflict] = parsed.conflicts;
  assert.deepEqual(conflict?.negotiations, [
    { agent: 'b', at: '2026-02-03T08:00:00+00:00', text: 'later' },
    { agent: null, at: null, text: 'text' },
    { agent: null, at: null, text: '{"x":1}' },
  ]);
  assert.deepEqual(conflict?.resolution, {
    ...{ strategy: 'priority', winner: 'a', loser_action: null, at: null, reason: null, automatic: true },
  });
  assert.deepEqual([conflict?.locked_at, conflict?.lock_reason], ['2026-02-03T08:00:00+00:00', 'theme']);
});

const FILES = [
  { file: CONTEXTS, schema: workContext },
  { file: DELEGATIONS, schema: workDelegation },
  { file: LEARNING, schema: agentLearning },
] as readonly { file: EntriesFile<unknown>; schema: z.ZodType }[];

test('parseEntries(): any JSON is read without an exception, as the contract describes it', () => {
  const nested = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 3 }, fc.jsonValue(), fc.array(tie('value'))),
  })).value;
  for (const { file, schema } of FILES) {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), nested), nested, (entry, other) => {
        const entries = file.form === 'list' ? [entry, other] : { a: entry, b: other };
        for (const value of [entries, other]) {
          const parsed = parseEntries(bytes({ [file.field]: value }), file);
          if ('content' in parsed) z.array(schema).parse(parsed.content);
        }
      }),
      { numRuns: 50 },
    );
  }
});

test('parseConflictLog(), parseMemory(): what is nested too deeply is left out with the reason', () => {
  const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
  const conflict = (step: string) => `{"agents_involved": ["a", "b"], "negotiations": [{"step": ${step}}]}`;
  const log = parseConflictLog(Buffer.from(`{"conflicts": [${conflict(deep)}, ${conflict('1')}]}`));
  assert.ok('conflicts' in log);
  assert.equal(log.conflicts.length, 1);
  assert.equal(log.skipped[0]?.reason, 'entry is nested too deeply');
  assert.deepEqual(parseMemory(Buffer.from(`{"knowledge": {"x": ${deep}}}`), 'a'), {
    error: 'its knowledge is nested too deeply',
  });
});

test('parseEntries(): fields of the tool with values of other types are null or empty, and nothing is invented', () => {
  const wrong = [null, 7, '', [], {}, true];
  const keys = ['context_id', 'decisions', 'files_touched', 'skill_metrics', 'match_score', 'timestamp', 'task_id'];
  for (const { file, schema } of FILES) {
    for (const value of wrong) {
      const entry = Object.fromEntries(keys.map((key) => [key, value]));
      const parsed = parseEntries(bytes({ [file.field]: file.form === 'list' ? [entry] : { a: entry } }), file);
      assert.ok('content' in parsed);
      z.array(schema).parse(parsed.content);
    }
  }
});

test('parseEntries(): an entry that says nothing is skipped alone, and those beyond the bound are counted', () => {
  const parsed = parseEntries(bytes({ history: [7, {}, { task_id: 't' }] }), DELEGATIONS);
  assert.ok('content' in parsed);
  assert.equal(parsed.content.length, 1);
  assert.deepEqual(parsed.skipped, [
    { reason: 'entry is not an object', count: 1, last: 'history[0]' },
    { reason: 'entry names neither a task nor an agent', count: 1, last: 'history[1]' },
  ]);
  const many = Array.from({ length: 1003 }, (_, index) => ({ task_id: `t${index}` }));
  const cut = parseEntries(bytes({ history: many }), DELEGATIONS);
  assert.ok('content' in cut);
  assert.deepEqual([cut.content.length, cut.content[0]?.task_id], [1000, 't3'], 'the newest stay');
  assert.deepEqual(cut.skipped, [{ reason: 'beyond the first 1000 entries', count: 3, last: null }]);
});

test('parseEntries(): texts, lists and decisions are bounded', () => {
  const long = 'x'.repeat(5000);
  const decisions = Array.from({ length: 130 }, (_, index) => ({ decision: `${index}` }));
  const parsed = parseEntries(
    bytes({ contexts: { a: { name: long, files_touched: Array(300).fill(long), decisions } } }),
    CONTEXTS,
  );
  assert.ok('content' in parsed);
  const [context] = parsed.content;
  assert.equal(context?.name?.length, 1000);
  assert.deepEqual([context?.files_touched.length, context?.files_touched[0]?.length], [200, 1000]);
  assert.deepEqual([context?.decisions.length, context?.decisions_left_off], [100, 30]);
  assert.equal(context?.decisions[0]?.decision, '30', 'the newest stay');
});

for (const { file } of FILES) {
  test(`${file.name}: missing, broken, too large, replaced, vanished`, () => {
    const root = mkdtempSync(join(folder, 'root-'));
    let now = Date.now() + 1000;
    const reader = new EntriesReader(root, file, () => now);
    const entry = { task_id: 't' };
    const good = JSON.stringify({ [file.field]: file.form === 'list' ? [entry] : { a: entry } });
    const write = (text: string) => {
      writeFileSync(join(root, 'tmp'), text);
      renameSync(join(root, 'tmp'), join(root, file.name));
    };
    reader.refresh();
    assert.deepEqual([reader.status.state, reader.changedAt], ['missing', null]);
    for (const text of ['', '{', '[]', JSON.stringify({ [file.field]: 7 }), ' '.repeat(4 * 1024 * 1024 + 1)]) {
      write(text);
      reader.refresh();
      assert.deepEqual([reader.status.state, reader.entries.length], ['unreadable', 0], text.slice(0, 20));
      assert.match(reader.status.reason ?? '', /no .* are known\.$/);
    }
    write(good);
    assert.equal(reader.refresh(), true);
    assert.deepEqual([reader.status.state, reader.entries.length], ['ok', 1]);
    assert.ok(reader.changedAt !== null);
    write('{');
    assert.equal(reader.refresh(), true);
    assert.deepEqual([reader.status.state, reader.entries.length], ['unreadable', 1], 'the last good content stays');
    unlinkSync(join(root, file.name));
    reader.refresh();
    now += 200;
    reader.refresh();
    assert.deepEqual(
      [reader.status.state, reader.status.keptFrom !== null, reader.entries.length],
      ['missing', true, 1],
    );
  });
}

test('MemoryFolder: lists the agents with a memory, and reads one when asked', async () => {
  const memory = new MemoryFolder(sample);
  await memory.refresh();
  assert.deepEqual([memory.agents, memory.status.state], [['agent-0', 'agent-1'], 'ok']);
  const read = memory.read('agent-1');
  assert.ok('memory' in read);
  agentMemory.parse(read.memory);
  assert.deepEqual(read.memory.tasks[0]?.lessons, ['check rounding']);
  assert.deepEqual(read.memory.knowledge, [{ key: 'vat', value: '19%' }]);
  assert.equal(read.memory.relationships[0]?.notes, 'clear brief');
});

test('MemoryFolder: no name leads out of the folder, and a file that is none is not opened', async () => {
  const root = mkdtempSync(join(folder, 'memory-'));
  const memory = new MemoryFolder(root);
  await memory.refresh();
  assert.equal(memory.status.state, 'missing');
  mkdirSync(join(root, '.agent_memory'));
  writeFileSync(join(root, 'secret.json'), '{"knowledge": {"a": "b"}}');
  symlinkSync(join(root, 'secret.json'), join(root, '.agent_memory', 'linked.json'));
  writeFileSync(join(root, '.agent_memory', 'broken.json'), '{');
  writeFileSync(join(root, '.agent_memory', 'large.json'), ' '.repeat(1024 * 1024 + 1));
  for (const id of ['../secret', '..', '.', '', 'a/b', 'a\0', '__proto__', 'x'.repeat(65)]) {
    assert.deepEqual(memory.read(id), { fault: `${id} has no memory in .agent_memory.`, isMissing: true });
  }
  for (const [id, fault] of [
    ['linked', /is a symbolic link, not a file/],
    ['broken', /is unusable: invalid JSON/],
    ['large', /larger than/],
  ] as const) {
    const read = memory.read(id);
    assert.ok('fault' in read);
    assert.match(read.fault, fault);
  }
});

test('MemoryFolder: a list that did not change stays the same object', async () => {
  const root = mkdtempSync(join(folder, 'memory-'));
  mkdirSync(join(root, '.agent_memory'));
  writeFileSync(join(root, '.agent_memory', 'a.json'), '{}');
  let now = Date.now() + 1000;
  const memory = new MemoryFolder(root, () => now);
  await memory.refresh();
  const { agents } = memory;
  now += 10_000;
  assert.equal(await memory.refresh(), false, 'it was listed again');
  assert.equal(memory.agents, agents);
  writeFileSync(join(root, '.agent_memory', 'b.json'), '{}');
  now += 10_000;
  assert.equal(await memory.refresh(), true);
  assert.deepEqual(memory.agents, ['a', 'b']);
});

test('parseMemory(): any JSON is read without an exception, as the contract describes it', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
      const keys = ['task_history', 'patterns', 'relationships', 'knowledge', 'created_at'];
      for (const value of [one, [one, { timestamp: other, skills_used: other }], { a: one, b: { notes: other } }]) {
        const parsed = parseMemory(bytes(Object.fromEntries(keys.map((key) => [key, value]))), 'a');
        assert.ok('memory' in parsed);
        agentMemory.parse(parsed.memory);
      }
    }),
  );
});

test('the conflicts of the sample are as the contract describes them', () => {
  const parsed = parseConflictLog(
    bytes({
      conflicts: [{ agents_involved: ['a', 'b'], negotiations: 7, resolution: [], metadata: null, resource: 'x' }],
    }),
  );
  assert.ok('conflicts' in parsed);
  for (const { detectedAt: _detectedAt, ...conflict } of parsed.conflicts) workConflict.parse(conflict);
});

test('parseReadMarks(): only texts are marks', () => {
  const mark = '2026-02-03T09:09:33.083488';
  const parsed = parseReadMarks(bytes({ 'agent-0': mark, 'agent-1': 7, 'agent-2': '', 'agent-3': 'x'.repeat(101) }));
  assert.ok('content' in parsed);
  assert.deepEqual([...parsed.content], [['agent-0', mark]]);
  assert.deepEqual(parsed.skipped, [
    { reason: 'entry is not the timestamp of a message', count: 3, last: '"agent-3"' },
  ]);
});

test('ReadMarksReader: marks outlive the moment in which the tool rewrites the file, not longer', () => {
  const root = mkdtempSync(join(folder, 'marks-'));
  let now = Date.now() + 1000;
  const reader = new ReadMarksReader(root, () => now);
  mkdirSync(join(root, '.swarm'));
  const write = (text: string) => {
    writeFileSync(join(root, READ_MARKS_FILE), text);
    now += 100;
    reader.refresh();
  };
  write('{"a": "2026-02-03T09:00:00"}');
  const { marks } = reader;
  assert.equal(marks.get('a'), '2026-02-03T09:00:00');
  write('');
  assert.equal(reader.marks, marks);
  now += 5000;
  assert.equal(reader.marks.size, 0, 'old marks would count messages that were read');
  write('{"a": "2026-02-03T10:00:00"}');
  assert.equal(reader.marks.get('a'), '2026-02-03T10:00:00');
});
