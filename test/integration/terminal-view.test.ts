/** What is certain from the screens of terminals, as viewers get it, on a real tmux. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { TerminalView } from '../../lib/contract/terminal-schemas';
import { LiveTerminals } from '../../lib/swarms/live-terminals';
import { missingTmux } from '../support/fake-agents';
import { ScriptedPane } from '../support/screen-exactness';
import { reachPane, TestTmux, TestViewer } from '../support/test-tmux';
import { until } from '../support/until';

const skip = missingTmux() ?? (process.platform === 'linux' ? false : 'it needs /proc');
const SCREEN = join(import.meta.dirname, '../fixtures/claude-code/screens/dialog-webfetch.ansi');
const stops: (() => Promise<void> | void)[] = [];
after(async () => {
  for (const stop of stops.reverse()) await stop();
});

/** Terminals of agents that all run in one pane, which shows a dialog. */
async function atDialog() {
  const tmux = new TestTmux();
  stops.push(() => tmux.stop());
  const scripted = new ScriptedPane(tmux, { columns: 120, rows: 60 });
  stops.push(() => scripted.close());
  await scripted.write(readFileSync(SCREEN, 'utf8').trimEnd().replaceAll('\n', '\r\n'));
  await scripted.isRead();
  let claudePid: number | null = null;
  const terminals = new LiveTerminals({
    reach: () => ({ ...reachPane(scripted.pane), claudePid }),
    places: { ancestors: () => [], tmuxServer: () => tmux.socket },
    onFault: (error) => assert.fail(String(error)),
  });
  stops.push(() => terminals.stop());
  const seeProcess = (pid: number) => {
    claudePid = pid;
  };
  return { terminals, scripted, seeProcess };
}

const questions = ({ events }: TestViewer) =>
  events.flatMap(({ event, data }) => (event === 'view' ? [(data as TerminalView).dialog?.question ?? null] : []));
const asks = (viewer: TestViewer, count: number) =>
  until(
    async () => questions(viewer),
    (found) => found.length >= count,
  );
const QUESTION = 'Do you want to allow Claude to fetch this content?';

test('open(): a preview has the dialog with its question, also of a pane that is watched already and stays as it is', {
  skip,
}, async () => {
  const { terminals } = await atDialog();
  const first = new TestViewer(terminals, 'a', 'preview').open();
  assert.deepEqual(await asks(first, 1), [QUESTION]);
  const other = new TestViewer(terminals, 'b', 'preview').open();
  assert.deepEqual(await asks(other, 1), [QUESTION]);
});

test('open(): after another state a viewer gets again what is certain from the screen', { skip }, async () => {
  const { terminals, seeProcess } = await atDialog();
  const viewer = new TestViewer(terminals, 'a', 'preview').open();
  await asks(viewer, 1);
  // What is in the foreground is known from now on.
  seeProcess(process.pid);
  await until(
    async () => viewer.state?.foreground,
    (foreground) => foreground !== 'unknown',
  );
  assert.deepEqual(await asks(viewer, 2), [QUESTION, QUESTION]);
  assert.equal(viewer.events.findLast(({ id }) => id === null)?.event, 'view', 'after the state');
});
