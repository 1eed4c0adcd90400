import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readHookPayload } from '../sources/claude-code/hook-payloads';
import { HookEvents, MAX_PERMISSIONS, MAX_SESSIONS, MAX_TEXT_UNITS, PROMPT_TIMEOUT_MS } from './hook-events';

const ID = '81c26685-18bb-4f5c-b8bc-a282008b48fa';

class Story {
  readonly events = new HookEvents();
  readonly changed: string[] = [];

  constructor() {
    this.events.onChange((id) => this.changed.push(id));
  }

  hook(at: number, hook_event_name: string, more: Record<string, unknown> = {}, session_id = ID): void {
    const payload = readHookPayload({ session_id, hook_event_name, ...more });
    assert.ok(payload, hook_event_name);
    this.events.take(payload, at);
  }

  ask(at: number, command: string, agent_id?: string, session_id = ID): void {
    const agent = agent_id === undefined ? {} : { agent_id, agent_type: 'tester' };
    this.hook(at, 'PermissionRequest', { tool_name: 'Bash', tool_input: { command }, ...agent }, session_id);
  }

  file(status: string, statusUpdatedAt: number, now = statusUpdatedAt): void {
    this.events.compare({ sessionId: ID, status, statusUpdatedAt }, now);
  }

  get facts() {
    return this.events.forSession(ID);
  }

  get open(): string[] {
    return this.facts?.permissions.map(({ input }) => input) ?? [];
  }
}

test('take(): a permission request gives tool, input and who asks, until the session leaves `waiting`', () => {
  const story = new Story();
  story.file('busy', 900);
  story.ask(1_000, 'ls');
  assert.deepEqual(story.facts?.permission, { tool: 'Bash', input: 'ls', at: 1_000, agentId: null, agentType: null });
  story.file('busy', 900, 1_020);
  assert.deepEqual(story.open, ['ls'], 'the hook comes before the status');
  story.file('waiting', 1_060);
  story.file('waiting', 1_060, 60_000);
  assert.deepEqual(story.open, ['ls']);
  story.file('busy', 61_000);
  assert.deepEqual([story.facts?.permission, story.open], [null, []]);
  assert.deepEqual(story.changed, [ID, ID]);
});

test('compare(): a prompt that was answered between two readings of the file is over', () => {
  const story = new Story();
  story.ask(1_000, 'ls');
  story.file('busy', 1_200);
  assert.deepEqual(story.open, []);
});

test('compare(): a request for which no prompt appears is forgotten', () => {
  const story = new Story();
  story.ask(1_000, 'ls');
  story.file('busy', 900, 1_000 + PROMPT_TIMEOUT_MS);
  assert.deepEqual(story.open, ['ls']);
  story.file('busy', 900, 1_001 + PROMPT_TIMEOUT_MS);
  assert.deepEqual(story.open, []);
});

test("compare(): a subagent's request outlives a change of status and the end of its lead's turn", () => {
  const story = new Story();
  story.ask(1_000, 'one', 'a1');
  story.hook(1_100, 'Stop', { last_assistant_message: 'Both work now.' });
  story.file('busy', 1_150);
  assert.deepEqual(story.open, ['one']);
  assert.equal(story.facts?.permission?.agentType, 'tester');
  story.file('waiting', 1_500);
  story.file('busy', 2_000);
  assert.deepEqual(story.open, []);
});

test('forSession(): of several requests none is named as the open one', () => {
  const story = new Story();
  story.ask(1_000, 'one', 'a1');
  story.file('waiting', 1_100);
  story.ask(1_200, 'two', 'a2');
  assert.deepEqual([story.facts?.permission, story.open], [null, ['one', 'two']]);
  story.ask(1_300, 'three', 'a2');
  assert.deepEqual(story.open, ['one', 'three'], 'one agent asks one thing at a time');
  story.file('waiting', 1_100, 90_000);
  story.file('busy', 90_100, 90_110);
  assert.deepEqual(story.open, ['three'], 'its prompt may still come');
  story.file('waiting', 90_200);
  story.file('idle', 90_300);
  assert.deepEqual(story.open, []);
});

test("take(): the end of a turn, a failure and a prompt end the main agent's request", () => {
  for (const [event, more] of [
    ['Stop', {}],
    ['StopFailure', { error: 'rate_limit' }],
    ['UserPromptSubmit', { prompt: 'go on' }],
  ] as const) {
    const story = new Story();
    story.ask(1_000, 'main');
    story.ask(1_000, 'sub', 'a1');
    story.hook(2_000, event, more);
    assert.deepEqual(story.open, ['sub'], event);
  }
});

test('take(): the end of a turn holds until the next turn begins, by a prompt or by the status', () => {
  const story = new Story();
  const ended = () => story.facts?.turnEnded ?? null;
  story.hook(1_000, 'Stop', { last_assistant_message: 'Which one?' });
  assert.deepEqual(ended(), { at: 1_000, lastMessage: 'Which one?' });
  story.file('busy', 500, 1_010);
  assert.notEqual(ended(), null, 'the hook comes before the status');
  story.file('idle', 1_090);
  assert.notEqual(ended(), null);
  story.file('busy', 5_000);
  assert.equal(ended(), null);
  story.hook(6_000, 'Stop');
  assert.deepEqual(ended(), { at: 6_000, lastMessage: null });
  story.hook(7_000, 'UserPromptSubmit', { prompt: '<task-notification>\ndone' });
  assert.equal(ended(), null, 'background work begins a turn too');
});

test('take(): only a prompt that a person gave is the last prompt', () => {
  const story = new Story();
  story.hook(1_000, 'UserPromptSubmit', { prompt: 'Fix it' });
  story.hook(2_000, 'UserPromptSubmit', { prompt: '<cross-session-message from="x">\nhello' });
  assert.deepEqual(story.facts?.lastPrompt, { text: 'Fix it', at: 1_000 });
});

test('take(): a failure is that of the newest turn', () => {
  const story = new Story();
  story.hook(1_000, 'StopFailure', { error: 'rate_limit', error_details: '429' });
  assert.deepEqual(story.facts?.failure, { kind: 'rate_limit', details: '429', at: 1_000 });
  assert.equal(story.facts?.turnEnded?.at, 1_000);
  story.hook(2_000, 'UserPromptSubmit', { prompt: 'again' });
  assert.equal(story.facts?.failure, null);
});

test('take(): a notification that a person is needed holds until the status changes', () => {
  const story = new Story();
  story.hook(1_000, 'Notification', { notification_type: 'idle_prompt', message: 'Claude is waiting' });
  assert.equal(story.facts?.notification, null);
  const message = 'tester needs permission for Bash';
  story.hook(2_000, 'Notification', { notification_type: 'worker_permission_prompt', message });
  story.file('busy', 1_500, 2_010);
  story.file('waiting', 2_050);
  assert.deepEqual(story.facts?.notification, { kind: 'worker_permission_prompt', message, at: 2_000 });
  story.file('busy', 3_000);
  assert.equal(story.facts?.notification, null);
});

test('take(): the end of a session ends its facts', () => {
  const story = new Story();
  story.ask(1_000, 'ls');
  story.hook(2_000, 'SessionEnd', { reason: 'clear' });
  assert.equal(story.facts, null);
  story.hook(2_001, 'SessionEnd');
  assert.equal(story.changed.length, 2);
  assert.equal(story.events.firstAt, 1_000);
});

test('onChange(): the function that it returns ends it', () => {
  const story = new Story();
  const seen: string[] = [];
  const end = story.events.onChange((id) => seen.push(id));
  story.ask(1, 'a');
  end();
  story.ask(2, 'b');
  assert.deepEqual(seen, [ID]);
});

test('take(): sessions are bounded, and the one that was heard longest ago is forgotten first', () => {
  const story = new Story();
  for (let index = 0; index < MAX_SESSIONS; index++) story.ask(index, 'ls', undefined, `session ${index}`);
  story.ask(5_000, 'pwd', undefined, 'session 0');
  story.ask(5_001, 'ls', undefined, 'one more');
  assert.equal(story.events.forSession('session 1'), null);
  assert.equal(story.events.forSession('session 0')?.permission?.input, 'pwd');
});

test('take(): texts are bounded, of one session and of all together', () => {
  const story = new Story();
  const long = 'x'.repeat(5_000);
  for (let index = 0; index < 3 * MAX_PERMISSIONS; index++) story.ask(index, long, `a${index}`);
  assert.equal(story.open.length, MAX_PERMISSIONS);
  const kept = () => {
    const ids = Array.from({ length: MAX_SESSIONS }, (_, index) => `session ${index}`);
    return ids.flatMap((id) => story.events.forSession(id)?.permissions ?? []);
  };
  for (let index = 0; index < MAX_SESSIONS; index++) {
    for (const agent of ['a', 'b', 'c']) story.ask(index, long, agent, `session ${index}`);
  }
  const units = kept().reduce((sum, { input }) => sum + input.length, 0);
  assert.ok(units <= MAX_TEXT_UNITS, String(units));
  assert.ok(units > MAX_TEXT_UNITS / 2, String(units));
});

test('HookEvents: in any order of events and statuses the facts keep their bounds and never name an ended session', () => {
  const at = fc.integer({ min: 0, max: 60_000 });
  const step = fc.oneof(
    fc.record({ kind: fc.constant('ask' as const), at, agent: fc.constantFrom(undefined, 'a', 'b') }),
    fc.record({ kind: fc.constant('file' as const), at, status: fc.constantFrom('busy', 'waiting', 'idle', 'new') }),
    fc.record({ kind: fc.constant('hook' as const), at, event: fc.constantFrom('Stop', 'StopFailure', 'SessionEnd') }),
    fc.record({ kind: fc.constant('prompt' as const), at }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const story = new Story();
      let ended = true;
      for (const one of steps) {
        if (one.kind === 'ask') story.ask(one.at, 'ls', one.agent);
        else if (one.kind === 'file') story.file(one.status, one.at);
        else if (one.kind === 'hook') story.hook(one.at, one.event);
        else story.hook(one.at, 'UserPromptSubmit', { prompt: 'x' });
        if (one.kind !== 'file') ended = one.kind === 'hook' && one.event === 'SessionEnd';
        assert.equal(story.facts === null, ended);
        const agents = story.facts?.permissions.map(({ agentId }) => agentId) ?? [];
        assert.equal(new Set(agents).size, agents.length);
        if (agents.length !== 1) assert.equal(story.facts?.permission ?? null, null);
      }
    }),
  );
});
