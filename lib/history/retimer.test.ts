import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readMicroseconds } from '../sources/claudeswarm/naive-time';
import { History, type Line } from './history';

const folder = mkdtempSync(join(tmpdir(), 'retimer-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const NOW = Date.parse('2026-02-03T12:00:00Z');

function open(file: string, zone: string): History {
  const history = new History(file, { readTime: (timestamp) => readMicroseconds(timestamp, zone) });
  history.enterZone(zone);
  return history;
}

/** One message per minute with a naive time; every seventh has an offset, every eleventh has no time. */
function lines(count: number): Line[] {
  return Array.from({ length: count }, (_, n) => {
    const naive = new Date(NOW - (count - n) * 60_000).toISOString().slice(0, 19);
    const timestamp = n % 11 === 0 ? 'soon' : n % 7 === 0 ? `${naive}+00:00` : naive;
    const fields = {
      ...{ sender: `agent-${n % 3}`, msg_type: n % 2 ? 'INFO' : 'BLOCKED', recipients: ['all'], content: `${n}` },
      ...{ timestamp, failure_count: n % 5 ? 0 : 1 },
    };
    return { text: JSON.stringify(fields), fields };
  });
}

/** Everything that depends on times of sending. */
function timesOf({ db }: History) {
  const all = (sql: string) => db.prepare(sql).all();
  return {
    messages: all('SELECT seq, sent_at FROM messages ORDER BY seq'),
    // The range of seq of a minute may be wider than necessary.
    minutes: all('SELECT minute, count FROM minutes ORDER BY minute'),
    hours: all('SELECT * FROM hours ORDER BY audience, hour, voice'),
    voices: all('SELECT sender, type, count FROM voices ORDER BY sender, type'),
  };
}

test('retime(): a corrected zone gives the same result as the right zone from the start, also after a kill half-way', () => {
  const [corrected, right] = [join(folder, 'corrected.sqlite'), join(folder, 'right.sqlite')];
  const first = open(corrected, 'UTC');
  first.append(lines(5500), '{}', NOW);
  first.close();
  const expected = open(right, 'America/New_York');
  expected.append(lines(5500), '{}', NOW);

  let history = open(corrected, 'America/New_York');
  const newest = history.newest(1)[0]?.json;
  assert.equal(newest, expected.newest(1)[0]?.json, 'the newest messages are right at once');
  assert.equal(history.retime().more, true);
  history.close();
  history = open(corrected, 'America/New_York');
  let steps = 0;
  while (history.retime().more) steps += 1;
  assert.ok(steps > 0 && steps < 6, `${steps} more steps`);
  assert.deepEqual(timesOf(history), timesOf(expected));
  const { minutes, count } = expected.summary(NOW);
  assert.deepEqual([history.summary(NOW).minutes, history.summary(NOW).count], [minutes, count]);
  const span = { limit: 50, filter: { since: NOW - 9 * 3_600_000, until: NOW - 8 * 3_600_000 } };
  assert.deepEqual(history.page(span), expected.page(span));
  assert.deepEqual(history.retime(), { due: false, more: false });
  history.close();
  expected.close();
});

test('enterZone(): returns the previous zone only if it was another one', () => {
  const history = open(join(folder, 'zone.sqlite'), 'UTC');
  assert.equal(history.enterZone('UTC'), null);
  assert.equal(history.enterZone('Asia/Tokyo'), 'UTC');
  history.close();
});
