/** Files of the project that must state the same facts. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { ENDPOINTS } from '../lib/server/api/endpoints/endpoints';
import packageJson from '../package.json';

interface Workflow {
  jobs: { test: { strategy: { matrix: { node: string[] } }; steps: { run?: string; uses?: string }[] } };
}

const workflow = parse(readFileSync('.github/workflows/ci.yml', 'utf8')) as Workflow;
const nodeVersions = workflow.jobs.test.strategy.matrix.node;
const oldestVersion =
  /^>=(\d+\.\d+)$/.exec(packageJson.engines.node)?.[1] ?? 'none: engines.node must be >=MAJOR.MINOR';

/** The lines of one section of .editorconfig. */
function editorSection(name: string): Map<string, string> {
  const sections = readFileSync('.editorconfig', 'utf8').split(/^(?=\[)/m);
  const section = sections.find((text) => text.startsWith(`[${name}]`)) ?? '';
  const pairs = [...section.matchAll(/^(\w+) = (.+)$/gm)];
  return new Map(pairs.map(([, key = '', value = '']) => [key, value]));
}

test('Node versions: .nvmrc, the workflow, types, Dockerfile and documents agree with engines in package.json', () => {
  assert.equal(readFileSync('.nvmrc', 'utf8').trim(), oldestVersion);
  assert.equal(nodeVersions[0], oldestVersion, 'the workflow begins with the oldest version');
  const oldestMajor = oldestVersion.split('.')[0] ?? '';
  assert.equal(packageJson.devDependencies['@types/node'].split('.')[0], oldestMajor);
  const images = [...readFileSync('Dockerfile', 'utf8').matchAll(/^FROM node:(\d+)/gm)].map(([, major]) => major);
  assert.ok(images.length > 0 && images.every((major) => major === oldestMajor), String(images));
  for (const file of ['README.md', 'CONTRIBUTING.md']) {
    const named = /Node (\d+\.\d+) or later/.exec(readFileSync(file, 'utf8'))?.[1];
    assert.equal(named, oldestVersion, file);
  }
});

test('Node versions: the workflow runs each supported major with long-term support, once, as text', () => {
  assert.ok(
    nodeVersions.every((version) => typeof version === 'string'),
    'YAML reads 20.10 as 20.1 unless it is quoted',
  );
  assert.deepEqual(
    nodeVersions.map((version) => Number.parseInt(version, 10)),
    [20, 22, 24],
  );
});

test('workflow: checks out, sets up Node and runs .ci/run', () => {
  const { steps } = workflow.jobs.test;
  assert.deepEqual(
    steps.flatMap(({ run, uses }) => run ?? uses?.replace(/@v\d+$/, '') ?? []),
    ['actions/checkout', 'actions/setup-node', '.ci/run', 'actions/upload-artifact'],
  );
});

test('license: package.json, its lock file and LICENSE name the same one', () => {
  const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as { packages: { '': { license?: string } } };
  assert.equal(packageJson.license, 'MIT');
  assert.equal(lock.packages[''].license, packageJson.license);
  assert.match(
    readFileSync('LICENSE', 'utf8'),
    /^MIT License\n\nCopyright \(c\) \d{4} the claude-swarm-dashboard authors\n/,
  );
});

test('changelog: it has an entry for the version of package.json', () => {
  const headings = [...readFileSync('CHANGELOG.md', 'utf8').matchAll(/^## \[(.+?)\]/gm)].map(([, version]) => version);
  assert.ok(headings.includes(packageJson.version), `CHANGELOG.md has ${headings.join(', ')}`);
});

test('.editorconfig: indentation and line width are those of biome.json', () => {
  const { formatter } = JSON.parse(readFileSync('biome.json', 'utf8')) as {
    formatter: { indentStyle: string; indentWidth: number; lineWidth: number };
  };
  const everywhere = editorSection('*');
  assert.equal(everywhere.get('indent_style'), formatter.indentStyle);
  assert.equal(everywhere.get('indent_size'), String(formatter.indentWidth));
  assert.equal(everywhere.get('max_line_length'), String(formatter.lineWidth));
  assert.equal(everywhere.get('end_of_line'), 'lf');
});

test('decision records: each begins with its number, its status and a date, and a later one replaces an earlier one', () => {
  const records = readdirSync('docs/decisions').sort();
  const numbers = records.map((file) => Number(/^(\d{4})-[a-z0-9-]+\.md$/.exec(file)?.[1] ?? Number.NaN));
  for (const [order, file] of records.entries()) {
    const text = readFileSync(`docs/decisions/${file}`, 'utf8');
    const head = /^# (\d+)\. .+\n\nStatus: (?:accepted|superseded by (\d+)), \d{4}-\d\d-\d\d\b/.exec(text);
    assert.equal(
      Number(head?.[1]),
      numbers[order],
      `${file} must begin with "# N. Title" and "Status: accepted, YYYY-MM-DD"`,
    );
    const later = head?.[2] === undefined ? null : Number(head[2]);
    if (later !== null)
      assert.ok(later > (numbers[order] as number) && numbers.includes(later), `${file}: no record ${later}`);
  }
  assert.equal(new Set(numbers).size, numbers.length, 'two records have the same number');
});

/** README, guides, docs/ and its records, by path. */
function documents(): Map<string, string> {
  const below = ['.', 'docs', 'docs/decisions'].flatMap((folder) =>
    readdirSync(folder).map((name) => join(folder, name)),
  );
  return new Map(below.filter((path) => path.endsWith('.md')).map((path) => [path, readFileSync(path, 'utf8')]));
}

test('documents: every source file that they name exists', () => {
  const missing = [...documents()].flatMap(([document, text]) =>
    [...text.matchAll(/`((?:app|bench|bin|components|docs|e2e|lib|scripts|test)\/[^`*<>\s]*)`/g)]
      .map(([, path = '']) => path)
      .filter((path) => !['', '.ts', '.tsx'].some((ending) => existsSync(path + ending)))
      .map((path) => `${document}: ${path}`),
  );
  assert.deepEqual(missing, []);
});

test('documents: every link to a file of the repository, and to a heading in it, has a target', () => {
  const anchors = (text: string) =>
    [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(' ', '-'),
    );
  const broken = [...documents()].flatMap(([document, text]) =>
    [...text.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g)].flatMap(([, path = '', anchor]) => {
      const target = path === '' ? document : join(dirname(document), path);
      if (!existsSync(target)) return [`${document}: ${target}`];
      const known = anchor === undefined || anchors(readFileSync(target, 'utf8')).includes(anchor);
      return known ? [] : [`${document}: ${target}#${anchor}`];
    }),
  );
  assert.deepEqual(broken, []);
});

test('README: its table of the API lists every endpoint', () => {
  const text = readFileSync('README.md', 'utf8');
  const missing = ENDPOINTS.filter(({ method = 'GET', path }) =>
    // Paths that are read may share a row; `?` begins a query.
    method === 'GET'
      ? !new RegExp(`${path.replaceAll(/[{}.]/g, '\\$&')}[\`?]`).test(text)
      : !text.includes(`\`${method} ${path}\``),
  ).map(({ method = 'GET', path }) => `${method} ${path}`);
  assert.deepEqual(missing, []);
});

test('documents: no command asks the registry of npm for this package, which is not there', () => {
  const found = [...documents()].flatMap(([document, text]) =>
    [...text.matchAll(/npx(?: --yes)? claude-swarm-dashboard\b|"npx", "args": \["claude-swarm-dashboard"/g)].map(
      ([command]) => `${document}: ${command}`,
    ),
  );
  assert.deepEqual(found, []);
});
