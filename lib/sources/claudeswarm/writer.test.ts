import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { lockFileName } from './lock-entry';
import { LOG_NAME, OLD_LOG_NAME } from './message-log';
import { acquireLock, createLock, LogWriter, releaseLock } from './writer';
import { formatNaiveLocal, pythonJson, temporaryName } from './written-form';

const SAMPLE = path.join(import.meta.dirname, '../../../test/fixtures/samples/normal-swarm');

let root: string;
let log: string;
let old: string;

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'writer-'));
  log = path.join(root, LOG_NAME);
  old = path.join(root, OLD_LOG_NAME);
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('bytes', () => {
  it('are those of the swarm tool for every message of a log that it wrote', () => {
    const lines = readFileSync(path.join(SAMPLE, LOG_NAME), 'utf8').trimEnd().split('\n');
    assert.ok(lines.length > 10);
    for (const line of lines) assert.equal(pythonJson(JSON.parse(line)), line);
  });

  it('are those of the swarm tool for every lock that it wrote', () => {
    const folder = path.join(SAMPLE, '.agent_locks');
    mkdirSync(path.join(root, '.agent_locks'));
    for (const name of readdirSync(folder)) {
      const original = readFileSync(path.join(folder, name), 'utf8');
      const { agent_id, filepath, locked_at, reason } = JSON.parse(original);
      assert.ok(createLock(root, { agentId: agent_id, filepath, reason, now: locked_at * 1000 }));
      assert.equal(lockFileName(filepath), name);
      assert.deepEqual(
        withoutLastDigits(readFileSync(path.join(root, '.agent_locks', name), 'utf8')),
        withoutLastDigits(original),
      );
    }
  });

  it('give a whole number of seconds the `.0` of a Python float', () => {
    assert.ok(acquireLock(root, { agentId: 'a', filepath: 'x', reason: '', now: 1_770_106_433_000 }));
    assert.match(
      readFileSync(path.join(root, '.agent_locks', lockFileName('x')), 'utf8'),
      /"locked_at": 1770106433\.0,/,
    );
  });

  it('escape what is no printable ASCII, lone surrogates and DEL too', () => {
    assert.equal(
      pythonJson({ a: ['é\u007f\ud800', 1.5, null, true], b: {} }),
      '{"a": ["\\u00e9\\u007f\\ud800", 1.5, null, true], "b": {}}',
    );
  });

  it('give a naive time six digits', () => {
    const noon = new Date(2026, 1, 3, 12, 5, 9, 7).getTime();
    assert.equal(formatNaiveLocal(noon + 0.25), '2026-02-03T12:05:09.007250');
  });

  it('name temporary files as Python does', () => {
    assert.match(temporaryName(), /^tmp[a-z0-9_]{8}$/);
  });
});

/** `locked_at` went through milliseconds, which costs the last binary digits of the sample's seconds. */
function withoutLastDigits(lock: string): string {
  return lock.replace(/(\.\d{5})\d*/, '$1');
}

describe('log', () => {
  it('ends a line that another writer left unfinished before it writes its own', () => {
    writeFileSync(log, '{"half": ');
    const writer = new LogWriter(root);
    writer.append({ n: 1 });
    writer.append({ n: 2 });
    writer.close();
    assert.equal(readFileSync(log, 'utf8'), '{"half": \n{"n": 1}\n{"n": 2}\n');
  });

  it('rotates before an append to a log that is over the limit, and keeps one old generation', () => {
    const writer = new LogWriter(root, { rotateAtBytes: 20 });
    for (let n = 1; n <= 7; n += 1) writer.append({ n: 100 + n });
    writer.close();
    // 11 bytes a line: 22 are over the limit, so each file takes two.
    assert.equal(readFileSync(log, 'utf8'), '{"n": 107}\n');
    assert.equal(readFileSync(old, 'utf8'), '{"n": 105}\n{"n": 106}\n');
    assert.equal(writer.rotations, 3);
  });

  it('does not rotate a log of exactly the limit', () => {
    const writer = new LogWriter(root, { rotateAtBytes: 22 });
    writer.appendAll([{ n: 101 }, { n: 102 }, { n: 103 }]);
    writer.close();
    assert.equal(existsSync(old), false);
  });

  it('rotates within one batch where single appends would', () => {
    const single = new LogWriter(root, { rotateAtBytes: 50 });
    const lines = Array.from({ length: 23 }, (_, n) => ({ n }));
    for (const line of lines) single.append(line);
    single.close();
    const expected = [readFileSync(old, 'utf8'), readFileSync(log, 'utf8')];
    rmSync(log);
    rmSync(old);
    const batch = new LogWriter(root, { rotateAtBytes: 50 });
    batch.appendAll(lines);
    batch.close();
    assert.deepEqual([readFileSync(old, 'utf8'), readFileSync(log, 'utf8')], expected);
    assert.equal(batch.rotations, single.rotations);
  });

  it('writes to the file that the path names after another writer rotated, replaced or deleted it', () => {
    const writer = new LogWriter(root);
    writer.append({ n: 1 });
    renameSync(log, old);
    writeFileSync(log, '');
    writer.append({ n: 2 });
    assert.equal(readFileSync(log, 'utf8'), '{"n": 2}\n');
    unlinkSync(log);
    writer.append({ n: 3 });
    writer.close();
    assert.equal(readFileSync(log, 'utf8'), '{"n": 3}\n');
    assert.equal(readFileSync(old, 'utf8'), '{"n": 1}\n');
  });
});

const hasFlock = spawnSync('flock', ['--version']).status === 0;

describe('exclusion', () => {
  it('waits for flock(1) and gives up when it does not let go', {
    skip: !hasFlock && 'no flock command here',
  }, async () => {
    writeFileSync(log, '');
    const holder = spawn('flock', ['--exclusive', log, 'sh', '-c', 'echo held; read line'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    await once(holder.stdout, 'data');
    const writer = new LogWriter(root, { lockTimeoutMs: 30 });
    assert.throws(() => writer.append({ n: 1 }), /stayed locked/);
    assert.equal(readFileSync(log, 'utf8'), '');
    const ended = once(holder, 'exit');
    holder.stdin.end('\n');
    await ended;
    writer.append({ n: 2 });
    writer.close();
    assert.equal(readFileSync(log, 'utf8'), '{"n": 2}\n');
  });

  it('keeps flock(1) out while it writes', { skip: !hasFlock && 'no flock command here' }, () => {
    const writer = new LogWriter(root);
    const tryLock = () => spawnSync('flock', ['--nonblock', '--shared', log, 'true']).status;
    let whileHeld: number | null = null;
    writer.exclusively(() => {
      whileHeld = tryLock();
    });
    assert.equal(whileHeld, 1);
    assert.equal(tryLock(), 0);
    writer.close();
  });

  it('lets several processes rotate and append at once without losing or mixing a line', async () => {
    const script = `
      import { LogWriter } from ${JSON.stringify(path.join(import.meta.dirname, 'writer.ts'))};
      
      const [root, name] = process.argv.slice(1);
      const writer = new LogWriter(root, { rotateAtBytes: 4000, lockTimeoutMs: 20_000 });
      for (let n = 0; n < 400; n += 1) writer.append({ name, n, filling: 'x'.repeat(n % 50) });
      process.send({ rotations: writer.rotations });
      process.disconnect();`;
    const children: ChildProcess[] = [];
    const rotations: number[] = [];
    for (const name of ['a', 'b', 'c']) {
      const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script, root, name], {
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      });
      child.on('message', (message: { rotations: number }) => rotations.push(message.rotations));
      children.push(child);
    }
    // The old file is overwritten at the next rotation, so what remains is judged: whole lines, each writer in order.
    await Promise.all(children.map((child) => once(child, 'exit')));
    assert.deepEqual(
      children.map((child) => child.exitCode),
      [0, 0, 0],
    );
    assert.equal(rotations.length, 3);
    const last = new Map<string, number>();
    for (const line of `${readFileSync(old, 'utf8')}${readFileSync(log, 'utf8')}`.trimEnd().split('\n')) {
      const { name, n, filling } = JSON.parse(line);
      assert.equal(filling.length, n % 50);
      const previous = last.get(name);
      if (previous !== undefined) assert.equal(n, previous + 1);
      last.set(name, n);
    }
    const total = rotations.reduce((sum, count) => sum + count, 0);
    assert.ok(total > 5, `${total} rotations`);
  });
});

describe('locks', () => {
  const now = 1_770_106_433_087.738;
  const file = (filepath: string) => path.join(root, '.agent_locks', lockFileName(filepath));

  it('are held by one agent, refreshed by it and released by it alone', () => {
    assert.equal(acquireLock(root, { agentId: 'agent-1', filepath: './src//a.ts', reason: 'one', now }), true);
    assert.equal(acquireLock(root, { agentId: 'agent-2', filepath: 'src/a.ts', reason: '', now }), false);
    assert.equal(acquireLock(root, { agentId: 'agent-1', filepath: 'src/a.ts', reason: '', now: now + 1000 }), true);
    assert.deepEqual(JSON.parse(readFileSync(file('src/a.ts'), 'utf8')), {
      agent_id: 'agent-1',
      filepath: 'src/a.ts',
      locked_at: (now + 1000) / 1000,
      reason: '',
    });
    assert.equal(releaseLock(root, 'agent-2', 'src/a.ts'), false);
    assert.equal(releaseLock(root, 'agent-1', 'src/a.ts'), true);
    assert.deepEqual(readdirSync(path.join(root, '.agent_locks')), []);
  });

  it('of others keep out patterns that overlap, whichever side has the pattern', () => {
    assert.ok(acquireLock(root, { agentId: 'agent-1', filepath: 'src/ui/*', reason: '', now }));
    assert.equal(acquireLock(root, { agentId: 'agent-2', filepath: 'src/ui/x/Cart.tsx', reason: '', now }), false);
    assert.equal(acquireLock(root, { agentId: 'agent-2', filepath: 'src/*', reason: '', now }), false);
    assert.equal(acquireLock(root, { agentId: 'agent-1', filepath: 'src/*', reason: '', now }), true);
    assert.equal(acquireLock(root, { agentId: 'agent-2', filepath: 'lib/a.ts', reason: '', now }), true);
  });

  it('that are stale give way, and those met on the way are deleted', () => {
    acquireLock(root, { agentId: 'agent-1', filepath: 'a', reason: '', now });
    acquireLock(root, { agentId: 'agent-1', filepath: 'b', reason: '', now });
    assert.equal(acquireLock(root, { agentId: 'agent-2', filepath: 'a', reason: '', now: now + 300_000 }), false);
    assert.equal(acquireLock(root, { agentId: 'agent-2', filepath: 'a', reason: '', now: now + 300_001 }), true);
    assert.equal(existsSync(file('b')), false);
  });

  it('replace a file that is empty or broken; releasing such a file leaves it', () => {
    mkdirSync(path.join(root, '.agent_locks'));
    writeFileSync(file('a'), '');
    assert.equal(releaseLock(root, 'agent-1', 'a'), true);
    assert.equal(statSync(file('a')).size, 0);
    assert.equal(acquireLock(root, { agentId: 'agent-1', filepath: 'a', reason: '', now }), true);
    appendFileSync(file('b'), '{"agent_id": 7}');
    assert.equal(acquireLock(root, { agentId: 'agent-1', filepath: 'b', reason: '', now }), true);
    assert.equal(releaseLock(root, 'agent-1', 'never locked'), true);
  });
});
