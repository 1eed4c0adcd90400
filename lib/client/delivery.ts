/** Who a message went to, and whom it did not reach. */
import type { Message } from '../contract/schemas';
import { asText } from './text';

export interface Delivery {
  recipients: string[];
  /** Recipients that the terminal did not accept the message for. */
  failed: string[];
  /** `unknown` where the line does not say. */
  outcome: 'all' | 'partial' | 'none' | 'unknown';
  /** How many deliveries failed, also where the line does not say whose. */
  failedCount: number;
}

/**
 * Reads the delivery of a message from fields that may hold anything.
 *
 * @returns names in the order of the file; `delivery_status` decides, `failure_count` only where it says nothing
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
