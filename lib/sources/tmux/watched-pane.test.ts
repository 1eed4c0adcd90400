import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
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
