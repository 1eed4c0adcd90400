import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { LOG_NAME } from '../sources/claudeswarm/message-log';
import { parseRegistry, REGISTRY_FILE } from '../sources/claudeswarm/registry';
import { Simulator } from './simulator';
import { generateStory, type StoryAction } from './story';

const AFTER = 600;
/** The demo's own seed among them. */
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 11];

/** The actions of a story from its incident on, for some seconds. */
function incidentOf(seed: number, seconds: number): { past: StoryAction[]; live: StoryAction[] } {
  const story = generateStory({ seed, incidentAfter: AFTER });
  let next = story.next().value;
  while (next.secondsAgo === undefined) next = story.next().value;
  const past: StoryAction[] = [];
  for (; next.secondsAgo !== undefined; next = story.next().value) past.push(next);
  const live: StoryAction[] = [];
  const begin = past[0]?.at ?? 0;
  for (; next.at <= begin + seconds; next = story.next().value) live.push(next);
  return { past, live };
}

const senders = (actions: readonly StoryAction[], from: string) =>
  actions.flatMap((action) => (action.kind === 'message' && action.message.sender === from ? [action.message] : []));

describe('incident', () => {
  it('has a dead agent that holds a file, and two that wait in a chain', () => {
    for (const seed of SEEDS) {
      const { past } = incidentOf(seed, 0);
      const died = past.find((action) => action.kind === 'vanish');
      assert.ok(died?.kind === 'vanish' && died.died);
      const held = past.find((action) => action.kind === 'acquire' && action.agentId === died.agentId);
      assert.ok(held?.kind === 'acquire' && (held.secondsAgo ?? 0) > (died.secondsAgo ?? 0));
      const waits = past.flatMap((action) =>
        action.kind === 'message' && action.message.msg_type === 'BLOCKED' ? [action.message] : [],
      );
      assert.deepEqual(
        waits.map(({ recipients }) => recipients),
        [[died.agentId], [waits[0]?.sender]],
        `seed ${seed}`,
      );
      const ages = past.map(({ secondsAgo }) => secondsAgo ?? 0);
      assert.deepEqual(
        ages,
        ages.toSorted((one, other) => other - one),
      );
    }
  });

  it('keeps the chain and has a conflict within the first 20 s', () => {
    for (const seed of SEEDS) {
      const { past, live } = incidentOf(seed, 20);
      const [dead, waiting] = past.flatMap((action) => (action.kind === 'acquire' ? [action.agentId] : []));
      assert.equal(senders(live, dead as string).length, 0);
      const toChain = senders(live, waiting as string).filter(({ recipients }) => recipients.length <= 3);
      assert.deepEqual(toChain, [], `seed ${seed}`);
      assert.ok(
        live.some((action) => action.kind === 'conflict' && action.conflict.status === 'pending'),
        `seed ${seed}`,
      );
      assert.ok(live.some((action) => action.kind === 'message' && action.message.msg_type === 'CONFLICT'));
    }
  });

  it('ends: the lock of the dead agent is removed, and the chain dissolves', () => {
    for (const seed of SEEDS) {
      const { past, live } = incidentOf(seed, 400);
      const [dead, waiting] = past.flatMap((action) => (action.kind === 'acquire' ? [action.agentId] : []));
      assert.ok(live.some((action) => action.kind === 'drop' && action.agentId === dead));
      assert.ok(
        live.some((action) => action.kind === 'cleanUp' && action.agentId === dead),
        `seed ${seed}`,
      );
      const last = past.findLast((action) => action.kind === 'message');
      assert.ok(last?.kind === 'message');
      assert.ok(
        senders(live, waiting as string).some(({ recipients }) => recipients.includes(last.message.sender)),
        `seed ${seed}`,
      );
    }
  });

  it('Simulator.prepare(): sessions belong to the processes of the registry, and one has waited for a permission', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'incident-'));
    const claudeFolder = join(folder, 'claude');
    const options = { root: join(folder, 'shop'), claudeFolder, seed: 11, messagesPerSecond: 1, incident: true };
    const simulator = new Simulator(options);
    try {
      const before = Date.now();
      simulator.prepare();
      const read = parseRegistry(readFileSync(join(options.root, REGISTRY_FILE)));
      assert.ok('registry' in read);
      const sessions = readdirSync(join(claudeFolder, 'sessions')).map((name) =>
        JSON.parse(readFileSync(join(claudeFolder, 'sessions', name), 'utf8')),
      );
      assert.deepEqual(sessions.map(({ pid }) => pid).sort(), read.registry.entries.map(({ pid }) => pid).sort());
      const statOf = (pid: number) => readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ')[19];
      const left: string[] = [];
      for (const { pid, procStart, status, cwd } of sessions) {
        const entry = read.registry.entries.find((one) => one.pid === pid);
        assert.equal(cwd, realpathSync(options.root));
        if (entry?.status === 'active') assert.equal(procStart, statOf(pid));
        else left.push(status);
      }
      // The dead one was killed in the middle of its work.
      assert.ok(left.includes('busy'));
      const waiting = sessions.find(({ waitingFor }) => waitingFor === 'permission prompt');
      const waited = before - waiting.statusUpdatedAt;
      assert.ok(waited > 40_000 && waited < 60_000, `${waited} ms`);
    } finally {
      await simulator.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('Simulator.prepare(): each agent has a process, but for the dead one, and the log is in order of time', async () => {
    const root = mkdtempSync(join(tmpdir(), 'incident-'));
    const simulator = new Simulator({ root, seed: 11, messagesPerSecond: 1, incident: true });
    try {
      simulator.prepare();
      const read = parseRegistry(readFileSync(join(root, REGISTRY_FILE)));
      assert.ok('registry' in read);
      const { past } = incidentOf(11, 0);
      const died = past.find((action) => action.kind === 'vanish');
      for (const { id, pid, status } of read.registry.entries) {
        assert.ok(typeof pid === 'number' && pid <= 4_194_304);
        if (died?.kind === 'vanish' && id === died.agentId) assert.equal(status, 'stale');
        else assert.equal(process.kill(pid, 0), true, String(id));
      }
      const lines = readFileSync(join(root, LOG_NAME), 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
      const dead = died?.kind === 'vanish' ? died.agentId : '';
      const lastWords = lines.findLast(({ sender }) => sender === dead);
      assert.equal(lastWords.content, 'The new rows are written. Two tests are still red.');
      const times = lines.map(({ timestamp }) => timestamp as string);
      assert.deepEqual(times, times.toSorted());
    } finally {
      await simulator.stop();
      rmSync(root, { recursive: true, force: true });
    }
  });
});
