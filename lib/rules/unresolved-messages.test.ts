import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import fc from 'fast-check';
import { MAX_KEPT } from './failed-deliveries';
import { type UnresolvedMessages, UnresolvedTracker } from './unresolved-messages';

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;

let now = 0;
let seq = 0;
let unresolved: UnresolvedTracker;
let published: UnresolvedMessages;

beforeEach(() => {
  now = 100 * DAY;
  seq = 0;
  unresolved = newTracker();
});

function newTracker(): UnresolvedTracker {
  const readTime = (timestamp: unknown) => (typeof timestamp === 'number' ? timestamp : null);
  return new UnresolvedTracker({ questionsMs: DAY, failuresMs: 30 * MINUTE, readTime, now: () => now });
}

type Fields = Record<string, unknown>;

function say(sender: unknown, recipients: unknown, msg_type: string, more: Fields = {}): string {
  const msg_id = `id-${++seq}`;
  unresolved.feed(seq, { sender, recipients, msg_type, timestamp: now, content: `text ${seq}`, msg_id, ...more });
  return msg_id;
}

/** The unresolved messages; the same object as before if nothing changed. */
function open(): UnresolvedMessages {
  published = unresolved.changes('e') ?? published;
  return published;
}

const openSeqs = () => open().questions.map(({ seqs }) => seqs);

test('feed(): a question is open until a recipient answers its sender', () => {
  say('a', ['b', 'c'], 'QUESTION', { content: '[REQUIRES-ACK] Which  currency?\nCents?' });
  assert.deepEqual(open().questions, [
    {
      type: 'QUESTION',
      msgId: 'id-1',
      sender: 'a',
      recipients: ['b', 'c'],
      at: now,
      text: 'Which currency? Cents?',
      seqs: [1],
      askedBack: null,
    },
  ]);
  for (const [sender, recipients] of [
    ['a', ['b', 'c']], // the asker itself
    ['d', ['a']], // not a recipient
    ['b', ['c', 'd']], // not to the asker
  ]) {
    say(sender, recipients, 'INFO');
    assert.equal(open().questions.length, 1);
  }
  say('c', ['d', 'a'], 'INFO');
  assert.deepEqual(open().questions, []);
});

test('feed(): BLOCKED counts like QUESTION, other types do not', () => {
  for (const type of ['INFO', 'ACK', 'CHALLENGE', 'REVIEW-REQUEST', 'question', 'UNKNOWN']) say('a', ['b'], type);
  assert.deepEqual(openSeqs(), []);
  say('a', ['b'], 'BLOCKED');
  assert.deepEqual(
    open().questions.map(({ type }) => type),
    ['BLOCKED'],
  );
});

test('feed(): a reply in the thread answers, from and to anybody but the asker', () => {
  const id = say('a', ['b'], 'QUESTION');
  say('a', ['c'], 'INFO', { parent_msg_id: id });
  assert.deepEqual(openSeqs(), [[1]]);
  say('d', ['c'], 'INFO', { parent_msg_id: id });
  assert.deepEqual(openSeqs(), []);
});

test('feed(): one answer ends all questions of its recipient to its sender, and none of others', () => {
  say('a', ['b'], 'QUESTION');
  say('a', ['b', 'c'], 'BLOCKED');
  say('a', ['c'], 'QUESTION');
  say('d', ['b'], 'QUESTION');
  say('b', ['a'], 'INFO');
  assert.deepEqual(openSeqs(), [[3], [4]]);
  say('b', ['d'], 'INFO');
  assert.deepEqual(openSeqs(), [[3]]);
});

test('feed(): a message to more than three agents or to all is a broadcast and answers nobody', () => {
  say('a', ['b'], 'QUESTION');
  for (const recipients of [['all'], ['a', 'all'], ['a', 'c', 'd', 'e']]) say('b', recipients, 'INFO');
  assert.deepEqual(openSeqs(), [[1]]);
  say('b', ['c', 'd', 'a'], 'INFO');
  assert.deepEqual(openSeqs(), []);
});

test('feed(): an automatic message answers nobody, not even in the thread', () => {
  const id = say('a', ['b'], 'QUESTION');
  say('b', ['a'], 'INFO', { content: '[RETRY-2] [REQUIRES-ACK] Read this' });
  say('b', ['a'], 'INFO', { content: '[UNACKNOWLEDGED] Message to a unacknowledged', parent_msg_id: id });
  assert.deepEqual(openSeqs(), [[1]]);
  say('b', ['a'], 'INFO', { content: 'About [RETRY-2] of yours: yes.' });
  assert.deepEqual(openSeqs(), []);
});

test('feed(): a question in return keeps the first one open, the newest is noted; an answer still ends it', () => {
  say('a', ['b', 'c'], 'QUESTION');
  say('b', ['a'], 'QUESTION');
  assert.deepEqual(open().questions[0]?.askedBack, { by: 'b', seq: 2 });
  say('c', ['a'], 'BLOCKED');
  assert.deepEqual(open().questions[0]?.askedBack, { by: 'c', seq: 3 });
  say('d', ['a'], 'QUESTION');
  assert.deepEqual(open().questions[0]?.askedBack, { by: 'c', seq: 3 }, 'd is not a recipient');
  say('b', ['a'], 'INFO');
  assert.deepEqual(openSeqs(), [[2], [3], [4]], 'those of b, c and d are left');
});

test('feed(): a question to all, to nobody or to its sender alone is answered by anybody else', () => {
  for (const recipients of [['all'], [], ['a'], 'all', null, { b: 1 }]) {
    say('a', recipients, 'QUESTION');
    assert.equal(open().questions.length, 1, JSON.stringify(recipients));
    say('a', ['b'], 'INFO');
    assert.equal(open().questions.length, 1);
    say('z', ['a', 'b'], 'INFO');
    assert.deepEqual(openSeqs(), []);
  }
});

test('feed(): retries, the escalation and a plain repetition are one question, as old as its first message', () => {
  say('a', ['b'], 'QUESTION', { content: '[REQUIRES-ACK] Ready?' });
  const first = now;
  now += MINUTE;
  say('a', ['b'], 'QUESTION', { content: '[RETRY-1] [REQUIRES-ACK] Ready?' });
  say('a', ['b'], 'QUESTION', { content: '[RETRY-2] [REQUIRES-ACK] Ready?' });
  const retry = say('a', ['b'], 'QUESTION', { content: '[REQUIRES-ACK] Ready?' });
  say('a', ['a', 'b', 'c'], 'QUESTION', {
    content: '[UNACKNOWLEDGED] Message to b unacknowledged after 3 attempts. Original: [REQUIRES-ACK] Ready?',
  });
  const [question, ...others] = open().questions;
  assert.deepEqual(others, []);
  assert.deepEqual(question?.seqs, [1, 2, 3, 4, 5]);
  assert.deepEqual([question?.msgId, question?.at, question?.recipients], ['id-1', first, ['b', 'c']]);
  say('d', ['a'], 'INFO', { parent_msg_id: retry });
  assert.deepEqual(openSeqs(), []);
  say('a', ['b'], 'QUESTION', { content: '[RETRY-3] [REQUIRES-ACK] Ready?' });
  say('a', ['b'], 'QUESTION', { content: '[UNACKNOWLEDGED] Message to b unacknowledged after 3 attempts.' });
  assert.deepEqual(openSeqs(), [], 'a retry of an answered question is no new one');
  say('a', ['b'], 'QUESTION', { content: '[REQUIRES-ACK] Ready?' });
  assert.equal(open().questions.length, 1, 'asked again');
});

test('feed(): the same text to other recipients is another question', () => {
  say('a', ['b'], 'QUESTION', { content: 'Status?' });
  say('a', ['c'], 'QUESTION', { content: 'Status?' });
  say('b', ['c'], 'QUESTION', { content: 'Status?' });
  assert.deepEqual(openSeqs(), [[1], [2], [3]]);
});

test('feed(): of two questions with one id the second has none', () => {
  say('a', ['b'], 'QUESTION', { msg_id: 'x' });
  say('a', ['b'], 'QUESTION', { msg_id: 'x' });
  say('a', ['b'], 'QUESTION', { msg_id: 7 });
  assert.deepEqual(
    open().questions.map(({ msgId }) => msgId),
    ['x', null, null],
  );
});

test('feed(): a question without a time or older than a day is not open', () => {
  say('a', ['b'], 'QUESTION', { timestamp: 'soon' });
  say('a', ['b'], 'QUESTION', { timestamp: now - DAY - 1 });
  say('a', ['b'], 'QUESTION', { timestamp: now - DAY });
  assert.deepEqual(openSeqs(), [[3]]);
  now += 1;
  assert.deepEqual(openSeqs(), []);
  assert.equal(unresolved.changes('e'), null);
});

test('feed(): a recipient is unreached from the first failure until any success', () => {
  say('a', ['b', 'c'], 'INFO', { delivery_status: { b: false, c: true }, content: 'Hello' });
  const since = now;
  now += 10 * MINUTE;
  say('a', ['b'], 'INFO', { delivery_status: { b: false }, content: '[RETRY-1] Hello' });
  say('d', ['b'], 'INFO', { delivery_status: { b: false } });
  assert.deepEqual(open().failures, [
    { recipient: 'b', msgId: 'id-1', since, last: now, count: 2, senders: ['a', 'd'], text: 'Hello', seqs: [1, 2, 3] },
  ]);
  say('d', ['c'], 'INFO', { delivery_status: { c: true, b: 'yes' } });
  assert.equal(open().failures.length, 1);
  say('e', ['b'], 'INFO', { delivery_status: { b: true } });
  assert.deepEqual(open().failures, []);
});

test('feed(): a failure ends after half an hour, and the next one is counted from one again', () => {
  say('a', ['b'], 'INFO', { delivery_status: { b: false } });
  now += 30 * MINUTE;
  assert.equal(open().failures.length, 1);
  say('a', ['c'], 'INFO', { delivery_status: { b: false } });
  now += 30 * MINUTE + 1;
  assert.deepEqual(open().failures, []);
  say('a', ['b'], 'INFO', { delivery_status: { b: false } });
  say('a', ['b'], 'INFO', { delivery_status: { b: false }, timestamp: now - DAY });
  assert.deepEqual(
    open().failures.map(({ seqs, since }) => [seqs, since]),
    [[[3], now]],
  );
});

test('feed(): without statuses by name, a message that no one got failed for all; a partial one is not evidence', () => {
  say('a', ['b', 'c'], 'INFO', { success_count: 0, failure_count: 2 });
  say('a', ['d', 'e'], 'INFO', { success_count: 1, failure_count: 1 });
  assert.deepEqual(
    open().failures.map(({ recipient }) => recipient),
    ['b', 'c'],
  );
});

test('feed(): the places of messages that ask for an acknowledgement', () => {
  say('a', ['b'], 'INFO', { content: '[REQUIRES-ACK] Read this' });
  say('a', ['b'], 'INFO', { requires_ack: true });
  say('a', ['b'], 'INFO');
  assert.deepEqual(open().awaiting, [
    ['id-1', 1, []],
    ['id-2', 2, []],
  ]);
});

describe('awaited acknowledgements', () => {
  const want = (recipients: string[] = ['b']) => say('a', recipients, 'INFO', { content: '[REQUIRES-ACK] Read this' });
  const answered = () => open().awaiting[0]?.[2];

  test('feed(): answered by a message of the recipient to the sender and at most two others', () => {
    want(['b', 'c']);
    say('b', ['all'], 'INFO');
    say('b', ['a', 'c', 'd', 'e'], 'INFO');
    say('b', ['a'], 'QUESTION');
    say('b', ['a'], 'INFO', { content: '[RETRY-1] [REQUIRES-ACK] mine' });
    say('d', ['a'], 'INFO');
    assert.deepEqual(answered(), []);
    say('c', ['d', 'a'], 'INFO');
    assert.deepEqual(answered(), ['c']);
    say('b', ['a'], 'INFO');
    assert.deepEqual(answered(), ['c', 'b']);
  });

  test('feed(): answered in the thread, of the message or of a retry, or by quoting the whole id', () => {
    const id = want();
    say('b', ['c'], 'QUESTION', { parent_msg_id: id });
    assert.deepEqual(answered(), ['b']);
    unresolved = newTracker();
    const other = want();
    say('b', ['all'], 'INFO', { content: `ACK of ${other}0 and id` });
    assert.deepEqual(answered(), []);
    say('b', ['all'], 'INFO', { content: `ACK of "${other}".` });
    assert.deepEqual(answered(), ['b']);
    unresolved = newTracker();
    want();
    const retry = say('a', ['b'], 'INFO', { content: '[RETRY-1] [REQUIRES-ACK] Read this' });
    say('b', ['c'], 'INFO', { parent_msg_id: retry });
    assert.deepEqual(answered(), ['b']);
  });

  test('feed(): earlier messages do not count', () => {
    say('b', ['a'], 'INFO');
    want();
    assert.deepEqual(answered(), []);
  });
});

test('feed(): at most 1,000 of each are kept; dropped ones are counted until they would be too old', () => {
  for (let index = 0; index < MAX_KEPT + 5; index++) {
    say('a', ['b'], 'QUESTION', { delivery_status: { [`r${index}`]: false } });
  }
  const { questions, failures, cut } = open();
  assert.deepEqual([questions.length, failures.length, cut], [MAX_KEPT, MAX_KEPT, 10]);
  assert.deepEqual(questions[0]?.seqs, [6]);
  now += DAY + 1;
  assert.deepEqual([open().questions.length, open().cut], [0, 0]);
});

test('changes(): null if nothing changed', () => {
  assert.deepEqual(unresolved.changes('e'), { epoch: 'e', questions: [], failures: [], awaiting: [], cut: 0 });
  assert.equal(unresolved.changes('e'), null);
  say('a', ['b'], 'INFO');
  assert.equal(unresolved.changes('e'), null);
  say('a', ['b'], 'QUESTION');
  assert.ok(unresolved.changes('e'));
  assert.equal(unresolved.changes('e'), null);
});

test('restore(): the same result as feeding every message, whatever the messages', () => {
  const name = fc.constantFrom('a', 'b', 'c', 'all');
  const message = fc.record({
    sender: fc.constantFrom('a', 'b', 'c'),
    recipients: fc.uniqueArray(name, { maxLength: 3 }),
    msg_type: fc.constantFrom('QUESTION', 'BLOCKED', 'INFO'),
    content: fc.constantFrom('one', '[RETRY-1] one', '[REQUIRES-ACK] two', '[UNACKNOWLEDGED] two'),
    msg_id: fc.constantFrom('x', 'y', 'z', undefined),
    parent_msg_id: fc.constantFrom('x', 'y', undefined),
    delivery_status: fc.option(fc.dictionary(name, fc.boolean()), { nil: undefined }),
    later: fc.constantFrom(0, MINUTE, 20 * MINUTE, DAY / 2),
  });
  fc.assert(
    fc.property(fc.array(message, { maxLength: 20 }), fc.nat({ max: 20 }), (said, saveAt) => {
      unresolved = newTracker();
      let other = newTracker();
      for (const [index, { later, ...fields }] of said.entries()) {
        now += later;
        if (index === saveAt) {
          other = newTracker();
          other.restore(JSON.parse(JSON.stringify(unresolved.save())));
        }
        for (const one of [unresolved, other]) one.feed(index + 1, { ...fields, timestamp: now });
      }
      assert.deepEqual(other.changes('e'), unresolved.changes('e'));
      assert.deepEqual(other.save(), unresolved.save());
    }),
  );
});

test('feed(): the same result as a search of all messages for each question, whatever the messages', () => {
  const name = fc.constantFrom('a', 'b', 'c', 'all');
  const message = fc.record({
    sender: fc.constantFrom('a', 'b', 'c'),
    recipients: fc.uniqueArray(name, { maxLength: 3 }),
    asks: fc.boolean(),
    parent: fc.option(fc.nat({ max: 15 }), { nil: undefined }),
  });
  fc.assert(
    fc.property(fc.array(message, { maxLength: 16 }), (said) => {
      unresolved = newTracker();
      seq = 0;
      for (const { sender, recipients, asks, parent } of said) {
        const parent_msg_id = parent === undefined ? undefined : `id-${parent + 1}`;
        say(sender, recipients, asks ? 'QUESTION' : 'INFO', { parent_msg_id });
      }
      const unanswered = said.flatMap(({ sender, recipients, asks }, index) => {
        const asked = recipients.filter((one) => one !== sender);
        const answered = said.slice(index + 1).some((later) => {
          if (later.sender === sender) return false;
          if (later.parent === index) return true;
          const toAsker = later.recipients.includes(sender) && !later.recipients.includes('all') && !later.asks;
          return toAsker && (asked.length === 0 || asked.includes('all') || asked.includes(later.sender));
        });
        return asks && !answered ? [index + 1] : [];
      });
      assert.deepEqual(
        open().questions.map(({ seqs }) => seqs[0]),
        unanswered,
      );
    }),
  );
});

test('feed(): fields of any type cause no fault', () => {
  fc.assert(
    fc.property(fc.array(fc.dictionary(fc.constantFrom(...FIELDS), fc.jsonValue()), { maxLength: 10 }), (lines) => {
      for (const fields of lines) unresolved.feed(++seq, { msg_type: 'QUESTION', timestamp: now, ...fields });
      structuredClone(open());
    }),
  );
});

const FIELDS = ['sender', 'recipients', 'content', 'msg_id', 'parent_msg_id', 'delivery_status', 'failure_count'];
