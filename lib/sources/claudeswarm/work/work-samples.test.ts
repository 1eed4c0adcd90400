/** Every sample, with what a correct reader reports of the files about work. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ExpectedStore, samples } from '../../../../test/support/samples';
import type { ReaderStatus } from '../../source-status';
import { AgentCardsReader } from '../agent-cards';
import { ConflictLogReader } from '../conflict-log';
import { TasksReader } from '../tasks';
import { CONTEXTS } from './contexts';
import { CoordinationReader } from './coordination';
import { DELEGATIONS } from './delegations';
import { EntriesReader } from './entries';
import { LEARNING } from './learning';
import { MemoryFolder } from './memory';
import { ReadMarksReader } from './read-marks';

interface Reading {
  status: ReaderStatus;
  ids: readonly (string | null)[];
  /** What is counted, such as the statuses. */
  counted: readonly unknown[];
}

function readTasks(root: string): Reading {
  const reader = new TasksReader(root);
  reader.refresh();
  const { status, tasks } = reader;
  return { status, ids: tasks.map(({ id }) => id), counted: tasks.map((task) => task.status) };
}

function readContexts(root: string): Reading {
  const reader = new EntriesReader(root, CONTEXTS);
  reader.refresh();
  const { status, entries } = reader;
  return { status, ids: entries.map(({ id }) => id), counted: entries.map((context) => context.status) };
}

function readCards(root: string): Reading {
  const reader = new AgentCardsReader(root);
  reader.refresh();
  const { status, cards } = reader;
  return { status, ids: [...cards.keys()], counted: [...cards.values()].map(({ availability }) => availability) };
}

function readConflicts(root: string): Reading {
  const reader = new ConflictLogReader(root);
  reader.refresh();
  const { status, conflicts } = reader;
  return { status, ids: conflicts.map(({ id }) => id), counted: conflicts.map((conflict) => conflict.status) };
}

function readDelegations(root: string): Reading {
  const reader = new EntriesReader(root, DELEGATIONS);
  reader.refresh();
  const { status, entries } = reader;
  // The expectation was written in Python.
  const counted = entries.map(({ success }) => (success === null ? 'None' : success ? 'True' : 'False'));
  return { status, ids: entries.map(({ task_id }) => task_id), counted };
}

function readLearning(root: string): Reading {
  const reader = new EntriesReader(root, LEARNING);
  reader.refresh();
  return { status: reader.status, ids: reader.entries.map(({ agent_id }) => agent_id), counted: [] };
}

const STORES = {
  tasks: readTasks,
  contexts: readContexts,
  agent_cards: readCards,
  conflicts: readConflicts,
  delegations: readDelegations,
  learning: readLearning,
} as const;

function counts(values: readonly unknown[]): Record<string, number> {
  const found: Record<string, number> = {};
  for (const value of values) found[String(value)] = (found[String(value)] ?? 0) + 1;
  return found;
}

function assertStore({ status, ids, counted }: Reading, expected: ExpectedStore | undefined): void {
  if (expected === undefined) {
    assert.deepEqual([status.state, status.keptFrom, ids], ['missing', null, []]);
    return;
  }
  const by = Object.entries(expected).find(([name]) => name.startsWith('by_'))?.[1];
  assert.deepEqual([ids, ids.length], [expected.ids, expected.count]);
  if (by !== undefined) assert.deepEqual(counts(counted), by);
  if (expected.error === null) assert.deepEqual([status.state, status.reason, status.skipped], ['ok', null, []]);
  else {
    assert.equal(status.state, 'unreadable');
    assert.match(status.reason ?? '', new RegExp(`is unusable: ${expected.error};`));
  }
}

for (const { name, root, expected } of samples()) {
  for (const [store, read] of Object.entries(STORES)) {
    test(`sample ${name}: ${store} as expected`, () => {
      assertStore(read(root), expected[store as keyof typeof STORES]);
    });
  }

  test(`sample ${name}: memory, read marks and the coordination document as expected`, async () => {
    const memory = new MemoryFolder(root);
    await memory.refresh();
    const { memory_agents: agents } = expected;
    assert.deepEqual([memory.agents, memory.status.state], [agents ?? [], agents === undefined ? 'missing' : 'ok']);

    const marks = new ReadMarksReader(root);
    marks.refresh();
    const { last_read: read } = expected;
    assert.deepEqual(Object.fromEntries(marks.marks), read?.value ?? {});
    assert.equal(marks.status.state, read === undefined ? 'missing' : read.error === null ? 'ok' : 'unreadable');

    const coordination = new CoordinationReader(root);
    coordination.refresh();
    const { coordination_sections: sections } = expected;
    assert.deepEqual(
      coordination.document?.sections.map(({ title }) => title),
      sections,
    );
    assert.equal(coordination.status.state, sections === undefined ? 'missing' : 'ok');
  });
}
