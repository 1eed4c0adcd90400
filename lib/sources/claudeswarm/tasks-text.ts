/**
 * Changes to the text of `TASKS.json`: everything that is not changed keeps its bytes, its place and its form. Parsing
 * and writing it again would lose what JavaScript's numbers and objects can't express.
 */
import { isNestedTooDeeply } from '../../platform/json-depth';
import { isObject } from '../../platform/json-shape';
import { elementSpans, memberSpans, readObjectText, replaceSpans, type Span } from './json-spans';
import { formatUtc, pythonJsonIndented } from './written-form';

/** One task, by the name of its member. */
export interface WrittenTask {
  value: Record<string, unknown>;
  span: Span;
}

/** The file as text, with the places of what may change. */
export interface TasksText {
  text: string;
  /** The members that are objects. Of a name that occurs twice the last one counts, as in Python. */
  tasks: ReadonlyMap<string, WrittenTask>;
  spans: { updatedAt: Span | null; tasks: Span; lastTask: Span | null };
}

/** A change of a task as the swarm's tool notes it. It refuses a task in whose history an entry has other fields. */
export interface HistoryEntry {
  timestamp: string;
  from_status: string | null;
  to_status: string | null;
  agent_id: string;
  message: string;
  metadata: Record<string, never>;
}

/** A file without tasks, as the swarm's tool writes it; the tool itself leaves an empty one when it first locks it. */
const EMPTY = '{\n  "version": "1.0",\n  "updated_at": null,\n  "tasks": {}\n}';

/**
 * Finds what may change.
 *
 * @returns why the file must be left as it is, as the end of a sentence, if it differs from what the swarm's tool writes
 */
export function readTasksText(bytes: Buffer): TasksText | { error: string } {
  const read = readObjectText(bytes.length === 0 ? Buffer.from(EMPTY) : bytes);
  if ('error' in read) return read;
  const { text, value } = read;
  if (isNestedTooDeeply(value, bytes.length)) return { error: 'it is nested too deeply' };
  const fields = new Map(memberSpans(text, 0));
  const span = fields.get('tasks');
  const { tasks } = value;
  if (span === undefined || !isObject(tasks)) return { error: '"tasks" is not an object' };
  const members = memberSpans(text, span[0]);
  const written = new Map<string, WrittenTask>();
  for (const [name, place] of members) {
    const task = Object.hasOwn(tasks, name) ? tasks[name] : undefined;
    if (isObject(task)) written.set(name, { value: task, span: place });
  }
  const lastTask = members.at(-1)?.[1] ?? null;
  return { text, tasks: written, spans: { updatedAt: fields.get('updated_at') ?? null, tasks: span, lastTask } };
}

/**
 * @param now milliseconds since 1970
 * @returns the file with one more task, after all others
 */
export function withTask(tasks: TasksText, id: string, task: object, now: number): string {
  const member = `${pythonJsonIndented(id)}: ${nested(task, 4)}`;
  const { lastTask } = tasks.spans;
  const added: readonly [Span, string] =
    lastTask === null ? [tasks.spans.tasks, `{\n    ${member}\n  }`] : [[lastTask[1], lastTask[1]], `,\n    ${member}`];
  return replaceSpans(tasks.text, [...updated(tasks, now), added]);
}

/**
 * @param changes the new values of its fields
 * @param step what its history gets; null for nothing
 * @param now milliseconds since 1970
 * @returns the file with other values in one task; null if the history of the task is not a list
 */
export function withChangedTask(
  tasks: TasksText,
  id: string,
  { changes, step }: { changes: Readonly<Record<string, unknown>>; step: HistoryEntry | null },
  now: number,
): string | null {
  const task = tasks.tasks.get(id);
  if (task === undefined) return null;
  const { text } = tasks;
  const fields = memberSpans(text, task.span[0]);
  const spans = new Map(fields);
  const replaced: (readonly [Span, string])[] = [...updated(tasks, now)];
  const added: string[] = [];
  const set = (name: string, value: string) => {
    const span = spans.get(name);
    if (span !== undefined) replaced.push([span, value]);
    else added.push(`${pythonJsonIndented(name)}: ${value}`);
  };
  for (const [name, value] of Object.entries({ ...changes, updated_at: formatUtc(now) })) set(name, nested(value, 6));
  if (step !== null) {
    const span = spans.get('history');
    if (span !== undefined && !Array.isArray(task.value.history)) return null;
    const last = span === undefined ? undefined : elementSpans(text, span[0]).at(-1);
    if (last === undefined) set('history', `[\n        ${nested(step, 8)}\n      ]`);
    else replaced.push([[last[1], last[1]], `,\n        ${nested(step, 8)}`]);
  }
  if (added.length > 0) {
    // Of two members of one name the last one counts; a new one is put after all of them.
    const end = fields.at(-1)?.[1][1];
    const list = added.join(',\n      ');
    if (end === undefined) replaced.push([task.span, `{\n      ${list}\n    }`]);
    else replaced.push([[end, end], `,\n      ${list}`]);
  }
  return replaceSpans(text, replaced);
}

function updated({ spans: { updatedAt } }: TasksText, now: number): [Span, string][] {
  return updatedAt === null ? [] : [[updatedAt, pythonJsonIndented(formatUtc(now))]];
}

/** @returns JSON in the tool's form, to stand at a depth of so many blanks */
function nested(value: unknown, blanks: number): string {
  return pythonJsonIndented(value).replaceAll('\n', `\n${' '.repeat(blanks)}`);
}
