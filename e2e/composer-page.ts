/** What the tests of the composer share: a page that may send messages, and the server's answers to it. */
import type { Page, Request } from '@playwright/test';
import type { Me, OutgoingMessage } from '../lib/contract/action-schemas';
import { formatInstant } from '../lib/contract/instant';

/** Lets the page act, whatever the server says. */
export async function letAct(
  page: Page,
  actions: Me['actions'] = ['locks', 'messages', 'terminal', 'permissions', 'tasks'],
) {
  const me: Me = { name: 'operator', via: 'operator_key', scope: 'write', actions, reason: null, accepts_key: false };
  await page.route('**/api/me', (route) => route.fulfill({ json: me }));
}

export interface SentBody {
  recipients: string[];
  msg_type: string;
  content: string;
  requires_ack?: boolean;
  as_command?: boolean;
  parent_msg_id?: string;
}

/** The message as a server would answer with it. */
export function outgoing(body: SentBody, more: Partial<OutgoingMessage> = {}): OutgoingMessage {
  const delivered = { outcome: 'delivered', via: 'session', detail: 'Its session took it.', expires_at: null } as const;
  return {
    id: 'o-1',
    at: formatInstant(Date.now()),
    sender: 'operator',
    ...{ recipients: body.recipients, msg_type: body.msg_type, content: body.content },
    requires_ack: body.requires_ack === true,
    msg_id: '00000000-0000-4000-8000-999999999999',
    deliveries: Object.fromEntries(body.recipients.map((id) => [id, delivered])),
    ...{ final: true, logged: 'yes', detail: null, ...more },
  };
}

/** The server behind `POST /api/messages`: answers each message, and remembers the requests. */
export class FakeSending {
  readonly requests: Request[] = [];
  /** How the next messages are answered. */
  answer: (body: SentBody) => { status: number; json: unknown } = (body) => {
    const message = outgoing(body);
    return { status: 201, json: { message, deliveries: message.deliveries } };
  };
  /** Resolves before each answer. */
  wait: Promise<void> = Promise.resolve();

  static async on(page: Page): Promise<FakeSending> {
    const fake = new FakeSending();
    await page.route('**/api/messages', async (route) => {
      const request = route.request();
      if (request.method() !== 'POST') return route.fallback();
      fake.requests.push(request);
      await fake.wait;
      return route.fulfill(fake.answer(request.postDataJSON() as SentBody));
    });
    return fake;
  }

  get bodies(): SentBody[] {
    return this.requests.map((request) => request.postDataJSON() as SentBody);
  }
}
