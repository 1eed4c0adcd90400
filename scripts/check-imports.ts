/**
 * Checks which folder may import which, as part of the lint step. Biome's own rules see how an import is
 * written, but not which file it resolves to, nor through which other files.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join, posix } from 'node:path';
import { pathToFileURL } from 'node:url';

const SOURCES = ['', '/claudeswarm', '/claude-code', '/processes', '/tmux'].map((part) => `lib/sources${part}`);
const HISTORY = ['lib/history', 'lib/rules', 'lib/queries', 'lib/recorder'];
const HTTP = ['lib/contract', 'lib/platform', 'lib/config', ...SOURCES, 'lib/server/http'];
const FEATURE = ['lib/contract', 'lib/client', 'components/ui'];

/**
 * The rooms, and for each the other rooms that it may import. A file belongs to the longest folder that contains it;
 * files in none of them may be imported by all.
 */
export const ROOMS: Record<string, readonly string[]> = {
  'lib/contract': [],
  'lib/platform': ['lib/contract'],
  'lib/config': ['lib/contract', 'lib/platform'],
  'lib/sources': ['lib/contract', 'lib/platform'],
  'lib/sources/claudeswarm': ['lib/contract', 'lib/platform', 'lib/sources'],
  'lib/sources/claude-code': ['lib/contract', 'lib/platform', 'lib/sources', 'lib/sources/processes'],
  'lib/sources/processes': ['lib/contract', 'lib/platform', 'lib/sources'],
  'lib/sources/git': ['lib/contract', 'lib/platform', 'lib/sources'],
  'lib/sources/tmux': ['lib/contract', 'lib/platform', 'lib/sources'],
  'lib/hub': ['lib/contract'],
  'lib/history': ['lib/contract', 'lib/platform'],
  'lib/rules': ['lib/contract', 'lib/platform', ...SOURCES, 'lib/history'],
  'lib/actions': ['lib/contract', 'lib/platform', ...SOURCES],
  'lib/actions/messages': ['lib/contract', 'lib/platform', ...SOURCES, 'lib/actions'],
  'lib/actions/terminal': ['lib/contract', 'lib/platform', ...SOURCES, 'lib/actions', 'lib/actions/messages'],
  'lib/alerts': ['lib/contract', 'lib/platform', 'lib/config'],
  'lib/queries': ['lib/contract', 'lib/platform', ...SOURCES, 'lib/history', 'lib/rules'],
  'lib/recorder': ['lib/contract', 'lib/platform', ...SOURCES, 'lib/history', 'lib/rules', 'lib/alerts'],
  'lib/bundle': ['lib/contract', ...SOURCES, 'lib/history', 'lib/rules', 'lib/queries'],
  'lib/workers': [
    ...['lib/contract', 'lib/platform', ...SOURCES, 'lib/history', 'lib/rules', 'lib/alerts'],
    ...['lib/queries', 'lib/recorder', 'lib/bundle'],
  ],
  'lib/swarms': [
    ...['lib/contract', 'lib/platform', 'lib/config', 'lib/hub', ...SOURCES, 'lib/history', 'lib/rules', 'lib/alerts'],
    ...['lib/queries', 'lib/recorder', 'lib/workers', 'lib/actions', 'lib/actions/messages', 'lib/actions/terminal'],
    'lib/sources/git',
  ],
  'lib/server/http': HTTP,
  'lib/server/access': HTTP,
  'lib/server/stream': [...HTTP, 'lib/server/access', 'lib/hub', 'lib/swarms'],
  'lib/server/websocket': [...HTTP, 'lib/server/access', 'lib/hub', 'lib/swarms', 'lib/server/stream'],
  'lib/server/front': [...HTTP, 'lib/server/stream'],
  'lib/server/metrics': [...HTTP, 'lib/server/stream', 'lib/swarms'],
  'lib/server/api': [
    ...[...HTTP, ...SOURCES, 'lib/queries', 'lib/swarms', 'lib/actions'],
    ...['lib/server/access', 'lib/server/stream', 'lib/server/websocket', 'lib/server/front', 'lib/server/metrics'],
  ],
  'lib/server': [
    ...[...HTTP, 'lib/swarms', 'lib/server/access'],
    ...['lib/server/stream', 'lib/server/front', 'lib/server/metrics', 'lib/server/api'],
  ],
  'lib/client': ['lib/contract'],
  'lib/simulator': ['lib/contract', ...SOURCES],
  'components/ui': ['lib/contract', 'lib/client'],
  'components/locks': FEATURE,
  'components/messages': FEATURE,
  'components/attention': FEATURE,
  'components/commands': FEATURE,
  'components/agents': [
    ...[...FEATURE, 'components/attention', 'components/commands', 'components/locks', 'components/terminal'],
    ...['components/tasks', 'components/work'],
  ],
  'components/terminal': [...FEATURE, 'components/commands'],
  'components/terminal-wall': [...FEATURE, 'components/agents', 'components/terminal'],
  'components/stats': [...FEATURE, 'components/agents'],
  'components/timeline': FEATURE,
  'components/talk': FEATURE,
  'components/waits': FEATURE,
  'components/acks': FEATURE,
  'components/usage': FEATURE,
  'components/tasks': FEATURE,
  'components/work': [...FEATURE, 'components/messages', 'components/tasks'],
  'components/permissions': [...FEATURE, 'components/agents', 'components/messages'],
  'components/documents': FEATURE,
  'components/past': [...FEATURE, 'components/timeline'],
  'components/drawer': [
    ...[
      ...FEATURE,
      'components/acks',
      'components/commands',
      'components/terminal-wall',
      'components/timeline',
      'components/talk',
      'components/usage',
    ],
    ...['components/waits', 'components/tasks', 'components/work'],
  ],
  'components/shell': [
    ...[...FEATURE, 'components/agents', 'components/attention', 'components/drawer', 'components/locks'],
    ...['components/messages', 'components/past', 'components/permissions', 'components/stats', 'components/timeline'],
  ],
  app: [
    ...['lib/contract', 'lib/config', ...SOURCES, 'lib/swarms', 'lib/server', 'lib/server/access', 'lib/server/api'],
    'lib/client',
    ...['components/shell', 'components/past', 'components/documents'],
  ],
  bin: [
    'lib/contract',
    'lib/platform',
    'lib/config',
    ...SOURCES,
    'lib/history',
    'lib/recorder',
    'lib/alerts',
    'lib/simulator',
    // Words for people: ages, and text without invisible characters.
    'lib/client',
  ],
  bench: [
    'lib/contract',
    'lib/config',
    ...SOURCES,
    ...HISTORY,
    'lib/actions',
    'lib/workers',
    'lib/alerts',
    'lib/actions/messages',
    'lib/simulator',
    'lib/swarms',
    'test',
    'e2e',
  ],
  e2e: ['lib/contract', 'lib/config', ...SOURCES, 'lib/simulator', 'test'],
  test: [
    ...['lib/actions', 'lib/actions/messages'],
    ...['lib/contract', 'lib/config', ...SOURCES, ...HISTORY, 'lib/alerts', 'lib/simulator', 'lib/swarms'],
    ...['lib/server/access', 'lib/server/api', 'lib/server/http', 'lib/client', 'components/messages', 'e2e'],
  ],
};

/** Files at the top that belong to a room below. */
const TOP: Record<string, string> = { 'instrumentation.ts': 'app', 'proxy.ts': 'app' };

/** Rooms that the tests beside the code may import in addition, to set up their subject. */
const FOR_TESTS = /^(lib|test|bench)(\/|$)/;

const BROWSER = /^(lib\/client|components)(\/|$)/;

/** Packages that only these rooms may import; type imports count too, since they tie a room to a package. */
const PACKAGES: readonly { name: RegExp; rooms: RegExp }[] = [
  { name: /^next(\/|$)/, rooms: /^(lib\/server|app|components)(\/|$)/ },
  { name: /^(react|react-dom|swr)(\/|$)/, rooms: /^(lib\/client|components|app)(\/|$)/ },
  { name: /^better-sqlite3$/, rooms: /^lib\/history$/ },
  { name: /^ws$/, rooms: /^lib\/server\/websocket$/ },
  { name: /^@xterm\/headless$/, rooms: /^lib\/sources\/tmux$/ },
  { name: /^chokidar$/, rooms: /^lib\/sources(\/|$)/ },
];

interface Import {
  specifier: string;
  /** Whether nothing of the import is left in the compiled code. */
  typeOnly: boolean;
}

/** @returns the imports and re-exports of a TypeScript source, in order; relies on the format of Biome */
export function importsOf(source: string): Import[] {
  const statements = source.matchAll(
    /^\s*(?:import|export)\s(?<clause>[^'";]*?)\sfrom\s'(?<from>[^']+)'|^\s*import\s'(?<bare>[^']+)'|\bimport\(\s*'(?<dynamic>[^']+)'/gm,
  );
  return [...statements].map(({ groups = {} }) => {
    const clause = groups.clause?.trim() ?? '';
    const names = /^\{(.*)\}$/s.exec(clause)?.[1]?.split(',') ?? [];
    const types = names.filter((name) => /^\s*type\s/.test(name)).length;
    const typeOnly = /^type\b/.test(clause) || (types > 0 && types === names.filter((name) => name.trim()).length);
    return { specifier: (groups.from ?? groups.bare ?? groups.dynamic) as string, typeOnly };
  });
}

/**
 * Checks a tree of sources.
 *
 * @param sources text by path, the path relative to the repository with `/` between its parts
 * @returns one sentence for each import that breaks a rule
 */
export function violations(sources: ReadonlyMap<string, string>): string[] {
  const imports = new Map([...sources].map(([path, source]) => [path, importsOf(source)]));
  const found: string[] = [];
  for (const [path, list] of imports) {
    const room = roomOf(path);
    if (room === undefined) {
      if (/^(lib|components)\//.test(path)) found.push(`${path} is in no room: put it in one, or name a new one here.`);
      continue;
    }
    for (const { specifier } of list) {
      const fault = importFault(path, room, specifier, sources);
      if (fault) found.push(`${path} imports ${specifier}, but ${fault}.`);
    }
    if (BROWSER.test(room) && !isTest(path)) found.push(...foreignToBrowsers(path, imports, sources));
  }
  const edges = [...imports].map(([path, list]): [string, string[]] => [
    path,
    list.flatMap(({ specifier }) => resolveImport(path, specifier, sources) ?? []),
  ]);
  return [...found, ...circles(new Map(edges)).map((circle) => `Import circle: ${circle.join(' -> ')}.`)];
}

/**
 * Finds import circles. Type imports count: files that use each other's types cannot be understood one by one.
 *
 * @param edges the imports of each file
 * @returns one circle for each file that imports itself through others and is not part of an earlier circle
 */
function circles(edges: ReadonlyMap<string, readonly string[]>): string[][] {
  const found: string[][] = [];
  const finished = new Set<string>();
  const way: string[] = [];
  const visit = (path: string): void => {
    const place = way.indexOf(path);
    if (place >= 0) found.push([...way.slice(place), path]);
    if (place >= 0 || finished.has(path)) return;
    way.push(path);
    for (const target of edges.get(path) ?? []) visit(target);
    way.pop();
    finished.add(path);
  };
  for (const path of edges.keys()) visit(path);
  return found;
}

function importFault(
  path: string,
  room: string,
  specifier: string,
  sources: ReadonlyMap<string, string>,
): string | undefined {
  const target = resolveImport(path, specifier, sources);
  if (target === undefined) {
    const rule = PACKAGES.find(({ name }) => name.test(specifier));
    if (!rule || rule.rooms.test(room) || /^(bench|e2e|test)$/.test(room)) return undefined;
    return `only rooms that match ${rule.rooms.source} may import that package`;
  }
  const other = roomOf(target);
  if (other === undefined || other === room || ROOMS[room]?.includes(other)) return undefined;
  if (isTest(path) && FOR_TESTS.test(other)) return undefined;
  return `${room} may not import ${other}`;
}

/**
 * Finds modules that would become part of the browser's bundle through any chain of imports: zod costs more than the
 * rest of the page.
 */
function foreignToBrowsers(
  start: string,
  imports: ReadonlyMap<string, Import[]>,
  sources: ReadonlyMap<string, string>,
): string[] {
  const found: string[] = [];
  const seen = new Set<string>();
  const visit = (path: string, way: readonly string[]) => {
    if (seen.has(path)) return;
    seen.add(path);
    for (const { specifier, typeOnly } of imports.get(path) ?? []) {
      if (typeOnly) continue;
      const target = resolveImport(path, specifier, sources);
      if (target !== undefined) visit(target, [...way, target]);
      else if (isBuiltin(specifier) || /^zod(\/|$)/.test(specifier)) {
        found.push(`${way.join(' -> ')} imports ${specifier}, which has no place in the browser: import types only.`);
      }
    }
  };
  visit(start, [start]);
  return found;
}

function isTest(path: string): boolean {
  return /\.test\.tsx?$/.test(path);
}

const BY_LENGTH = Object.keys(ROOMS).sort((one, other) => other.length - one.length);

function roomOf(path: string): string | undefined {
  return TOP[path] ?? BY_LENGTH.find((room) => path.startsWith(`${room}/`));
}

/** @returns the path of an imported file; undefined for a package */
function resolveImport(importer: string, specifier: string, sources: ReadonlyMap<string, string>): string | undefined {
  let path: string;
  if (specifier.startsWith('@/')) path = specifier.slice(2);
  else if (specifier.startsWith('.')) path = posix.join(posix.dirname(importer), specifier);
  else return undefined;
  const candidates = ['', '.ts', '.tsx', '/index.ts', '/index.tsx'].map((ending) => path + ending);
  return candidates.find((candidate) => sources.has(candidate)) ?? path;
}

function readSources(folder: string): Map<string, string> {
  const names = readdirSync(folder)
    .filter((name) => !name.startsWith('.') && name !== 'node_modules')
    .flatMap((name) => (/\.tsx?$/.test(name) ? [name] : sourcesBelow(folder, name)));
  return new Map(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

function sourcesBelow(folder: string, name: string): string[] {
  if (!statSync(join(folder, name)).isDirectory()) return [];
  const below = readdirSync(join(folder, name), { recursive: true, encoding: 'utf8' });
  return below.filter((path) => /\.tsx?$/.test(path)).map((path) => posix.join(name, path.replaceAll('\\', '/')));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const found = violations(readSources(process.cwd()));
  for (const sentence of found) console.error(sentence);
  process.exitCode = found.length === 0 ? 0 : 1;
}
