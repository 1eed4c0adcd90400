/** YAML, of which JSON is a part, as files of settings hold it. No fault quotes the text: secrets stand in it. */
import { LineCounter, parseDocument } from 'yaml';

/** What is wrong with a text. */
export interface YamlFault {
  /** Null where none can be named. */
  line: number | null;
  /** The parser's name for it. */
  code: string;
  /** Without a dot at its end. */
  message: string;
}

/**
 * Reads a text.
 *
 * @param schema `failsafe` leaves every scalar a text
 * @returns its content, null for an empty one; or everything that is wrong with it
 */
export function readYaml(text: string, schema: 'core' | 'failsafe'): { value: unknown } | { faults: YamlFault[] } {
  const lines = new LineCounter();
  // Pretty errors would quote the line.
  const document = parseDocument(text, { schema, prettyErrors: false, lineCounter: lines });
  const faults = document.errors.map(({ code, message, pos }) => ({ line: lines.linePos(pos[0]).line, code, message }));
  if (faults.length > 0) return { faults };
  try {
    return { value: document.toJS() };
  } catch {
    // The parser's own words name the alias, which is what somebody wrote in the place of a value.
    const message = 'an alias leads nowhere, or there are too many; a text that begins with * needs quotes';
    return { faults: [{ line: null, code: 'ALIAS', message }] };
  }
}
