/**
 * Makes a build run wherever it is unpacked: a part of `npm run build`. It may run again.
 *
 * Next's bundler names packages that it does not bundle by an alias (`better-sqlite3-90e2652d1716b047`), which is a link in
 * the build folder to the place where the package lies here. An archive of npm holds no links, and npm lays packages
 * elsewhere; under their own names Node finds them by itself. And Next notes this machine's paths.
 */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const PROJECT = dirname(import.meta.dirname);
const BUILD = join(PROJECT, process.env.BUILD_FOLDER || '.next');
const ALIASES = join(BUILD, 'node_modules');
/** `name-hash`, and `@scope/name-hash`. */
const ALIAS = /^(.+)-[0-9a-f]{16}$/;

/** Replaces texts in every file of the build that matters to a server. @returns how many files held one of them */
function replaceInBuild(texts: ReadonlyMap<string, string>): number {
  const files = readdirSync(BUILD, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(js|json)$/.test(entry.name))
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((file) => !file.startsWith(join(BUILD, 'cache')));
  return files.filter((file) => {
    const before = readFileSync(file, 'utf8');
    const after = [...texts].reduce((text, [old, fresh]) => text.replaceAll(old, fresh), before);
    if (after !== before) writeFileSync(file, after);
    return after !== before;
  }).length;
}

function aliases(): string[] {
  if (!existsSync(ALIASES)) return [];
  return readdirSync(ALIASES).flatMap((name) =>
    name.startsWith('@') ? readdirSync(join(ALIASES, name)).map((part) => `${name}/${part}`) : [name],
  );
}

if (!existsSync(join(BUILD, 'BUILD_ID'))) throw new Error('There is no build: run "npm run build" first.');
const own = aliases().map((alias): [string, string] => {
  const name = ALIAS.exec(alias)?.[1];
  if (name === undefined) throw new Error(`${join(ALIASES, alias)} is an alias of a kind that is not known.`);
  return [alias, name];
});
const changed = replaceInBuild(new Map([...own, [PROJECT, '.']]));
rmSync(ALIASES, { recursive: true, force: true });
console.log(`The build can be moved: ${changed} of its files named places of this computer.`);
