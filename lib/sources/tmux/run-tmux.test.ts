import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { missingTmux } from '../../../test/support/fake-agents';
import { runTmux, TmuxError } from './run-tmux';

const folder = mkdtempSync(join(tmpdir(), 'tmux-'));
after(() => rmSync(folder, { recursive: true }));

const fault = (socket: string) =>
  runTmux(socket, ['list-panes', '-a']).then(
    () => assert.fail('It did not fail.'),
    (error: unknown) => (error instanceof TmuxError ? error : Promise.reject(error)),
  );

test('runTmux(): no server, or what is none, is a sentence, and had no effect', async () => {
  const gone = await fault(join(folder, 'gone'));
  assert.match(gone.message, /^The tmux server at .*gone is gone \(ENOENT\)\.$/);
  writeFileSync(join(folder, 'file'), '');
  assert.match((await fault(join(folder, 'file'))).message, /is no socket of tmux/);
  assert.ok(gone.known);
});

test('runTmux(): a socket without a server behind it is a sentence', { skip: missingTmux() ?? false }, async () => {
  const path = join(folder, 'other');
  const server = createServer((socket) => socket.destroy()).listen(path);
  await once(server, 'listening');
  assert.match((await fault(path)).message, /is gone\.$|tmux refused/);
  server.close();
});
