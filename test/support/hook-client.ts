/** A hook of Claude Code for tests: it posts an event and waits for the answer, on a connection of its own. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { dirname, join } from 'node:path';
import { hookTokenFile } from '../../lib/config/hook-token';

const TOKEN = 'swarm_0123456789abcdef0123456789abcdef';

/** Creates the token of hooks. @param stateHome what XDG_STATE_HOME is set to */
export function writeHookToken(stateHome: string): void {
  const file = hookTokenFile(join(stateHome, 'claude-swarm-dashboard'));
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${TOKEN}\n`, { mode: 0o600 });
}

export interface HookReply {
  status: number;
  /** The decision, null for an empty answer. */
  decision: Record<string, unknown> | null;
}

export interface SentHook {
  /** Rejects if the connection was closed before the answer. */
  answer: Promise<HookReply>;
  /** Closes the connection, as Claude Code does after a local "No". */
  close(): void;
}

/** Posts an event. @param url of the server */
export function sendHook(url: string, event: object): SentHook {
  const { hostname, port } = new URL(url);
  const body = JSON.stringify(event);
  const headers = {
    ...{ 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` },
    'content-length': Buffer.byteLength(body),
  };
  const options = { hostname, port, path: '/hooks/claude', method: 'POST', headers, agent: new Agent() };
  const sent = request(options);
  const answer = new Promise<HookReply>((resolve, reject) => {
    sent.on('error', reject);
    sent.on('response', async (response) => {
      let text = '';
      for await (const chunk of response) text += chunk;
      const decision = text === '' ? null : JSON.parse(text).hookSpecificOutput.decision;
      resolve({ status: response.statusCode ?? 0, decision });
    });
  });
  // A test may close it and not wait.
  answer.catch(() => {});
  sent.end(body);
  return { answer, close: () => sent.destroy() };
}
