/**
 * One process of clients that reconnect continuously: `storm-clients.ts <job as JSON>`. Each opens the stream with the
 * id it has, reads until the first messages have begun, disconnects and reconnects after a pause. Reports to its parent
 * once a second.
 */
import { connect } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';
import { Random } from '../lib/simulator/random';

export interface StormJob {
  port: number;
  clients: number;
  /** Average pause before a client reconnects; 0 for none. */
  pauseMs: number;
  /** Other ids to resume from than the newest one seen; an empty one means a first visit. */
  ids: readonly string[];
}

/** Counts since the process began. */
export interface StormReport {
  answered: number;
  /** Connections that ended without an answer, or with an answer that is not a stream. */
  failed: number;
  /** The maximum delay of this process itself, in milliseconds: delayed clients measure themselves. */
  late: number;
}

const REPORT_INTERVAL_MS = 1_000;
/** Share of connections that send one of the ids of the job instead of the newest one seen. */
const STRANGE_SHARE = 0.5;
const ID = /\nid: (\S+)\n/;
/** Above this length only the end of the received text is kept: the awaited text can only be there. */
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
