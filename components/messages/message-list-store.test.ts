import assert from 'node:assert/strict';
import { beforeEach, describe, it, mock } from 'node:test';
import fc from 'fast-check';
import { type MessageChoice, NO_CHOICE } from '@/lib/client/message-filter';
import { formatCursor } from '@/lib/contract/events';
import { EPOCH, EVEN, input, listOf, range, SEARCH, stream, TAIL } from '../../test/support/message-list';
import { MAX_HELD } from './message-window';

describe('MessageListStore', () => {
  beforeEach(() => {
    mock.timers.reset();
    mock.timers.enable({ apis: ['setTimeout'] });
  });

  describe('view() and accept()', () => {
    it('the list follows the stream: each message once, in order, without a read', () => {
      const { show, seqs, view, reads } = listOf(input(5));
      assert.deepEqual(seqs(), range(1, 5));
      show(input(8));
      show(input(8));
      show(input(12));
      assert.deepEqual(seqs(), range(1, 12));
      assert.deepEqual([view().following, view().loading, reads.length], [true, false, 0]);
    });

    it('view(): changes nothing, so an abandoned render leaves no trace', () => {
      const { store, show, seqs } = listOf(input(5));
      store.pause();
      const paused = seqs();
      assert.equal(store.view(input(9, { choice: EVEN })).following, true);
      assert.deepEqual(seqs(), paused);
      assert.equal(store.view(input(5)).following, false, 'the position of the reader is kept');
      show(input(9, { choice: EVEN }));
      assert.deepEqual(seqs(), [2, 4, 6, 8]);
    });

    it('view(): the read of one filter does not show as the loading of another', () => {
      const { store } = listOf(input(300));
      store.loadOlder();
      assert.equal(store.view(input(300)).loading, true);
      assert.equal(store.view(input(300, { choice: EVEN })).loading, false);
    });

    it('accept(): keeps the objects of view() and does not notify listeners of them', () => {
      const { store } = listOf(input(5));
      const before = store.version();
      const next = input(7);
      const drawn = store.view(next).window;
      store.accept(next);
      assert.equal(store.version(), before);
      assert.equal(store.view(next).window, drawn);
    });

    it('accept(): another history replaces the window', () => {
      const { show, view, seqs } = listOf(input(5));
      show(stream(3, TAIL, 'other'));
      assert.equal(view().window?.epoch, 'other');
      assert.deepEqual(seqs(), [1, 2, 3]);
    });

    it('accept(): a gap to the stream replaces an unfiltered window; with a filter the gap is read', async () => {
      const { show, seqs, reads } = listOf(input(5));
      show(input(100));
      assert.deepEqual(seqs(), range(91, 100));
      assert.equal(reads.length, 0);

      const filtered = listOf(input(6, { choice: EVEN }));
      filtered.show(input(100, { choice: EVEN }));
      assert.deepEqual(filtered.seqs(), [2, 4, 6], 'no gap meanwhile');
      mock.timers.tick(250);
      assert.deepEqual(filtered.last().place, { after: 'e.6' });
      await filtered.last().answer(100);
      assert.deepEqual(
        filtered.seqs(),
        range(1, 50).map((half) => half * 2),
      );
    });
  });

  describe('subscribe()', () => {
    it('subscribe(): notifies once per change, not without a change, and not after the end', () => {
      const { store } = listOf(input(5));
      const versions: number[] = [];
      const end = store.subscribe(() => versions.push(store.version()));
      store.pause();
      store.pause();
      store.see(3);
      assert.deepEqual(versions, [1]);
      store.follow();
      end();
      store.pause();
      assert.deepEqual(versions, [1, 2]);
    });
  });

  describe('pause() and follow()', () => {
    it('pause(): the window stays, and new messages are counted', () => {
      const { store, show, view, seqs } = listOf(input(5));
      store.pause();
      show(input(9));
      assert.deepEqual(seqs(), range(1, 5));
      assert.deepEqual(view().unseen, { count: 4, atLeast: false });
      assert.equal(view().pending, 4);
      show(input(100));
      assert.deepEqual(view().unseen, { count: TAIL, atLeast: true }, 'the stream no longer has all of them');
    });

    it('see(): counts from the newest message seen, never from an older one', () => {
      const { store, show, view } = listOf(input(5));
      store.pause();
      show(input(9));
      store.see(7);
      store.see(2);
      assert.equal(view().unseen.count, 2);
    });

    it('follow(): joins the messages that arrived meanwhile, and a later pause keeps them', () => {
      const { store, show, view, seqs } = listOf(input(5));
      store.pause();
      show(input(9));
      store.follow();
      assert.deepEqual([seqs(), view().unseen.count, view().target], [range(1, 9), 0, null]);
      store.pause();
      assert.deepEqual(seqs(), range(1, 9));
    });

    it('follow(): starts again from the stream if the window does not reach it', async () => {
      const { store, view, seqs, last } = listOf(input(1000, { pointedAt: 'e.300' }));
      await last().answer(1000);
      assert.deepEqual([view().following, view().target, seqs()?.length], [false, { seq: 300 }, 200]);
      store.follow();
      assert.deepEqual([view().following, seqs()], [true, range(991, 1000)]);
    });
  });

  describe('loadOlder() and loadNewer()', () => {
    it('loadOlder(): joins page after page, back to the first message', async () => {
      const { store, view, seqs, reads, last } = listOf(input(300));
      store.loadOlder();
      assert.deepEqual([last().place, view().loading], [{ before: 'e.291' }, true]);
      await last().answer(300);
      store.loadOlder();
      await last().answer(300);
      assert.deepEqual([seqs(), view().window?.first, view().loading], [range(1, 300), true, false]);
      store.loadOlder();
      assert.equal(reads.length, 2, 'there is nothing before the first');
    });

    it('loadOlder(): one read at a time', () => {
      const { store, reads } = listOf(input(300));
      store.loadOlder();
      store.loadOlder();
      store.loadNewer();
      assert.equal(reads.length, 1);
    });

    it('loadOlder(): a page for an end that the window has dropped meanwhile is not joined', async () => {
      const first = input(2000, stream(2000, MAX_HELD));
      const { store, show, seqs, last } = listOf(first);
      store.loadOlder();
      show(input(2005));
      await last().answer(2005);
      assert.deepEqual(seqs(), range(806, 2005));
    });

    it('loadNewer(): takes messages from the stream where possible, and reads the rest', async () => {
      const { store, show, seqs, reads, last } = listOf(input(5));
      store.pause();
      show(input(9));
      store.loadNewer();
      assert.deepEqual([seqs(), reads.length], [range(1, 9), 0]);
      show(input(100));
      store.loadNewer();
      await last().answer(100);
      assert.deepEqual(seqs(), range(1, 100));
    });

    it('loadNewer(): a page for another history is not joined', async () => {
      const { store, show, view, last } = listOf(input(5));
      store.pause();
      show(stream(100));
      store.loadNewer();
      show(stream(3, TAIL, 'other'));
      store.follow();
      const { window } = view();
      await last().answer(100);
      assert.equal(view().window, window);
    });

    it('loadNewer(): the newest page does not replace a window that the stream has filled meanwhile', async () => {
      const { store, show, view, last } = listOf(input(0, { messages: [], lastEventId: null }));
      store.loadNewer();
      assert.equal(last().place, null);
      show(stream(12));
      const { window } = view();
      await last().answer(12);
      assert.equal(view().window, window);
    });

    it('loadNewer(): starts again at the newest if the server no longer keeps the place', async () => {
      const { store, show, view, seqs, last } = listOf(input(6, { choice: EVEN }));
      store.pause();
      show(input(100, { choice: EVEN }));
      store.loadNewer();
      await last().fail(410);
      assert.deepEqual([view().following, view().error, seqs()], [true, null, [92, 94, 96, 98, 100]]);
    });
  });

  describe('goToFirst()', () => {
    it('goToFirst(): shows the first message kept, and aborts another read', async () => {
      const { store, view, seqs, reads, last } = listOf(input(1000));
      store.loadOlder();
      const older = last();
      store.goToFirst();
      assert.deepEqual([older.signal?.aborted, last().place], [true, 'first']);
      await last().answer(1000);
      assert.deepEqual([seqs(), view().target, view().following], [range(1, 200), { seq: 1 }, false]);
      store.goToFirst();
      assert.equal(reads.length, 2, 'it is in the window');
    });
  });

  describe('stop()', () => {
    it('stop(): ends the read and the timer; a later accept() starts again', async () => {
      const { store, show, reads, last } = listOf(input(1000, { pointedAt: 'e.500' }));
      store.stop();
      assert.ok(last().signal?.aborted);
      show(input(1000, { pointedAt: 'e.500' }));
      assert.equal(reads.length, 2);

      const search = listOf(input(6, { choice: SEARCH }));
      search.store.stop();
      mock.timers.tick(10_000);
      assert.equal(search.reads.length, 0);
      search.show(input(6, { choice: SEARCH }));
      mock.timers.tick(0);
      assert.equal(search.reads.length, 1);
    });
  });

  it('in any order of events: the window has each matching message between its ends once, and no other', async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('grow'), by: fc.integer({ min: 1, max: 30 }) }),
      fc.record({ kind: fc.constant('point'), by: fc.integer({ min: 1, max: 400 }) }),
      fc.record({ kind: fc.constantFrom('all', 'even', 'search', 'stop'), by: fc.constant(0) }),
      fc.record({ kind: fc.constantFrom('older', 'newer', 'first', 'pause', 'follow'), by: fc.constant(0) }),
      fc.record({ kind: fc.constantFrom('answer', 'fail', 'gone', 'tick'), by: fc.constant(0) }),
    );
    const run = async (steps: readonly { kind: string; by: number }[]) => {
      mock.timers.reset();
      mock.timers.enable({ apis: ['setTimeout'] });
      let head = 300;
      let choice: MessageChoice = NO_CHOICE;
      const { store, show, view, reads } = listOf(input(head));
      const choose = (next: MessageChoice) => {
        choice = next;
        show({ choice });
      };
      const actions: Record<string, (by: number) => Promise<void> | void> = {
        grow: (by) => {
          head += by;
          show(stream(head));
        },
        point: (by) => show({ pointedAt: formatCursor(EPOCH, by) }),
        all: () => choose(NO_CHOICE),
        even: () => choose(EVEN),
        search: () => choose(SEARCH),
        stop: () => {
          store.stop();
          show({});
        },
        older: () => store.loadOlder(),
        newer: () => store.loadNewer(),
        first: () => store.goToFirst(),
        pause: () => store.pause(),
        follow: () => store.follow(),
        answer: () => reads.at(-1)?.answer(head),
        fail: () => reads.at(-1)?.fail(null),
        gone: () => reads.at(-1)?.fail(410),
        tick: () => mock.timers.tick(3000),
      };
      for (const { kind, by } of steps) {
        await actions[kind]?.(by);
        const { window } = view();
        if (window === null) continue;
        const between = range(Math.max(1, window.from), window.to);
        assert.ok(window.to <= head);
        assert.deepEqual(
          window.messages.map(({ seq }) => seq),
          between.filter((seq) => choice === NO_CHOICE || seq % 2 === 0),
        );
      }
    };
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 40 }), run), { numRuns: 300 });
  });
});
