/** Events that must not damage the history: clocks, zones, other projects, logs that are cut, destroyed or shared. */
import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Follower, StateWatch } from '../../bench/torture-follower';
import type { MessagesAnswer, Sources, Stats } from '../../lib/contract/schemas';
import { Random } from '../../lib/simulator/random';
import { LOG_NAME, OLD_LOG_NAME } from '../../lib/sources/claudeswarm/message-log';
import { ProductionServer } from '../support/production-server';
import { scratchFolder } from '../support/scratch-folder';
import { until } from '../support/until';

const DAY = 86_400_000;
const MESSAGES = 500;

function newSwarm(_context: TestContext, name = 'swarm') {
  const folder = scratchFolder('the-past-');
  const root = join(folder, name);
  mkdirSync(root);
  const path = join(root, LOG_NAME);
  return {
    folder,
    root,
    path,
    history: join(folder, 'history.sqlite'),
    say: (...contents: string[]) => appendFileSync(path, contents.map((content) => logLine(content)).join('')),
    /** Rotates the log as the swarm's tool does, and writes the first line of the new log. */
    rotate(content: string) {
      renameSync(path, join(root, OLD_LOG_NAME));
      writeFileSync(path, logLine(content));
    },
  };
}

function logLine(content: string, timestamp = '2026-02-03T09:00:00.000000'): string {
  return `${JSON.stringify({ sender: 'agent-1', timestamp, msg_type: 'INFO', content, recipients: [] })}\n`;
}

async function start(context: TestContext, environment: Record<string, string>, onOutput?: (text: string) => void) {
  const server = await ProductionServer.started({ SWARM_TZ: 'UTC', ...environment }, '127.0.0.1', onOutput);
  context.after(() => server.stop('SIGKILL'));
  return server;
}

const contents = async (server: ProductionServer) =>
  (await server.get<MessagesAnswer>('/api/messages?limit=1000')).messages.map(({ content }) => content);
const count = async (server: ProductionServer) => (await server.get<Stats>('/api/stats')).message_count;
const atCount = (server: ProductionServer, wanted: number) =>
  until(
    () => count(server),
    (now) => now === wanted,
  );

/** Waits for a state of the sources. */
async function sources(server: ProductionServer, test: (sources: Sources) => boolean = () => true): Promise<Sources> {
  const watch = new StateWatch<Sources>(server.url, 'sources');
  try {
    await watch.until(test, 60_000);
    assert.ok(watch.latest);
    return watch.latest;
  } finally {
    watch.close();
  }
}

async function metric(server: ProductionServer, line: RegExp): Promise<number> {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  return Number(line.exec(text)?.[1]);
}

test('clock: 31 days ahead for a moment deletes nothing, and the history source says that the clock jumped', async (context) => {
  const { root, history, folder, say } = newSwarm(context);
  const shift = join(folder, 'shift');
  say(...Array.from({ length: MESSAGES }, (_, n) => `message ${n}`));
  const server = await start(context, {
    ...{ CLAUDESWARM_ROOT: root, SWARM_HISTORY: history, CLOCK_SHIFT_FILE: shift },
    NODE_OPTIONS: `--import ${import.meta.resolve('../support/shifted-clock.mjs')}`,
  });
  await atCount(server, MESSAGES);
  writeFileSync(shift, String(31 * DAY));
  const jumped = await sources(server, (now) => /went ahead by 31\.0 days/.test(now.history.reason ?? ''));
  assert.equal(jumped.history.state, 'degraded');
  // Two rounds of the work of each second, which includes deleting old messages.
  say('during the jump');
  await atCount(server, MESSAGES + 1);
  await delay(2500);
  assert.equal(await count(server), MESSAGES + 1);
  writeFileSync(shift, '0');
  const back = await sources(server, (now) => /was set back by 31\.0 days/.test(now.history.reason ?? ''));
  assert.match(back.history.reason ?? '', /Nothing is deleted before/);
  assert.equal(await count(server), MESSAGES + 1);
  assert.equal(await metric(server, /^claude_swarm_history_pruned_total\{kind="messages"\} (\d+)$/m), 0);
});

test('retention: deleted messages are counted in the log and in the metrics', async (context) => {
  const { root, history, say } = newSwarm(context);
  let printed = '';
  say(...Array.from({ length: MESSAGES }, (_, n) => `message ${n}`));
  const settings = { CLAUDESWARM_ROOT: root, SWARM_HISTORY: history, SWARM_HISTORY_MESSAGES: '100' };
  const server = await start(context, { ...settings, LOG_FORMAT: 'json' }, (text) => {
    printed += text;
  });
  await atCount(server, 100);
  assert.equal(await server.stop(), 0);
  const deleted = [...printed.matchAll(/"messages":(\d+),"entries":\d+.*"msg":"The retention deleted/g)];
  assert.equal(
    deleted.reduce((sum, [, messages]) => sum + Number(messages), 0),
    MESSAGES - 100,
  );
});

test('history: one file for two projects is refused with both names, and neither sees the other', async (context) => {
  const [one, two] = [newSwarm(context, 'project-a'), newSwarm(context, 'project-b')];
  one.say('of a');
  two.say('of b');
  const first = await start(context, { CLAUDESWARM_ROOT: one.root, SWARM_HISTORY: one.history });
  await atCount(first, 1);
  const second = await start(context, { CLAUDESWARM_ROOT: two.root, SWARM_HISTORY: one.history });
  await atCount(second, 1);
  const { history } = await sources(second, ({ history }) => history.state === 'degraded');
  for (const part of [one.root, two.root, one.history, '--adopt-history'])
    assert.ok(history.reason?.includes(part), `${part} in ${history.reason}`);
  one.say('of a, later');
  two.say('of b, later');
  for (const server of [first, second]) await atCount(server, 2);
  assert.deepEqual(await contents(first), ['of a', 'of a, later']);
  assert.deepEqual(await contents(second), ['of b', 'of b, later']);
});

test('history: a folder has a file for each project; a moved project adopts its own', async (context) => {
  const [one, two] = [newSwarm(context, 'project-a'), newSwarm(context, 'project-b')];
  const SWARM_HISTORY = `${join(one.folder, 'histories')}/`;
  for (const { root, say } of [one, two]) {
    say(`of ${root}`);
    const server = await start(context, { CLAUDESWARM_ROOT: root, SWARM_HISTORY });
    await atCount(server, 1);
    assert.deepEqual(await contents(server), [`of ${root}`]);
    await server.stop();
  }
  const files = () => readdirSync(SWARM_HISTORY).filter((name) => name.endsWith('.sqlite'));
  assert.equal(files().length, 2);
  const moved = join(one.folder, 'moved');
  renameSync(one.root, moved);
  // Messages that are no longer in the log come from the history alone.
  writeFileSync(join(moved, LOG_NAME), logLine('after the move'));
  const server = await start(context, { CLAUDESWARM_ROOT: moved, SWARM_HISTORY, SWARM_ADOPT_HISTORY: '1' });
  await atCount(server, 2);
  assert.deepEqual(await contents(server), [`of ${one.root}`, 'after the move']);
  assert.equal(files().length, 2);
});

for (const [TZ, offset] of [
  ['', 0],
  ['GMT+2', -2],
  ['IST-5:30', 5.5],
  ['CET-1CEST,M3.5.0,M10.5.0/3', 1],
  [':Asia/Kolkata', 5.5],
] as const) {
  test(`zone: TZ=${JSON.stringify(TZ)} is read as the system's C library reads it`, async (context) => {
    const { root, history, say } = newSwarm(context);
    say('in winter');
    const server = await start(context, { CLAUDESWARM_ROOT: root, SWARM_HISTORY: history, SWARM_TZ: '', TZ });
    await atCount(server, 1);
    const { messages } = await server.get<MessagesAnswer>('/api/messages');
    const sentAt = Date.parse(messages[0]?.sent_at ?? '');
    assert.equal((Date.parse('2026-02-03T09:00:00Z') - sentAt) / 3_600_000, offset);
    const { zone } = await sources(server);
    // Known names cause no notice; rules that JavaScript treats as UTC do.
    assert.equal(zone.state, ['', ':Asia/Kolkata'].includes(TZ) ? 'ok' : 'degraded');
    if (zone.state === 'degraded') assert.match(zone.reason ?? '', /names no zone that fits.*Set SWARM_TZ/);
  });
}

test('zone: corrected later, the recorded times are computed again', async (context) => {
  const { root, history, say } = newSwarm(context);
  const settings = { CLAUDESWARM_ROOT: root, SWARM_HISTORY: history };
  say(...Array.from({ length: 3000 }, (_, n) => `message ${n}`));
  const wrong = await start(context, settings);
  await atCount(wrong, 3000);
  await wrong.stop();
  const right = await start(context, { ...settings, SWARM_TZ: 'Asia/Tokyo' });
  const oldest = async () => {
    let page = await right.get<MessagesAnswer>('/api/messages?limit=1000');
    while (page.previous_cursor !== null)
      page = await right.get<MessagesAnswer>(`/api/messages?limit=1000&before=${page.previous_cursor}`);
    return Date.parse(page.messages[0]?.sent_at ?? '');
  };
  await until(oldest, (sentAt) => sentAt === Date.parse('2026-02-03T00:00:00Z'));
  assert.equal(await count(right), 3000);
});

test('log: broken lines in new content of a log that is cut or replaced are counted, copies of counted ones are not', async (context) => {
  const { root, history, path, say } = newSwarm(context);
  say('one', 'two', 'three');
  const server = await start(context, { CLAUDESWARM_ROOT: root, SWARM_HISTORY: history });
  await atCount(server, 3);
  const skipped = ({ log }: Sources) => log.skipped.reduce((sum, { count }) => sum + count, 0);
  writeFileSync(path, `${logLine('four')}{"broken\n`);
  await sources(server, (now) => skipped(now) === 1);
  await atCount(server, 4);
  writeFileSync(`${path}.new`, `{"broken\n${logLine('four')}[]\n${logLine('five')}`);
  renameSync(`${path}.new`, path);
  await atCount(server, 5);
  assert.equal(skipped(await sources(server, (now) => skipped(now) >= 2)), 2);
  assert.deepEqual(await contents(server), ['one', 'two', 'three', 'four', 'five']);
});

test('log: two rotations while it was down cause a period for which it is unknown whether lines existed', async (context) => {
  const { root, history, say, rotate } = newSwarm(context);
  say('one');
  const server = await start(context, { CLAUDESWARM_ROOT: root, SWARM_HISTORY: history });
  await atCount(server, 1);
  const before = Date.now();
  // The liveness file is written about once a second.
  await delay(2000);
  await server.stop('SIGKILL');
  const stopped = Date.now();
  rotate('two');
  rotate('three');
  await server.start();
  await atCount(server, 3);
  const { log } = await sources(server, (now) => now.log.gaps > 0);
  assert.equal(log.gaps, 1);
  const [loss] = log.losses;
  assert.ok(loss?.since && log.losses.length === 1);
  assert.equal(loss.unread_bytes, 0);
  const [since, end] = [Date.parse(loss.since), Date.parse(loss.until)];
  assert.ok(since >= before - 2000 && since <= stopped && since <= end && end <= Date.now(), JSON.stringify(loss));
  assert.match(log.reason ?? '', /Messages written between \S+ and \S+ may be missing: .* is unknown\./);
});

test('log: bytes that were seen but destroyed before they were read are reported as lost', async (context) => {
  const { root, history, path, say, rotate } = newSwarm(context);
  say('one');
  appendFileSync(path, '{"content": "unfin');
  const server = await start(context, { CLAUDESWARM_ROOT: root, SWARM_HISTORY: history });
  await sources(server, ({ log }) => log.unterminated_tail === 'incomplete');
  await server.stop('SIGKILL');
  rotate('two');
  rotate('three');
  await server.start();
  const { log } = await sources(server, (now) => now.log.gaps > 0);
  assert.equal(log.losses[0]?.unread_bytes, '{"content": "unfin'.length);
  assert.match(log.reason ?? '', /are missing: .* 18 bytes that had been written were destroyed unread\./);
});

test('stream: three processes on one history, killed in turn, report no gap to a client', async (context) => {
  const { root, history, say } = newSwarm(context);
  say('0');
  const servers: ProductionServer[] = [];
  for (let n = 0; n < 3; n += 1) servers.push(await start(context, { CLAUDESWARM_ROOT: root, SWARM_HISTORY: history }));
  const random = new Random(1);
  let said = 1;
  const followers = Array.from({ length: 6 }, (_, n) => new Follower(() => random.pick(servers).url, new Random(n)));
  context.after(() => {
    for (const follower of followers) follower.disconnect();
  });
  for (const follower of followers) follower.connect();
  for (const server of servers) {
    for (let n = 0; n < 20; n += 1) {
      say(String(said++));
      random.pick(followers).connect();
      await delay(10);
    }
    await server.stop('SIGKILL');
    say(String(said++));
    await server.start();
  }
  for (const server of servers) await atCount(server, said);
  await until(
    async () => followers.map(({ lastSeq }) => lastSeq),
    (seqs) => seqs.every((seq) => seq === said),
  );
  for (const { gapsSaid, faults } of followers) assert.deepEqual([gapsSaid, faults], [0, []]);
});
