/** Reads the record of commands: pages, marks of a timeline, and the rows of a bundle. */
import type Database from 'better-sqlite3';
import type { BundledAction } from '../contract/bundle-schemas';
import type { TimeSpan } from '../contract/time-span';

/** Times are milliseconds since 1970. */
export interface ActionRow {
  id: number;
  at: number;
  ended_at: number | null;
  principal: string;
  client: string;
  action: string;
  target: string | null;
  agent: string | null;
  /** JSON. */
  request: string;
  outcome: string;
  detail: string | null;
}

/** Which commands a page lists, in milliseconds since 1970 and by their ids. At most one of the places is given. */
export interface ActionBounds {
  since?: number | undefined;
  until?: number | undefined;
  /** Only commands about this agent. */
  agent?: string | undefined;
  /** Only messages that were sent under this name. */
  sender?: string | undefined;
  before?: number | undefined;
  after?: number | undefined;
  limit: number;
}

/** Commands of one name about one agent within one step of time; the fields are those of the first. */
export interface ActionMarkRow extends Pick<ActionRow, 'id' | 'at' | 'principal' | 'action' | 'target' | 'outcome'> {
  agent: string;
  count: number;
}

const COLUMNS = 'id, at, ended_at, principal, client, action, target, agent, request, outcome, detail';
const MAX_ID = Number.MAX_SAFE_INTEGER;

/** @returns the newest id ever given and the oldest kept one, which is the next to be given if none is kept */
export function actionIds(db: Database.Database): { head: number; oldest: number } {
  const given = db.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'actions'").get() as
    | { seq: number }
    | undefined;
  const head = given?.seq ?? 0;
  const { oldest } = db.prepare('SELECT min(id) AS oldest FROM actions').get() as { oldest: number | null };
  return { head, oldest: oldest ?? head + 1 };
}

/** @returns one page, newest first, and whether there are older commands that match */
export function actionRows(db: Database.Database, bounds: ActionBounds): { rows: ActionRow[]; hasOlder: boolean } {
  const { limit, before = MAX_ID, after } = bounds;
  if (after !== undefined) {
    const rows = select(db, bounds, after, MAX_ID, `ASC LIMIT ${limit}`).reverse();
    const oldest = rows.at(-1)?.id ?? after + 1;
    return { rows, hasOlder: select(db, bounds, 0, oldest, 'DESC LIMIT 1').length > 0 };
  }
  const rows = select(db, bounds, 0, before, `DESC LIMIT ${limit + 1}`);
  return { rows: rows.slice(0, limit), hasOlder: rows.length > limit };
}

/** @returns the matching rows with ids between two others */
function select(
  db: Database.Database,
  { since, until, agent, sender }: ActionBounds,
  after: number,
  before: number,
  order: string,
) {
  const conditions = [
    'id > CAST(@after AS INTEGER) AND id < CAST(@before AS INTEGER)',
    ...(since === undefined ? [] : ['at >= @since']),
    ...(until === undefined ? [] : ['at <= @until']),
    ...(agent === undefined ? [] : ['agent = @agent']),
    ...(sender === undefined ? [] : ["action = 'send_message' AND request ->> '$.sender' = @sender"]),
  ];
  const sql = `SELECT ${COLUMNS} FROM actions WHERE ${conditions.join(' AND ')} ORDER BY id ${order}`;
  const values = { after, before, since: since ?? 0, until: until ?? 0, agent: agent ?? '', sender: sender ?? '' };
  return db.prepare(sql).all(values) as ActionRow[];
}

/**
 * @param step milliseconds
 * @param agent only marks of this agent
 * @returns the marks of the commands in a time range that are about an agent, oldest first
 */
export function actionMarks(db: Database.Database, span: TimeSpan, step: number, agent?: string): ActionMarkRow[] {
  // With min(), SQLite takes the other columns from the row that has it.
  const sql = `SELECT min(id) AS id, at, principal, action, target, outcome, agent, count(*) AS count FROM actions
    WHERE at BETWEEN @since AND @until AND agent IS NOT NULL AND agent = coalesce(@agent, agent)
    GROUP BY agent, action, CAST((at - @since) / @step AS INTEGER) ORDER BY at, id`;
  return db.prepare(sql).all({ ...span, step, agent: agent ?? null }) as ActionMarkRow[];
}

/** @returns commands of a time range after the one with id `after` and up to `last` */
export function bundledActionRows(
  db: Database.Database,
  { since, until }: TimeSpan,
  { after, last, limit }: { after: number; last: number; limit: number },
): { rows: ActionRow[]; last: number | null } {
  const sql = `SELECT ${COLUMNS} FROM actions WHERE at BETWEEN ? AND ? AND id > ? AND id <= ? ORDER BY id LIMIT ?`;
  const rows = db.prepare(sql).all(since, until, after, last, limit) as ActionRow[];
  return { rows, last: rows.length < limit ? null : (rows.at(-1)?.id ?? null) };
}

/** @returns how many commands a time range has */
export function countActions(db: Database.Database, { since, until }: TimeSpan): number {
  const sql = 'SELECT count(*) AS count FROM actions WHERE at BETWEEN ? AND ?';
  return (db.prepare(sql).get(since, until) as { count: number }).count;
}

/** Writes the commands of a bundle into an empty history. */
export function writeBundledActions(db: Database.Database, actions: readonly BundledAction[]): void {
  const insert =
    db.prepare(`INSERT INTO actions (id, run, process, at, ended_at, principal, client, action, target, agent,
    request, outcome, detail) VALUES (@id, 'bundle ' || @id, '', @at, @ended_at, @principal, '', @action, @target, @agent,
    @request, @outcome, @detail)`);
  for (const { request, principal, ...row } of actions) {
    insert.run({ ...row, principal: principal ?? '', request: JSON.stringify(request ?? null) });
  }
}
