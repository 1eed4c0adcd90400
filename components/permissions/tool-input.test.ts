import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allAdded, lineDiff } from './line-diff';
import { answersFrom } from './question-form';
import { timeLeft } from './time-left';
import { readPlan, readQuestions, readToolInput, suggestionWords } from './tool-input';

test('readToolInput(): a command, a file and edits have their parts, and no field is hidden', () => {
  assert.deepEqual(readToolInput({ command: 'ls', description: 'List', timeout: 9 }), {
    ...{ kind: 'command', command: 'ls', description: 'List', more: '{\n  "timeout": 9\n}' },
  });
  assert.deepEqual(readToolInput({ command: 'ls', description: 7 }), {
    ...{ kind: 'command', command: 'ls', description: null, more: '{\n  "description": 7\n}' },
  });
  assert.deepEqual(readToolInput({ file_path: '/a', content: 'x' }), {
    ...{ kind: 'file', path: '/a', content: 'x', more: null },
  });
  assert.deepEqual(readToolInput({ file_path: '/a', old_string: 'x', new_string: 'y', replace_all: true }), {
    ...{ kind: 'edits', path: '/a', edits: [{ before: 'x', after: 'y' }], more: '{\n  "replace_all": true\n}' },
  });
  const edits = [
    { old_string: 'x', new_string: 'y' },
    { old_string: '1', new_string: '2', replace_all: true },
  ];
  const several = readToolInput({ file_path: '/a', edits });
  assert.ok(several.kind === 'edits');
  assert.equal(several.edits.length, 2);
  assert.match(several.more ?? '', /replace_all/);
});

test('readToolInput(): anything else is JSON in full, and what was too long is named', () => {
  assert.deepEqual(readToolInput(null), { kind: 'none' });
  for (const input of [[], 'x', 7, {}, { file_path: '/a' }, { file_path: '/a', edits: [{ old_string: 'x' }] }]) {
    assert.deepEqual(readToolInput(input), { kind: 'json', text: JSON.stringify(input, null, 2) });
  }
});

test('readQuestions(): questions that cannot be read whole are none, so that they are shown as JSON', () => {
  const one = {
    question: 'A?',
    header: 'H',
    multiSelect: true,
    options: [{ label: 'x', description: 'd' }, { no: 1 }],
  };
  assert.deepEqual(readQuestions({ questions: [one] }), [
    { text: 'A?', header: 'H', options: [{ label: 'x', description: 'd' }], multiple: true },
  ]);
  for (const input of [null, {}, { questions: [one, {}] }, { questions: 'x' }])
    assert.deepEqual(readQuestions(input), []);
  assert.deepEqual([readPlan({ plan: 'x' }), readPlan({ plan: 1 }), readPlan(null)], ['x', null, null]);
});

test('answersFrom(): null until each question is answered', () => {
  const questions = readQuestions({ questions: [{ question: 'A?' }, { question: 'B?' }] });
  assert.equal(answersFrom(questions, []), null);
  assert.equal(answersFrom(questions, [{ chosen: ['x'], written: '' }]), null);
  assert.equal(answersFrom([], []), null);
  assert.deepEqual(
    answersFrom(questions, [
      { chosen: ['x'], written: ' ' },
      { chosen: [], written: ' free ' },
    ]),
    {
      'A?': ['x'],
      'B?': ['free'],
    },
  );
});

test('suggestionWords(): says what is allowed from then on, and where', () => {
  const rule = (destination: string) => ({
    ...{ type: 'addRules', behavior: 'allow', rules: [{ toolName: 'Bash', ruleContent: 'npm test:*' }], destination },
  });
  assert.equal(suggestionWords(rule('localSettings')), 'don’t ask again for Bash(npm test:*) in this project, for you');
  assert.equal(
    suggestionWords({ type: 'setMode', mode: 'acceptEdits', destination: 'session' }),
    'switch to the mode acceptEdits in this session',
  );
  assert.equal(
    suggestionWords({ type: 'addDirectories', directories: ['/tmp'], destination: 'session' }),
    'allow access to /tmp in this session',
  );
  assert.match(suggestionWords({ ...rule('session'), behavior: 'deny' }), /^apply \{/);
  assert.match(suggestionWords({ type: 'new' }), /^apply \{/);
});

test('lineDiff(): marks removed, added and kept lines', () => {
  assert.deepEqual(lineDiff('a\nb\n', 'a\nc\n'), [
    { sign: ' ', text: '  a' },
    { sign: '-', text: '- b' },
    { sign: '+', text: '+ c' },
  ]);
  assert.deepEqual(lineDiff('', ''), []);
  assert.deepEqual(allAdded('x\ny'), [{ sign: '+', text: '+ x\n+ y' }]);
});

test('timeLeft(): minutes and seconds', () => {
  assert.deepEqual(
    [timeLeft(590_000), timeLeft(45_000), timeLeft(500), timeLeft(0)],
    ['Held for 9:50 more.', 'Held for 0:45 more.', 'Held for 0:01 more.', 'It is let go now.'],
  );
});
