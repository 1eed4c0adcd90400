/**
 * Compares what viewers see with what tmux shows, after random output and everything that happens between a viewer and
 * a pane: reconnects, falling behind, other sizes, clients that are cut off.
 */
import { execFileSync } from 'node:child_process';
import { closeSync, openSync, write } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { newTerminal } from '../../lib/sources/tmux/emulator';
import { codesOf, findDifference } from '../../lib/sources/tmux/screen-cells';
import { LiveTerminals } from '../../lib/swarms/live-terminals';
import { RandomScreens, seededRandom } from './random-screens';
import { reachPane, type TestPane, TestTmux, TestViewer } from './test-tmux';
import { until } from './until';

const writeBytes = promisify(write);
const SIZE = { columns: 60, rows: 16 };
const DEADLINE_MS = 30_000;

/** A pane whose output a test writes. */
export class ScriptedPane {
  readonly pane: TestPane;
  readonly #tmux: TestTmux;
  readonly #fd: number;
  #marks = 0;

  constructor(tmux: TestTmux, size = SIZE) {
    const path = join(tmux.folder, `output-${Math.random().toString(36).slice(2)}`);
    execFileSync('mkfifo', [path]);
    this.#tmux = tmux;
    this.pane = tmux.start(`stty raw -echo; exec cat ${path}`, size);
    this.#fd = openSync(path, 'w');
  }

  /** Not at once: a test that does not read meanwhile would keep tmux from reading. */
  async write(text: string): Promise<void> {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; ) at += (await writeBytes(this.#fd, bytes, at)).bytesWritten;
  }

  /** Waits until tmux has read everything. */
  async isRead(): Promise<void> {
    this.#marks += 1;
    const mark = `mark-${this.#marks}`;
    await this.write(`\u001b]2;${mark}\u0007`);
    await until(
      async () => this.#tmux.run('display-message', '-p', '-t', this.pane.id, '#{pane_title}').trim(),
      (title) => title === mark,
    );
  }

  close(): void {
    closeSync(this.#fd);
  }
}

/** @returns how the screen of a viewer differs from that of a pane; null if it does not */
export async function difference(tmux: TestTmux, pane: TestPane, viewer: TestViewer): Promise<string | null> {
  await viewer.isWritten();
  const format = '#{pane_width}:#{pane_height}:#{cursor_x}:#{cursor_y}:#{alternate_on}';
  const words = ['display-message', '-p', '-t', pane.id, format, ';', 'capture-pane', '-p', '-e', '-t', pane.id];
  const [about = '', ...lines] = tmux.run(...words).split('\n');
  const [columns = 0, rows = 0, x, y, alternate] = about.split(':').map(Number);
  const { terminal } = viewer;
  const { active } = terminal.buffer;
  if (terminal.cols !== columns || terminal.rows !== rows) return `size ${terminal.cols}x${terminal.rows}: ${about}`;
  if (active.cursorX !== x || active.cursorY !== y) return `cursor ${active.cursorX},${active.cursorY}: ${about}`;
  if ((active.type === 'alternate') !== (alternate === 1)) return `${active.type} buffer: ${about}`;
  const scratch = newTerminal(columns, rows, 0);
  const text = lines.slice(0, rows).map((line, row) => `\u001b[${row + 1};1H${boxes(line)}`);
  await new Promise<void>((resolve) => scratch.write(`\u001b[?7l${text.join('')}`, resolve));
  const found = findDifference(active, scratch.buffer.active, { columns, rows });
  const [mine, its] = [active, scratch.buffer.active].map((buffer) =>
    found ? buffer.getLine(buffer.baseY + found.y)?.translateToString(true) : '',
  );
  const codes = [active, scratch.buffer.active].map((buffer) => {
    const cell = found && buffer.getLine(buffer.baseY + found.y)?.getCell(found.x);
    return cell ? codesOf(cell) : '';
  });
  scratch.dispose();
  return (
    found &&
    `${found.x},${found.y}: ${JSON.stringify(mine)} (${codes[0]}) instead of ${JSON.stringify(its)} (${codes[1]})`
  );
}

function boxes(line: string): string {
  return line.replaceAll('\u000e', '\u001b(0').replaceAll('\u000f', '\u001b(B');
}

export interface ExactnessFigures {
  screens: number;
  /** How many screens the viewer was sent. */
  sent: number;
  /** After how many it was wrong at first, until the comparison with tmux mended it. */
  mended: number;
}

/**
 * Writes random screens, disturbs the viewer now and then, and compares after each.
 *
 * @throws with the seed and the difference, if a screen stays wrong
 */
export async function checkScreens(count: number, seed: number): Promise<ExactnessFigures> {
  const tmux = new TestTmux();
  const random = seededRandom(seed);
  const scripted = new ScriptedPane(tmux);
  const screens = new RandomScreens(random, SIZE);
  const terminals = new LiveTerminals({
    reach: () => reachPane(scripted.pane),
    places: { ancestors: () => [], tmuxServer: () => tmux.socket },
    onFault: (error) => {
      throw error;
    },
  });
  const figures = { screens: 0, sent: 0, mended: 0 };
  let viewer = new TestViewer(terminals, 'agent').open();
  try {
    for (; figures.screens < count; figures.screens += 1) {
      viewer = await disturb(screens, viewer, { tmux, scripted, terminals });
      await scripted.write(screens.next(1 + screens.below(40)));
      await scripted.isRead();
      const about = `Screen ${figures.screens}, seed ${seed}`;
      if (await isMended(() => difference(tmux, scripted.pane, viewer), about)) figures.mended += 1;
    }
    figures.sent += viewer.screens;
  } finally {
    viewer.close();
    await terminals.stop();
    scripted.close();
    tmux.stop();
  }
  return figures;
}

/** @returns whether the screen was wrong for longer than output is on its way */
async function isMended(differs: () => Promise<string | null>, about: string): Promise<boolean> {
  const begun = performance.now();
  for (;;) {
    const found = await differs();
    const ms = performance.now() - begun;
    if (found === null) return ms > 500;
    if (ms > DEADLINE_MS) throw new Error(`${about}: ${found}`);
    await delay(5);
  }
}

interface Stage {
  tmux: TestTmux;
  scripted: ScriptedPane;
  terminals: LiveTerminals;
}

/** @returns the viewer that goes on */
async function disturb(
  screens: RandomScreens,
  viewer: TestViewer,
  { tmux, scripted, terminals }: Stage,
): Promise<TestViewer> {
  const kind = screens.below(40);
  if (kind === 0) {
    // It is away while something happens, and goes on where it stopped.
    viewer.close();
    await scripted.write(screens.next(20));
    await delay(screens.below(20));
    return viewer.open();
  }
  if (kind === 1) {
    viewer.close();
    return new TestViewer(terminals, 'agent').open();
  }
  if (kind === 2) {
    // More than the emulator takes at once, and than the ring keeps.
    await scripted.write(screens.next(60).repeat(1 + screens.below(600)));
  } else if (kind === 3) {
    const size = ['-x', String(SIZE.columns - 10 + screens.below(20)), '-y', String(SIZE.rows - 4 + screens.below(8))];
    tmux.run('resize-window', '-t', scripted.pane.id, ...size);
  } else if (kind === 4) {
    tmux.run('clear-history', '-t', scripted.pane.id);
  } else if (kind === 5 && screens.below(4) === 0) {
    // The control client is cut off.
    const [client] = tmux.run('list-clients', '-F', '#{client_name}').split('\n');
    if (client) tmux.run('detach-client', '-t', client);
  }
  return viewer;
}
