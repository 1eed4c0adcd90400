/** Exports a time range as the parts of a bundle. Parts that need no change are copied without being parsed. */
import type { BundledAction, BundledSpan } from '../contract/bundle-schemas';
import { formatInstant } from '../contract/instant';
import type { PastState } from '../contract/past-schemas';
import type { AttentionKind } from '../contract/schemas';
import type { ActionRow } from '../history/action-rows';
import {
  type BundleSize,
  commandRows,
  type EntryRow,
  entryRows,
  journalBounds,
  lineRows,
  measureBundle,
  type Rows,
  spanRows,
} from '../history/bundle-rows';
import type { History } from '../history/history';
import type { JournalKind } from '../history/journal-kind';
import { thingsAt } from '../history/snapshots';
import type { BundlePart, BundleQuery, Questions } from '../queries/questions';
import { pastState } from '../queries/state';
import { blankAction, blankMessage, blankSpan, blankState, blankThing, withoutPaths, withoutRoots } from './redact';

const ROWS = 500;
/** Few, since one line may be up to a megabyte long. */
const LINES = 100;

/** @returns how much a bundle of a time range would contain */
export function bundleSize(history: History, span: Questions['bundle_size']['query']): BundleSize {
  return measureBundle(history, span);
}

/** @returns a part of a bundle as JSON, without paths and private texts of this machine */
export function bundlePart(history: History, query: BundleQuery): BundlePart {
  const part = parts[query.part](history, query);
  return { ...part, json: withoutRoots(part.json, query.roots) };
}

const parts: Record<BundleQuery['part'], (history: History, query: BundleQuery) => BundlePart> = {
  head: bundleHead,
  spans: (history, { marks, after, text, ...span }) =>
    listed(spanRows(history, span, marks, after, ROWS), (row) => JSON.stringify(shared(row, text))),
  journal: (history, { marks, after, text }) =>
    listed(entryRows(history, marks, after, ROWS), (row) => bundleEntry(row, text)),
  messages: (history, { marks, after, text, ...span }) =>
    listed(lineRows(history, span, marks, after, LINES), (row) =>
      JSON.stringify(text === 'keep' ? row : { ...row, line: JSON.stringify(blankMessage(JSON.parse(row.line))) }),
    ),
  actions: (history, { marks, after, text, ...span }) =>
    listed(commandRows(history, span, marks, after, LINES), (row) => JSON.stringify(bundledAction(row, text))),
};

/** Entries with sentences of the program, which may name a path outside the project. */
const MAY_NAME_PATHS: ReadonlySet<JournalKind> = new Set(['source', 'server', 'attention']);

function bundledAction({ client: _, ...row }: ActionRow, text: BundleQuery['text']): BundledAction {
  const { reason: detail } = withoutPaths({ reason: row.detail });
  const action = { ...row, detail, principal: row.principal || null, request: JSON.parse(row.request) };
  return text === 'keep' ? action : blankAction(action);
}

function bundleHead(history: History, { since, until, text, marks }: BundleQuery): BundlePart {
  const state = JSON.parse(pastState(history, { at: since })) as PastState;
  const { from } = journalBounds(history, { since, until });
  const things = Object.entries((from !== null && thingsAt(history.db, from)) || {}).map(([kind, subjects]) => {
    const bodies = Object.entries(subjects).map(([subject, body]) => [
      subject,
      thingOf(kind as JournalKind, body as object, text),
    ]);
    return [kind, Object.fromEntries(bodies)] as const;
  });
  const sources = Object.fromEntries(
    Object.entries(state.sources).map(([name, source]) => [name, withoutPaths(source)]),
  ) as PastState['sources'];
  const entries = state.attention.attention.map((entry) => (isAboutSource(entry) ? withoutPaths(entry) : entry));
  const { tasks } = state;
  const shownState: PastState = {
    ...state,
    tasks: { ...tasks, file: tasks.file && withoutPaths(tasks.file) },
    sources,
    unknown: state.unknown.map(withoutPaths),
    attention: { ...state.attention, attention: entries },
  };
  const head = {
    epoch: history.epoch,
    state: text === 'keep' ? shownState : blankState(shownState),
    known_since: from === null ? null : formatInstant(from),
    things: from === null ? null : Object.fromEntries(things),
    entry: marks.first,
  };
  return { json: JSON.stringify(head).slice(1, -1), last: null, count: 1 };
}

function listed<Row>({ rows, last }: Rows<Row>, write: (row: Row) => string): BundlePart {
  return { json: rows.map(write).join(','), last, count: rows.length };
}

function bundleEntry({ body, ...row }: EntryRow, text: BundleQuery['text']): string {
  const raw = body === null || (text === 'keep' && !MAY_NAME_PATHS.has(row.kind));
  const shown = raw ? body : JSON.stringify(thingOf(row.kind, JSON.parse(body), text));
  return `${JSON.stringify(row).slice(0, -1)},"body":${shown}}`;
}

function thingOf(kind: JournalKind, body: object, text: BundleQuery['text']): object {
  const thing = kind === 'source' || kind === 'server' || isAboutSource(body) ? withoutPaths({ ...body }) : { ...body };
  return text === 'keep' ? thing : blankThing(kind, thing);
}

/** Attention items about a source use the sentence that the source itself has written. */
function isAboutSource(body: object): boolean {
  return 'kind' in body && body.kind === ('source_unreadable' satisfies AttentionKind);
}

function shared(span: BundledSpan, text: BundleQuery['text']): BundledSpan {
  const { reason: detail } = withoutPaths({ reason: span.detail });
  const known = span.kind === 'unknown' ? { ...span, detail } : span;
  return text === 'keep' ? known : blankSpan(known);
}
