/** The record of commands on the production server: written by several processes, read by pages, kept and exported. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { ActionEntry, ActionsAnswer } from '../../lib/contract/action-schemas';
import { formatInstant } from '../../lib/contract/instant';
import type { TimelineAnswer } from '../../lib/contract/past-schemas';
import { Actions } from '../../lib/history/actions';
import { History } from '../../lib/history/history';
import { ProcessLocks } from '../../lib/history/process-locks';
import { actionRecord } from '../support/action-records';
import { ProductionServer } from '../support/production-server';
import { scratchFolder } from '../support/scratch-folder';

/** A swarm of one agent, and where its history is. */
function newSwarm() {
  const folder = scratchFolder('commands-record-');
  const root = join(folder, 'root');
  mkdirSync(root, { recursive: true });
  const agent = { id: 'agent-1', pane_index: '0.1', pid: process.pid, status: 'active', session_name: 'main' };
  const registry = { session_name: 'main', updated_at: new Date().toISOString(), agents: [agent] };
  writeFileSync(join(root, 'ACTIVE_AGENTS.json'), JSON.stringify(registry));
  return { folder, file: join(folder, 'history.sqlite'), root };
}

async function start(context: TestContext, settings: Record<string, string>): Promise<ProductionServer> {
  const server = await ProductionServer.started(settings);
  context.after(() => server.abandon());
  return server;
}

/** Another process on the history, which lives until `end`. */
function otherProcess(file: string, name: string) {
  const history = new History(file);
  const locks = new ProcessLocks(file, name);
  locks.take();
  const actions = new Actions(history.db, name);
  return {
    begin: (fields: Parameters<typeof actionRecord>[0]) => {
      const record = actionRecord({ at: Date.now(), ...fields });
      actions.start(record);
      return record;
    },
    did: (count: number, fields: Parameters<typeof actionRecord>[0] = {}) => {
      const at = Date.now();
      for (let n = 0; n < count; n += 1) actions.end(actionRecord({ at, endedAt: at, outcome: 'released', ...fields }));
    },
    end: () => {
      locks.release();
      history.close();
    },
  };
}

const read = (server: ProductionServer, query: string) => server.get<ActionsAnswer>(`/api/actions${query}`);
const outcomes = ({ actions }: ActionsAnswer) => actions.map(({ action, outcome }) => `${action} ${outcome}`);

test('GET /api/actions: commands of a living process run, those of an ended one are unknown, also after a restart', async (context) => {
  const { file, root } = newSwarm();
  const settings = { CLAUDESWARM_ROOT: root, SWARM_HISTORY: file };
  const server = await start(context, settings);
  assert.deepEqual(await read(server, ''), { actions: [], next_cursor: null, previous_cursor: null });
  const other = otherProcess(file, 'other');
  other.begin({ action: 'first' });
  other.did(1, { action: 'second' });
  assert.deepEqual(outcomes(await read(server, '')), ['second released', 'first started']);
  other.end();
  await server.until<ActionsAnswer>('/api/actions', (answer) => outcomes(answer)[1] === 'first unknown');
  assert.equal(await server.stop(), 0);
  await server.start();
  const again = await read(server, '');
  assert.deepEqual(outcomes(again), ['second released', 'first unknown']);
  assert.match(again.actions[1]?.detail ?? '', /not known what it did/);
});

test('GET /api/actions: pages are exact while another process adds commands, and across a restart', async (context) => {
  const { file, root } = newSwarm();
  const server = await start(context, { CLAUDESWARM_ROOT: root, SWARM_HISTORY: file });
  const other = otherProcess(file, 'other');
  context.after(other.end);
  other.did(25);
  const first = await read(server, '?limit=10');
  const older: ActionEntry[] = [...first.actions];
  let restarted = false;
  for (let next = first.next_cursor; next !== null; ) {
    other.did(3);
    if (!restarted) {
      restarted = true;
      await server.stop('SIGKILL');
      await server.start();
    }
    const page = await read(server, `?limit=10&before=${next}`);
    older.push(...page.actions);
    next = page.next_cursor;
  }
  assert.deepEqual(
    older.map(({ id }) => id),
    Array.from({ length: 25 }, (_, index) => 25 - index),
  );
  const newer = await read(server, `?after=${first.previous_cursor}`);
  assert.deepEqual(
    newer.actions.map(({ id }) => id),
    [31, 30, 29, 28, 27, 26],
  );
  const gone = await fetch(`${server.url}/api/actions?after=other.3`);
  assert.equal(gone.status, 410);
  const both = await fetch(`${server.url}/api/actions?after=${first.previous_cursor}&before=${first.next_cursor}`);
  assert.equal(both.status, 422);
});

test('the timeline, the agent and an exported time range show the commands', async (context) => {
  const { folder, file, root } = newSwarm();
  const server = await start(context, { CLAUDESWARM_ROOT: root, SWARM_HISTORY: file });
  const since = formatInstant(Date.now() - 1000);
  const other = otherProcess(file, 'other');
  other.did(2, { agentId: 'agent-1', target: `${root}/src/a.ts`, detail: 'It was held.' });
  other.did(1, { agentId: 'agent-2', action: 'send_message', outcome: 'delivered' });
  other.begin({ action: 'still_runs' });
  context.after(other.end);
  const until = formatInstant(Date.now() + 60_000);
  const span = new URLSearchParams({ since, until }).toString();
  const { agents, actions } = await server.get<TimelineAnswer>(`/api/timeline?${span}`);
  assert.ok(agents.includes('agent-2'));
  assert.deepEqual(
    actions.map(({ agent, action, count, outcome }) => `${agent} ${action} ${outcome} ${count}`),
    ['agent-1 release_lock released 2', 'agent-2 send_message delivered 1'],
  );
  assert.deepEqual(outcomes(await read(server, '?agent=agent-2')), ['send_message delivered']);

  const bundle = join(folder, 'bundle.json');
  const kept = await (await fetch(`${server.url}/api/bundle?${span}`)).text();
  assert.ok(!kept.includes(root) && !kept.includes('127.0.0.1'), 'no path and no address of this machine');
  writeFileSync(bundle, kept);
  const opened = await start(context, { SWARM_BUNDLE: bundle });
  const shown = await read(opened, '');
  assert.deepEqual(outcomes(shown), [
    ...['still_runs unknown', 'send_message delivered', 'release_lock released', 'release_lock released'],
  ]);
  assert.deepEqual(
    [shown.actions[3]?.target, shown.actions[3]?.principal, shown.actions[3]?.client, shown.actions[3]?.detail],
    ['root/src/a.ts', 'ada', '', 'It was held.'],
  );
  assert.equal((await opened.get<TimelineAnswer>(`/api/timeline?${span}`)).actions.length, 2);
  const blanked = await (await fetch(`${server.url}/api/bundle?${span}&text=blank`)).text();
  assert.ok(!blanked.includes('It was held.') && !blanked.includes('"ada"'));
});

test('SWARM_HISTORY=off: the record is empty and in memory', async (context) => {
  const { root } = newSwarm();
  const server = await start(context, { CLAUDESWARM_ROOT: root, SWARM_HISTORY: 'off' });
  assert.deepEqual(await read(server, ''), { actions: [], next_cursor: null, previous_cursor: null });
});

test('GET /metrics: each outcome of each command is counted from 0 on', async (context) => {
  const { root } = newSwarm();
  const server = await start(context, { CLAUDESWARM_ROOT: root, SWARM_HISTORY: 'off' });
  const scraped = await (await fetch(`${server.url}/metrics`)).text();
  const counted = [...scraped.matchAll(/^claude_swarm_actions_total\{action="(\w+)",outcome="(\w+)"\} 0$/gm)];
  const words = new Set(counted.map(([, action, outcome]) => `${action} ${outcome}`));
  for (const wanted of [
    ...['acquire_lock acquired', 'release_lock released_by_force', 'clean_up_locks cleaned_up', 'send_message unknown'],
    ...['withdraw_message withdrawn', 'remove_ack removed', 'answer_permission denied', 'answer_permission refused'],
  ]) {
    assert.ok(words.has(wanted), wanted);
  }
});
