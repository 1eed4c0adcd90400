/** Whatever fields a message has, and whatever fails for it inside, recording goes on. */
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import fc from 'fast-check';
import { hostileJson } from '../../test/support/hostile-json';
import { recorderTests } from '../../test/support/recorder-fixtures';
import { AwaitedAcks } from '../rules/awaited-acks';
import { UnresolvedTracker } from '../rules/unresolved-messages';

const { newSwarm, start, stop } = recorderTests('hostile-messages-');

const at = () => new Date().toISOString().slice(0, -1);
/** Messages after which every rule has something that the next message may answer, repeat or contradict. */
const scene = () => [
  { sender: 'a', recipients: ['b'], msg_id: 'q', msg_type: 'QUESTION', content: 'Which?', timestamp: at() },
  { sender: 'a', recipients: ['b'], msg_id: 'r', content: '[REQUIRES-ACK] Read this.', timestamp: at() },
  { sender: 'a', recipients: ['b'], msg_id: 's', content: '[RETRY-1] [REQUIRES-ACK] Read this.', timestamp: at() },
  { sender: 'a', recipients: ['b'], msg_id: 'f', delivery_status: { b: false }, timestamp: at() },
];
const FIELDS = [
  ...['sender', 'recipients', 'msg_id', 'msg_type', 'content', 'timestamp', 'parent_msg_id', 'requires_ack', 'task'],
  ...['delivery_status', 'success_count', 'failure_count', 'priority', 'seq', 'sent_at', 'line_bytes'],
];
/** Answers nothing of the scene, so that every rule compares it with all of that. */
const ordinary = { sender: 'b', recipients: ['c'], msg_id: 'x', msg_type: 'INFO', content: 'Well.' };
const hostileMessage = fc
  .dictionary(fc.constantFrom(...FIELDS), hostileJson, { minKeys: 1, maxKeys: FIELDS.length, noNullPrototype: true })
  .map((fields) => ({ ...ordinary, timestamp: at(), ...fields }));

test('Recorder: messages with hostile values in any field are recorded and judged, and so is every later one', async () => {
  // Each field has a hostile value at least once; the rest are combinations.
  const single = FIELDS.flatMap((field) =>
    fc.sample(hostileJson, { numRuns: 12, seed: 1 }).map((value) => ({ ...ordinary, timestamp: at(), [field]: value })),
  );
  const messages = [...single, ...fc.sample(hostileMessage, { numRuns: 300, seed: 1 })];
  const { root, file, append } = newSwarm();
  append(...scene());
  const first = start({ root, file });
  await first.recorder.refresh();
  // One by one at first: each is judged as live.
  for (const message of messages.slice(0, 40)) {
    append(message);
    await first.recorder.refresh();
  }
  append(...messages.slice(40), { sender: 'z', content: 'the last one' });
  await first.recorder.refresh();
  const head = scene().length + messages.length + 1;
  assert.equal(first.recorder.history.head(), head);
  assert.deepEqual(first.condition.log.skipped, [], 'nothing met an internal fault');
  await stop(first);
  const second = start({ root, file });
  await second.recorder.refresh();
  assert.equal(second.recorder.history.head(), head);
  assert.deepEqual(second.condition.log.skipped, []);
});

/** Makes `AwaitedAcks.feed` fail for messages with the content `poison`. */
function poisoned() {
  const { feed } = AwaitedAcks.prototype;
  return mock.method(AwaitedAcks.prototype, 'feed', function (this: AwaitedAcks, ...given: Parameters<typeof feed>) {
    if (given[2].content === 'poison') throw new TypeError('Cannot convert object to primitive value');
    feed.apply(this, given);
  });
}

test('Recorder: a message that a rule fails for is recorded, counted and logged; the others are judged', async () => {
  const { root, file, append } = newSwarm();
  const rule = poisoned();
  try {
    append(...scene(), { ...ordinary, content: 'poison' });
    const first = start({ root, file });
    await first.recorder.refresh();
    append({ ...scene()[0], msg_id: 'q2', content: 'And then?' });
    await first.recorder.refresh();
    assert.equal(first.recorder.history.head(), 6);
    const skipped = { reason: 'recorded, but could not be judged for open questions', count: 1, last: 'message 5' };
    assert.deepEqual(first.condition.log.skipped, [skipped]);
    const logged = first.events.filter((event) => event.type === 'unjudged');
    assert.deepEqual(
      logged.map(({ seq, error }) => [seq, error.name, error.message]),
      [[5, 'TypeError', undefined]],
    );
    // The message is read back by the next process, which fails for it again and goes on again.
    await stop(first);
    const second = start({ root, file });
    append({ sender: 'z', content: 'the last one' });
    await second.recorder.refresh();
    assert.equal(second.recorder.history.head(), 7);
  } finally {
    rule.mock.restore();
  }
});

test('Recorder: what fails for all messages together does not end the recording, and is published once', async () => {
  const { root, file, append } = newSwarm();
  const failing = mock.method(UnresolvedTracker.prototype, 'changes', () => {
    throw new TypeError('Cannot convert object to primitive value');
  });
  const watched = start({ root, file });
  append(...scene());
  await watched.recorder.refresh();
  append({ sender: 'z', content: 'the last one' });
  await watched.recorder.refresh();
  failing.mock.restore();
  assert.equal(watched.recorder.history.head(), 5);
  const faults = watched.events.filter((event) => event.type === 'part');
  assert.deepEqual(
    faults.map(({ part, fault }) => [part, fault?.name]),
    [['open questions', 'TypeError']],
  );
});

test('record(): a journal update that fails inside ends neither the recording nor later updates', async () => {
  const { root, file, append } = newSwarm();
  const watched = start({ root, file });
  await watched.recorder.refresh();
  const update = { at: Date.now(), complete: ['agent' as const], leftOff: [] };
  watched.recorder.record({ ...update, changed: [['agent', 'a', '{"id":"a"}']] });
  append(...scene());
  await watched.recorder.refresh();
  assert.equal(watched.recorder.history.head(), 4);
  watched.recorder.record({ ...update, changed: [['agent', 'a', '{"id":"a","health":"active"}']] });
  const faults = watched.events.filter((event) => event.type === 'part');
  assert.deepEqual(
    faults.map(({ part, fault }) => [part, fault === null]),
    [
      ['the journal', false],
      ['the journal', true],
    ],
  );
});
