/** The pending acknowledgements as the page lists them. */
import type { AcksAnswer, PendingAck } from '@/lib/contract/acks-schemas';

/** What the page says of each state. */
export const STATES: Record<PendingAck['state'], { label: string; colour: string; meaning: string }> = {
  overdue: {
    label: 'overdue',
    colour: 'text-bad',
    meaning: 'The next retry is late, or all retries were made.',
  },
  waiting: { label: 'waiting', colour: 'text-ink', meaning: 'The recipient has not answered yet.' },
  broken: {
    label: 'never sent',
    colour: 'text-bad',
    meaning: 'The message broke off before it was sent. What is left of it makes the retries of all others fail.',
  },
  answered: {
    label: 'answered',
    colour: 'text-good',
    meaning: "The recipient has answered since; the swarm's tool does not know it and would send the message again.",
  },
  absent: {
    label: 'not in the registry',
    colour: 'text-muted',
    meaning: 'The registry does not list one of the two, or another process has the id of the sender.',
  },
};

const ORDER = Object.keys(STATES);

/** @returns a key that is the same while the entry is listed */
export function ackKey({ msg_id, recipient_id, folder }: PendingAck): string {
  return JSON.stringify([folder, msg_id, recipient_id]);
}

/** @returns each entry once, what needs a person first; entries of one state in the order of the file */
export function ackRows({ acks }: AcksAnswer): PendingAck[] {
  const rows = new Map(acks.map((ack) => [ackKey(ack), ack]));
  return [...rows.values()].sort((one, other) => ORDER.indexOf(one.state) - ORDER.indexOf(other.state));
}
