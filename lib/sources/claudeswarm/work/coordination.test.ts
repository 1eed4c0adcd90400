import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { samples } from '../../../../test/support/samples';
import { parseCoordination } from './coordination';

const parse = (text: string) => parseCoordination(Buffer.from(text));

test('parseCoordination(): the title, the sections and the table of the sample', () => {
  const root = samples().find(({ name }) => name === 'normal-swarm')?.root ?? '';
  const document = parseCoordination(readFileSync(join(root, 'COORDINATION.md')));
  assert.equal(document.title, 'Coordination File - Sample Shop');
  assert.deepEqual(
    document.sections.map(({ title }) => title),
    ['Sprint Goals', 'Current Work', 'Blocked Items', 'Code Review Queue', 'Decisions'],
  );
  assert.deepEqual(document.current_work, {
    columns: ['Agent', 'Task', 'Status', 'Started'],
    rows: [['agent-0', 'Checkout endpoints', 'In Progress', '2026-02-03']],
  });
  assert.deepEqual([document.left_off, document.truncated, document.preamble], [0, false, null]);
});

test('parseCoordination(): a row of dashes has nothing else, however long it is', () => {
  const tableOf = (row: string) => parse(`## Current Work\n| A | B |\n${row}\n| 1 | 2 |`).current_work;
  for (const row of ['|---|---|', '---|---', ' | :-: | --- ', '-'.repeat(50_000)]) {
    assert.deepEqual(tableOf(row), { columns: ['A', 'B'], rows: [['1', '2']] });
  }
  for (const row of ['', '| | |', '|---|x|', `${'-'.repeat(50_000)}x`]) assert.equal(tableOf(row), null);
});

test('parseCoordination(): a document without the form of the tool', () => {
  const empty = parse('');
  assert.deepEqual([empty.title, empty.sections, empty.current_work, empty.text], [null, [], null, '']);
  const other = parse('\ufeffnotes\r\n## A\r\nx\r\n```sh\r\n## no heading\r\n```\r\n### B\r\n# C\r\n##D\r\n## E');
  assert.equal(other.preamble, 'notes');
  assert.deepEqual(other.sections, [
    { title: 'A', text: 'x\n```sh\n## no heading\n```\n### B\n# C\n##D', line: 2 },
    { title: 'E', text: '', line: 10 },
  ]);
  assert.equal(parse('# T\nlost at the next update\n## A').preamble, 'lost at the next update');
});

test('parseCoordination(): cells keep escaped bars, and rows have as many cells as there are columns', () => {
  const { current_work } = parse('## Current Work\n\n|A|B|\n|:-|-:|\n|a \\| b|\n| 1 | 2 | 3 |\n\n| no | row |');
  assert.deepEqual(current_work, {
    columns: ['A', 'B'],
    rows: [
      ['a | b', ''],
      ['1', '2'],
    ],
  });
  assert.equal(parse('## Current Work\n| A |\nno dashes').current_work, null);
});

test('parseCoordination(): sections, rows and the text are bounded, and what is left off is said', () => {
  const long = parse(`# T\n${'## s\n'.repeat(103)}${'x'.repeat(200_001)}`);
  assert.deepEqual([long.sections.length, long.left_off, long.truncated, long.text?.length], [100, 3, true, 200_000]);
  const rows = parse(`## Current Work\n|A|\n|-|\n${'|a|\n'.repeat(300)}`);
  assert.equal(rows.current_work?.rows.length, 200);
});

test('parseCoordination(): any bytes are read, and the sections are parts of the text', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('# ', '## ', '|', '-', '\n', 'a', '```', '\\', '\r\n', '\u00e4')), (parts) => {
      const { text, sections } = parse(parts.join(''));
      for (const section of sections) assert.ok(text?.replaceAll('\r', '').includes(section.text.replaceAll('\r', '')));
    }),
  );
  parseCoordination(Buffer.from([0xff, 0xfe, 0x00, 0x23, 0x20]));
});
