import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Server } from '../torture-server';
import { BareStream, startDashboard } from './processes';
import { SwarmFiles } from './swarm-files';
import { Viewers } from './viewers';

/** A swarm with its dashboard, and the plain server with which it is compared; neither has viewers yet. */
export interface ViewedSwarm {
  files: SwarmFiles;
  server: Server;
  viewers: Viewers;
  bare: BareStream;
  /** The viewers of the plain server. */
  others: Viewers;
}

/** Starts both, measures, and ends everything whatever happens. */
export async function besideBare<Measured>(
  scratch: string,
  name: string,
  measure: (swarm: ViewedSwarm) => Promise<Measured>,
): Promise<Measured> {
  const root = path.join(scratch, name);
  mkdirSync(root);
  const files = new SwarmFiles(root);
  const server = await startDashboard(root, `${root}.sqlite`);
  const bare = await BareStream.broadcaster();
  const [viewers, others] = [new Viewers(), new Viewers()];
  try {
    return await measure({ files, server, viewers, bare, others });
  } finally {
    viewers.close();
    others.close();
    files.close();
    bare.stop();
    await server.stop('SIGKILL');
  }
}
