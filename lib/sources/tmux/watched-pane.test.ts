import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { ControlClient } from './control-client';
import type { ControlRequest } from './control-stream';
import { ParseQueue } from './parse-queue';
import { WatchedPane } from './watched-pane';

/** A control client whose tmux takes commands and never answers. */
function silentClient() {
  const asked: ControlRequest[] = [];
  const given: string[] = [];
  const client = {
    session: '$0',
    send: (_: string, request: ControlRequest) => asked.push(request),
    tell: () => {},
    giveUp: (why: string) => {
      given.push(why);
      for (const request of asked.splice(0)) request.onFault(why);
    },
  };
  return { client: client as unknown as ControlClient, asked, given };
}

test('connect(): a client that does not answer is given up, so that another one can follow', (context) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  context.after(() => mock.timers.reset());
  const { client, asked, given } = silentClient();
  const pane = new WatchedPane('%0', new ParseQueue());
  context.after(() => pane.dispose());
  pane.connect({ client, canPause: true });
  assert.equal(asked.length, 1);
  mock.timers.tick(60_000);
  assert.deepEqual(given.slice(0, 1), ['tmux did not answer.']);
});

test('connect(): a client that answered, if only with a fault, is not given up for it', (context) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  context.after(() => mock.timers.reset());
  const { client, asked, given } = silentClient();
  const pane = new WatchedPane('%0', new ParseQueue());
  context.after(() => pane.dispose());
  pane.connect({ client, canPause: true });
  asked.shift()?.onFault('no such pane');
  pane.connect(null);
  mock.timers.tick(60_000);
  assert.deepEqual(given, []);
});

const ROWS = 3;
const FLAGS = [1, 0, 0, 0, 1, 0, 0, 0, 0, 0];

/** Answers a capture as tmux does, with a screen. */
function answer(request: ControlRequest | undefined, screen: readonly string[]): void {
  assert.ok(request, 'a capture was asked for');
  const about = [1, 0, 20, ROWS, 0, 0, 0, 0, 0, ROWS - 1, ...FLAGS, 'a title'].join(':');
  for (const [index, lines] of [[about], screen, [''], screen].entries()) {
    request.expect(index);
    request.onReply(
      index,
      lines.map((line) => Buffer.from(line)),
    );
  }
}

/** Waits for what the emulator does in later turns of the event loop. */
async function eventually(isTrue: () => boolean): Promise<void> {
  for (let turns = 0; turns < 1000 && !isTrue(); turns += 1) await turn();
  assert.ok(isTrue());
}

test('paused(): right after a capture, before its screen is there, another one is asked for', async (context) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  context.after(() => mock.timers.reset());
  const { client, asked } = silentClient();
  const pane = new WatchedPane('%0', new ParseQueue());
  context.after(() => pane.dispose());
  pane.connect({ client, canPause: true });
  // As of a tmux that was held up for over a second: the notice comes in the same bytes as the capture.
  answer(asked.shift(), ['', '', '']);
  pane.paused(client);
  await eventually(() => pane.model !== null);
  await eventually(() => {
    mock.timers.tick(1000);
    return asked.length > 0;
  });
  answer(asked.shift(), ['what was paused', '', '']);
  await eventually(() => pane.model?.plainLines()[0] === 'what was paused');
  pane.output(client, Buffer.from('\u001b[2;1Hgoes on'));
  await eventually(() => pane.model?.plainLines()[1] === 'goes on');
});
