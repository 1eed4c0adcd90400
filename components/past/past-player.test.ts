import assert from 'node:assert/strict';
import { beforeEach, describe, it, mock } from 'node:test';
import { formatMoment } from '@/lib/client/moments';
import type { PastState } from '@/lib/contract/past-schemas';
import { NOW as LIVE, PastPlayer } from './past-player';

const NOW = Date.parse('2026-03-01T12:00:00Z');

interface Asked {
  at: string;
  signal: AbortSignal;
  answer: (state?: Partial<PastState>) => Promise<void>;
  fail: (sentence: string) => Promise<void>;
}

let asked: Asked[];
let written: [at: string | null, push: boolean][];

function player(options: { recorded?: boolean; address?: string | null } = {}): PastPlayer {
  asked = [];
  written = [];
  return new PastPlayer({
    read: (at, signal) => {
      let resolve: (state: PastState) => void = () => {};
      let reject: (error: Error) => void = () => {};
      const promise = new Promise<PastState>((onAnswer, onFault) => {
        resolve = onAnswer;
        reject = onFault;
      });
      const settled = async () => {
        await promise.catch(() => {});
        await Promise.resolve();
      };
      asked.push({
        at,
        signal,
        answer: (state = {}) => {
          resolve({ at, ...state } as PastState);
          return settled();
        },
        fail: (sentence) => {
          reject(new Error(sentence));
          return settled();
        },
      });
      return promise;
    },
    write: (at, push) => void written.push([at, push]),
    now: () => NOW,
    recorded: options.recorded ?? false,
    first: LIVE,
    address: options.address ?? null,
  });
}

const last = () => asked.at(-1) as Asked;
const at = (back: number) => formatMoment(NOW - back);

describe('PastPlayer', () => {
  beforeEach(() => {
    mock.timers.reset();
    mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
  });

  it('goTo(): requests the first moment at once, and pushes it to the address', async () => {
    const past = player();
    past.goTo(NOW - 60_000);
    assert.deepEqual(written, [[at(60_000), true]]);
    await last().answer();
    assert.equal(past.view().shown?.at, at(60_000));
  });

  it('goTo(): requests only the newest of many moves, and aborts an outdated request', async () => {
    const past = player();
    past.goTo(NOW - 60_000);
    await last().answer();
    for (let back = 59_000; back > 40_000; back -= 1000) past.goTo(NOW - back);
    mock.timers.tick(100);
    assert.equal(asked.length, 2);
    assert.equal(last().at, at(41_000));
    const stale = last();
    past.goTo(NOW - 5000);
    mock.timers.tick(100);
    assert.ok(stale.signal.aborted);
    await stale.answer();
    assert.equal(past.view().shown?.at, at(60_000), 'an aborted answer is not shown');
    await last().answer();
    assert.equal(past.view().shown?.at, at(5000));
  });

  it('step(): replaces the address while sliding, rarely enough for every browser', () => {
    const past = player();
    past.goTo(NOW - 60_000);
    for (let count = 1; count <= 20; count++) {
      past.step(1000);
      mock.timers.tick(100);
    }
    mock.timers.tick(500);
    assert.deepEqual(written[0], [at(60_000), true]);
    assert.ok(written.length <= 6, `${written.length} changes of the address`);
    assert.deepEqual(written.at(-1), [at(40_000), false]);
  });

  it('follow(): follows the address, but not its own writes', async () => {
    const past = player();
    past.goTo(NOW - 60_000);
    past.step(-1000);
    past.follow(at(60_000));
    assert.equal(past.view().wanted, NOW - 61_000, 'its own older address does not move it back');
    past.follow(at(3_600_000));
    assert.equal(last().at, at(3_600_000));
    past.follow(null);
    assert.deepEqual(past.view(), LIVE);
  });

  it('follow(): refuses invalid and future times; dismiss() clears the refusal', () => {
    const past = player({ address: 'soon' });
    past.follow('yesterday');
    assert.deepEqual(past.view(), { ...LIVE, refused: 'malformed' });
    past.follow(formatMoment(NOW + 60_000));
    assert.equal(past.view().refused, 'future');
    past.dismiss();
    assert.deepEqual(written, [[null, false]]);
    assert.deepEqual(past.view(), LIVE);
  });

  it('back(): returns at once, even during a request', async () => {
    const past = player();
    past.goTo(NOW - 60_000);
    const question = last();
    past.back();
    assert.deepEqual(past.view(), LIVE);
    assert.ok(question.signal.aborted);
    assert.deepEqual(written.at(-1), [null, true]);
    await question.answer();
    assert.deepEqual(past.view(), LIVE);
  });

  it('goTo(): keeps the shown state and reports the reason if a moment cannot be read', async () => {
    const past = player();
    past.goTo(NOW - 60_000);
    await last().answer();
    past.step(1000);
    mock.timers.tick(100);
    await last().fail('The server does not answer.');
    assert.equal(past.view().fault, 'The server does not answer.');
    assert.equal(past.view().shown?.at, at(60_000));
    past.step(1000);
    mock.timers.tick(100);
    await last().answer();
    assert.equal(past.view().fault, null);
  });

  it('play(): plays at the given speed, waits for each state, and ends at the present', async (context) => {
    let clock = 0;
    context.mock.method(performance, 'now', () => clock);
    const pass = (milliseconds: number) => {
      clock += milliseconds;
      mock.timers.tick(milliseconds);
    };
    const past = player();
    past.goTo(NOW - 120_000);
    await last().answer();
    past.play(60);
    pass(500);
    assert.equal(past.view().wanted, NOW - 90_000);
    pass(500);
    assert.equal(past.view().wanted, NOW - 90_000, 'it waits while a state is being read');
    await last().answer();
    past.pause();
    pass(5000);
    assert.equal(past.view().wanted, NOW - 90_000);
    past.play(60);
    for (let count = 0; count < 8 && past.view().wanted !== null; count++) {
      pass(500);
      pass(100);
      await last().answer();
    }
    assert.deepEqual(past.view(), LIVE);
  });

  it('back(): goes to the end of an exported time range, which has no present', async () => {
    const past = player({ recorded: true, address: at(1000) });
    past.follow(null);
    assert.equal(past.view().wanted, NOW);
    past.goTo(NOW - 5000);
    past.back();
    assert.equal(past.view().wanted, NOW);
  });
});
