/** Logs, metrics and probes of the production server: what they contain, and what they must never contain. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { METHODS, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { parse } from 'yaml';
import { connectionsKept } from '../support/hostile-requests';
import { PROJECT, ProductionServer } from '../support/production-server';
import { locate } from '../support/proxies';
import { samples } from '../support/samples';

const MARKER = 'planted-marker';
const AUTHORIZATION = `Basic ${Buffer.from(`anna:${MARKER}-password`).toString('base64')}`;
const DOCS = join(PROJECT, 'docs');

interface Line {
  level: string;
  msg: string;
  request?: string;
  route?: string;
  status?: number;
  reason?: string;
  events?: number;
}

const folder = mkdtempSync(join(tmpdir(), 'operations-'));
const agent = connectionsKept(20);
let server: ProductionServer;
let output = '';

before(async () => {
  const sample = samples().find(({ name }) => name === 'normal-swarm');
  assert.ok(sample);
  const root = join(folder, 'swarm');
  cpSync(sample.root, root, { recursive: true });
  appendFileSync(join(root, 'agent_messages.log'), `{"sender":"${MARKER}","content":"${MARKER}"}\nno JSON ${MARKER}\n`);
  const receiver = { name: 'nobody', url: `http://127.0.0.1:9/${MARKER}`, kinds: ['source_unreadable'] };
  writeFileSync(join(folder, 'alerts.json'), JSON.stringify({ receivers: [receiver] }));
  server = await ProductionServer.started(
    {
      CLAUDESWARM_ROOT: root,
      SWARM_HISTORY: join(folder, 'history.sqlite'),
      DASHBOARD_USERNAME: 'anna',
      DASHBOARD_PASSWORD: `${MARKER}-password`,
      ALERTS_FILE: join(folder, 'alerts.json'),
      LOG_LEVEL: 'debug',
      LOG_FORMAT: 'json',
      LIMIT_READS_PER_MINUTE: '0',
    },
    '127.0.0.1',
    (text) => {
      output += text;
    },
  );
});
after(async () => {
  agent.destroy();
  await server.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
});

interface Answer {
  status: number;
  id: string;
  body: string;
}

function ask(path: string, { method = 'GET', authorization = AUTHORIZATION as string | null } = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { 'X-Request-Id': MARKER, ...(authorization === null ? {} : { authorization }) };
    const call = request({ agent, port: server.port, path, method, headers }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      const id = String(response.headers['x-request-id']);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, id, body }));
    });
    call.on('error', reject);
    call.end();
  });
}

/** Waits for lines of the log that pass the check, and returns those so far. */
async function logged(fits: (line: Line) => boolean): Promise<Line[]> {
  for (;;) {
    const found = lines().filter(fits);
    if (found.length > 0) return found;
    await delay(10);
  }
}

/** Next prints some lines of its own when it starts. */
function lines(): Line[] {
  return output
    .split('\n')
    .filter((line) => line.startsWith('{') && line.endsWith('}'))
    .map((line) => JSON.parse(line) as Line);
}

async function scrape(): Promise<Map<string, number>> {
  const { status, body } = await ask('/metrics');
  assert.equal(status, 200);
  const samplesOf = body.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(samplesOf.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]));
}

async function describedMetrics(): Promise<Map<string, { help: string; kind: string }>> {
  const { body } = await ask('/metrics');
  const helps = [...body.matchAll(/^# HELP (\S+) (.+)\n# TYPE \S+ (\S+)$/gm)];
  return new Map(helps.map(([, name, help, kind]) => [name as string, { help: help as string, kind: kind as string }]));
}

test('probes: alive and ready without credentials; metrics are data and need them', async () => {
  assert.equal((await ask('/health', { authorization: null })).status, 200);
  // The first state may still be on its way.
  while ((await ask('/health?ready', { authorization: null })).status !== 200) await delay(10);
  const refused = await ask('/metrics', { authorization: null });
  assert.equal(refused.status, 401);
  assert.doesNotMatch(refused.body, /claude_swarm/);
  const head = await ask('/metrics', { method: 'HEAD' });
  assert.deepEqual([head.status, head.body], [200, '']);
});

test('metrics: equal the state of the swarm, and a second scrape counts nothing twice', async () => {
  const first = await scrape();
  assert.equal(first.get('claude_swarm_agents{health="unknown"}'), 3);
  assert.equal(first.get('claude_swarm_locks'), 5);
  assert.equal(first.get('claude_swarm_messages_read_total'), 41);
  assert.equal(first.get('claude_swarm_messages_kept'), 41);
  assert.equal(first.get('claude_swarm_log_lines_skipped_total{reason="invalid_json"}'), 1);
  assert.equal(first.get('claude_swarm_source_state{source="history",state="ok"}'), 1);
  assert.equal(first.get('claude_swarm_recorder'), 1);
  assert.equal(first.get('claude_swarm_alerts_queued{receiver="nobody"}'), 0);
  assert.ok((first.get('claude_swarm_history_bytes') ?? 0) > 10_000);
  const second = await scrape();
  for (const name of [
    'claude_swarm_messages_read_total',
    'claude_swarm_log_lines_skipped_total{reason="invalid_json"}',
  ])
    assert.equal(second.get(name), first.get(name), name);
  const asked = 'claude_swarm_http_requests_total{route="/metrics",method="GET",status="200"}';
  assert.equal(second.get(asked), (first.get(asked) ?? 0) + 1);
});

test('a stream is counted while it is open, and writes two lines into the log', async () => {
  const opened = await fetch(`${server.url}/api/stream`, { headers: { authorization: AUTHORIZATION } });
  const id = opened.headers.get('x-request-id');
  const reader = opened.body?.getReader();
  let text = '';
  while (!text.includes('event: heartbeat')) text += Buffer.from((await reader?.read())?.value ?? []).toString();
  const open = await scrape();
  assert.equal(open.get('claude_swarm_streams_open'), 1);
  assert.equal(open.get('claude_swarm_stream_events_total{event="connected"}'), 1);
  assert.ok((open.get('claude_swarm_stream_bytes_total') ?? 0) >= text.length - 'retry: 1000\n\n'.length);
  await reader?.cancel();
  const [ended] = await logged(({ msg, request }) => msg === 'stream ended' && request === id);
  assert.equal(ended?.reason, 'the client left');
  assert.ok((ended?.events ?? 0) >= 7);
  const closed = await scrape();
  assert.equal(closed.get('claude_swarm_streams_open'), 0);
  assert.equal(closed.get('claude_swarm_streams_ended_total{reason="client_left"}'), 1);
});

test('a thousand odd paths and methods create no time series, and do not appear in the log', async () => {
  const methods = METHODS.filter((method) => method !== 'CONNECT');
  // Few of the first two kinds: rendering their page takes longer than everything else here.
  const rare = (i: number) => (i % 40 === 0 ? `/${MARKER}-${i}` : `/_next/static/${MARKER}/${i}.js`);
  const path = (i: number) =>
    i % 20 === 0 ? rare(i) : i % 2 === 0 ? `/api/${MARKER}${i}` : `/api/agents/%0a${MARKER}${i}`;
  const before = await scrape();
  const answers = await Promise.all(
    Array.from({ length: 1000 }, (_, i) =>
      ask(`${path(i)}?q=${MARKER}`, { method: methods[i % methods.length] as string }),
    ),
  );
  const ids = new Set(answers.map(({ id }) => id));
  assert.equal(ids.size, 1000, 'each has an id of the server');
  const after = await scrape();
  const added = [...after.keys()].filter((name) => name.startsWith('claude_swarm_') && !before.has(name));
  const routes = new Set(added.map((name) => /route="([^"]*)"/.exec(name)?.[1]));
  for (const route of routes)
    assert.ok(['/api/agents/{id}', '(other)', '(asset)'].includes(route ?? ''), String(route));
  const of = (names: Iterable<string>) =>
    [...names].filter((name) => name.startsWith('claude_swarm_http_requests_total'));
  assert.ok(of(added).length < 100, `${of(added).length} new series`);
  const sum = (metrics: Map<string, number>) =>
    of(metrics.keys()).reduce((all, name) => all + (metrics.get(name) ?? 0), 0);
  assert.ok(sum(after) - sum(before) >= 1000);

  // The lines are written after the answers, in an order of their own.
  for (const { id, status } of answers) {
    const [line] = await logged(({ request }) => request === id);
    assert.equal(line?.status, status);
  }
});

test('the log contains nothing of the swarm, of credentials or of requests', async () => {
  assert.equal((await ask('/api/messages', { authorization: `Bearer ${MARKER}` })).status, 401);
  assert.match((await ask(`/api/messages?q=${MARKER}`)).body, new RegExp(MARKER), 'it is there to be found');
  assert.equal((await ask(`/api/messages?limit=${MARKER}`)).status, 422);
  const page = await ask('/');
  await logged(({ request }) => request === page.id);
  assert.match(page.body, new RegExp(MARKER));
  assert.doesNotMatch(output, new RegExp(MARKER));
});

test('documents, dashboard and rules name only existing metrics', async () => {
  const metrics = await describedMetrics();
  const own = [...metrics].filter(([name]) => name.startsWith('claude_swarm_'));
  const operations = readFileSync(join(DOCS, 'operations.md'), 'utf8');
  const rows = [...operations.matchAll(/^\| `(claude_swarm_\w+)` \| (\w+) \|[^|]*\| (.+) \|$/gm)];
  assert.deepEqual(
    rows.map(([, name, kind, help]) => [name, kind, help]).sort(),
    own.map(([name, { kind, help }]) => [name, kind, help]).sort(),
  );
  const dashboard = JSON.parse(readFileSync(join(DOCS, 'grafana-dashboard.json'), 'utf8')) as {
    panels: { targets: { expr: string }[] }[];
  };
  const rules = parse(readFileSync(join(DOCS, 'prometheus-alerts.yml'), 'utf8')) as {
    groups: { rules: { expr: string }[] }[];
  };
  const expressions = [
    ...dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
    ...rules.groups.flatMap((group) => group.rules.map(({ expr }) => expr)),
  ];
  assert.ok(expressions.length > 30);
  const named = expressions.flatMap((expression) => expression.match(/\b(claude_swarm|process|nodejs)_\w+/g) ?? []);
  const strange = named.filter((name) => !metrics.has(name.replace(/_(bucket|sum|count)$/, '')));
  assert.deepEqual(strange, []);
});

const promtool = locate('promtool');

test('Prometheus accepts the rules, and they fire as expected', {
  skip: promtool === null && 'promtool is not installed (on Debian it is in the package prometheus)',
}, () => {
  for (const words of [
    ['check', 'rules', 'docs/prometheus-alerts.yml'],
    ['test', 'rules', 'test/fixtures/prometheus-alerts.yml'],
  ]) {
    const { status, stdout, stderr } = spawnSync(promtool as string, words, { cwd: PROJECT, encoding: 'utf8' });
    assert.equal(status, 0, stdout + stderr);
  }
});
