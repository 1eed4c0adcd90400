/**
 * Tells by the first bytes of a line whether anything in it is used. Most bytes of a transcript are copies of the
 * system prompt and of requests; parsing those as JSON would cost more than everything else.
 */

/** Much more than the fields before the type of a line need. */
const PREFIX_BYTES = 640;
const TEXT = '"(?:[^"\\\\]|\\\\.)*"';
const TYPE_FIRST = /^\{"type":"([^"\\]*)"/;
const TYPE_LATER = new RegExp(
  `^\\{"parentUuid":(?:null|${TEXT}),(?:"logicalParentUuid":(?:null|${TEXT}),)?"isSidechain":(?:true|false),` +
    `(?:"(?:promptId|agentId|teamName|agentName)":${TEXT},)*` +
    `(?:"attachment":\\{"type":"([^"\\\\]*)"|"type":"([^"\\\\]*)"|"message":\\{"id":)`,
);
const USED_ATTACHMENTS: ReadonlySet<string> = new Set(['queued_command']);
const USED_TYPES: ReadonlySet<string> = new Set(['user', 'assistant', 'system', 'attachment', 'permission-mode']);

/**
 * What a line is good for: `answer` may contain usage, `state` says something about the session, `none` is not parsed.
 * A line that is not recognised counts as `answer`, so that a version with another order of fields is read too.
 */
export type LineUse = 'answer' | 'state' | 'none';

/** @returns the use of a line, by its first bytes */
export function lineUse(line: Buffer): LineUse {
  const prefix = line.toString('latin1', 0, PREFIX_BYTES);
  const first = TYPE_FIRST.exec(prefix)?.[1];
  if (first !== undefined) return typeUse(first);
  const later = TYPE_LATER.exec(prefix);
  if (later === null) return 'answer';
  const [, attachment, type] = later;
  if (attachment !== undefined) return USED_ATTACHMENTS.has(attachment) ? 'state' : 'none';
  return type === undefined ? 'answer' : typeUse(type);
}

function typeUse(type: string): LineUse {
  if (type === 'assistant') return 'answer';
  return USED_TYPES.has(type) ? 'state' : 'none';
}
