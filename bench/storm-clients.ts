/**
 * One process of clients that reconnect without end: `storm-clients.ts <job as JSON>`. Each opens the stream with the id
 * it has, reads until the first messages have begun, breaks off and comes back after a pause. Reports to its parent once a second.
 */
import { connect } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';
import { Random } from '../lib/simulator/random';

export interface StormJob {
  port: number;
  clients: number;
  /** How long each waits before it comes back, on average; 0: not at all. */
  pauseMs: number;
  /** What clients resume from besides the newest id they saw; an empty one stands for a first visit. */
  ids: readonly string[];
}

/** Since the process began. */
export interface StormReport {
  answered: number;
  /** Connections that ended without an answer, or with another one than a stream. */
  failed: number;
  /** The longest that this process itself was late, in milliseconds: clients that are late measure themselves. */
  late: number;
}

const REPORT_INTERVAL_MS = 1_000;
/** Share of connections that show one of the ids of the job, and not the newest that was seen. */
const STRANGE_SHARE = 0.5;
const ID = /\nid: (\S+)\n/;
/** Beyond this, only the end of what was read can still hold what is awaited. */
const MAX_TAIL_CHARACTERS = 200;

function storm({ port, clients, pauseMs, ids }: StormJob): void {
  const random = new Random(clients);
  const counts: StormReport = { answered: 0, failed: 0, late: 0 };
  let newest = '';
  const visit = () => {
    const id = random.chance(STRANGE_SHARE) ? random.pick(ids) : newest;
    const header = id === '' ? '' : `Last-Event-ID: ${id}\r\n`;
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(`GET /api/stream HTTP/1.1\r\nHost: 127.0.0.1\r\n${header}\r\n`);
    });
    let text = '';
    let answered = false;
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      text = text.slice(-MAX_TAIL_CHARACTERS) + chunk;
      const [, seen] = (text.includes('event: messages\n') && ID.exec(text)) || [];
      if (seen === undefined) return;
      newest = seen;
      answered = true;
      socket.destroy();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      counts[answered ? 'answered' : 'failed'] += 1;
      if (pauseMs === 0) setImmediate(visit);
      else setTimeout(visit, random.fraction() * 2 * pauseMs);
    });
  };
  for (let client = 0; client < clients; client++) setTimeout(visit, random.fraction() * 2 * pauseMs);
  const lateness = monitorEventLoopDelay({ resolution: 5 });
  lateness.enable();
  setInterval(() => process.send?.({ ...counts, late: lateness.max / 1e6 }), REPORT_INTERVAL_MS);
  process.on('disconnect', () => process.exit());
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  storm(JSON.parse(process.argv[2] ?? '') as StormJob);
}
