/** The terminal of the real Claude Code: what is certain on its screen, and typing into it. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { AgentsAnswer } from '../../lib/contract/schemas';
import type { TerminalView } from '../../lib/contract/terminal-schemas';
import { commandHeaders } from '../support/commands';
import { SseParser } from '../support/sse-client';
import { agentOnceIn, setUp } from './set-up';

const WORK_MS = 20_000;
const SHOWN_TIMEOUT_MS = 30_000;
/** Within about 50 ms a new dialog was seen to take no key. */
const NEW_DIALOG_MS = 500;
const SCRIPTS = {
  work: [{ text: 'All 42 tests pass.', delayMs: WORK_MS }],
  permission: [
    { text: 'I write.', tools: [{ name: 'Bash', input: { command: 'sh -c "echo 1 > a.txt"', description: 'Write' } }] },
    { text: 'Written.' },
  ],
};

test('the terminal of the real Claude Code', async (context) => {
  const real = await setUp(context, 'terminals', SCRIPTS);
  if (real === null) return;
  const { cli, server } = real;
  let id = '';
  const is = async (wanted: string) => {
    id = await agentOnceIn(server, wanted);
  };
  const send = async (name: string, body: object = {}) => {
    const headers = { ...commandHeaders(server), 'content-type': 'application/json' };
    const url = `${server.url}/api/agents/${encodeURIComponent(id)}/${name}`;
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
    return { status: response.status, answer: (await response.json()) as { outcome?: string; dialog?: object } };
  };
  /** Waits until what is certain on the screen fits, as the stream of the terminal says. */
  const shows = async (fits: (view: TerminalView) => boolean): Promise<TerminalView> => {
    const ended = new AbortController();
    const timer = setTimeout(() => ended.abort(new Error('The screen never showed it.')), SHOWN_TIMEOUT_MS);
    const url = `${server.url}/api/agents/${encodeURIComponent(id)}/terminal`;
    const response = await fetch(url, { signal: ended.signal });
    assert.equal(response.status, 200);
    let found: TerminalView | null = null;
    const parser = new SseParser(({ name, data }) => {
      const view = name === 'view' ? (JSON.parse(data) as TerminalView) : null;
      if (view && fits(view)) found ??= view;
    });
    for await (const bytes of response.body ?? []) {
      parser.feed(Buffer.from(bytes));
      if (found) break;
    }
    clearTimeout(timer);
    ended.abort();
    return found ?? assert.fail('The stream ended.');
  };
  const step = (name: string, run: () => Promise<void>) =>
    context.test(name, () =>
      run().catch((error: Error) => {
        throw new Error(`${error.message}\nThe terminal:\n${cli.screen().trim()}`, { cause: error });
      }),
    );

  cli.start();
  await is('idle');
  await cli.shows('❯');

  await step('an empty composer, a draft, and a prompt', async () => {
    await shows(({ composer, dialog }) => composer === 'empty' && dialog === null);
    const screen = await fetch(`${server.url}/api/agents/${encodeURIComponent(id)}/terminal?text=1`);
    assert.match(await screen.text(), /^❯\u00a0/m);
    assert.equal((await send('input', { text: 'Please do ', submit: false })).answer.outcome, 'typed');
    await shows(({ composer }) => composer === 'draft');
    assert.equal((await send('input', { text: 'script permission' })).answer.outcome, 'submitted');
    await is('waiting');
  });

  await step('a dialog has its options; a text is refused and a digit chooses', async () => {
    const { dialog } = await shows((view) => view.dialog !== null);
    const options = dialog?.options ?? [];
    assert.equal(options[0]?.label, 'Yes');
    const no = options.at(-1);
    assert.equal(no?.label, 'No');
    const refused = await send('input', { text: 'yes' });
    assert.deepEqual([refused.status, refused.answer.dialog], [409, dialog]);
    assert.equal((await send('keys', { keys: ['1'], expected_option: 'No' })).status, 409);
    // For a moment after it has opened, the dialog moves to the option of a digit without taking it.
    await delay(NEW_DIALOG_MS);
    const pressed = await send('keys', { keys: [no?.key], expected_option: 'No' });
    assert.deepEqual([pressed.status, pressed.answer.outcome], [200, 'pressed']);
    await shows((view) => view.dialog === null && view.composer === 'empty');
    await is('idle');
    assert.ok(!existsSync(join(cli.project, 'a.txt')));
  });

  await step('a leading slash is text, unless it is asked for as a command', async () => {
    assert.equal((await send('input', { text: '/rename text-1' })).answer.outcome, 'submitted');
    await is('idle');
    assert.equal((await send('input', { text: '/rename ada-1', as_command: true })).answer.outcome, 'submitted');
    await server.until<AgentsAnswer>('/api/agents', ({ agents }) => agents.some((agent) => agent.id === 'ada-1'));
    id = 'ada-1';
  });

  await step('an interrupt stops it', async () => {
    await is('idle');
    assert.equal((await send('interrupt')).answer.outcome, 'not_working');
    assert.equal((await send('input', { text: 'Please do script work' })).answer.outcome, 'submitted');
    await is('working');
    assert.equal((await send('interrupt')).answer.outcome, 'stopped');
    await is('idle');
  });
});
