import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Choice, find } from './palette';

const choice = (label: string, group = 'Page'): Choice => ({ id: label, label, group, keys: null, run: () => {} });
const choices = [
  choice('Go to messages', 'Panels'),
  choice('Choose agent-1', 'Agents'),
  choice('Choose agent-12', 'Agents'),
  choice('Message the void'),
  choice('Copy the link to this view'),
];
const labels = (query: string) => find(choices, query).map(({ label }) => label);

test('find(): an empty query returns all choices in their order', () => {
  assert.deepEqual(
    labels('  '),
    choices.map(({ label }) => label),
  );
});

test('find(): every word must occur, in any order and case', () => {
  assert.deepEqual(labels('LINK copy'), ['Copy the link to this view']);
  assert.deepEqual(labels('agents 12'), ['Choose agent-12']);
  assert.deepEqual(labels('nothing like this'), []);
});

test('find(): a label that starts with the query comes first', () => {
  assert.deepEqual(labels('message'), ['Message the void', 'Go to messages']);
});

test('find(): a long list is cut', () => {
  const many = Array.from({ length: 500 }, (_, index) => choice(`Choose agent-${index}`));
  assert.ok(find(many, 'agent').length <= 60);
});
