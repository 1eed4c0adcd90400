/**
 * Random histories of a log against a simple model. The model knows the files' contents as objects; the reader knows
 * only bytes on a disk. Both must end with the same list.
 */
import assert from 'node:assert/strict';
import {
  appendFileSync,
  linkSync,
  mkdtempSync,
  renameSync,
  rmSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { LOG_NAME, type LogCheckpoint, MessageLog, OLD_LOG_NAME } from './message-log';

const RUNS = 10_000;
const folder = mkdtempSync(join(tmpdir(), 'message-log-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** How much of an unfinished line is written: never a complete JSON object. */
const BEGUN = 8;

/** A file's content as the model sees it. `tail` is an unfinished line. */
interface File {
  lines: string[];
  tail: string;
}

type Step =
  | { do: 'append'; lines: number; size: number }
  | { do: 'begin' | 'finish' | 'rotate' | 'delete' | 'deleteOld' | 'copyOld' }
  | { do: Reading }
  | { do: 'trim' | 'truncate' | 'rewrite'; keep: number };

const steps = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant('append' as const),
        lines: fc.integer({ min: 1, max: 4 }),
        size: fc.constantFrom(1, 30, 400),
      }),
    },
    {
      weight: 5,
      arbitrary: fc.record({ do: fc.constantFrom('refresh' as const, 'begin' as const, 'finish' as const) }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ do: fc.constantFrom('rotate' as const, 'restart' as const, 'crash' as const) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constantFrom('delete' as const, 'deleteOld' as const, 'copyOld' as const),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constantFrom('trim' as const, 'truncate' as const, 'rewrite' as const),
        keep: fc.integer({ min: 0, max: 5 }),
      }),
    },
  ) as fc.Arbitrary<Step>,
  { minLength: 1, maxLength: 24 },
);

/** The swarm's files, on disk and in the model at once. */
class Swarm {
  readonly root: string;
  log: File | null = null;
  old: File | null = null;
  #serial = 0;
  #names = 0;

  constructor() {
    this.root = mkdtempSync(join(folder, 'r-'));
  }

  get logPath(): string {
    return join(this.root, LOG_NAME);
  }

  get oldPath(): string {
    return join(this.root, OLD_LOG_NAME);
  }

  line(size: number): string {
    this.#serial += 1;
    return `{"n": ${this.#serial}, "content": "${'x'.repeat(size)}"}`;
  }

  append(lines: string[]): void {
    this.log ??= { lines: [], tail: '' };
    // A writer that finds no line feed at the end puts one; the unfinished line is then a bad one for good.
    const lead = this.log.tail === '' ? '' : '\n';
    if (this.log.tail !== '') this.log.lines.push(this.log.tail.slice(0, BEGUN));
    this.log.tail = '';
    this.log.lines.push(...lines);
    appendFileSync(this.logPath, `${lead}${lines.join('\n')}\n`);
  }

  begin(): void {
    this.log ??= { lines: [], tail: '' };
    if (this.log.tail !== '') return;
    this.log.tail = this.line(20);
    appendFileSync(this.logPath, this.log.tail.slice(0, BEGUN));
  }

  finish(): void {
    if (!this.log || this.log.tail === '') return;
    appendFileSync(this.logPath, `${this.log.tail.slice(BEGUN)}\n`);
    this.log.lines.push(this.log.tail);
    this.log.tail = '';
  }

  rotate(): void {
    if (!this.log) return;
    renameSync(this.logPath, this.oldPath);
    this.old = this.log;
    this.log = { lines: [], tail: '' };
    writeFileSync(this.logPath, '');
  }

  delete(): void {
    if (this.log) unlinkSync(this.logPath);
    this.log = null;
  }

  deleteOld(): void {
    if (this.old) unlinkSync(this.oldPath);
    this.old = null;
  }

  /** Somebody puts a copy of the log where the rotated one stands. */
  copyOld(): void {
    if (!this.log) return;
    this.old = { lines: [...this.log.lines], tail: '' };
    this.#replace(this.oldPath, this.old);
  }

  /** `tail -n keep log > tmp; mv tmp log`. */
  trim(keep: number): void {
    if (!this.log) return;
    this.log = { lines: this.log.lines.slice(this.log.lines.length - Math.min(keep, this.log.lines.length)), tail: '' };
    this.#replace(this.logPath, this.log);
  }

  /** The file is cut in place after some lines. */
  truncate(keep: number): void {
    if (!this.log) return;
    this.log.lines = this.log.lines.slice(0, keep);
    this.log.tail = '';
    truncateSync(this.logPath, Buffer.byteLength(content(this.log)));
  }

  /** `tail -n keep log > tmp; cat tmp > log`: other content under the same inode. */
  rewrite(keep: number): void {
    if (!this.log) return;
    this.log.lines = this.log.lines.slice(this.log.lines.length - Math.min(keep, this.log.lines.length));
    this.log.tail = '';
    writeFileSync(this.logPath, content(this.log));
  }

  #replace(path: string, file: File): void {
    this.#names += 1;
    const temporary = join(this.root, `tmp${this.#names}`);
    writeFileSync(temporary, content(file));
    renameSync(temporary, path);
  }
}

function content(file: File): string {
  return file.lines.map((line) => `${line}\n`).join('');
}

/** What a history would do: lines and checkpoint kept together, the reader made again after a stop. */
class FollowedLog {
  readonly lines: string[] = [];
  #checkpoint: LogCheckpoint | null = null;
  #reader: MessageLog;
  readonly #root: string;
  gaps = 0;

  constructor(root: string) {
    this.#root = root;
    this.#reader = this.#open();
  }

  refresh(): void {
    for (let more = true; more; ) {
      const batch = this.#reader.read();
      this.lines.push(...batch.lines.map((line) => line.text));
      this.#checkpoint = structuredClone(batch.checkpoint);
      this.gaps = batch.checkpoint.gaps;
      more = batch.more;
    }
  }

  /** A crash between reading and committing: what was read is forgotten. */
  crash(): void {
    this.#reader.read();
    this.restart();
  }

  restart(): void {
    this.#reader.close();
    this.#reader = this.#open();
  }

  close(): void {
    this.#reader.close();
  }

  #open(): MessageLog {
    const recorded = ({ text }: { text: string }) => this.lines.filter((line) => line === text).length;
    return new MessageLog({ root: this.#root, checkpoint: this.#checkpoint, recorded });
  }
}

type Reading = 'refresh' | 'restart' | 'crash';

function perform(swarm: Swarm, step: Step): void {
  switch (step.do) {
    case 'append':
      swarm.append(Array.from({ length: step.lines }, () => swarm.line(step.size)));
      return;
    case 'trim':
    case 'truncate':
    case 'rewrite':
      swarm[step.do](step.keep);
      return;
    case 'begin':
    case 'finish':
    case 'rotate':
    case 'delete':
    case 'deleteOld':
    case 'copyOld':
      swarm[step.do]();
      return;
    case 'refresh':
    case 'restart':
    case 'crash':
      throw new Error(`${step.do} is a step of the reader`);
  }
}

test(`${RUNS} random histories: every line that could be seen is given once, in order`, () => {
  fc.assert(
    fc.property(steps, (history) => {
      const swarm = new Swarm();
      const followed = new FollowedLog(swarm.root);
      const expected: string[] = [];
      const seen = new Set<string>();
      // What the reader holds open: content stays readable through it when the name is gone.
      let held: File[] = [];
      const refresh = () => {
        const files = [...held, swarm.old, swarm.log].filter((file) => file !== null);
        for (const line of files.flatMap((file) => file.lines.filter((text) => text.length > BEGUN))) {
          if (!seen.has(line)) expected.push(line);
          seen.add(line);
        }
        followed.refresh();
        held = [swarm.old, swarm.log].filter((file) => file !== null);
      };
      for (const step of history) {
        if (step.do === 'refresh') refresh();
        else if (step.do === 'restart' || step.do === 'crash') {
          followed[step.do]();
          held = [];
        } else perform(swarm, step);
      }
      refresh();
      followed.close();
      rmSync(swarm.root, { recursive: true });
      assert.deepEqual(followed.lines, expected);
    }),
    { numRuns: RUNS },
  );
});

test('2,000 random histories with equal lines: appends and rotations keep every copy', () => {
  const moves = fc.array(fc.constantFrom('append', 'append', 'refresh', 'rotate', 'restart'), {
    minLength: 1,
    maxLength: 30,
  });
  fc.assert(
    fc.property(moves, (history) => {
      const swarm = new Swarm();
      const followed = new FollowedLog(swarm.root);
      const written: string[] = [];
      let rotated = false;
      let fresh = true;
      for (const move of history) {
        if (move === 'append') {
          // Each generation begins with a line of its own: two that begin alike are one and its copy.
          const line = fresh ? swarm.line(1) : `{"same": ${written.length % 3}}`;
          fresh = false;
          written.push(line);
          swarm.append([line]);
        } else if (move === 'rotate') {
          // A second rotation before anybody looked destroys messages: another test's matter.
          if (rotated) followed.refresh();
          swarm.rotate();
          rotated = true;
          fresh = true;
        } else if (move === 'refresh') {
          followed.refresh();
          rotated = false;
        } else followed.restart();
      }
      followed.refresh();
      followed.close();
      rmSync(swarm.root, { recursive: true });
      assert.deepEqual(followed.lines, written);
      assert.equal(followed.gaps, 0);
    }),
    { numRuns: 2000 },
  );
});

test('the log under two names at once is read once', () => {
  const swarm = new Swarm();
  const followed = new FollowedLog(swarm.root);
  swarm.append([swarm.line(5), swarm.line(5)]);
  linkSync(swarm.logPath, swarm.oldPath);
  followed.refresh();
  swarm.append([swarm.line(5)]);
  followed.refresh();
  followed.close();
  assert.equal(followed.lines.length, 3);
});
