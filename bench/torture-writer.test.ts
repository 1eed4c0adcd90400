import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { LOG_NAME, OLD_LOG_NAME } from '../lib/sources/claudeswarm/message-log';
import { compareWithWriters, traceNumber, traceOf, verdictFaults } from './torture-checks';
import { RotationPermit } from './torture-permit';
import type { WriterJob, WriterReport } from './torture-writer';

let root: string;
let control: string;

before(() => {
  const scratch = mkdtempSync(path.join(tmpdir(), 'torture-writer-'));
  root = path.join(scratch, 'root');
  control = path.join(scratch, 'control');
  mkdirSync(root);
  mkdirSync(control);
});

after(() => rmSync(path.dirname(root), { recursive: true, force: true }));

/** Runs one writer process. @returns its last report, and how it ended */
async function run(job: Partial<WriterJob>): Promise<{ report: WriterReport | null; signal: NodeJS.Signals | null }> {
  const whole: WriterJob = {
    kind: 'messages',
    root,
    control,
    writer: 0,
    messages: 0,
    messagesPerSecond: 1e6,
    rotateAtBytes: 20_000,
    ...job,
  };
  const child = fork(path.join(import.meta.dirname, 'torture-writer.ts'), [JSON.stringify(whole)], {
    execArgv: ['--import', 'tsx'],
  });
  let report: WriterReport | null = null;
  child.on('message', (message: WriterReport) => {
    report = message;
  });
  const [, signal] = await once(child, 'exit');
  return { report, signal };
}

function tracesIn(...names: string[]): number[] {
  const lines = names.flatMap((name) => readFileSync(path.join(root, name), 'utf8').trimEnd().split('\n'));
  return lines.map((line) => {
    try {
      return traceOf(JSON.parse(line).content);
    } catch {
      return -1;
    }
  });
}

describe('torture writer', () => {
  it('writes its messages in order, rotates only as often as it is allowed, and leaves a half line when it is killed', async () => {
    const permit = new RotationPermit(control);
    permit.allow(1);
    const [zero, one] = await Promise.all([run({ writer: 0, messages: 150 }), run({ writer: 1, messages: 150 })]);
    assert.ok(zero.report && 'ended' in zero.report && one.report && 'ended' in one.report);
    assert.equal(zero.report.rotations + one.report.rotations, 1);
    const history = tracesIn(OLD_LOG_NAME, LOG_NAME).map((trace, index) => ({ seq: index + 1, trace }));
    const written = new Map([
      [0, 150],
      [1, 150],
    ]);
    assert.equal(verdictFaults(compareWithWriters(history, written)), null);

    assert.equal((await run({ kind: 'half', writer: 900 })).signal, 'SIGKILL');
    assert.doesNotMatch(readFileSync(path.join(root, LOG_NAME), 'utf8'), /\n$/);
    permit.allow(0);
    await run({ writer: 2, messages: 1 });
    const last = tracesIn(LOG_NAME).slice(-2);
    assert.deepEqual(last, [-1, traceNumber(2, 0)]);
  });

  it('asks for a permit that counts down and may be unlimited', () => {
    const permit = new RotationPermit(control);
    const uses = () => [1, 2, 3].filter(() => permit.use(() => {})).length;
    permit.allow(2);
    assert.equal(uses(), 2);
    permit.allow(0);
    assert.equal(uses(), 0);
    permit.allow('any');
    assert.equal(uses(), 3);
  });
});
