/** Reads `git status --porcelain=v2 --branch -z`. https://git-scm.com/docs/git-status#_porcelain_format_version_2 */
import type { GitChange } from '../../contract/git-schemas';

const MAX_CHANGES = 300;
const MAX_UNTRACKED = 100;
const MAX_NAME = 500;

export type StatusChange = Omit<GitChange, 'changed_at'>;

export interface GitStatus {
  /** Null before the first commit. */
  head: string | null;
  /** Null while no branch is checked out. */
  branch: string | null;
  upstream: string | null;
  ahead: number | null;
  behind: number | null;
  /** At most 300, of these at most 100 untracked. */
  changes: StatusChange[];
  /** All of them. */
  count: number;
}

/** Tolerant: records of an unknown kind are left out. */
export function parseStatus(output: Buffer): GitStatus {
  const status: GitStatus = {
    ...{ head: null, branch: null, upstream: null, ahead: null, behind: null },
    ...{ changes: [], count: 0 },
  };
  const records = output.toString('utf8').split('\0');
  let untracked = 0;
  for (let at = 0; at < records.length; at++) {
    const record = records[at] ?? '';
    if (record.startsWith('# ')) {
      readHeader(record, status);
      continue;
    }
    // A renamed file has its former path in the next record.
    const change = readChange(record, record.startsWith('2 ') ? (records[++at] ?? null) : null);
    if (change === null) continue;
    status.count += 1;
    const isUntracked = change.kind === 'untracked';
    if (status.changes.length === MAX_CHANGES || (isUntracked && untracked === MAX_UNTRACKED)) continue;
    untracked += isUntracked ? 1 : 0;
    status.changes.push(change);
  }
  return status;
}

function readHeader(record: string, status: GitStatus): void {
  const [, name, ...rest] = record.split(' ');
  const value = rest.join(' ');
  if (name === 'branch.oid') status.head = value === '(initial)' ? null : value;
  else if (name === 'branch.head') status.branch = value === '(detached)' ? null : value.slice(0, MAX_NAME);
  else if (name === 'branch.upstream') status.upstream = value.slice(0, MAX_NAME);
  else if (name === 'branch.ab') {
    const [, ahead, behind] = /^\+(\d+) -(\d+)$/.exec(value) ?? [];
    if (ahead !== undefined && behind !== undefined) {
      status.ahead = Number(ahead);
      status.behind = Number(behind);
    }
  }
}

/** How many fields come before the path, by the first word. */
const FIELDS_BEFORE_PATH: Readonly<Record<string, number>> = { '1': 8, '2': 9, u: 10, '?': 1 };

function readChange(record: string, from: string | null): StatusChange | null {
  const word = record.slice(0, record.indexOf(' '));
  const fields = FIELDS_BEFORE_PATH[word];
  if (fields === undefined) return null;
  const parts = record.split(' ');
  const path = parts.slice(fields).join(' ');
  if (path === '') return null;
  if (word === '?') return { path, from: null, kind: 'untracked', staged: null, unstaged: null };
  const [staged = '.', unstaged = '.'] = parts[1] ?? '';
  const kind = word === 'u' ? 'unmerged' : word === '2' ? 'renamed' : 'changed';
  return { path, from, kind, staged: letter(staged), unstaged: letter(unstaged) };
}

function letter(value: string): string | null {
  return value === '.' ? null : value;
}
