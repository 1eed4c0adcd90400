import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ConfigError, parseConfig } from '../config/config';
import { UNKNOWN_ATTENTION_FACTS } from '../contract/defaults';
import type { AttentionEntry } from '../contract/schemas';
import { CurrentReceivers } from './current-receivers';
import { type AlertRule, sourceName, wants } from './rule';

const folder = mkdtempSync(join(tmpdir(), 'receivers-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, 'alerts.yaml');

function read(text: string, variables: Record<string, string> = {}) {
  writeFileSync(file, text);
  const config = parseConfig({ ALERTS_FILE: file, ALERT_SECRET: 'all' });
  return new CurrentReceivers(config, (name) => variables[name] ?? null).all;
}

function faults(text: string, variables: Record<string, string>): string[] {
  try {
    read(text, variables);
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.faults.map((fault) => fault.replace(`ALERTS_FILE ${file}`, 'FILE'));
  }
  return [];
}

test('a file names receivers, in YAML or JSON; what it leaves out has a default', () => {
  const [ops, chat] = read(
    `receivers:
  - { name: ops, url: 'https://ops.example/hook', secret_env: OPS, kinds: [lock_stale], limit_per_minute: 5 }
  - name: chat
    url_env: CHAT
    format: slack
    severity: critical
    resolved: false
    minimum_age_seconds: 60
    timeout_seconds: 2
`,
    { OPS: 'own', CHAT: 'https://chat.example/x' },
  );
  assert.deepEqual(ops, {
    rule: {
      ...{ name: 'ops', kinds: ['lock_stale'], severity: 'notice', minimumAgeMs: 5000, resolved: true },
      limitPerMinute: 5,
    },
    ...{ url: 'https://ops.example/hook', format: 'json', secret: 'own', timeoutMs: 10_000 },
  });
  assert.deepEqual(chat, {
    rule: {
      ...{ name: 'chat', kinds: null, severity: 'critical', minimumAgeMs: 60_000, resolved: false },
      limitPerMinute: 20,
    },
    ...{ url: 'https://chat.example/x', format: 'slack', secret: 'all', timeoutMs: 2000 },
  });
  assert.equal(read('{"receivers": [{"name": "a", "url": "http://a.example"}]}').length, 1);
  assert.deepEqual(read('receivers: []'), []);
});

test('the file is read again: a faulty one, or none, changes nothing', () => {
  const named = (...names: string[]) =>
    `receivers: [${names.map((name) => `{name: ${name}, url: 'https://a.example/'}`).join(', ')}]`;
  writeFileSync(file, named('a'));
  const settings = { ALERTS_FILE: file, ALERT_WEBHOOKS: 'https://hook.example/' };
  const receivers = new CurrentReceivers(parseConfig(settings));
  const refresh = (text: string | null) => {
    if (text === null) rmSync(file);
    else writeFileSync(file, text);
    const changed = receivers.refresh();
    return [changed, receivers.all.slice(1).map(({ rule }) => rule.name), receivers.fault];
  };
  assert.deepEqual(refresh(named('a', 'b')), [true, ['a', 'b'], null]);
  const before = receivers.all;
  const ending = 'Whoever it named before is told as before.';
  const broken = `ALERTS_FILE ${file}, receivers: Invalid input: expected array, received null; correct it. ${ending}`;
  assert.deepEqual(refresh('receivers:'), [false, ['a', 'b'], broken]);
  assert.deepEqual(refresh(null), [false, ['a', 'b'], `ALERTS_FILE ${file} is missing. ${ending}`]);
  assert.equal(receivers.all, before);
  assert.deepEqual(refresh(named('b')), [true, ['b'], null]);
  assert.deepEqual(refresh('receivers: []'), [true, [], null]);
});

test('addresses alone are receivers of everything from warning up; their names say the host and keep the path', () => {
  const { all: receivers } = new CurrentReceivers(
    parseConfig({ ALERT_WEBHOOKS: 'https://a.example/T/one, https://a.example/T/two,https://a.example/T/one' }),
  );
  assert.equal(receivers.length, 2);
  const [one] = receivers;
  assert.match(one?.rule.name ?? '', /^a\.example-[0-9a-f]{6}$/);
  assert.deepEqual([one?.rule.severity, one?.rule.kinds, one?.secret], ['warning', null, null]);
});

test('every fault names the place and what is wrong, never an address or a secret', () => {
  const url = 'https://hooks.example/T/SECRET';
  const cases: [text: string, ...faults: RegExp[]][] = [
    ['', /^FILE: .*expected object.*; correct it\.$/],
    ['receivers:', /^FILE, receivers: .*expected array.*; correct it\.$/],
    [`receivers: [{name: a, url: 'ftp://x/SECRET'}]`, /^FILE, receivers\[0\]\.url: must be a URL that starts/],
    [`receivers: [{name: a, url: 'https://u:SECRET@x/'}]`, /\.url: .*holds no credentials/],
    ['receivers: [{name: a}]', /^FILE, receivers\[0\]: must have url or url_env/],
    [`receivers: [{name: a, url: '${url}', kind: [agent_dead]}]`, /receivers\[0\]: .*"kind"/],
    [`receivers: [{name: a, url: '${url}', kinds: [agent_ded]}]`, /receivers\[0\]\.kinds\[0\]: .*"agent_dead"/],
    [`receivers: [{name: a, url: '${url}', limit_per_minute: 0}]`, /receivers\[0\]\.limit_per_minute: /],
    [`receivers: [{name: a, url: '${url}', secret_env: NO}]`, /secret_env: the environment variable NO is not set/],
    [`receivers: [{name: a, url: '${url}', secret: ''}]`, /^FILE, receivers\[0\]\.secret: must not be empty; correct/],
    [`receivers: [{name: a, url: '${url}', secret: whsec_SECRET!}]`, /receivers\[0\]\.secret: begins with whsec_ and/],
    [`receivers: [{name: a, url: '${url}', secret_env: BAD}]`, /\[0\]\.secret_env: the variable's value begins with/],
    [`receivers: [{name: a, url: '${url}'}, {name: a, url: '${url}'}]`, /receivers\[1\]\.name: .*the same name/],
    [`receivers:\n  - name: a\n    url: "${url}\n`, /^FILE, line \d: /],
    ['receivers: [{name: a, url: *SECRET}]', /^FILE: an alias leads nowhere, .*; correct it\.$/],
  ];
  for (const [text, ...expected] of cases) {
    const found = faults(text, { BAD: 'whsec_SECRET!' });
    assert.equal(found.length, expected.length, `${text} gave ${found}`);
    for (const [index, fault] of found.entries()) {
      assert.match(fault, expected[index] as RegExp);
      assert.doesNotMatch(fault, /SECRET/);
    }
  }
  rmSync(file);
  assert.throws(
    () => new CurrentReceivers(parseConfig({ ALERTS_FILE: file })),
    /^ConfigError: ALERTS_FILE \S+ is missing\.$/,
  );
  assert.throws(
    () => new CurrentReceivers(parseConfig({ ALERT_SECRET: 'whsec_SECRET!' })),
    /^ConfigError: The environment variable ALERT_SECRET begins with whsec_ .*(?<!SECRET!.*); correct or unset it\.$/,
  );
});

test('rules: kinds, the least severity, and never that alerts fail', () => {
  const rule: AlertRule = {
    ...{ name: 'a', kinds: null, severity: 'warning', minimumAgeMs: 0, resolved: true, limitPerMinute: 1 },
  };
  const evidence = { agents: [], locks: [], messages: [], sources: [] };
  const entry: AttentionEntry = {
    ...UNKNOWN_ATTENTION_FACTS,
    ...{ id: 'x', kind: 'lock_overlap', severity: 'warning', since: '', subject: 'a', reason: '', evidence },
  };
  assert.equal(wants(rule, entry), true);
  assert.equal(wants(rule, { ...entry, severity: 'critical' }), true);
  assert.equal(wants(rule, { ...entry, severity: 'notice' }), false);
  assert.equal(wants({ ...rule, kinds: ['agent_dead'] }, entry), false);
  const failing: AttentionEntry = { ...entry, kind: 'source_unreadable', subject: sourceName('ops') };
  assert.equal(wants(rule, failing), false);
  assert.equal(wants(rule, { ...failing, subject: 'registry' }), true);
});
