import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, test } from 'node:test';
import {
  appendTo,
  claudeFolder,
  Follower,
  fixtureTranscripts,
  PROJECT,
  tokenSums,
} from '../../../test/support/transcripts';
import { Transcripts } from './transcripts';

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

function made(scenario?: string) {
  const folder = claudeFolder(scenario);
  cleanups.push(folder.remove);
  return folder;
}

function sessionIn(scenario: string, begin: string): string {
  const names = [...fixtureTranscripts(scenario).keys()].map((path) => path.split('/')[1] ?? '');
  const file = names.find((name) => name.startsWith(begin) && name.endsWith('.jsonl'));
  assert.ok(file);
  return file.slice(0, -'.jsonl'.length);
}

/** The tokens of the newest `cost-state` of a session, which Claude Code writes when it ends. */
function costState(scenario: string, sessionId: string): number[] {
  const lines = String(fixtureTranscripts(scenario).get(`${PROJECT}/${sessionId}.jsonl`)).split('\n');
  const state = JSON.parse(lines.findLast((line) => line.includes('"type":"cost-state"')) ?? '{}');
  const models = Object.values<Record<string, number>>(state.modelUsage);
  const sum = (field: string) => models.reduce((total, model) => total + (model[field] ?? 0), 0);
  const written1h = sum('cacheCreationEphemeral1hInputTokens');
  return [
    sum('inputTokens'),
    sum('outputTokens'),
    sum('cacheReadInputTokens'),
    // Its cost counts what its split leaves out as written for five minutes.
    sum('cacheCreationInputTokens') - written1h,
    written1h,
  ];
}

for (const [scenario, begin] of [
  ['subagent', 'c3b7'],
  ['team-in-process', 'c690'],
  ['statusline-and-model-switch', '2534'],
  ['permission-answers', 'd798'],
  ['queue-and-interrupt', '7c56'],
  ['peer-messages', 'd647'],
  ['team-tmux', '4cf2'],
] as const) {
  test(`drain(): the usage of ${scenario} is what Claude Code itself counted`, () => {
    const follower = new Follower(made(scenario));
    const sessionId = sessionIn(scenario, begin);
    follower.follow(sessionId);
    follower.read();
    assert.deepEqual(tokenSums(follower.rows), costState(scenario, sessionId));
  });
}

test('drain(): a fork and a resume count each answer once, for the session that asked', () => {
  const { folder, projects } = made('session-life');
  const [original, fork, cleared] = ['f75d', '1b5c', '2018'].map((begin) => sessionIn('session-life', begin));
  assert.ok(original && fork && cleared && projects);
  const follower = new Follower({ folder });
  follower.follow(fork);
  follower.read();
  follower.follow(fork, original, cleared);
  follower.read();
  const bySession = (id: string) => follower.rows.filter(({ sessionId }) => sessionId === id).length;
  assert.equal(new Set(follower.rows.map(({ messageId }) => messageId)).size, follower.rows.length);
  assert.deepEqual([bySession(original), bySession(fork), bySession(cleared)], [2, 1, 2]);
});

test('drain(): answers after /clear are of the new session, also in a file that was seen before its first line', () => {
  const { folder, projects } = made();
  const cleared = sessionIn('session-life', '2018');
  const follower = new Follower({ folder });
  follower.follow(cleared);
  appendTo(join(projects, `${cleared}.jsonl`), '');
  follower.read();
  appendTo(
    join(projects, `${cleared}.jsonl`),
    fixtureTranscripts('session-life').get(`${PROJECT}/${cleared}.jsonl`) ?? '',
  );
  follower.read();
  assert.deepEqual(
    follower.rows.map(({ sessionId }) => sessionId),
    [cleared, cleared],
  );
});

test('drain(): errors that Claude Code words itself are no usage', () => {
  const follower = new Follower(made('api-errors-and-compact'));
  follower.follow(sessionIn('api-errors-and-compact', '3185'));
  follower.read();
  assert.equal(follower.rows.length, 2);
});

test('drain(): answers of subagents name them', () => {
  const follower = new Follower(made('team-in-process'));
  follower.follow(sessionIn('team-in-process', 'c690'));
  follower.read();
  const ids = new Set(follower.rows.map(({ subagentId }) => subagentId));
  assert.deepEqual([...ids].sort(), ['atester-33337939f1b38feb', 'awriter-3c1f0b5b5508f02a', null].sort());
});

test('drain(): teammates in the process of their lead have facts of their own, as their lines come', () => {
  const { folder, projects } = made('team-in-process');
  const lead = sessionIn('team-in-process', 'c690');
  const subagents = join(projects, lead, 'subagents');
  const path = join(subagents, 'agent-atester-33337939f1b38feb.jsonl');
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  writeFileSync(path, '');
  const follower = new Follower({ folder });
  follower.follow(lead);
  const seen: string[] = [];
  for (const line of lines) {
    appendTo(path, `${line}\n`);
    follower.read();
    const tester = follower.facts.get(lead)?.teammates.find(({ agentName }) => agentName === 'tester');
    const state = tester?.tool?.name ?? (tester?.turnEnded ? 'ended' : '-');
    if (state !== seen.at(-1)) seen.push(state);
  }
  const calls = ['ToolSearch', 'TaskUpdate', 'Bash', 'SendMessage', 'TaskUpdate'].flatMap((tool) => ['-', tool]);
  assert.deepEqual(seen, [...calls, '-', 'ended', '-', 'ended', '-', 'ended', '-', 'ended']);
  const teammates = follower.facts.get(lead)?.teammates ?? [];
  assert.deepEqual(
    teammates.map(({ agentName, sessionId, lastAnswer }) => [agentName, sessionId, lastAnswer?.text]),
    [
      ['tester', lead, 'The play is over.'],
      ['writer', lead, 'Writer is done.'],
    ],
  );
  assert.equal(follower.facts.get(lead)?.agentName, null);
});

test('drain(): messages to the lead that passed through no inbox are given, with their sender and text alone', () => {
  const follower = new Follower(made('team-in-process'));
  const lead = sessionIn('team-in-process', 'c690');
  follower.follow(lead);
  follower.read();
  assert.deepEqual(
    follower.messages.map(({ sessionId, from, text, sentAt }) => [sessionId, from, text, sentAt]),
    [[lead, 'tester', 'All 42 tests pass.', 1795919217221]],
  );
  follower.read();
  assert.equal(follower.messages.length, 1);
});

test('poll(): teammates in panes of their own are found by their team, as long as it is shown', () => {
  const { folder, projects } = made('team-tmux');
  const [lead, ...teammates] = ['d21e', '4cf2', 'd536'].map((begin) => sessionIn('team-tmux', begin));
  for (const id of teammates) utimesSync(join(projects, `${id}.jsonl`), new Date(), new Date());
  const team = 'session-d21ea0c8';
  const follower = new Follower({ folder }, [team]);
  follower.follow(lead ?? '');
  follower.read();
  follower.read();
  const found = [...follower.facts.values()].filter(({ teamName }) => teamName === team);
  assert.deepEqual(found.map(({ agentName }) => agentName).sort(), ['tester', 'writer']);
  assert.equal(new Set(follower.rows.map(({ sessionId }) => sessionId)).size, 3);
  const other = new Follower({ folder }, ['session-other']);
  other.follow(lead ?? '');
  other.read();
  other.read();
  assert.deepEqual([...other.facts.keys()], [lead]);
});

test('poll(): a pipe, a folder and a link beside transcripts of teammates are not opened', () => {
  const { folder, projects } = made('team-tmux');
  const lead = sessionIn('team-tmux', 'd21e');
  rmSync(join(projects, `${sessionIn('team-tmux', '4cf2')}.jsonl`));
  const path = join(projects, `${sessionIn('team-tmux', 'd536')}.jsonl`);
  utimesSync(path, new Date(), new Date());
  renameSync(path, join(folder, 'elsewhere.txt'));
  symlinkSync(join(folder, 'elsewhere.txt'), path);
  mkdirSync(join(projects, 'folder.jsonl'));
  execFileSync('mkfifo', [join(projects, 'pipe.jsonl')]);
  const follower = new Follower({ folder }, ['session-d21ea0c8']);
  follower.follow(lead);
  follower.read();
  follower.read();
  assert.deepEqual([...follower.facts.keys()], [lead]);
});

test('drain(): a session that is no longer followed is counted to its end', () => {
  const { folder, projects } = made();
  const path = join(projects, 'one.jsonl');
  appendTo(path, answer('m1'));
  const follower = new Follower({ folder });
  follower.follow('one');
  follower.read();
  appendTo(path, answer('m2'));
  follower.follow();
  follower.read();
  assert.deepEqual(ids(follower), ['m1', 'm2']);
});

test('constructor(): what a session wrote between two runs is counted although it has ended', () => {
  const { folder, projects } = made();
  const path = join(projects, 'one.jsonl');
  appendTo(path, answer('m1'));
  const follower = new Follower({ folder });
  follower.follow('one');
  follower.read();
  follower.follow();
  follower.read();
  appendTo(path, answer('m2'));
  follower.restart();
  follower.read();
  assert.deepEqual(ids(follower), ['m1', 'm2']);
});

test('step(): a file that was replaced, cut or rewritten begins anew and counts nothing twice', () => {
  const { folder, projects } = made();
  const path = join(projects, 'one.jsonl');
  appendTo(path, answer('m1') + answer('m2', { text: 'Shall I?' }));
  const follower = new Follower({ folder });
  follower.follow('one');
  follower.read();
  assert.equal(follower.facts.get('one')?.asks, true);
  writeFileSync(path, answer('m1'));
  follower.read();
  assert.equal(follower.facts.get('one')?.asks, false);
  writeFileSync(path, answer('m3') + answer('m1') + answer('m2') + answer('m4'));
  follower.read();
  assert.deepEqual(ids(follower), ['m1', 'm2', 'm3', 'm4']);
});

test('step(): after a restart another file under the same name begins anew', () => {
  const { folder, projects } = made();
  const path = join(projects, 'one.jsonl');
  appendTo(path, answer('m1') + answer('m2'));
  const follower = new Follower({ folder });
  follower.follow('one');
  follower.read();
  writeFileSync(path, answer('n1') + answer('n2') + answer('n3'));
  follower.restart();
  follower.read();
  assert.deepEqual(ids(follower), ['m1', 'm2', 'n1', 'n2', 'n3']);
});

test('step(): an unfinished line waits, broken and foreign lines are skipped and counted', () => {
  const { folder, projects } = made();
  const path = join(projects, 'one.jsonl');
  const whole = answer('m1');
  appendTo(path, whole.slice(0, 200));
  const follower = new Follower({ folder });
  follower.follow('one');
  follower.read();
  assert.deepEqual([ids(follower), follower.skipped.notJson], [[], 0]);
  appendTo(path, whole.slice(200));
  appendTo(path, '{"type":"assistant","message":{{\n\n[1]\n"x"\n{}\n{"type":17,"message":null}\n');
  appendTo(path, Buffer.from([0x7b, 0xff, 0xfe, 0x00, 0x0a]));
  appendTo(path, answer('m2', { text: Buffer.from([0x61, 0xff, 0x62]).toString('latin1') }));
  follower.read();
  assert.deepEqual(ids(follower), ['m1', 'm2']);
  assert.equal(follower.skipped.notJson, 4);
});

test('step(): a line with invalid UTF-8 is read with replacement characters', () => {
  const { folder, projects } = made();
  const [before, after] = answer('m1', { text: 'a@b' }).split('@');
  appendTo(
    join(projects, 'one.jsonl'),
    Buffer.concat([Buffer.from(`${before}`), Buffer.from([0xff]), Buffer.from(`${after}`)]),
  );
  const follower = new Follower({ folder });
  follower.follow('one');
  follower.read();
  assert.equal(follower.facts.get('one')?.lastAnswer?.text, 'a\ufffdb');
});

test('step(): lines over 1 MB are skipped and counted once, wherever the file ends in between', () => {
  const { folder, projects } = made();
  const path = join(projects, 'one.jsonl');
  const follower = new Follower({ folder, sliceBytes: 100_000, firstLookBytes: 300_000 });
  follower.follow('one');
  const long = answer('long', { text: 'x'.repeat(3_000_000) });
  appendTo(path, answer('m1'));
  follower.read();
  for (let at = 0; at < long.length; at += 700_000) {
    appendTo(path, long.slice(at, at + 700_000));
    follower.read();
    assert.equal(follower.facts.get('one')?.contextTokens, 111);
  }
  const sized = (id: string, bytes: number) =>
    answer(id, { text: 'y'.repeat(bytes + 1 - answer(id, { text: '' }).length) });
  appendTo(path, sized('largest', 1024 * 1024));
  appendTo(path, sized('larger', 1024 * 1024 + 1));
  appendTo(path, answer('m3'));
  follower.read();
  assert.deepEqual([ids(follower), follower.skipped.tooLong], [['largest', 'm1', 'm3'], 2]);
});

test('step(): the state is known before the past was counted', () => {
  const { folder, projects } = made();
  const path = join(projects, 'one.jsonl');
  for (let i = 0; i < 100; i++) appendTo(path, answer(`m${i}`, { text: 'x'.repeat(10_000) }));
  appendTo(path, answer('last', { text: 'Which one?' }));
  const follower = new Follower({ folder, sliceBytes: 10_000, firstLookBytes: 5000 });
  follower.follow('one');
  follower.read(1);
  assert.equal(follower.facts.get('one')?.asks, true);
  assert.ok(follower.rows.length < 50);
  appendTo(path, prompt('The first.'));
  follower.read(1);
  assert.equal(follower.facts.get('one')?.lastPrompt?.text, 'The first.');
  follower.read();
  assert.equal(follower.rows.length, 101);
});

test('poll(): a transcript that appears later, or in the folder of another project, is found', () => {
  const { folder, projects } = made();
  const follower = new Follower({ folder });
  follower.follow('one', 'two', '../../../etc/passwd');
  follower.read();
  appendTo(join(projects, 'one.jsonl'), answer('m1'));
  appendTo(join(folder, 'projects', '-elsewhere', 'two.jsonl'), answer('m2'));
  follower.read();
  assert.deepEqual(ids(follower), ['m1', 'm2']);
});

test('drain(): a folder of projects that is none is a fault, a missing one is not', () => {
  const { folder } = made();
  rmSync(join(folder, 'projects'), { recursive: true });
  const follower = new Follower({ folder });
  follower.follow('one');
  follower.read();
  assert.deepEqual(follower.faults, []);
  writeFileSync(join(folder, 'projects'), '');
  follower.read();
  assert.deepEqual(follower.faults, [`${join(folder, 'projects')} can't be read (ENOTDIR).`]);
});

test('drain(): marks say up to where the usage was read', () => {
  const { folder, projects } = made();
  const path = join(projects, 'one.jsonl');
  appendTo(path, `${answer('m1')}{"torn`);
  const follower = new Follower({ folder });
  follower.follow('one');
  follower.read();
  assert.equal(follower.marks.get(path)?.offset, readFileSync(path).length - '{"torn'.length);
});

function ids(follower: Follower): string[] {
  return follower.rows.map(({ messageId }) => messageId).sort();
}

function answer(id: string, { text = 'Done.' } = {}): string {
  const usage = { input_tokens: 10, output_tokens: 5, cache_read_input_tokens: 100, cache_creation_input_tokens: 1 };
  const content = [{ type: 'text', text }];
  const message = {
    id,
    type: 'message',
    role: 'assistant',
    model: 'claude-x',
    content,
    stop_reason: 'end_turn',
    usage,
  };
  const timestamp = '2026-11-29T02:11:36.656Z';
  return `${JSON.stringify({ parentUuid: null, isSidechain: false, message, type: 'assistant', timestamp })}\n`;
}

function prompt(content: string): string {
  return `${JSON.stringify({ parentUuid: null, isSidechain: false, type: 'user', message: { role: 'user', content } })}\n`;
}

test('step(): of lines over 1 MB those that can contain no usage are not counted as skipped', () => {
  const { folder, projects } = made();
  const result = { type: 'user', message: { content: [{ type: 'tool_result', content: 'x'.repeat(1_100_000) }] } };
  const answer = { type: 'assistant', message: { content: [{ type: 'text', text: 'x'.repeat(1_100_000) }] } };
  writeFileSync(
    join(projects, 'one.jsonl'),
    [result, answer, result].map((line) => `${JSON.stringify(line)}\n`).join(''),
  );
  const follower = new Follower({ folder });
  follower.follow('one');
  follower.read();
  assert.equal(follower.skipped.tooLong, 1);
});

test('new Transcripts(): marks of files outside of the folder are not opened', () => {
  const { folder, projects } = made('session-life');
  const elsewhere = join(folder, 'elsewhere.jsonl');
  const sessionId = sessionIn('session-life', '1b5c');
  const inside = join(projects, `${sessionId}.jsonl`);
  writeFileSync(elsewhere, readFileSync(inside));
  const read = (file: string) => {
    const transcripts = new Transcripts({ folder, marks: [{ file, head: '', offset: 0 }] });
    transcripts.poll(0);
    while (transcripts.step());
    return transcripts.drain(0).usage.length > 0;
  };
  assert.deepEqual([inside, elsewhere, join(projects, '..', '..', 'elsewhere.jsonl')].map(read), [true, false, false]);
});
