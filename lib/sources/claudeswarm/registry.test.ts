import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rename, rm, rmdir, symlink, unlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { samples } from '../../../test/support/samples';
import { parseRegistry, REGISTRY_FILE, RegistryReader } from './registry';

let root: string;
let file: string;
let now: number;
const clock = () => now;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'registry-'));
  file = join(root, REGISTRY_FILE);
  now = Date.now();
});
afterEach(() => rm(root, { recursive: true }));

const registryOf = (...ids: string[]) => JSON.stringify({ session_name: 's', agents: ids.map((id) => ({ id })) });
const agentIds = (reader: RegistryReader) => reader.registry?.entries.map(({ id }) => id) ?? null;

/** Replaces the registry as the swarm's tool does. */
async function replace(text: string) {
  await writeFile(`${file}.new`, text);
  await rename(`${file}.new`, file);
}

/** Looks after the time in which file times may be too coarse, so that only the reader's own state decides. */
function laterRefresh(reader: RegistryReader) {
  now += 1000;
  return reader.refresh();
}

for (const { name, root: sampleRoot, expected } of samples()) {
  test(`sample ${name}`, () => {
    const reader = new RegistryReader(sampleRoot, clock);
    reader.refresh();
    laterRefresh(reader);
    const { registry, status } = reader;
    const states = { missing: 'missing', empty: 'unreadable', 'invalid JSON': 'unreadable' } as Record<string, string>;
    assert.equal(status.state, expected.registry.error === null ? 'ok' : states[expected.registry.error]);
    const { session_name = null, session_names = null, updated_at = null, entries = [] } = registry ?? {};
    const { error: _, ...fields } = expected.registry;
    assert.deepEqual({ session_name, session_names, updated_at }, fields);
    const written = ['id', 'pane_index', 'pid', 'status', 'last_seen', 'session_name', 'tmux_pane_id'];
    assert.deepEqual(
      entries.map((entry) => written.map((field) => entry[field] ?? null)),
      expected.agents.map((entry) => written.map((field) => entry[field])),
    );
    assert.equal(
      status.skipped.reduce((sum, { count }) => sum + count, 0),
      expected.agents_skipped,
    );
  });
}

test('parseRegistry(): names the fault of unusable bytes', () => {
  const errors: [string, string][] = [
    ['', 'empty'],
    ['{', 'invalid JSON'],
    [' ', 'invalid JSON'],
    ['\0\0', 'invalid JSON'],
    ['[]', 'not an object'],
    ['null', 'not an object'],
    ['{"agents": {}}', 'agents is not a list'],
    ['{"agents": null}', 'agents is not a list'],
  ];
  for (const [text, error] of errors) assert.deepEqual(parseRegistry(Buffer.from(text)), { error }, text);
});

test('parseRegistry(): accepts a byte order mark, blanks around, invalid UTF-8, unknown fields and no agents', () => {
  const bytes = Buffer.concat([
    Buffer.from('\uFEFF \n{"agents": [{"id": "a", "new": "'),
    Buffer.of(0xff),
    Buffer.from('"}], "x": 1}\r\n'),
  ]);
  assert.deepEqual(parseRegistry(bytes), {
    registry: { session_name: null, session_names: null, updated_at: null, entries: [{ id: 'a', new: '\uFFFD' }] },
    skipped: [],
  });
  assert.deepEqual(parseRegistry(Buffer.from('{}')), {
    registry: { session_name: null, session_names: null, updated_at: null, entries: [] },
    skipped: [],
  });
});

test('parseRegistry(): skips only entries without an id, and counts them by reason', () => {
  const parsed = parseRegistry(Buffer.from('{"agents": [1, {"id": 2}, {"id": "a"}, {}, null, {"id": "b"}]}'));
  assert.ok('registry' in parsed);
  assert.deepEqual(parsed.registry.entries, [{ id: 'a' }, { id: 'b' }]);
  assert.deepEqual(parsed.skipped, [
    { reason: 'entry is not an object', count: 2, last: 'agents[4]' },
    { reason: 'entry has no text as id', count: 2, last: 'agents[3]' },
  ]);
});

test('refresh(): returns whether anything changed', async () => {
  const reader = new RegistryReader(root, clock);
  assert.equal(reader.refresh(), false);
  assert.equal(reader.status.state, 'missing');
  await replace(registryOf('a'));
  assert.equal(reader.refresh(), true);
  assert.deepEqual([agentIds(reader), reader.status.state], [['a'], 'ok']);
  assert.equal(laterRefresh(reader), false);
  await utimes(file, new Date(), new Date());
  assert.equal(laterRefresh(reader), false, 'the same bytes again');
  await replace(registryOf('a', 'b'));
  assert.equal(laterRefresh(reader), true);
  assert.deepEqual(agentIds(reader), ['a', 'b']);
});

test('refresh(): finds the second of two writes within one clock tick', async () => {
  const stamp = new Date(now);
  const reader = new RegistryReader(root, clock);
  await writeFile(file, registryOf('a'));
  await utimes(file, stamp, stamp);
  reader.refresh();
  await writeFile(file, registryOf('b'));
  await utimes(file, stamp, stamp);
  assert.equal(reader.refresh(), true);
  assert.deepEqual(agentIds(reader), ['b']);
});

test('refresh(): a file missing for a moment is not reported', async () => {
  await replace(registryOf('a'));
  const reader = new RegistryReader(root, clock);
  reader.refresh();
  await unlink(file);
  assert.equal(reader.refresh(), false);
  now += 199;
  assert.equal(reader.refresh(), false);
  assert.deepEqual([agentIds(reader), reader.status.state], [['a'], 'ok']);
  await replace(registryOf('b'));
  assert.equal(reader.refresh(), true);
  await unlink(file);
  now += 1;
  assert.equal(reader.refresh(), false, 'each hole is measured again');
  now += 200;
  assert.equal(reader.refresh(), true);
  assert.deepEqual([agentIds(reader), reader.status.state], [['b'], 'missing'], 'its last content is kept');
  assert.equal(reader.status.since, now);
  assert.equal(reader.status.keptFrom, now - 201, 'when it was last read good');
  assert.match(
    reader.status.reason ?? '',
    /^ACTIVE_AGENTS\.json was there until .*; it is gone\. Its last readable content is shown\.$/,
  );
  await replace(registryOf('c'));
  assert.equal(reader.refresh(), true);
  assert.deepEqual(agentIds(reader), ['c']);
});

test('refresh(): keeps the last good registry while the file is broken, with a reason', async () => {
  const reader = new RegistryReader(root, clock);
  await replace('{"agents": [');
  reader.refresh();
  assert.match(reader.status.reason ?? '', /invalid JSON; no agents can be shown/);
  await replace(registryOf('a'));
  reader.refresh();
  await replace('');
  assert.equal(reader.refresh(), true);
  assert.deepEqual([agentIds(reader), reader.status.state], [['a'], 'unreadable']);
  assert.equal(reader.status.keptFrom, now);
  assert.match(reader.status.reason ?? '', /empty \(0 bytes\); its last readable content is shown/);
  const { since } = reader.status;
  await replace('[]');
  assert.equal(laterRefresh(reader), true);
  assert.equal(reader.status.since, since, 'the state is still the same');
  assert.equal(laterRefresh(reader), false);
  await replace(registryOf('a'));
  assert.equal(laterRefresh(reader), true);
  assert.equal(reader.status.state, 'ok');
});

test('refresh(): a folder or a pipe in place of the file is unreadable until the file returns', async () => {
  const reader = new RegistryReader(root, clock);
  await replace(registryOf('a'));
  reader.refresh();
  await unlink(file);
  await mkdir(file);
  assert.equal(laterRefresh(reader), true);
  assert.match(reader.status.reason ?? '', /is a folder, not a file; its last readable content is shown/);
  await rmdir(file);
  execFileSync('mkfifo', [file]);
  assert.equal(laterRefresh(reader), true, 'a pipe without a writer blocks nobody');
  assert.match(reader.status.reason ?? '', /is a pipe/);
  await unlink(file);
  await replace(registryOf('a'));
  assert.equal(laterRefresh(reader), true);
  assert.deepEqual([agentIds(reader), reader.status.state], [['a'], 'ok']);
});

test('refresh(): a file without read permission is unreadable until the permission returns', {
  skip: process.getuid?.() === 0 && 'root may read everything',
}, async () => {
  const reader = new RegistryReader(root, clock);
  await replace(registryOf('a'));
  await chmod(file, 0);
  reader.refresh();
  assert.match(reader.status.reason ?? '', /permission denied \(EACCES\)/);
  await chmod(file, 0o600);
  assert.equal(laterRefresh(reader), true);
  assert.deepEqual(agentIds(reader), ['a']);
});

test('refresh(): follows a symbolic link, and reports one that points to itself', async () => {
  const reader = new RegistryReader(root, clock);
  await symlink(file, file);
  assert.equal(reader.refresh(), true);
  assert.match(reader.status.reason ?? '', /too many symbolic links/);
  await unlink(file);
  await writeFile(join(root, 'real'), registryOf('a'));
  await symlink('real', file);
  laterRefresh(reader);
  assert.deepEqual(agentIds(reader), ['a']);
});

test('refresh(): refuses more than 2 MB', async () => {
  const reader = new RegistryReader(root, clock);
  await replace(`{}${' '.repeat(2 * 1024 * 1024)}`);
  reader.refresh();
  assert.match(reader.status.reason ?? '', /larger than 2097152 bytes/);
});

test('parseRegistry(): skips only an entry that is nested too deeply', () => {
  const deep = '['.repeat(20_000) + ']'.repeat(20_000);
  const text = `{"agents": [{"id": "agent-0"}, {"id": "agent-1", "x": ${deep}}]}`;
  const parsed = parseRegistry(Buffer.from(text));
  assert.ok('registry' in parsed);
  assert.deepEqual(
    parsed.registry.entries.map(({ id }) => id),
    ['agent-0'],
  );
  assert.equal(parsed.skipped[0]?.reason, 'entry is nested too deeply');
  assert.deepEqual(parseRegistry(Buffer.from(`{"session_name": ${deep}, "agents": []}`)), {
    error: 'nested too deeply',
  });
});

test('parseRegistry(): entries of older shapes are read, and keep the fields that they have', () => {
  const older = { agent_id: 'agent-3', last_heartbeat: '2025-11-12T10:00:00+00:00', pid: 7 };
  const parsed = parseRegistry(Buffer.from(JSON.stringify({ agents: [older, { id: 'a', agent_id: 'b' }] })));
  assert.ok('registry' in parsed);
  assert.deepEqual(parsed.registry.entries, [
    { ...older, id: 'agent-3', last_seen: older.last_heartbeat },
    { id: 'a', agent_id: 'b' },
  ]);
});

test('refresh(): a registry that could never be read keeps nothing when it vanishes, and is not said to have never been', async () => {
  const reader = new RegistryReader(root, clock);
  await replace('{');
  reader.refresh();
  await unlink(file);
  reader.refresh();
  assert.equal(laterRefresh(reader), true);
  assert.deepEqual([reader.registry, reader.status.state, reader.status.keptFrom], [null, 'missing', null]);
  assert.match(reader.status.reason ?? '', /was there until .*; it is gone\. No agents can be shown\./);
});

test('parseRegistry(): so many values as would take long to read are refused, long texts are not', () => {
  const values = Buffer.from(`{"agents": [${'{},'.repeat(100_000)}{}]}`);
  assert.deepEqual(parseRegistry(values), { error: 'it contains more than 200,000 values' });
  const text = '{[,:\\"'.repeat(100_000);
  const parsed = parseRegistry(Buffer.from(JSON.stringify({ agents: [{ id: 'a', text }] })));
  assert.ok('registry' in parsed);
  assert.equal(parsed.registry.entries[0]?.text, text);
});

test('refresh(): of a registry with more agents than are described the first ones are, and the source says so', async () => {
  const reader = new RegistryReader(root, clock);
  await replace(registryOf(...Array.from({ length: 2003 }, (_, index) => `agent-${index}`)));
  reader.refresh();
  assert.equal(agentIds(reader)?.length, 2000);
  assert.equal(reader.status.state, 'degraded');
  assert.equal(reader.status.reason, 'ACTIVE_AGENTS.json is read in part: skipped 3 beyond the first 2000 entries.');
  await replace(registryOf('a'));
  laterRefresh(reader);
  assert.deepEqual([agentIds(reader), reader.status.state, reader.status.reason], [['a'], 'ok', null]);
});

test('refresh(): a large file that is written all the time is read at a distance that its size gives', async () => {
  const reader = new RegistryReader(root, clock);
  const large = (id: string) => registryOf(id, 'x'.repeat(1.9 * 1024 * 1024));
  await replace(large('a'));
  reader.refresh();
  await replace(large('b'));
  now += 400;
  assert.equal(reader.refresh(), false);
  now += 200;
  assert.equal(reader.refresh(), true);
  assert.equal(agentIds(reader)?.[0], 'b');
});
