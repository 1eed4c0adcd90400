import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PermissionAnswerBody } from '../contract/permission-requests';
import { hookAnswer } from './permission-answer';

const QUESTIONS = {
  questions: [
    { question: 'Which database?', header: 'Database', multiSelect: false, options: [{ label: 'SQLite' }] },
    { question: 'Which extras?', multiSelect: true, options: [{ label: 'Logs' }, { label: 'Metrics' }] },
  ],
};
const RULE = {
  type: 'addRules',
  rules: [{ toolName: 'Bash', ruleContent: 'ls' }],
  behavior: 'allow',
  destination: 'localSettings',
};

const tool = { toolName: 'Bash', toolInput: { command: 'ls' }, suggestions: [RULE] };
const question = { toolName: 'AskUserQuestion', toolInput: QUESTIONS, suggestions: [] };
const plan = { toolName: 'ExitPlanMode', toolInput: { plan: '# Plan' }, suggestions: [] };

function decision(asked: typeof tool | typeof question | typeof plan, body: PermissionAnswerBody) {
  return hookAnswer(asked, body).hookSpecificOutput.decision;
}

test('hookAnswer(): a tool is allowed as it is, or with exactly the update that was suggested', () => {
  assert.deepEqual(decision(tool, { behavior: 'allow' }), { behavior: 'allow' });
  assert.deepEqual(decision(tool, { behavior: 'allow', suggestion: 0 }), {
    behavior: 'allow',
    updatedPermissions: [RULE],
  });
  for (const suggestion of [1, 99]) {
    assert.throws(() => decision(tool, { behavior: 'allow', suggestion }), { code: 'invalid_parameter' });
  }
});

test('hookAnswer(): a refusal carries its message, or says where it comes from', () => {
  const told = (message?: string) => decision(tool, { behavior: 'deny', ...(message !== undefined && { message }) });
  assert.deepEqual(told(' Not now. '), { behavior: 'deny', message: 'Not now.' });
  for (const blank of [undefined, '', '  \n']) {
    assert.deepEqual(told(blank), { behavior: 'deny', message: 'Denied in the dashboard.' });
  }
});

test('hookAnswer(): a question needs an answer to each of its questions, and gets its own input with them', () => {
  const answers = { 'Which database?': 'DuckDB, written freely', 'Which extras?': ['Logs', 'Metrics'] };
  assert.deepEqual(decision(question, { behavior: 'allow', answers }), {
    behavior: 'allow',
    updatedInput: {
      ...QUESTIONS,
      answers: { 'Which database?': 'DuckDB, written freely', 'Which extras?': 'Logs, Metrics' },
    },
  });
  const wrong: (PermissionAnswerBody['answers'] | undefined)[] = [
    undefined,
    {},
    { 'Which database?': 'SQLite' },
    { ...answers, 'Which extras?': [] },
    { ...answers, 'Which database?': '  ' },
    { ...answers, 'Not asked?': 'yes' },
  ];
  for (const given of wrong) {
    const body: PermissionAnswerBody = { behavior: 'allow', ...(given !== undefined && { answers: given }) };
    assert.throws(() => decision(question, body), { code: 'invalid_parameter' }, JSON.stringify(given));
  }
  for (const toolInput of [null, {}, { questions: 'x' }, { questions: [{}] }] as unknown as (typeof QUESTIONS)[]) {
    assert.throws(() => decision({ ...question, toolInput }, { behavior: 'allow', answers: {} }), /no question/);
  }
});

test('hookAnswer(): a plan is allowed with an empty input, and with a mode if one is chosen', () => {
  assert.deepEqual(decision(plan, { behavior: 'allow' }), { behavior: 'allow', updatedInput: {} });
  assert.deepEqual(decision(plan, { behavior: 'allow', mode: 'default' }), { behavior: 'allow', updatedInput: {} });
  assert.deepEqual(decision(plan, { behavior: 'allow', mode: 'acceptEdits' }), {
    behavior: 'allow',
    updatedInput: {},
    updatedPermissions: [{ type: 'setMode', mode: 'acceptEdits', destination: 'session' }],
  });
});

test('hookAnswer(): what belongs to another kind of answer is refused, not ignored', () => {
  const wrong: [asked: typeof tool, body: PermissionAnswerBody][] = [
    [tool, { behavior: 'allow', message: 'x' }],
    [tool, { behavior: 'allow', answers: {} }],
    [tool, { behavior: 'allow', mode: 'acceptEdits' }],
    [tool, { behavior: 'deny', suggestion: 0 }],
    [tool, { behavior: 'deny', answers: {} }],
  ];
  for (const [asked, body] of wrong) {
    assert.throws(() => decision(asked, body), { code: 'invalid_parameter' }, JSON.stringify(body));
  }
});
