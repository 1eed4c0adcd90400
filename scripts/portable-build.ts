/**
 * Makes a build independent of its folder; a part of `npm run build`. It may be run repeatedly.
 *
 * Next's bundler refers to packages that it does not bundle by an alias (`better-sqlite3-90e2652d1716b047`), a link in
 * the build folder to the package on this computer. An npm archive contains no links, and npm installs packages
 * elsewhere; Node finds them under their own names. Next also writes paths of this computer into the build.
 */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const PROJECT = dirname(import.meta.dirname);
const BUILD = join(PROJECT, process.env.BUILD_FOLDER || '.next');
const ALIASES = join(BUILD, 'node_modules');
/** `name-hash`, and `@scope/name-hash`. */
const ALIAS = /^(.+)-[0-9a-f]{16}$/;

/**
 * Replaces texts in every file of the build that a server uses. @returns the number of files that contained one of them
 */
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
  if (name === undefined) throw new Error(`${join(ALIASES, alias)} is an alias of an unknown form.`);
  return [alias, name];
});
const changed = replaceInBuild(new Map([...own, [PROJECT, '.']]));
rmSync(ALIASES, { recursive: true, force: true });
console.log(`The build can be moved: paths of this computer were replaced in ${changed} of its files.`);
