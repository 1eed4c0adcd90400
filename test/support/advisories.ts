/**
 * What the registry knows against the packages that are shipped: those that an installation gets, and those that are
 * built into the page and the server though they are development dependencies (`npm audit --omit=dev` leaves them out).
 */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import lock from '../../package-lock.json' with { type: 'json' };
import { PROJECT } from './production-server';

const AUDIT_TIMEOUT_MS = 60_000;
const FETCH_TIMEOUT_MS = 20_000;

/** `advisories` in sentences, or why nobody could say. */
export type Advisories = { advisories: string[] } | { unanswered: string };

interface Vulnerability {
  severity: string;
  range: string;
  via: (string | { title?: string; url?: string })[];
  /** Where it is installed, as package-lock.json names places. */
  nodes: string[];
}

interface Report {
  /** By package. */
  vulnerabilities?: Record<string, Vulnerability>;
  message?: string;
}

/**
 * Asks npm about everything that is shipped, at the versions of package-lock.json. Many registries of companies and build machines have no advisories, and a machine may have no network.
 *
 * @param registry its URL; npm's own setting if absent
 */
export function shippedAdvisories(registry?: string): Promise<Advisories> {
  const words = ['audit', '--json', '--fetch-retries=0', `--fetch-timeout=${FETCH_TIMEOUT_MS}`];
  if (registry !== undefined) words.push(`--registry=${registry}`);
  return new Promise((resolve) => {
    execFile('npm', words, { cwd: PROJECT, timeout: AUDIT_TIMEOUT_MS, killSignal: 'SIGKILL' }, (error, output) => {
      resolve(readReport(output) ?? { unanswered: error?.message.split('\n')[0] ?? 'npm printed no report' });
    });
  });
}

function readReport(output: string): Advisories | null {
  try {
    const { vulnerabilities, message } = JSON.parse(output) as Report;
    if (vulnerabilities === undefined) return { unanswered: message ?? 'the registry gave no report' };
    const shipped = shippedPlaces();
    const found = Object.entries(vulnerabilities).filter(([, { nodes }]) => nodes.some((place) => shipped.has(place)));
    const advisories = found.map(([name, { severity, range, via }]) => {
      const known = via.map((one) => (typeof one === 'string' ? `through ${one}` : `${one.title} (${one.url})`));
      return `${name} ${range}, ${severity}: ${known.join('; ')}`;
    });
    return { advisories };
  } catch {
    return null;
  }
}

const SOURCES = ['app', 'components', 'lib'];
const IMPORT = /(?:from|import|@import)\s*\(?\s*['"]((?:@[\w-]+\/)?[\w-][\w.-]*)/g;

type Dependencies = Partial<Record<string, string>>;
interface Package {
  version?: string;
  dependencies?: Dependencies;
  optionalDependencies?: Dependencies;
}
const packages: Partial<Record<string, Package>> = lock.packages;

/** @returns the development dependencies that are imported by what is built */
export function bundledPackages(): string[] {
  const names = new Set<string>();
  for (const folder of SOURCES) {
    for (const file of readdirSync(join(PROJECT, folder), { recursive: true, encoding: 'utf8' })) {
      if (!/\.(tsx?|css)$/.test(file) || /\.test\.tsx?$/.test(file)) continue;
      const text = readFileSync(join(PROJECT, folder, file), 'utf8');
      for (const [, name = ''] of text.matchAll(IMPORT)) if (name in packageJson.devDependencies) names.add(name);
    }
  }
  return [...names].sort();
}

/** @returns where packages stand that are shipped, as package-lock.json names places */
export function shippedPlaces(): ReadonlySet<string> {
  const places = new Set<string>();
  const add = (from: string, name: string) => {
    const place = packagePlace(from, name);
    if (place === null || places.has(place)) return;
    places.add(place);
    const { dependencies, optionalDependencies } = packages[place] ?? {};
    for (const next of Object.keys({ ...dependencies, ...optionalDependencies })) add(place, next);
  };
  for (const name of [...Object.keys(packageJson.dependencies), ...bundledPackages()]) add('', name);
  return places;
}

/** Where Node would find a package from a place, null where it is not installed. */
function packagePlace(from: string, name: string): string | null {
  const place = `${from === '' ? '' : `${from}/`}node_modules/${name}`;
  if (place in packages) return place;
  if (from === '') return null;
  return packagePlace(from.slice(0, Math.max(0, from.lastIndexOf('/node_modules/'))), name);
}
