/**
 * Who may import whom: the layers of the design, held by the lint step. Biome's own rules see how an import is
 * written, not which file it reaches nor through which others, so they can't say this.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join, posix } from 'node:path';
import { pathToFileURL } from 'node:url';

interface Layer {
  /** The first layer whose pattern fits a path holds it. */
  files: RegExp;
  /** The other layers that it may import. */
  mayImport: readonly string[];
}

const LAYERS: Record<string, Layer> = {
  errors: { files: /^lib\/(safe-error|read-file)\b/, mayImport: [] },
  contract: { files: /^lib\/contract\//, mayImport: [] },
  config: { files: /^lib\/(config|ip-ranges|tokens-file|yaml-text)\b/, mayImport: ['contract'] },
  swarm: { files: /^lib\/swarm\//, mayImport: ['contract', 'errors'] },
  settings: { files: /^lib\/settings-file\b/, mayImport: ['config', 'errors'] },
  alerts: { files: /^lib\/alerts\//, mayImport: ['contract', 'config', 'settings'] },
  hub: { files: /^lib\/(hub|subscriber|message-feed)\b/, mayImport: ['contract'] },
  history: { files: /^lib\/history\b/, mayImport: ['contract'] },
  recorder: { files: /^lib\/recorder\b/, mayImport: ['contract', 'errors', 'log', 'alerts', 'swarm', 'history'] },
  // Whatever runs in the server's process writes to it.
  log: { files: /^lib\/server\/log\b/, mayImport: ['config', 'errors'] },
  runtime: {
    files:
      /^lib\/(runtime|create-runtime|live-swarm|no-swarm|bundle-swarm|swarm-(alerts|attention|description|journal|sources)|attention|agent-presence|open-acks|waiting|beat|heap-growth|paced|passing-time)\b/,
    mayImport: ['contract', 'config', 'errors', 'log', 'alerts', 'swarm', 'hub', 'history', 'recorder'],
  },
  server: { files: /^lib\/server\//, mayImport: ['contract', 'config', 'settings', 'log', 'swarm', 'hub', 'runtime'] },
  client: { files: /^lib\/client\//, mayImport: ['contract', 'components'] },
  simulator: { files: /^lib\/simulator\//, mayImport: ['contract', 'swarm'] },
  components: { files: /^components\//, mayImport: ['contract', 'client'] },
  app: {
    files: /^(app\/|(instrumentation|proxy)\.ts$)/,
    mayImport: ['contract', 'config', 'runtime', 'server', 'client', 'components'],
  },
  bin: { files: /^bin\//, mayImport: ['contract', 'config', 'alerts', 'swarm', 'simulator'] },
  tests: {
    files: /^(bench|e2e|test)\//,
    mayImport: ['contract', 'config', 'alerts', 'swarm', 'history', 'recorder', 'runtime', 'server', 'simulator'],
  },
};

/** What the tests beside the code may import besides. */
const FOR_TESTS = ['tests', 'simulator', 'swarm'];

const BROWSER = ['client', 'components'];

/** Packages that only these layers may import; type imports count too, since they tie a layer to a package. */
const PACKAGES: readonly { name: RegExp; layers: readonly string[] }[] = [
  { name: /^next(\/|$)/, layers: ['server', 'app', 'components'] },
  { name: /^(react|react-dom|swr)(\/|$)/, layers: ['client', 'components', 'app'] },
  { name: /^better-sqlite3$/, layers: ['history'] },
  { name: /^chokidar$/, layers: ['swarm'] },
];

interface Import {
  specifier: string;
  /** Nothing of it is left in the compiled code. */
  typeOnly: boolean;
}

/** @returns what a TypeScript source imports or re-exports, in order; relies on the format that Biome gives */
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
    const layer = layerOf(path);
    if (layer === undefined) {
      if (path.startsWith('lib/')) found.push(`${path} is in no layer: put it in one, or name a new one here.`);
      continue;
    }
    for (const { specifier } of list) {
      const fault = faultOf(path, layer, specifier, sources);
      if (fault) found.push(`${path} imports ${specifier}, but ${fault}.`);
    }
    if (BROWSER.includes(layer) && !isTest(path)) found.push(...foreignToBrowsers(path, imports, sources));
  }
  const edges = [...imports].map(([path, list]): [string, string[]] => [
    path,
    list.flatMap(({ specifier }) => resolveImport(path, specifier, sources) ?? []),
  ]);
  return [...found, ...circles(new Map(edges)).map((circle) => `Import circle: ${circle.join(' -> ')}.`)];
}

/**
 * Finds import circles. Type imports count: files that name each other's types can't be understood one by one.
 *
 * @param edges what each file imports
 * @returns one way around for each file that imports itself through others and is on no way before it
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

function faultOf(
  path: string,
  layer: string,
  specifier: string,
  sources: ReadonlyMap<string, string>,
): string | undefined {
  const target = resolveImport(path, specifier, sources);
  if (target === undefined) {
    const rule = PACKAGES.find(({ name }) => name.test(specifier));
    if (!rule || rule.layers.includes(layer) || layer === 'tests') return undefined;
    return `only ${rule.layers.join(', ')} may import that package`;
  }
  const other = layerOf(target);
  if (other === undefined || other === layer || LAYERS[layer]?.mayImport.includes(other)) return undefined;
  if (isTest(path) && FOR_TESTS.includes(other)) return undefined;
  return `${layer} may not import ${other}`;
}

/** What would end in the browser's bundle, however far away it is imported: zod costs more than the rest of the page. */
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

function layerOf(path: string): string | undefined {
  return Object.keys(LAYERS).find((name) => LAYERS[name]?.files.test(path));
}

/** @returns the path that an import leads to, or undefined for a package */
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
