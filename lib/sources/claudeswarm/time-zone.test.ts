import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { tzOffset } from '@date-fns/tz';
import { readInstant } from './naive-time';
import { decideZone, resolveZone } from './time-zone';

const NOW = Date.parse('2026-02-03T12:00:00Z');

/** Decides on a system whose C library has a zone that JavaScript takes for `named`. */
function decide(named: string | undefined, tz: string | undefined, offset: (at: number) => number) {
  return decideZone({ configured: null, tz, named, now: NOW, offsetsAt: (instants) => instants.map(offset) });
}

const inBerlin = (at: number) => tzOffset('Europe/Berlin', new Date(at));

test('decideZone(): uses a name that fits the clock of the system all year', () => {
  const fine = { zone: 'Europe/Berlin', origin: 'TZ', notice: null };
  assert.deepEqual(decide('Europe/Berlin', 'Europe/Berlin', inBerlin), fine);
  assert.deepEqual(decide(undefined, '/usr/share/zoneinfo/Europe/Berlin', inBerlin), fine);
  assert.deepEqual(decide('UTC', ':/usr/share/zoneinfo/Europe/Berlin', inBerlin), fine);
});

test('decideZone(): where the name and the clock disagree, now or half a year off, the clock counts and a notice says so', () => {
  const rules = decide('UTC', 'CET-1CEST,M3.5.0,M10.5.0/3', inBerlin);
  assert.equal(rules.zone, 'Europe/Berlin');
  assert.match(rules.notice ?? '', /CET-1CEST.*Europe\/Berlin.*Set SWARM_TZ/);
  const winterOnly = decide('Africa/Lagos', undefined, inBerlin);
  assert.deepEqual([winterOnly.zone, winterOnly.origin], ['Europe/Berlin', 'system']);
  assert.match(winterOnly.notice ?? '', /Set SWARM_TZ/);
});

test('decideZone(): an unusable name gives the offset of the clock', () => {
  assert.deepEqual(
    decide('Etc/Unknown', '', () => 0),
    { zone: 'UTC', origin: 'TZ', notice: null },
  );
  assert.equal(decide('GMT+02:00', 'GMT+2', () => -120).zone, 'Etc/GMT+2');
  const odd = decide(undefined, 'XXX-5:37', () => 337);
  assert.equal(odd.zone, 'UTC+05:37');
  assert.equal(readInstant('2026-02-03T05:37:00', odd.zone)?.iso, '2026-02-03T00:00:00+00:00');
  assert.equal(readInstant('2026-02-03T00:00:00', 'UTC-05:30')?.iso, '2026-02-03T05:30:00+00:00');
});

test('resolveZone(): a setting is used as it is', () => {
  assert.deepEqual(resolveZone('Asia/Tokyo'), { zone: 'Asia/Tokyo', origin: 'setting', notice: null });
});

test('resolveZone(): reads times as the system writes them, for every form of TZ', () => {
  const forms = ['Europe/Berlin', ':Europe/Berlin', '', 'GMT+2', 'UTC-2', 'IST-5:30', 'CET-1CEST,M3.5.0,M10.5.0/3'];
  const script = `
    import { readInstant } from ${JSON.stringify(new URL('./naive-time.ts', import.meta.url).href)};
    import { execFileSync } from 'node:child_process';
    for (const at of ['@1770120000', '@1785672000']) {
      const local = execFileSync('date', ['-d', at, '+%Y-%m-%dT%H:%M:%S'], { encoding: 'utf8' }).trim();
      console.log(\`@\${readInstant(local).milliseconds / 1000}\`);
    }`;
  for (const TZ of forms) {
    const said = execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      env: { ...process.env, TZ },
      encoding: 'utf8',
    });
    assert.equal(said, '@1770120000\n@1785672000\n', `TZ=${JSON.stringify(TZ)}`);
  }
});
