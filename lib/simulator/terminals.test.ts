import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { projectSlug } from './claude-transcript-file';
import { generateStory, type StoryAction } from './story';
import { Terminals } from './terminals';

const START = Date.parse('2026-11-29T12:00:00Z');
/** Of no process of this machine. */
const FIRST_PID = 4_194_305;

let folder: string;

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'terminals-')));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Session {
  pid: number;
  sessionId: string;
  status?: string;
  waitingFor?: string;
}

/** Plays a story for some seconds of it. `onStep` is called after each action, when all files are written. */
function play(name: string, { seed = 11, seconds = 600 }, onStep?: (action: StoryAction) => void): Terminals {
  const root = join(folder, 'shop');
  mkdirSync(root, { recursive: true });
  const findProcess = ({ pid }: { pid: number }) => ({ pid, procStart: String(pid) });
  const terminals = new Terminals({ folder: join(folder, name), root, seed, findProcess });
  for (const action of generateStory({ seed, terminalsAfter: 0 })) {
    if (action.at > seconds) break;
    terminals.perform(action, START + action.at * 1000);
    terminals.advance(START + action.at * 1000);
    onStep?.(action);
  }
  return terminals;
}

function sessions(name: string): Session[] {
  const below = join(folder, name, 'sessions');
  return readdirSync(below).map((file) => JSON.parse(readFileSync(join(below, file), 'utf8')));
}

/** The lines of each file below a folder, by the path below it. */
function contents(below: string): Map<string, string> {
  const files = readdirSync(below, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    files.map(({ parentPath, name }) => [
      join(parentPath, name).slice(below.length),
      readFileSync(join(parentPath, name), 'utf8'),
    ]),
  );
}

interface Line {
  type: string;
  subtype?: string;
  uuid?: string;
  parentUuid?: string | null;
  timestamp?: string;
  isApiErrorMessage?: boolean;
  modelUsage?: Record<string, { inputTokens: number; outputTokens: number; cacheReadInputTokens: number }>;
  message?: {
    id?: string;
    model?: string;
    content: string | { type: string; id?: string; tool_use_id?: string }[];
    usage?: { input_tokens: number; output_tokens: number; cache_read_input_tokens: number };
  };
}

function transcripts(name: string): Map<string, Line[]> {
  const written = contents(join(folder, name, 'projects', projectSlug(join(folder, 'shop'))));
  const parsed = [...written].filter(([path]) => path.endsWith('.jsonl'));
  return new Map(
    parsed.map(([path, text]) => [
      path,
      text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Line),
    ]),
  );
}

const blocks = (line: Line) => (Array.isArray(line.message?.content) ? line.message.content : []);

describe('Terminals', () => {
  it('perform(): equal seeds write equal files', () => {
    for (const name of ['one', 'two']) play(name, { seconds: 300 });
    assert.deepEqual(contents(join(folder, 'one')), contents(join(folder, 'two')));
  });

  it('perform(): every status of a session is seen, and waitingFor only while it waits', () => {
    const seen = new Set<string>();
    play('claude', {}, () => {
      for (const { status, waitingFor } of sessions('claude')) {
        seen.add(`${status} ${waitingFor}`);
        assert.equal(waitingFor !== undefined, status === 'waiting');
      }
    });
    assert.deepEqual([...seen].sort(), [
      'busy undefined',
      'idle undefined',
      'shell undefined',
      'waiting input needed',
      'waiting permission prompt',
    ]);
  });

  it('perform(): an agent that waits for a person sends nothing and takes no lock', () => {
    const pidOf = new Map<string, number>();
    let did = 0;
    play('claude', { seconds: 1500 }, (action) => {
      if (action.kind === 'join') pidOf.set(action.agent.id, action.agent.pid);
      const doer =
        action.kind === 'message'
          ? action.message.sender
          : action.kind === 'acquire' || action.kind === 'release'
            ? action.agentId
            : null;
      const session = sessions('claude').find(({ pid }) => doer !== null && pid === pidOf.get(doer));
      if (!session) return;
      did += 1;
      assert.equal(session.status, 'busy', `${doer} ${action.kind}`);
    });
    assert.ok(did > 1000);
  });

  it('perform(): transcripts are chains in order of time, and every tool call has at most one result', () => {
    play('claude', {});
    for (const [path, lines] of transcripts('claude')) {
      const known = new Set<string>();
      const open = new Set<string>();
      let last = '';
      for (const line of lines) {
        if (line.uuid === undefined) continue;
        assert.ok(line.parentUuid === null || known.has(line.parentUuid ?? ''), path);
        known.add(line.uuid);
        assert.ok((line.timestamp ?? '') >= last, path);
        last = line.timestamp ?? '';
        for (const block of blocks(line)) {
          if (block.type === 'tool_use') open.add(block.id ?? '');
          if (block.type === 'tool_result') assert.ok(open.delete(block.tool_use_id ?? ''), path);
        }
      }
      assert.ok(open.size <= 1, path);
    }
  });

  it('perform(): transcripts have ends of turns, errors, compactions, subagents and the work of teammates', () => {
    play('claude', { seconds: 3000 });
    const all = [...transcripts('claude')];
    const lines = all.flatMap(([, list]) => list);
    assert.ok(lines.some(({ subtype }) => subtype === 'turn_duration'));
    assert.ok(lines.some(({ subtype }) => subtype === 'compact_boundary'));
    assert.ok(lines.some(({ isApiErrorMessage }) => isApiErrorMessage));
    const below = all.map(([path]) => path).filter((path) => path.includes('/subagents/'));
    assert.ok(below.some((path) => path.includes('agent-atester-')));
    const metas = [...contents(join(folder, 'claude', 'projects'))].filter(([path]) => path.endsWith('.meta.json'));
    assert.ok(metas.some(([, text]) => JSON.parse(text).finished === true));
  });

  it('perform(): a team has its lead, tasks that go on and inboxes that are emptied', () => {
    const tasks = new Set<string>();
    const inboxes = new Set<number>();
    play('claude', { seconds: 400 }, () => {
      for (const [path, text] of contents(join(folder, 'claude'))) {
        if (path.startsWith('/tasks/') && path.endsWith('.json')) tasks.add(JSON.parse(text).status);
        if (path.includes('/inboxes/')) inboxes.add(JSON.parse(text).length);
      }
    });
    assert.deepEqual([...tasks].sort(), ['completed', 'in_progress', 'pending']);
    assert.deepEqual([...inboxes].sort(), [0, 1]);
    const [config] = [...contents(join(folder, 'claude', 'teams'))].filter(([path]) => path.endsWith('config.json'));
    const team = JSON.parse(config?.[1] ?? '{}');
    assert.ok(
      sessions('claude').some(({ pid, sessionId }) => team.leadProcess.pid === pid && team.leadSessionId === sessionId),
    );
    assert.deepEqual(
      team.members.map(({ name }: { name: string }) => name),
      ['team-lead', 'tester', 'writer'],
    );
  });

  it('stop(): files of sessions and the team are gone, and the cost is that of each answer once', () => {
    const terminals = play('claude', {});
    terminals.stop(START + 600_000);
    assert.deepEqual(sessions('claude'), []);
    assert.deepEqual(readdirSync(join(folder, 'claude', 'teams')), []);
    const all = transcripts('claude');
    let compared = 0;
    for (const [path, lines] of all) {
      const state = lines.find(({ type }) => type === 'cost-state');
      if (!state) continue;
      const own = [...all].filter(([other]) => other === path || other.startsWith(path.replace(/\.jsonl$/, '/')));
      const answers = new Map(own.flatMap(([, list]) => list).map((line) => [line.message?.id, line.message]));
      for (const [model, sums] of Object.entries(state.modelUsage ?? {})) {
        const usages = [...answers.values()].filter((one) => one?.model === model).map((one) => one?.usage);
        const sum = (kind: 'input_tokens' | 'output_tokens' | 'cache_read_input_tokens') =>
          usages.reduce((total, usage) => total + (usage?.[kind] ?? 0), 0);
        assert.deepEqual(
          [sum('input_tokens'), sum('output_tokens'), sum('cache_read_input_tokens')],
          [sums.inputTokens, sums.outputTokens, sums.cacheReadInputTokens],
        );
        compared += 1;
      }
    }
    assert.ok(compared > 5);
  });

  it('a killed agent leaves the file of its session as it was', () => {
    const root = join(folder, 'shop');
    mkdirSync(root);
    const findProcess = () => ({ pid: FIRST_PID, procStart: '1' });
    const terminals = new Terminals({ folder: join(folder, 'claude'), root, seed: 1, findProcess });
    const story = generateStory({ seed: 1 });
    const first = story.next().value;
    terminals.perform(first, START);
    assert.ok(first.kind === 'join');
    terminals.perform({ kind: 'vanish', agentId: first.agent.id, died: true }, START + 1000);
    terminals.advance(START + 60_000);
    terminals.stop(START + 60_000);
    assert.equal(sessions('claude')[0]?.status, 'busy');
    assert.ok(existsSync(join(folder, 'claude', 'sessions', `${FIRST_PID}.json`)));
  });
});
