import assert from 'node:assert/strict';
import { beforeEach, describe, it, mock } from 'node:test';
import { EVEN, input, listOf, range, SEARCH } from '../../test/support/message-list';

describe('MessageListStore: reads', () => {
  beforeEach(() => {
    mock.timers.reset();
    mock.timers.enable({ apis: ['setTimeout'] });
  });

  describe('a search', () => {
    it('is read from the server at once, then at most every 250 ms', async () => {
      const { show, view, seqs, reads, last } = listOf(input(6, { choice: SEARCH }));
      assert.deepEqual([view().window, view().loading], [null, true]);
      mock.timers.tick(0);
      assert.deepEqual([last().place, last().choice], [null, 'q=even']);
      await last().answer(6);
      assert.deepEqual([seqs(), view().loading], [[2, 4, 6], false]);
      show(input(7, { choice: SEARCH }));
      mock.timers.tick(200);
      show(input(8, { choice: SEARCH }));
      assert.equal(reads.length, 1);
      mock.timers.tick(50);
      assert.equal(reads.length, 2);
      await last().answer(8);
      assert.deepEqual(seqs(), [2, 4, 6, 8]);
      mock.timers.tick(10_000);
      assert.equal(reads.length, 2, 'nothing more has come');
    });

    it('is also read on while paused, so that new messages can be counted', async () => {
      const { store, show, view, last } = listOf(input(6, { choice: SEARCH }));
      mock.timers.tick(0);
      await last().answer(6);
      store.pause();
      show(input(9, { choice: SEARCH }));
      mock.timers.tick(250);
      await last().answer(9);
      assert.deepEqual(view().unseen, { count: 1, atLeast: false });
      assert.equal(view().following, false);
    });

    it('is retried 3 s after a failure, whose reason is shown until then', async () => {
      const { view, reads, last } = listOf(input(6, { choice: SEARCH }));
      mock.timers.tick(0);
      await last().fail(null);
      assert.equal(view().error?.message, 'It failed.');
      mock.timers.tick(2999);
      assert.equal(reads.length, 1);
      mock.timers.tick(1);
      assert.deepEqual([reads.length, view().error?.message], [2, 'It failed.']);
      await last().answer(6);
      assert.equal(view().error, null);
    });

    it('is not retried if the server refuses the filter', async () => {
      const { show, view, reads, last } = listOf(input(6, { choice: SEARCH }));
      mock.timers.tick(0);
      await last().fail(422);
      show(input(9, { choice: SEARCH }));
      mock.timers.tick(60_000);
      assert.deepEqual([reads.length, view().error?.invalid], [1, true]);
    });
  });

  describe('another filter', () => {
    it('aborts the read of the previous filter, whose page is not joined', async () => {
      const { store, show, view, seqs, last } = listOf(input(300));
      store.loadOlder();
      show(input(300, { choice: EVEN }));
      assert.ok(last().signal?.aborted);
      assert.equal(view().loading, false);
      await last().answer(300);
      assert.deepEqual(seqs(), [292, 294, 296, 298, 300]);
    });

    it('clears the error of the previous filter', async () => {
      const { show, view, last } = listOf(input(6, { choice: SEARCH }));
      mock.timers.tick(0);
      await last().fail(422);
      show(input(6));
      assert.equal(view().error, null);
      show(input(6, { choice: SEARCH }));
      assert.equal(view().error, null);
    });

    it('is read again after its first read was aborted by a filter in between', async () => {
      const { show, view, seqs, reads, last } = listOf(input(6, { choice: SEARCH }));
      mock.timers.tick(0);
      show(input(6));
      show(input(6, { choice: SEARCH }));
      mock.timers.tick(0);
      assert.equal(reads.length, 2);
      await last().answer(6);
      assert.deepEqual([seqs(), view().loading], [[2, 4, 6], false]);
    });
  });

  describe('a message in the address', () => {
    it('is brought into view if the window contains it, and the list stops following', () => {
      const { show, view, reads } = listOf(input(8));
      show(input(8, { pointedAt: 'e.4' }));
      assert.deepEqual([view().target, view().following, reads.length], [{ seq: 4 }, false, 0]);
    });

    it('is read with the messages around it, and aborts another read', async () => {
      const { store, show, view, seqs, last } = listOf(input(1000));
      store.loadOlder();
      const older = last();
      show(input(1000, { pointedAt: 'e.500' }));
      assert.ok(older.signal?.aborted);
      assert.deepEqual(last().place, { around: 'e.500' });
      await last().answer(1000);
      assert.deepEqual([view().target, view().lost, seqs()], [{ seq: 500 }, null, range(400, 599)]);
    });

    it('is looked up once, and again after an address without message or after another filter', async () => {
      const { show, view } = listOf(input(8, { pointedAt: 'e.4' }));
      const { target } = view();
      show(input(9, { pointedAt: 'e.4' }));
      assert.equal(view().target, target);
      show(input(9));
      show(input(9, { pointedAt: 'e.4' }));
      assert.notEqual(view().target, target);
      show(input(9, { pointedAt: 'e.4', choice: EVEN }));
      assert.deepEqual(view().target, { seq: 4 });
    });

    it('is reported as lost with the reason: no cursor, no longer kept, or outside the filter', async () => {
      const { show, view, seqs, last } = listOf(input(8, { pointedAt: 'nonsense' }));
      assert.equal(view().lost, 'malformed');
      show(input(8, { pointedAt: 'old.5' }));
      assert.equal(view().lost, null);
      await last().fail(410);
      assert.deepEqual([view().lost, view().error], ['gone', null]);
      show(input(8, { pointedAt: 'e.5', choice: EVEN }));
      await last().answer(8);
      assert.deepEqual([view().lost, seqs()], ['filtered', [2, 4, 6, 8]]);
      show(input(8, { choice: EVEN }));
      assert.equal(view().lost, null);
    });
  });
});
