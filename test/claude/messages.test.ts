/** Messages from the dashboard to the real Claude Code, by its messaging socket and by its terminal. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { OutgoingMessage, OutgoingState } from '../../lib/contract/action-schemas';
import type { SendMessageBody, SentAnswer } from '../../lib/contract/message-requests';
import type { AgentsAnswer } from '../../lib/contract/schemas';
import { commandHeaders } from '../support/commands';
import { until } from '../support/until';
import { agentOnceIn, setUp } from './set-up';

const WORK_MS = 4000;
const SCRIPTS = {
  work: [{ text: 'All 42 tests pass.', delayMs: WORK_MS }],
  permission: [
    { text: 'I write.', tools: [{ name: 'Bash', input: { command: 'sh -c "echo 1 > a.txt"', description: 'Write' } }] },
    { text: 'Written.' },
  ],
};
const DRAFT = 'half a thought';

test('messages reach the real Claude Code', async (context) => {
  const real = await setUp(context, 'messages', SCRIPTS);
  if (real === null) return;
  const { cli, server } = real;
  let id = '';
  const is = async (wanted: string) => {
    id = await agentOnceIn(server, wanted);
  };
  const send = async (body: Partial<SendMessageBody>): Promise<OutgoingMessage> => {
    const whole = { recipients: [id], msg_type: 'INFO', content: 'Hello.', ...body };
    const headers = { ...commandHeaders(server), 'content-type': 'application/json' };
    const response = await fetch(`${server.url}/api/messages`, {
      method: 'POST',
      headers,
      body: JSON.stringify(whole),
    });
    const answer = (await response.json()) as SentAnswer;
    assert.equal(response.status, 201, JSON.stringify(answer));
    return answer.message;
  };
  const outcome = async (sent: OutgoingMessage) => {
    const { messages } = await server.until<OutgoingState>('/api/messages/outgoing', (state) =>
      state.messages.some((one) => one.id === sent.id && one.final),
    );
    const { outcome: found, via, detail } = messages.find((one) => one.id === sent.id)?.deliveries[id] ?? {};
    return { found, via, detail };
  };
  const delivered = async (sent: OutgoingMessage, via: 'session' | 'tmux') => {
    const result = await outcome(sent);
    assert.deepEqual([result.found, result.via], ['delivered', via], `${result.detail}\n${cli.screen()}`);
  };
  const count = (text: string) =>
    readdirSync(join(cli.claudeFolder, 'projects'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.jsonl'))
      .flatMap((name) => readFileSync(join(cli.claudeFolder, 'projects', name), 'utf8').split('\n'))
      .filter((line) => /"type":"(?:user|attachment)"/.test(line) && line.includes(text)).length;
  const step = (name: string, run: () => Promise<void>) =>
    context.test(name, () =>
      run().catch((error: Error) => {
        throw new Error(`${error.message}\nThe terminal:\n${cli.screen().trim()}`, { cause: error });
      }),
    );

  cli.start();
  await is('idle');
  await cli.shows('❯');

  for (const via of ['session', 'tmux'] as const) {
    const named = (text: string) => `${text} by ${via}.`;
    if (via === 'tmux') {
      await step('without its socket the terminal is used', async () => {
        const sessions = join(cli.claudeFolder, 'sessions');
        const [name = ''] = readdirSync(sessions).filter((file) => file.endsWith('.json'));
        rmSync(
          (JSON.parse(readFileSync(join(sessions, name), 'utf8')) as { messagingSocketPath: string })
            .messagingSocketPath,
        );
      });
    }

    await step(`${via}: idle`, async () => {
      await delivered(await send({ content: named('Idle') }), via);
      assert.equal(count(named('Idle')), 1);
      await is('idle');
    });

    await step(`${via}: busy`, async () => {
      await cli.type('Please do script work');
      await is('working');
      const sent = await send({ content: named('Busy') });
      await delivered(sent, via);
      assert.equal(count(named('Busy')), 1);
      await is('idle');
    });

    await step(`${via}: at a dialog nothing is typed, and the message follows`, async () => {
      await cli.type('Please do script permission');
      await is('waiting');
      await cli.shows('1. Yes');
      const sent = await send({ content: named('Dialog') });
      assert.equal(sent.deliveries[id]?.outcome, 'queued');
      assert.match(sent.deliveries[id]?.detail ?? '', /waits at a prompt \(permission prompt\)/);
      assert.match(cli.screen(), /1\. Yes/);
      await cli.answer('1. Yes', '1');
      await delivered(sent, via);
      assert.equal(count(named('Dialog')), 1);
      await is('idle');
    });

    await step(`${via}: a draft is kept`, async () => {
      await cli.draft(DRAFT);
      await delivered(await send({ content: named('Draft') }), via);
      await until(
        async () => cli.screen(),
        (screen) => screen.includes(`❯\u00a0${DRAFT}`),
      );
      await is('idle');
      // Twice Escape clears a composer with a text.
      cli.press('Escape');
      cli.press('Escape');
      await until(
        async () => cli.screen(),
        (screen) => !screen.includes(`❯\u00a0${DRAFT}`),
      );
    });
  }

  await step('tmux: several lines, a long text, a backslash and a leading slash arrive whole', async () => {
    for (const content of [
      '/clear is text',
      'One\nTwo',
      'ends with \\',
      `${'long '.repeat(400)}end.`,
      'a\nb\nc\nd\ne\nf',
    ]) {
      await delivered(await send({ content }), 'tmux');
      await is('idle');
    }
  });

  await step('a command runs', async () => {
    await delivered(await send({ content: '/rename ada-1', as_command: true }), 'tmux');
    await server.until<AgentsAnswer>('/api/agents', ({ agents }) => agents.some((agent) => agent.id === 'ada-1'));
  });
});
