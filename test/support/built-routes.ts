/** The routes of the build, from its own manifests: a test over all routes cannot miss a new one. */
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT } from './production-server';

const BUILD = join(PROJECT, '.next');

/**
 * @returns an address for each built page and route; parameters are filled in. Without the assets, which are written by
 *   the build, before there is a swarm, and are sent to anybody.
 */
export function builtRoutes(): string[] {
  const routes = JSON.parse(readFileSync(join(BUILD, 'app-path-routes-manifest.json'), 'utf8')) as Record<
    string,
    string
  >;
  return Object.values(routes)
    .filter((route) => !route.startsWith('/static/'))
    .map((route) => route.replace('[[...path]]', 'nothing/there').replace('[id]', 'agent-0'));
}

/** @returns the name of the build, part of some of its addresses */
export function buildId(): string {
  return readFileSync(join(BUILD, 'BUILD_ID'), 'utf8').trim();
}

/** @returns every file that is sent to browsers */
export function clientFiles(): string[] {
  return readdirSync(join(BUILD, 'static'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
}

/**
 * Makes the build as it would be without proxy.ts: the same files, but the list of functions does not contain it.
 *
 * @returns the value of BUILD_FOLDER for it
 * @throws if the build has no proxy
 */
export function buildWithoutProxy(): string {
  const name = '.next-without-proxy';
  const folder = join(PROJECT, name);
  const LIST = 'functions-config-manifest.json';
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  mkdirSync(join(folder, 'server'), { recursive: true });
  link(BUILD, folder, ['server', 'cache']);
  link(join(BUILD, 'server'), join(folder, 'server'), [LIST]);
  const list = JSON.parse(readFileSync(join(BUILD, 'server', LIST), 'utf8')) as { functions: Record<string, unknown> };
  if (!delete list.functions['/_middleware'] || !readdirSync(join(BUILD, 'server')).includes('middleware.js')) {
    throw new Error('The build has no proxy, or Next lists it elsewhere.');
  }
  writeFileSync(join(folder, 'server', LIST), JSON.stringify(list));
  return name;
}

function link(from: string, to: string, except: readonly string[]): void {
  for (const name of readdirSync(from)) if (!except.includes(name)) symlinkSync(join(from, name), join(to, name));
}
