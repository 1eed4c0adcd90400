/** Messages as files: JSON lines with every field, CSV for spreadsheets. */

import { describeDelivery } from '@/lib/client/delivery';
import { asText } from '@/lib/client/text';
import type { Message } from '@/lib/contract/schemas';
import { cursorSeq, type Place, readPage } from './message-pages';

export type DownloadFormat = 'jsonl' | 'csv';

/** A browser holds the whole file in memory before it is saved. */
export const MAX_DOWNLOADED = 100_000;
const PAGE = 1000;

export interface Download {
  blob: Blob;
  name: string;
  count: number;
  /** More messages match; the file contains only the newest. */
  cut: boolean;
}

interface DownloadRequest {
  /** The filter, as `choiceQuery` gives it. */
  choice: string;
  format: DownloadFormat;
  signal: AbortSignal;
  onProgress: (count: number) => void;
}

/** Reads every message that matches a filter, newest page first, and writes them into one file, oldest first. */
export async function download({ choice, format, signal, onProgress }: DownloadRequest): Promise<Download> {
  const parts: string[] = [];
  let count = 0;
  let place: Place = null;
  let more = true;
  while (more && count < MAX_DOWNLOADED) {
    const page = await readPage(choice, place, Math.min(PAGE, MAX_DOWNLOADED - count), signal);
    parts.push(page.messages.map((message) => downloadLine(message, format)).join(''));
    count += page.count;
    const previous = page.previous_cursor;
    more = previous !== null && cursorSeq(previous) !== null;
    place = previous === null ? null : { before: previous };
    onProgress(count);
  }
  // Spreadsheets recognise UTF-8 only after a byte order mark.
  const head = format === 'csv' ? [`\uFEFF${csvLine(COLUMNS.map(([name]) => name))}`] : [];
  const type = format === 'csv' ? 'text/csv;charset=utf-8' : 'application/x-ndjson';
  const name = `swarm-messages-${new Date().toISOString().slice(0, 19).replaceAll(':', '')}.${format}`;
  return { blob: new Blob([...head, ...parts.reverse()], { type }), name, count, cut: more };
}

const COLUMNS: readonly [name: string, value: (message: Message) => unknown][] = [
  ['seq', ({ seq }) => seq],
  ['sent_at', ({ sent_at }) => sent_at],
  ['timestamp', ({ timestamp }) => timestamp],
  ['sender', ({ sender }) => sender],
  ['recipients', (message) => describeDelivery(message).recipients.join('; ')],
  ['msg_type', ({ msg_type }) => msg_type],
  ['content', ({ content }) => content],
  ['not_delivered_to', (message) => describeDelivery(message).failed.join('; ')],
  ['msg_id', ({ msg_id }) => msg_id],
  ['parent_msg_id', ({ parent_msg_id }) => parent_msg_id],
];

/** @returns a message as one line of the file, including the line end */
export function downloadLine(message: Message, format: DownloadFormat): string {
  if (format === 'jsonl') return `${JSON.stringify(message)}\n`;
  return csvLine(COLUMNS.map(([, value]) => asText(value(message))));
}

function csvLine(values: readonly string[]): string {
  return `${values.map(csvField).join(',')}\r\n`;
}

/** Prefixes text that a spreadsheet would run as a formula with an apostrophe, which makes it text. */
function csvField(value: string): string {
  const safe = /^[\s\0]*[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]/.test(value) ? `'${value}` : value;
  return /[",;\r\n']/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
