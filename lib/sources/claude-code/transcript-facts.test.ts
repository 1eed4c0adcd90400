import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fixtureTranscripts } from '../../../test/support/transcripts';
import type { AgentFacts } from './claude-session';
import { FactsReader } from './transcript-facts';
import { type Json, parseObject } from './transcript-json';

/** @returns the facts after each line of a session's own transcript */
function steps(scenario: string, begin: string): { line: Json; facts: AgentFacts }[] {
  const [, bytes] = [...fixtureTranscripts(scenario)].find(([path]) => path.split('/')[1]?.startsWith(begin)) ?? [];
  assert.ok(bytes);
  const reader = new FactsReader();
  return String(bytes)
    .split('\n')
    .flatMap((text) => {
      const line = parseObject(Buffer.from(text));
      if (!line) return [];
      reader.take(line);
      return [{ line, facts: reader.facts('s', []) }];
    });
}

function last(scenario: string, begin: string): AgentFacts {
  const facts = steps(scenario, begin).at(-1)?.facts;
  assert.ok(facts);
  return facts;
}

function read(...lines: Json[]): AgentFacts {
  const reader = new FactsReader();
  for (const line of lines) reader.take(line);
  return reader.facts('s', []);
}

const TOOL = { type: 'tool_use', id: 't1', name: 'Bash', input: { command: 'npm test', description: 'Test' } };
const RESULT = { type: 'user', message: { content: [{ type: 'tool_result', tool_use_id: 't1', content: 'ok' }] } };

function said(content: unknown[], more: Json = {}): Json {
  return { type: 'assistant', message: { model: 'm', content, ...more } };
}

function prompted(content: string, more: Json = {}): Json {
  return { type: 'user', message: { content }, ...more };
}

test('FactsReader: a session that answered with a question', () => {
  const facts = last('session-life', '1b5c');
  assert.deepEqual(
    { ...facts, lastPrompt: facts.lastPrompt?.text, lastAnswer: facts.lastAnswer?.text },
    {
      sessionId: 's',
      model: 'claude-opus-5-5',
      permissionMode: 'default',
      cwd: '/home/u/proj',
      gitBranch: 'master',
      tool: null,
      openTools: 0,
      lastPrompt: 'hello five',
      lastAnswer: 'Hello, I am the stand-in model. Should I go on with the refactoring?',
      asks: true,
      contextTokens: 5212,
      lastTurnMs: facts.lastTurnMs,
      errors: 0,
      lastError: null,
      compactions: 0,
      decisions: [],
      subagents: [],
      teamName: null,
      agentName: null,
    },
  );
});

test('FactsReader: each tool runs from its call to its result', () => {
  const running = steps('permission-answers', 'd798').map(({ facts }) => facts.tool?.name ?? null);
  const changes = running.filter((name, i) => name !== running[i - 1]);
  assert.deepEqual(
    changes.slice(1),
    Array.from({ length: changes.length - 1 }, (_, i) => (i % 2 === 0 ? 'Bash' : null)),
  );
  assert.equal(changes.at(-1), null);
});

test('FactsReader: decisions say by whom', () => {
  const { decisions } = last('permission-answers', 'd798');
  assert.deepEqual(
    decisions.map(({ tool, accepted, source }) => [tool, accepted, source]),
    [
      ['Bash', false, 'hook'],
      ['Bash', false, 'user-rejected'],
      ['Bash', true, 'hook'],
      ['Bash', true, 'user_temporary'],
      ['Bash', false, 'user-rejected'],
    ],
  );
});

test('FactsReader: errors count, and the newest is resolved by an answer; compactions count', () => {
  const all = steps('api-errors-and-compact', '3185').map(({ facts }) => facts);
  const end = all.at(-1);
  assert.deepEqual([end?.errors, end?.compactions], [3, 2]);
  assert.deepEqual([end?.lastError?.kind, end?.lastError?.resolved], ['authentication_failed', false]);
  const answered = read(
    { ...said([]), isApiErrorMessage: true, error: 'rate_limit' },
    said([{ type: 'text', text: 'Hi' }]),
  );
  assert.deepEqual(answered.lastError, { kind: 'rate_limit', at: null, resolved: true });
});

test('FactsReader: what other agents, commands and reminders say is no prompt', () => {
  for (const scenario of ['peer-messages', 'subagent', 'team-in-process', 'team-tmux', 'session-life'] as const) {
    for (const { facts } of steps(scenario, '')) assert.doesNotMatch(facts.lastPrompt?.text ?? '', /^\s*[<[]/);
  }
  assert.equal(last('team-tmux', '4cf2').lastPrompt, null);
});

test('FactsReader: a teammate in a pane of its own names itself and its team', () => {
  const { teamName, agentName } = last('team-tmux', '4cf2');
  assert.deepEqual([teamName, agentName], ['session-d21ea0c8', 'tester']);
});

test('FactsReader: a question is asked only until something follows', () => {
  const question = said([{ type: 'text', text: 'Shall I?' }], { stop_reason: 'end_turn' });
  assert.equal(read(question).asks, true);
  assert.equal(read(question, { type: 'system', subtype: 'turn_duration', durationMs: 5 }).asks, true);
  assert.equal(read(said([{ type: 'text', text: 'Shall I?' }], { stop_reason: 'tool_use' })).asks, false);
  for (const next of [prompted('Yes'), prompted('<task-notification>'), said([TOOL]), RESULT]) {
    assert.equal(read(question, next).asks, false);
  }
});

test('FactsReader: of several running tools the oldest counts, and the end of a turn ends all', () => {
  const other = { ...TOOL, id: 't2', name: 'Read', input: { file_path: '/a' } };
  assert.equal(read(said([TOOL]), said([other])).tool?.input, 'npm test');
  assert.equal(read(said([TOOL]), said([other]), RESULT).tool?.name, 'Read');
  for (const end of [
    { type: 'system', subtype: 'turn_duration', durationMs: 1 },
    prompted('[Request interrupted by user for tool use]'),
    prompted('go on'),
  ]) {
    assert.equal(read(said([TOOL]), end).tool, null);
  }
  assert.equal(read(said([TOOL]), prompted('<system-reminder>', { isMeta: true })).tool?.name, 'Bash');
});

test('FactsReader: lines of subagents in the same file say nothing of the session', () => {
  assert.deepEqual(read({ ...said([TOOL]), isSidechain: true, cwd: '/other' }), read());
});

test('FactsReader: a prompt typed during a turn counts, the message of a peer does not', () => {
  const queued = (origin: string) => ({ type: 'attachment', attachment: { prompt: 'now', origin: { kind: origin } } });
  assert.equal(read(queued('human')).lastPrompt?.text, 'now');
  assert.equal(read(queued('peer')).lastPrompt, null);
});

test('FactsReader: names that are too long for a name are not taken', () => {
  const long = 'x'.repeat(5000);
  const facts = read({ ...said([{ ...TOOL, name: long }], { model: long }), cwd: long });
  assert.deepEqual([facts.model, facts.cwd, facts.tool], [null, null, null]);
});

test('FactsReader: fields of other types are passed over', () => {
  const strange: unknown[] = [null, 7, 'x', [], {}, [[]], [null], { type: 'text' }, [{ type: 'text', text: 7 }]];
  const reader = new FactsReader();
  for (const type of ['user', 'assistant', 'system', 'attachment', 'permission-mode']) {
    for (const value of strange) {
      reader.take({
        type,
        message: value,
        attachment: value,
        cwd: value,
        permissionMode: value,
        timestamp: value,
      } as Json);
      reader.take({ type, message: { content: value, usage: value, model: value }, permissionDecision: value } as Json);
      reader.take({ type, subtype: 'compact_boundary', compactMetadata: value, durationMs: value } as Json);
    }
  }
  const { lastPrompt, tool, contextTokens } = reader.facts('s', []);
  assert.deepEqual([lastPrompt?.text ?? null, tool, contextTokens], ['x', null, null]);
});

test('FactsReader: the next answer ends calls whose results were not read, such as a result over 1 MB', () => {
  const other = { ...TOOL, id: 't2', name: 'Edit' };
  const first = said([TOOL], { id: 'm1' });
  assert.equal(read(first, said([other], { id: 'm1' })).openTools, 2, 'two lines of one answer');
  const { tool, openTools } = read(first, said([other], { id: 'm2' }));
  assert.deepEqual([tool?.name, openTools], ['Edit', 1]);
  assert.equal(read(first, said([{ type: 'text', text: 'Done.' }], { id: 'm2' })).tool, null);
  const failed = { ...said([], { model: '<synthetic>', id: 'm3' }), isApiErrorMessage: true };
  assert.equal(read(first, failed).tool?.name, 'Bash', 'an error of the API proves nothing');
});

test('takeMessages(): messages of agents that came during a turn too; a text that only quotes one is none', () => {
  const prompt = '<agent-message from="tester">\nDone.\n</agent-message>';
  const origin = { kind: 'peer', from: 'tester', body: 'Done.' };
  const queued = { type: 'attachment', uuid: 'u1', attachment: { type: 'queued_command', prompt, origin } };
  const reader = new FactsReader();
  const typed = { ...prompted(prompt), uuid: 'u3', origin: { kind: 'human' } };
  for (const line of [queued, { ...prompted(prompt), uuid: 'u2', origin }, typed, prompted(prompt)]) reader.take(line);
  assert.deepEqual(
    reader.takeMessages().map(({ key, from, text }) => [key, from, text]),
    [
      ['u1', 'tester', 'Done.'],
      ['u2', 'tester', 'Done.'],
    ],
  );
  assert.deepEqual(reader.takeMessages(), []);
});
