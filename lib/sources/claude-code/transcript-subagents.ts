/** The subagents and in-process teammates of one session, from the files beside its transcript. */
import { readIfChanged } from '../../platform/read-file';
import type { TranscriptFacts } from './claude-session';
import { nameField, parseObject } from './transcript-json';
import { subagentTranscripts } from './transcript-path';

const MAX_META_BYTES = 64 * 1024;
const MAX_LISTED = 100;

type Subagent = TranscriptFacts['subagents'][number];

interface Known {
  path: string;
  metaSignature: string | null;
  subagent: Subagent;
}

export class SubagentsReader {
  readonly #transcript: string;
  readonly #known = new Map<string, Known>();
  #list: readonly Subagent[] = [];

  /** @param transcript the path of the session's own transcript */
  constructor(transcript: string) {
    this.#transcript = transcript;
  }

  /** The newest, in the order in which they were found. */
  get list(): readonly Subagent[] {
    return this.#list;
  }

  /** The paths of their transcripts. */
  get paths(): readonly string[] {
    return [...this.#known.values()].map(({ path }) => path);
  }

  /** The in-process teammates, each with the path of its transcript. */
  *teammates(): Iterable<{ name: string; path: string }> {
    for (const { path, subagent } of this.#known.values()) {
      const { teammate: name, finished } = subagent;
      if (name !== null && !finished) yield { name, path };
    }
  }

  /** Reads the folder again. @returns whether anything about them changed */
  refresh(now: number): boolean {
    let changed = false;
    for (const [id, path] of subagentTranscripts(this.#transcript)) {
      const known = this.#known.get(id) ?? { path, metaSignature: null, subagent: unknownSubagent(id) };
      if (!this.#known.has(id)) changed = true;
      this.#known.set(id, known);
      if (readMeta(known, now)) changed = true;
    }
    if (changed) this.#list = [...this.#known.values()].slice(-MAX_LISTED).map(({ subagent }) => subagent);
    return changed;
  }
}

/** A torn or missing file leaves what was known. */
function readMeta(known: Known, now: number): boolean {
  const path = known.path.replace(/\.jsonl$/, '.meta.json');
  const options = { limitBytes: MAX_META_BYTES, known: known.metaSignature, followLinks: false, now };
  const reading = readIfChanged(path, options);
  const meta = reading.kind === 'read' ? parseObject(reading.bytes) : null;
  if (reading.kind !== 'read' || meta === null) return false;
  known.metaSignature = reading.signature;
  const before = known.subagent;
  known.subagent = {
    id: before.id,
    type: nameField(meta, 'agentType'),
    description: nameField(meta, 'description'),
    teammate: meta.taskKind === 'in_process_teammate' ? nameField(meta, 'name') : null,
    finished: meta.finished === true,
  };
  return JSON.stringify(before) !== JSON.stringify(known.subagent);
}

function unknownSubagent(id: string): Subagent {
  return { id, type: null, description: null, teammate: null, finished: false };
}
