/** Reads YAML, which includes JSON, from files of settings. No fault quotes the text, which may contain secrets. */
import { LineCounter, parseDocument } from 'yaml';

/** A fault of a text. */
export interface YamlFault {
  /** Null if unknown. */
  line: number | null;
  /** The parser's code for it. */
  code: string;
  /** Without a full stop at its end. */
  message: string;
}

/**
 * Reads a text.
 *
 * @param schema `failsafe` leaves every scalar a text
 * @returns its content, null for an empty text; or all of its faults
 */
export function readYaml(text: string, schema: 'core' | 'failsafe'): { value: unknown } | { faults: YamlFault[] } {
  const lines = new LineCounter();
  // Pretty errors quote the line.
  const document = parseDocument(text, { schema, prettyErrors: false, lineCounter: lines });
  const faults = document.errors.map(({ code, message, pos }) => ({ line: lines.linePos(pos[0]).line, code, message }));
  if (faults.length > 0) return { faults };
  try {
    return { value: document.toJS() };
  } catch {
    // The parser's own message names the alias, which was written in place of a value.
    const message = 'an alias has no anchor, or there are too many; a text that begins with * needs quotes';
    return { faults: [{ line: null, code: 'ALIAS', message }] };
  }
}
