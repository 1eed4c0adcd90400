import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blankMessage, blankSpan, blankThing, nameOfRoot, withoutPaths, withoutRoot } from './bundle-blank';

test('of a message stays who, when and to whom; of a text only its length', () => {
  const message = {
    sender: 'agent-1',
    timestamp: '2026-01-01T00:00:00',
    msg_type: 'INFO',
    content: 'four',
    recipients: ['agent-2'],
    delivery_status: { 'agent-2': true },
    task: { objective: 'secret' },
    mood: 'a field of tomorrow',
  };
  assert.deepEqual(blankMessage(message), {
    ...message,
    content: '(4 characters left out)',
    task: '(left out)',
    mood: '(19 characters left out)',
  });
});

test('a text hidden deep in a field that stays is left out with it', () => {
  assert.equal(blankMessage({ recipients: [[[['secret']]]] }).recipients, '(left out)');
});

test('of things of the journal the free texts go, and what is null stays null', () => {
  const lock = { lock_file: 'a.lock', agent_id: 'agent-1', filepath: 'src/a.ts', reason: 'why', stale: null };
  assert.deepEqual(blankThing('lock', lock), { ...lock, reason: '(3 characters left out)' });
  assert.equal(blankThing('lock', { ...lock, reason: null }).reason, null);
  assert.deepEqual(blankThing('agent', { id: 'agent-1', current_task: 'x' }), {
    id: 'agent-1',
    current_task: '(1 character left out)',
  });
  assert.equal(blankThing('attention', { reason: 'It said "secret".' }).reason, '(17 characters left out)');
});

test('a span of a lock loses its reason, a time that is unknown keeps why', () => {
  const span = {
    kind: 'lock' as const,
    subject: 'a.lock',
    agent: 'agent-1',
    path: 'a',
    value: 'held',
    detail: 'why',
    since: 1,
    until: null,
    ended: null,
  };
  assert.equal(blankSpan(span).detail, '(3 characters left out)');
  assert.equal(blankSpan({ ...span, kind: 'unknown' }).detail, 'why');
});

test('paths of the machine are shortened: the project to its name, others to their last part', () => {
  assert.equal(nameOfRoot('/home/ada/my "project"/'), 'my "project"');
  const root = '/home/ada/my "project"';
  assert.equal(
    withoutRoot(JSON.stringify({ filepath: `${root}/src/a.ts` }), root),
    JSON.stringify({ filepath: 'my "project"/src/a.ts' }),
  );
  const line = JSON.stringify({ line: '{"content": "in /home/jos\\u00e9/x/a"}' });
  assert.equal(withoutRoot(line, '/home/josé/x'), JSON.stringify({ line: '{"content": "in x/a"}' }));
  assert.equal(
    withoutPaths({ reason: 'The history /home/ada/.local/state/x.sqlite is full; see https://example.org/a/b.' })
      .reason,
    'The history …/x.sqlite is full; see https://example.org/a/b.',
  );
  assert.deepEqual(withoutPaths({ reason: null }), { reason: null });
});
