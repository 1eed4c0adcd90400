/** Answers with an exported time range. */
import { isAbsolute } from 'node:path';
import type { z } from 'zod';
import { BUNDLE_FORMAT, BUNDLE_VERSION, MAX_BUNDLED } from '../../contract/bundle-schemas';
import { formatInstant } from '../../contract/instant';
import type { RequestSchemas } from '../../contract/requests';
import type { BundlePart, Questions, Runtime } from '../../swarms/swarm';
import { ProblemError } from '../http/problem';
import type { ServerContext } from './server-context';

type BundleRequest = z.output<RequestSchemas['bundle']>;

type BundleContext = Pick<ServerContext, 'runtime' | 'config' | 'version'>;

/**
 * Answers with a bundle, which is read page by page as fast as the client receives it.
 *
 * @throws {ProblemError} if the time range contains more than a bundle may
 */
export async function bundleResponse(
  { runtime, config, version }: BundleContext,
  request: BundleRequest,
): Promise<Response> {
  const { since, until } = request;
  const size = await runtime.past('bundle_size', { since, until });
  const { messages, entries } = size;
  if (messages > MAX_BUNDLED.messages || entries > MAX_BUNDLED.entries) {
    throw new ProblemError(
      'invalid_parameter',
      `The time range has ${messages} messages and ${entries} changes; a bundle has at most ${MAX_BUNDLED.messages} and ` +
        `${MAX_BUNDLED.entries}. Choose a shorter range.`,
    );
  }
  const root = runtime.root ?? '';
  const name = root.split('/').findLast((part) => part !== '') ?? 'swarm';
  // The setting may name the project by a symbolic link.
  const roots = [runtime.root, config.root].filter((root) => root !== null).filter(isAbsolute);
  const chunks = chunksOf({ runtime, request, name, size, roots, version });
  // Read the first page before the answer begins, so that most failures still become a problem response.
  const first = await chunks.next();
  return new Response(streamOf(first.value ?? '', chunks), {
    headers: {
      'Content-Type': 'application/json',
      'Content-Disposition': `attachment; filename="${fileName(name, request)}"`,
    },
  });
}

interface BundleContents {
  runtime: Runtime;
  request: BundleRequest;
  /** The name of the project. */
  name: string;
  size: Questions['bundle_size']['answer'];
  /** Paths of this machine, which are removed. */
  roots: string[];
  /** The version of this dashboard. */
  version: string;
}

async function* chunksOf(contents: BundleContents): AsyncGenerator<string, undefined> {
  const { runtime, name, size, roots, version } = contents;
  const { since, until, text } = contents.request;
  const query = { since, until, text, roots, marks: size.marks };
  const head = await runtime.past('bundle', { ...query, part: 'head', after: 0 });
  const about = {
    format: BUNDLE_FORMAT,
    version: BUNDLE_VERSION,
    made_at: formatInstant(Date.now()),
    made_by: version,
    name,
    since: formatInstant(since),
    until: formatInstant(until),
    text,
  };
  yield `${JSON.stringify(about).slice(0, -1)},${head.json}`;
  const missing = { spans: size.spans, entries: size.entries, messages: size.lines, actions: size.actions };
  for (const [part, rows] of [
    ['spans', 'spans'],
    ['journal', 'entries'],
    ['messages', 'messages'],
    ['actions', 'actions'],
  ] as const) {
    let after: number | null = 0;
    let before = `,"${part}":[`;
    while (after !== null) {
      const page: BundlePart = await runtime.past('bundle', { ...query, part, after });
      if (page.json !== '') yield before + page.json;
      if (page.json !== '') before = ',';
      missing[rows] -= page.count;
      after = page.last;
    }
    yield before === ',' ? ']' : `${before}]`;
  }
  // Messages or entries that were pruned while the bundle was being read can't be included any more.
  const isMissing = Object.values(missing).some((count) => count > 0);
  yield isMissing ? `,"missing":${JSON.stringify(missing)}}\n` : '}\n';
}

function streamOf(first: string, chunks: AsyncGenerator<string, undefined>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    start: (controller) => controller.enqueue(encoder.encode(first)),
    pull: async (controller) => {
      const { value, done } = await chunks.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    cancel: async () => {
      await chunks.return(undefined);
    },
  });
}

function fileName(name: string, { since, until }: BundleRequest): string {
  const part = (at: number) => new Date(at).toISOString().slice(0, 19).replaceAll(':', '');
  const plain = name.replace(/[^A-Za-z0-9._-]+/g, '_').slice(0, 60);
  return `swarm-${plain}-${part(since)}Z-${part(until)}Z.json`;
}
