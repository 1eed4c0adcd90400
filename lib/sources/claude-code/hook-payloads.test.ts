import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { describeInput, HOOK_EVENTS, MAX_INPUT_LENGTH, MAX_TEXT_LENGTH, readHookPayload } from './hook-payloads';

const FIXTURE = join(import.meta.dirname, '../../../test/fixtures/claude-code/hooks.jsonl');
const bodies = readFileSync(FIXTURE, 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Record<string, unknown>);

/** Half of a surrogate pair. */
const HALF = /\p{Surrogate}/u;

const session_id = '81c26685-18bb-4f5c-b8bc-a282008b48fa';

test('readHookPayload(): every captured body of a registered event is read, and no other', () => {
  const seen = new Set<unknown>();
  for (const body of bodies) {
    const isUsed = (HOOK_EVENTS as readonly unknown[]).includes(body.hook_event_name);
    assert.equal(readHookPayload(body) !== null, isUsed, JSON.stringify(body).slice(0, 200));
    if (isUsed) seen.add(body.hook_event_name);
  }
  assert.deepEqual(seen, new Set(HOOK_EVENTS));
});

test('readHookPayload(): fields that are not used are left out', () => {
  const body = { session_id, hook_event_name: 'PermissionRequest', tool_name: 'Bash', tool_input: { command: 'ls' } };
  const more = { transcript_path: '/home/u/x.jsonl', permission_suggestions: [{ type: 'setMode' }], secret: 'x' };
  assert.deepEqual(readHookPayload({ ...body, ...more }), { ...body, tool_input: 'ls' });
});

test('readHookPayload(): a prompt that Claude Code submits itself has no text', () => {
  const prompt = (text: string) => {
    const payload = readHookPayload({ session_id, hook_event_name: 'UserPromptSubmit', prompt: text });
    return payload?.hook_event_name === 'UserPromptSubmit' ? payload.prompt : undefined;
  };
  for (const tag of ['task-notification', 'agent-message', 'cross-session-message']) {
    assert.equal(prompt(`<${tag} from="x">\nhello`), null, tag);
    assert.equal(prompt(`<${tag}>hello`), null, tag);
    assert.equal(prompt(`see <${tag}>`), `see <${tag}>`);
  }
  assert.equal(prompt('<task-notifications of mine>'), '<task-notifications of mine>');
});

test('readHookPayload(): an end of turn keeps the end of a long answer, a prompt its start', () => {
  const stop = readHookPayload({
    session_id,
    hook_event_name: 'Stop',
    last_assistant_message: `${'x'.repeat(9_000)}?`,
  });
  assert.ok(stop?.hook_event_name === 'Stop');
  assert.equal(stop.last_assistant_message?.length, MAX_TEXT_LENGTH);
  assert.match(stop.last_assistant_message ?? '', /^…x+\?$/);
  const given = readHookPayload({ session_id, hook_event_name: 'UserPromptSubmit', prompt: `!${'x'.repeat(9_000)}` });
  assert.match((given as { prompt: string }).prompt, /^!x+…$/);
});

test('readHookPayload(): no JSON makes it throw or exceed the bounds, and no half of a surrogate pair is left', () => {
  const event = fc.constantFrom(...HOOK_EVENTS, 'PreToolUse', '');
  const long = fc.string({ unit: 'binary', maxLength: 3 }).map((unit) => unit.repeat(1_500));
  const words = fc.oneof(long, fc.string({ unit: 'binary' }));
  const input = fc.oneof(fc.jsonValue(), fc.record({ command: words }), fc.record({ other: words }), words);
  const payload = fc.record(
    {
      ...{ session_id: fc.oneof(words, fc.constant(session_id)), hook_event_name: event, tool_name: words },
      ...{ tool_input: input, prompt: words, last_assistant_message: words, message: words, error: words },
    },
    { requiredKeys: ['session_id', 'hook_event_name'] },
  );
  fc.assert(
    fc.property(fc.oneof(payload, fc.jsonValue()), (body) => {
      const read = readHookPayload(body);
      for (const value of Object.values(read ?? {})) {
        assert.ok(typeof value === 'string');
        assert.ok(value.length <= MAX_INPUT_LENGTH);
        assert.doesNotMatch(value, HALF);
      }
    }),
  );
});

test('describeInput(): names the command, file or question; other input is JSON', () => {
  assert.equal(describeInput({ description: 'Make a file', command: 'touch made.txt' }), 'touch made.txt');
  assert.equal(describeInput({ file_path: '/x/a.ts', content: 'y' }), '/x/a.ts');
  assert.equal(describeInput({ questions: [{ question: 'Which?' }, { question: 'Why?' }] }), 'Which?\nWhy?');
  assert.equal(describeInput({ a: 1 }), '{"a":1}');
  assert.equal(describeInput([1]), '[1]');
  for (const nothing of [null, undefined]) assert.equal(describeInput(nothing), '');
  assert.equal(describeInput({ other: 'x'.repeat(1_000_000) }).length, MAX_INPUT_LENGTH);
});

test('describeInput(): input that is nested too deeply is left out', () => {
  const deep = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`);
  assert.equal(describeInput(deep), '');
});
