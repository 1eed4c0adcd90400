/** Follows what is written to the transcript of one session from now on, for the evidence that a prompt arrived. */
import { type FileHandle, open, stat } from 'node:fs/promises';
import { findTranscript } from './transcript-path';

/** For one call: a turn writes some hundred kilobytes. */
const MAX_BYTES = 8 * 1024 * 1024;
const CHUNK_BYTES = 256 * 1024;
/** A prompt of 10 KB in JSON is far smaller. */
const MAX_LINE_BYTES = 512 * 1024;
/** The beginnings of the lines that say something about prompts. */
const TELLING = /"type":\s*"(?:user|attachment|queue-operation|system)"/;
const LF = 0x0a;

export interface SessionPlace {
  sessionId: string;
  cwd: string | null;
}

export class TranscriptTail {
  readonly #folder: string;
  /** By path: how far it was read. A file that is not listed is read from its beginning. */
  readonly #offsets = new Map<string, number>();

  /** @param folder of Claude Code */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Begins at the present end of the transcript of a session; one that does not exist yet is read whole. */
  async begin(place: SessionPlace): Promise<void> {
    const path = findTranscript(this.#folder, place, true);
    if (path === null) return;
    this.#offsets.set(
      path,
      await stat(path).then(
        ({ size }) => size,
        () => 0,
      ),
    );
  }

  /**
   * Reads the complete lines that were written since the last call.
   *
   * @param place of the session as it is now: `/clear` gives it another transcript
   * @returns the parsed lines about prompts, in order; none where the transcript can't be read
   */
  async read(place: SessionPlace): Promise<Record<string, unknown>[]> {
    const path = findTranscript(this.#folder, place, this.#offsets.size === 0);
    if (path === null) return [];
    const file = await open(path, 'r').catch(() => null);
    if (file === null) return [];
    try {
      const { lines, offset } = await readLines(file, this.#offsets.get(path) ?? 0);
      this.#offsets.set(path, offset);
      return lines;
    } catch {
      return []; // read again at the next call
    } finally {
      await file.close();
    }
  }
}

async function readLines(
  file: FileHandle,
  from: number,
): Promise<{ lines: Record<string, unknown>[]; offset: number }> {
  const lines: Record<string, unknown>[] = [];
  const { size } = await file.stat();
  let offset = from;
  let rest: Buffer = Buffer.alloc(0);
  for (let at = from; at < Math.min(size, from + MAX_BYTES); ) {
    const chunk = Buffer.alloc(CHUNK_BYTES);
    const { bytesRead } = await file.read(chunk, 0, CHUNK_BYTES, at);
    if (bytesRead === 0) break;
    at += bytesRead;
    const bytes = Buffer.concat([rest, chunk.subarray(0, bytesRead)]);
    let start = 0;
    for (let lf = bytes.indexOf(LF); lf >= 0; lf = bytes.indexOf(LF, start)) {
      const line = parseLine(bytes.subarray(start, lf));
      if (line !== null) lines.push(line);
      start = lf + 1;
    }
    offset += start;
    rest = bytes.subarray(start);
  }
  return { lines, offset };
}

function parseLine(bytes: Buffer): Record<string, unknown> | null {
  if (bytes.length > MAX_LINE_BYTES) return null;
  const text = bytes.toString('utf8');
  if (!TELLING.test(text)) return null;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}
