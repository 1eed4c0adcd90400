/** The recipients of a message, and those that it did not reach. */
import type { Message } from '../contract/schemas';
import { asText } from './text';

const EVERYONE = 'all';

export interface Delivery {
  recipients: string[];
  /** Recipients whose terminal did not accept the message. */
  failed: string[];
  /** `unknown` if the log line does not say. */
  outcome: 'all' | 'partial' | 'none' | 'unknown';
  /** The number of failed deliveries, even if the log line does not name the recipients. */
  failedCount: number;
}

/**
 * Reads the delivery of a message from fields that may have any type.
 *
 * @returns names in the order of the file; `delivery_status` decides, `failure_count` only if it is missing
 */
export function describeDelivery(message: Message): Delivery {
  const recipients = deliveryNames(message.recipients);
  const statuses = objectEntries(message.delivery_status);
  if (statuses.length > 0) {
    const failed = statuses.filter(([, accepted]) => accepted !== true).map(([recipient]) => recipient);
    const outcome = failed.length === 0 ? 'all' : failed.length === statuses.length ? 'none' : 'partial';
    return { recipients, failed, outcome, failedCount: failed.length };
  }
  const failures = positive(message.failure_count);
  if (failures === 0) return { recipients, failed: [], outcome: 'unknown', failedCount: 0 };
  const outcome = positive(message.success_count) > 0 ? 'partial' : 'none';
  return { recipients, failed: [], outcome, failedCount: failures };
}

export interface Audience {
  /** The recipients by name, as far as the line names them. */
  names: string[];
  /** Whether the message went to all agents, not only to several. */
  isEveryone: boolean;
}

/**
 * Reads to whom a message went.
 *
 * @param agents the known agents. Without `all` as recipient, only they show that nobody was left out
 */
export function audienceOf({ sender, recipients, delivery_status }: Message, agents: ReadonlySet<string>): Audience {
  const listed = deliveryNames(recipients);
  if (listed.includes(EVERYONE)) {
    const names = objectEntries(delivery_status).map(([name]) => name);
    return { names: names.filter((name) => name !== EVERYONE), isEveryone: true };
  }
  const others = [...agents].filter((agent) => agent !== sender);
  const isEveryone = listed.length > 1 && others.length > 0 && others.every((agent) => listed.includes(agent));
  return { names: listed, isEveryone };
}

function deliveryNames(value: unknown): string[] {
  const names = Array.isArray(value) ? value.map(asText) : [asText(value)];
  return names.filter((name) => name !== '');
}

function objectEntries(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
}

function positive(value: unknown): number {
  return typeof value === 'number' && value > 0 ? value : 0;
}
