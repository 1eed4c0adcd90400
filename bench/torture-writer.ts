/**
 * One writer process of the torture: `torture-writer.ts <job as JSON>`. Appends its messages as an agent does and
 * reports each step to its parent. Its kind `half` writes half a line under the lock and dies of it.
 */
import { statSync, writeSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { phrase } from '../lib/simulator/phrases';
import { Random } from '../lib/simulator/random';
import { MESSAGE_TYPES } from '../lib/simulator/world';
import { LOG_NAME } from '../lib/sources/claudeswarm/message-log';
import { endsInsideLine, LogWriter } from '../lib/sources/claudeswarm/writer';
import { formatNaiveLocal, pythonJson } from '../lib/sources/claudeswarm/written-form';
import { tracedContent } from './torture-checks';
import { RotationPermit } from './torture-permit';

export interface WriterJob {
  kind: 'messages' | 'half';
  root: string;
  /** The folder of the permit to rotate that all writers share. */
  control: string;
  writer: number;
  messages: number;
  messagesPerSecond: number;
  rotateAtBytes: number;
}

export type WriterReport = { written: number } | { ended: true; written: number; rotations: number; split: number };

const MAX_BATCH = 24;
const SPLIT_CHANCE = 0.03;

/** A log line that bears its writer and serial number. */
export function tracedLine(random: Random, writer: number, serial: number): object {
  const recipient = `agent-${random.integer(0, 9)}`;
  const delivered = !random.chance(0.05);
  return {
    sender: `agent-${10 + writer}`,
    timestamp: formatNaiveLocal(Date.now()),
    msg_type: random.pick(MESSAGE_TYPES),
    content: tracedContent(writer, serial, phrase(random, random.pick(['progress', 'question', 'multilingual']))),
    recipients: [recipient],
    msg_id: random.uuid(),
    delivery_status: { [recipient]: delivered },
    success_count: delivered ? 1 : 0,
    failure_count: delivered ? 0 : 1,
  };
}

async function writeMessages(job: WriterJob): Promise<void> {
  const random = new Random(job.writer + 1);
  const log = path.join(job.root, LOG_NAME);
  // Patient, since split writes of the others hold the lock, and a dropped line would be no fault of the server.
  const appending = new LogWriter(job.root, { rotateAtBytes: Number.MAX_SAFE_INTEGER, lockTimeoutMs: 60_000 });
  const rotating = new LogWriter(job.root, { rotateAtBytes: job.rotateAtBytes, lockTimeoutMs: 60_000 });
  const permit = new RotationPermit(job.control);
  const begun = performance.now();
  let written = 0;
  let split = 0;
  while (written < job.messages) {
    const ahead = (written / job.messagesPerSecond) * 1000 - (performance.now() - begun);
    if (ahead > 0) await delay(ahead);
    const count = Math.min(random.integer(1, MAX_BATCH), job.messages - written);
    const lines = Array.from({ length: count }, (_, index) => tracedLine(random, job.writer, written + index));
    const full = (statSync(log, { throwIfNoEntry: false })?.size ?? 0) > job.rotateAtBytes;
    if (full && permit.use(() => rotating.appendAll(lines))) {
      // Rotated and written, or another writer rotated in between and this one only wrote.
    } else if (random.chance(SPLIT_CHANCE)) {
      const [first, ...rest] = lines as [object, ...object[]];
      appendInTwo(appending, first, random);
      appending.appendAll(rest);
      split += 1;
    } else appending.appendAll(lines);
    written += count;
    report({ written });
  }
  report({ ended: true, written, rotations: rotating.rotations, split });
  process.disconnect?.();
}

/** Writes one line with two calls and a pause between, all under the lock: a reader finds the half of it. */
function appendInTwo(writer: LogWriter, line: object, random: Random): void {
  writer.exclusively((descriptor, size) => {
    const bytes = Buffer.from(`${endsInsideLine(descriptor, size) ? '\n' : ''}${pythonJson(line)}\n`);
    const cut = random.integer(1, bytes.length - 1);
    writeSync(descriptor, bytes, 0, cut);
    pause(
      random.pickWeighted([
        [94, random.integer(1, 15)],
        [5, random.integer(20, 120)],
        [1, 1200],
      ]),
    );
    writeSync(descriptor, bytes, cut);
  });
}

/** Dies in the middle of a line, as a killed agent does: the system lets go of its lock, the half stays. */
function writeHalf(job: WriterJob): void {
  const line = pythonJson(tracedLine(new Random(job.writer), job.writer, 0));
  new LogWriter(job.root, { lockTimeoutMs: 60_000 }).exclusively((descriptor, size) => {
    if (endsInsideLine(descriptor, size)) writeSync(descriptor, '\n');
    writeSync(descriptor, line.slice(0, line.length >> 1));
    process.kill(process.pid, 'SIGKILL');
    // The signal may take a moment, and the lock must not be released in order meanwhile.
    pause(10_000);
  });
}

function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

function report(message: WriterReport): void {
  process.send?.(message);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const job = JSON.parse(process.argv[2] ?? '') as WriterJob;
  if (job.kind === 'half') writeHalf(job);
  else await writeMessages(job);
}
