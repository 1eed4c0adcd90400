import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  compare,
  compareWithWriters,
  mostInOneSecond,
  type Received,
  tracedContent,
  traceNumber,
  traceOf,
  verdictFaults,
} from './torture-checks';

/** Two writers by turns, with holes in `seq` as the contract allows. */
const HISTORY: Received[] = Array.from({ length: 40 }, (_, index) => ({
  seq: index * 3 + 5,
  trace: traceNumber(index % 2, Math.floor(index / 2)),
}));
const WRITTEN = new Map([
  [0, 20],
  [1, 20],
]);

function changed(change: (messages: Received[]) => void): Received[] {
  const messages = [...HISTORY];
  change(messages);
  return messages;
}

const PLANTED: [name: string, change: (messages: Received[]) => void, fault: string][] = [
  ['a loss', (messages) => messages.splice(7, 1), '1 lost'],
  ['a loss at the end', (messages) => messages.pop(), '1 lost'],
  ['a repeat', (messages) => messages.splice(9, 0, messages[8] as Received), '1 repeated'],
  ['a late repeat', (messages) => messages.push(messages[8] as Received), '1 repeated'],
  ['an exchange', (messages) => messages.splice(11, 0, ...messages.splice(12, 1)), '1 misordered'],
];

describe('checks', () => {
  it('find nothing in what is right', () => {
    assert.equal(verdictFaults(compareWithWriters(HISTORY, WRITTEN)), null);
    assert.equal(verdictFaults(compare(HISTORY, HISTORY)), null);
    assert.equal(verdictFaults(compare(HISTORY.slice(13), HISTORY)), null);
  });

  for (const [name, change, fault] of PLANTED) {
    it(`find ${name} at a client and in the history`, () => {
      const received = changed(change);
      assert.equal(verdictFaults(compare(received, HISTORY)), fault);
      assert.equal(verdictFaults(compareWithWriters(received, WRITTEN)), fault);
    });
  }

  it('find one writer’s messages exchanged, even where seq rises', () => {
    const received = HISTORY.map(({ seq }, index) => ({
      seq,
      trace: (HISTORY[index === 10 ? 12 : index === 12 ? 10 : index] as Received).trace,
    }));
    assert.equal(verdictFaults(compareWithWriters(received, WRITTEN)), '1 misordered');
    assert.equal(verdictFaults(compare(received, HISTORY)), '2 foreign');
  });

  it('find what nobody wrote', () => {
    assert.equal(verdictFaults(compareWithWriters([...HISTORY, { seq: 999, trace: -1 }], WRITTEN)), '1 foreign');
    assert.equal(
      verdictFaults(compareWithWriters([...HISTORY, { seq: 999, trace: traceNumber(0, 20) }], WRITTEN)),
      '1 foreign',
    );
  });

  it('count the most instants within a second', () => {
    assert.equal(mostInOneSecond([0, 100, 200, 900, 999, 1000, 1001, 3000]), 6);
    assert.equal(mostInOneSecond([]), 0);
  });

  it('read back what a content says', () => {
    assert.equal(traceOf(tracedContent(3, 123, 'text')), traceNumber(3, 123));
    assert.equal(traceOf('w3-12 text'), -1);
    assert.equal(traceOf(null), -1);
  });
});
