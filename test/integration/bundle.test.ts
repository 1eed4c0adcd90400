/** A time range exported by one server and opened by another: the same moments, the same messages, nothing more. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { TestSwarm } from '../../e2e/swarm';
import { type Bundle, bundle } from '../../lib/contract/bundle-schemas';
import { formatInstant } from '../../lib/contract/instant';
import { type PastState, pastState, type TimelineAnswer } from '../../lib/contract/past-schemas';
import type { MessagesAnswer, Problem } from '../../lib/contract/schemas';
import { ProductionServer } from '../support/production-server';
import { openStream } from '../support/sse-client';

const folder = mkdtempSync(join(tmpdir(), 'bundle-'));
const swarm = new TestSwarm();
const SECRET = 'the launch code is 4711';

const query = (parameters: Record<string, string | number>) =>
  new URLSearchParams(
    Object.entries(parameters).map(([name, value]) => [name, typeof value === 'number' ? formatInstant(value) : value]),
  ).toString();

const stateAt = async (server: ProductionServer, at: number) =>
  pastState.parse(await server.get(`/api/state?${query({ at })}`));

/**
 * The part that must be equal: a bundle has nothing before its beginning for cursors, and notes on files are not of the
 * moment.
 */
function comparable(state: PastState): unknown {
  return { ...state, known_since: null, messages: state.messages.messages };
}

describe('a bundle', () => {
  const server = new ProductionServer({ CLAUDESWARM_ROOT: swarm.root, SWARM_HISTORY: join(folder, 'history.sqlite') });
  const moments: number[] = [];
  let since = 0;
  let until = 0;
  let file = '';
  let opened: ProductionServer;

  /** Makes a change that is journaled, followed by a moment without changes. */
  async function step(change: () => void, seen: (state: PastState) => boolean): Promise<number> {
    change();
    for (;;) {
      const at = Date.now();
      if (seen(await stateAt(server, at))) {
        moments.push(at);
        return at;
      }
      await delay(20);
    }
  }

  const says = (text: string) => (state: PastState) => state.messages.messages.some(({ content }) => content === text);
  const holds =
    (path: string, held = true) =>
    ({ locks }: PastState) =>
      locks.locks.some(({ filepath }) => filepath === path) === held;

  before(async () => {
    await server.start();
    swarm.register([{ id: 'agent-0', task: SECRET }, { id: 'agent-1' }]);
    await step(
      () => swarm.send({ content: 'before it' }, { content: 'too', delivery_status: { 'agent-1': false } }),
      (state) => says('too')(state) && state.agents.agents.length === 2,
    );
    since = await step(() => swarm.lock('src/a.ts', 'agent-0', SECRET), holds('src/a.ts'));
    await step(() => swarm.send({ msg_type: 'QUESTION', content: SECRET }), says(SECRET));
    await step(() => swarm.lock(`${swarm.root}/src/*.ts`, 'agent-1', 'all'), holds(`${swarm.root}/src/*.ts`));
    await step(() => swarm.release('src/a.ts', 'agent-0'), holds('src/a.ts', false));
    until = await step(() => swarm.send({ content: 'the last one' }), says('the last one'));
    swarm.send({ content: 'after it' });
    file = join(folder, 'kept.json');
    const response = await fetch(`${server.url}/api/bundle?${query({ since, until })}`);
    assert.match(
      response.headers.get('content-disposition') ?? '',
      /^attachment; filename="swarm-swarm-e2e-\w+-.*\.json"$/,
    );
    writeFileSync(file, await response.text());
    opened = await ProductionServer.started({ SWARM_BUNDLE: file });
  });

  after(async () => {
    await Promise.all([server.stop(), opened?.stop()]);
    swarm.remove();
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  });

  test('matches its schema, and contains no path of the machine', () => {
    const text = readFileSync(file, 'utf8');
    const read = bundle.parse(JSON.parse(text));
    assert.equal(read.messages.at(-1)?.line.includes('the last one'), true);
    assert.ok(!text.includes('after it'));
    assert.ok(!text.includes(swarm.root));
    assert.ok(!text.includes(folder));
  });

  test('opened again, has the same state at every moment', async () => {
    const name = swarm.root.split('/').at(-1) as string;
    for (const at of [since, ...moments.filter((moment) => moment > since), since + 1, until - 1]) {
      const original = comparable(await stateAt(server, at));
      const shortened = JSON.parse(JSON.stringify(original).replaceAll(swarm.root, name));
      assert.deepEqual(comparable(await stateAt(opened, at)), shortened);
    }
  });

  test('opened again, has the same messages, with and without search', async () => {
    for (const more of ['', '&type=QUESTION', '&q=launch+code', '&agent=agent-1']) {
      const path = `/api/messages?${query({ since, until, limit: '1000' })}${more}`;
      const [one, other] = await Promise.all([server.get<MessagesAnswer>(path), opened.get<MessagesAnswer>(path)]);
      assert.ok(one.count > 0, path);
      assert.deepEqual(other.messages, one.messages);
    }
  });

  test('opened again, refuses a list of what is open, which only a live swarm knows', async () => {
    const answer = await fetch(`${opened.url}/api/messages?only=unanswered`);
    const { type } = (await answer.json()) as { type: string };
    assert.deepEqual([answer.status, type], [409, 'urn:claude-swarm-dashboard:problem:not_live']);
  });

  test('opened again, is not live: the stream has the state at its end', async () => {
    const answers = new Map<string, unknown>();
    await new Promise<void>((resolve, reject) => {
      const drop = openStream({
        url: `${opened.url}/api/stream`,
        onEvent({ name, data }) {
          answers.set(name, JSON.parse(data));
          if (name !== 'heartbeat') return;
          drop();
          resolve();
        },
        onEnd: reject,
      });
    });
    assert.deepEqual(answers.get('agents'), (await stateAt(opened, until)).agents);
    const { unknown } = await stateAt(opened, until + 1);
    assert.deepEqual(unknown.at(-1)?.reason, 'The exported time range ends there.');
    const timeline = await opened.get<TimelineAnswer>(`/api/timeline?${query({ since, until: Date.now() })}`);
    assert.equal(timeline.unknown.at(-1)?.until, null);
    assert.ok(timeline.locks.length > 0);
    assert.ok(timeline.locks.every((lock) => lock.until !== null && Date.parse(lock.until) <= until));
  });

  test('with a beginning before the known past, has the same known part', async () => {
    const long = join(folder, 'long.json');
    const response = await fetch(`${server.url}/api/bundle?${query({ since: since - 3_600_000, until })}`);
    writeFileSync(long, await response.text());
    const other = await ProductionServer.started({ SWARM_BUNDLE: long });
    try {
      for (const at of moments.filter((moment) => moment <= until)) {
        const [one, two] = await Promise.all([stateAt(server, at), stateAt(other, at)]);
        assert.ok(one.agents.agents.length > 0);
        assert.deepEqual(two.agents, one.agents);
        assert.equal(two.known_since, one.known_since);
        assert.deepEqual(two.stats.message_types, one.stats.message_types);
      }
    } finally {
      await other.stop();
    }
  });

  test('in a changed copy, an inconsistent moment is refused, and every other one is answered', async () => {
    const read = bundle.parse(JSON.parse(readFileSync(file, 'utf8')));
    const last = read.journal.at(-1)?.id ?? read.entry;
    const header = { kind: 'registry' as const, subject: 'header' };
    read.journal.push(
      { ...header, id: last + 1, at: until + 1000, body: {} },
      { ...header, id: last + 2, at: until + 2000, body: { last_seen: [] } },
    );
    const changed = join(folder, 'changed.json');
    writeFileSync(changed, JSON.stringify({ ...read, until: formatInstant(until + 3000) }));
    const other = await ProductionServer.started({ SWARM_BUNDLE: changed });
    try {
      const wrong = await fetch(`${other.url}/api/state?${query({ at: until + 1500 })}`);
      assert.equal(wrong.status, 503);
      assert.match(((await wrong.json()) as Problem).detail, /changed\.json is damaged/);
      assert.ok((await stateAt(other, until)).agents.agents.length > 0);
    } finally {
      await other.stop();
    }
  });

  test('without contents, has no text of messages', async () => {
    const response = await fetch(`${server.url}/api/bundle?${query({ since, until, text: 'blank' })}`);
    const text = await response.text();
    const read: Bundle = bundle.parse(JSON.parse(text));
    assert.equal(read.text, 'blank');
    for (const word of [SECRET, 'launch', 'the last one', 'before it']) assert.ok(!text.includes(word), word);
    assert.ok(text.includes(`(${SECRET.length} characters left out)`));
    assert.ok(text.includes('src/a.ts'));
  });

  test('an invalid request is refused with the name of the fault', async () => {
    const refused = async (parameters: string) => {
      const response = await fetch(`${server.url}/api/bundle?${parameters}`);
      assert.equal(response.status, 422);
      return ((await response.json()) as Problem).errors?.map(({ parameter }) => parameter);
    };
    assert.deepEqual(await refused(''), ['since']);
    assert.deepEqual(await refused(query({ since: until, until: since })), ['since']);
    assert.deepEqual(await refused(query({ since, text: 'some' })), ['text']);
  });
});
