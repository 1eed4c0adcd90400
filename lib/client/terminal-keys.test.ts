import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeySender, type SendOutcome, type TypedInput, typedInput } from './terminal-keys';

const text = (written: string): TypedInput => ({ kind: 'text', text: written });
const keys = (...names: string[]): TypedInput => ({ kind: 'keys', keys: names });

test('typedInput(): named keys, in both modes of the arrows', () => {
  const pressed = ['\r', '\x1b', '\t', '\x7f', '\x1b[A', '\x1bOA', '\x1b[D', '\x03', '\x04', '\x15', '\x0c', '\x12'];
  assert.deepEqual(
    pressed.map((data) => typedInput(data)),
    ['Enter', 'Escape', 'Tab', 'BSpace', 'Up', 'Up', 'Left', 'C-c', 'C-d', 'C-u', 'C-l', 'C-r'].map((name) =>
      keys(name),
    ),
  );
});

test('typedInput(): a text is typed as it is, beyond ASCII too', () => {
  assert.deepEqual(
    ['a', '/', 'ü', '漢字', '👩‍🚀'].map((data) => typedInput(data)),
    ['a', '/', 'ü', '漢字', '👩‍🚀'].map(text),
  );
});

test('typedInput(): answers of a terminal, function keys and unknown control keys are not sent', () => {
  for (const data of [
    '',
    '\x1b[?1;2c',
    '\x1b[24;80R',
    '\x1b]11;rgb:ff/ff/ff\x07',
    '\x1b[I',
    '\x1b[<0;1;1M',
    '\x1bOP',
    '\x1a',
  ]) {
    assert.equal(typedInput(data), null, JSON.stringify(data));
  }
});

/** A server that answers when it is told to. */
function slowServer() {
  const sent: TypedInput[] = [];
  const answers: ((outcome: SendOutcome) => void)[] = [];
  let notify: (() => void) | null = null;
  const failures: { detail: string; unsent: number }[] = [];
  let counted = 0;
  const sender = new KeySender({
    send: (input) => {
      sent.push(input);
      notify?.();
      return new Promise((resolve) => answers.push(resolve));
    },
    onSent: (count) => {
      counted += count;
    },
    onFailure: (detail, unsent) => failures.push({ detail, unsent }),
  });
  const whenSent = async (count: number) => {
    while (sent.length < count) {
      await new Promise<void>((resolve) => {
        notify = resolve;
      });
    }
  };
  return { sender, sent, answers, failures, whenSent, counted: () => counted };
}

test('KeySender: what is typed at once goes together, and one request waits for the other', async () => {
  const { sender, sent, answers, whenSent, failures, counted } = slowServer();
  for (const letter of 'he') sender.push(text(letter));
  sender.push(keys('BSpace'));
  sender.push(keys('BSpace'));
  sender.push(text('ok'));
  await whenSent(1);
  assert.deepEqual(sent, [text('he')]);
  sender.push(text('!'));
  answers[0]?.({ ok: true, note: null });
  await whenSent(2);
  answers[1]?.({ ok: true, note: null });
  await whenSent(3);
  assert.deepEqual(sent, [text('he'), keys('BSpace', 'BSpace'), text('ok!')]);
  assert.deepEqual([failures, counted()], [[], 4]);
});

test('KeySender: a digit that must choose a certain option goes alone', async () => {
  const { sender, sent, answers, whenSent } = slowServer();
  const digit: TypedInput = { kind: 'keys', keys: ['1'], expectedOption: 'Yes' };
  sender.push(keys('Up'));
  sender.push(digit);
  sender.push(keys('Down'));
  for (const n of [1, 2, 3]) {
    await whenSent(n);
    answers[n - 1]?.({ ok: true, note: null });
  }
  assert.deepEqual(sent, [keys('Up'), digit, keys('Down')]);
});

test('KeySender: after a failure nothing that was typed before it was known is sent, and later keys are', async () => {
  const { sender, sent, answers, failures, whenSent } = slowServer();
  sender.push(text('rm '));
  await whenSent(1);
  sender.push(text('all'));
  sender.push(keys('Enter'));
  answers[0]?.({ ok: false, detail: 'A dialog is open.' });
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(failures, [{ detail: 'A dialog is open.', unsent: 4 }]);
  sender.push(text('y'));
  await whenSent(2);
  assert.deepEqual(sent, [text('rm '), text('y')]);
});

test('KeySender: Enter for a certain screen goes alone', async () => {
  const { sender, sent, answers, whenSent } = slowServer();
  const enter: TypedInput = { kind: 'keys', keys: ['Enter'], expectedScreen: 'composer' };
  sender.push(keys('Up'));
  sender.push(enter);
  await whenSent(1);
  answers[0]?.({ ok: true, note: null });
  await whenSent(2);
  assert.deepEqual(sent, [keys('Up'), enter]);
});

test('KeySender: after a text that the screen does not show, a waiting Enter or digit of a dialog is held back', async () => {
  const { sender, sent, answers, failures, whenSent } = slowServer();
  sender.push(text('he'));
  await whenSent(1);
  sender.push(text('llo'));
  sender.push(keys('Enter'));
  sender.push(text('more'));
  answers[0]?.({ ok: true, note: 'The screen does not show it.' });
  await whenSent(2);
  assert.deepEqual(failures, [{ detail: 'The screen does not show it.', unsent: 5 }]);
  sender.push({ kind: 'keys', keys: ['1'], expectedOption: 'Yes' });
  answers[1]?.({ ok: true, note: 'The screen does not show it.' });
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(failures.at(-1)?.unsent, 1);
  sender.push(keys('Enter'));
  await whenSent(3);
  assert.deepEqual(sent, [text('he'), text('llo'), keys('Enter')], 'Enter that is pressed after that is sent');
});

test('KeySender.stop(): what was not sent is forgotten and reported', async () => {
  const { sender, sent, answers, failures, whenSent } = slowServer();
  sender.push(text('a'));
  await whenSent(1);
  sender.push(text('bc'));
  sender.push(keys('Enter'));
  sender.stop();
  answers[0]?.({ ok: true, note: null });
  sender.push(text('d'));
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(sent, [text('a')]);
  assert.deepEqual(failures, [{ detail: 'Typing was switched off.', unsent: 3 }]);
});

test('KeySender.stop(): an input on its way that fails is reported', async () => {
  const { sender, answers, failures, whenSent } = slowServer();
  sender.push(text('a'));
  await whenSent(1);
  sender.stop();
  answers[0]?.({ ok: false, detail: 'A dialog is open.' });
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(failures, [{ detail: 'A dialog is open.', unsent: 0 }]);
});

test('KeySender: more than the server can take is refused, with all that follows until everything is sent', async () => {
  const { sender, sent, answers, failures, whenSent } = slowServer();
  sender.push(text('a'));
  await whenSent(1);
  sender.push(text('x'.repeat(19_999)));
  sender.push(text('yy'));
  sender.push(text('z'));
  assert.deepEqual(
    failures.map(({ unsent }) => unsent),
    [2, 3],
  );
  answers[0]?.({ ok: true, note: null });
  await whenSent(2);
  answers[1]?.({ ok: true, note: null });
  await new Promise((resolve) => setImmediate(resolve));
  sender.push(text('b'));
  await whenSent(3);
  assert.deepEqual(sent, [text('a'), text('x'.repeat(19_999)), text('b')]);
});
