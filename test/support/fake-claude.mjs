// A stand-in for Claude Code in a terminal: draws its composer and dialogs, writes its session file and transcript, and
// logs everything that it gets. Driven by lines in a control file. FAKE_FOLDER is the folder of Claude Code, FAKE_STATE
// one of its own.
import { randomUUID } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

const {
  FAKE_FOLDER,
  FAKE_STATE,
  FAKE_SOCKET = '',
  FAKE_TAKES = 'yes',
  FAKE_SEED = '',
  FAKE_TRANSCRIPT = 'yes',
} = process.env;
const PROMPT = '❯\u00a0';
/** The screen of tmux is behind by a frame; Claude Code ignores Enter for that long after a dialog appears. */
const FRAME_MS = 50;
const WORK_MS = 30;
const [BEGIN, END] = ['\u001b[200~', '\u001b[201~'];
const PASTES = new RegExp(`(${BEGIN.replace('[', '\\[')}.*?${END.replace('[', '\\[')})`, 's');

const session = {
  pid: process.pid,
  procStart: readFileSync('/proc/self/stat', 'latin1')
    .replace(/^.*\) /s, '')
    .split(' ')[19],
  pidDomain: `linux:${machineId()}:${readlinkSync('/proc/self/ns/pid')}`,
  sessionId: randomUUID(),
  cwd: process.cwd(),
  startedAt: Date.now(),
  version: '2.1.332',
  kind: 'interactive',
  entrypoint: 'cli',
  tmux: `fake:@0.${process.env.TMUX_PANE}`,
  ...(FAKE_SOCKET && { messagingSocketPath: FAKE_SOCKET }),
  name: `fake-${process.pid}`,
  status: 'idle',
};
const transcript = join(
  FAKE_FOLDER,
  'projects',
  process.cwd().replace(/[^A-Za-z0-9]/g, '-'),
  `${session.sessionId}.jsonl`,
);
mkdirSync(join(transcript, '..'), { recursive: true });
mkdirSync(join(FAKE_FOLDER, 'sessions'), { recursive: true });

let [composer, pasted, stash, mode, dialogSince] = ['', '', null, 'composer', 0];
const history = [];
const queue = [];
let held = false;
let working = null;

function machineId() {
  for (const file of ['/etc/machine-id', '/var/lib/dbus/machine-id']) {
    try {
      const id = readFileSync(file, 'utf8').trim();
      if (id) return id;
    } catch {}
  }
  return 'none';
}

function log(entry) {
  appendFileSync(join(FAKE_STATE, 'log.jsonl'), `${JSON.stringify(entry)}\n`);
}

function write(line) {
  if (FAKE_TRANSCRIPT === 'yes')
    appendFileSync(
      transcript,
      `${JSON.stringify({ ...line, timestamp: new Date().toISOString(), sessionId: session.sessionId })}\n`,
    );
}

function setStatus(status, waitingFor) {
  const { waitingFor: _, ...rest } = session;
  Object.assign(session, { status, updatedAt: Date.now(), statusUpdatedAt: Date.now() });
  const content = {
    ...rest,
    status,
    updatedAt: Date.now(),
    statusUpdatedAt: Date.now(),
    ...(waitingFor && { waitingFor }),
  };
  writeFileSync(join(FAKE_FOLDER, 'sessions', `${process.pid}.json`), JSON.stringify(content));
}

function draw() {
  const { columns = 80, rows = 24 } = process.stdout;
  const rule = '─'.repeat(columns);
  let lines;
  let cursor;
  if (mode === 'composer') {
    const wrapped = composer.split('\n').flatMap((line) => wrap(line, columns - 2));
    const bottom = [
      rule,
      ...wrapped.map((line, index) => (index === 0 ? PROMPT : '  ') + line),
      rule,
      '  ⏸ manual mode on',
    ];
    lines = [...history.slice(-Math.max(0, rows - bottom.length - 1)), ...bottom];
    const last = wrapped.at(-1) ?? '';
    cursor = [lines.length - 2, 3 + [...last].length];
  } else {
    lines = [
      ...history.slice(-6),
      rule,
      ' Bash command',
      '   rm -rf build',
      ' Do you want to proceed?',
      ' \u001b[38;5;153m❯\u001b[39m 1. Yes',
      '   2. No',
      ' Esc to cancel',
    ];
    cursor = [lines.length - 2, 2];
  }
  process.stdout.write(`\u001b[H\u001b[2J${lines.join('\r\n')}\u001b[${cursor[0]};${cursor[1]}H`);
}

function wrap(line, width) {
  const letters = [...line];
  const parts = [];
  do parts.push(letters.splice(0, width).join(''));
  while (letters.length > 0);
  return parts;
}

function paste(text) {
  const lines = text.split('\n').length;
  if (text.length > 800 || lines > 3) {
    pasted = text;
    composer += `[Pasted text #1 +${lines} lines]`;
  } else composer += text;
}

function submit(text, more) {
  if (working !== null || held) {
    write({ type: 'queue-operation', operation: 'enqueue', content: text });
    queue.push([text, more]);
    return;
  }
  take(text, more);
}

function take(text, { isText = false, ...more } = {}) {
  setStatus('busy');
  working = setTimeout(() => {
    working = null;
    setStatus(mode === 'dialog' ? 'waiting' : 'idle', mode === 'dialog' ? 'permission prompt' : undefined);
    if (!held) next();
  }, WORK_MS);
  if (text.startsWith('/') && !isText) {
    log({ command: text });
    write({ type: 'user', message: { role: 'user', content: `<command-name>${text}</command-name>` } });
    return;
  }
  log({ got: text });
  const user = { type: 'user', message: { role: 'user', content: text }, origin: { kind: 'human' }, ...more };
  setTimeout(() => write(user), 10);
}

function next() {
  const first = queue.shift();
  if (!first) return;
  write({ type: 'queue-operation', operation: 'dequeue' });
  take(...first);
}

function key(letter) {
  if (letter === '\r') {
    if (composer.trim() === '') return;
    const text = pasted ? composer.replace(/\[Pasted text #1[^\]]*\]/, () => pasted) : composer;
    if (text.endsWith('\\')) {
      composer = `${composer.slice(0, -1)}\n`;
      return;
    }
    history.push(`❯ ${composer.slice(0, 40).replaceAll('\n', ' ')}`);
    [composer, pasted] = [stash ?? '', ''];
    stash = null;
    // A line feed before a slash makes it plain text.
    submit(text.trim(), { isText: text.startsWith('\n') });
  } else if (letter === '\u007f') {
    composer = composer.slice(0, -1);
  } else if (letter === '\u0013') {
    if (composer !== '') [stash, composer] = [composer, ''];
  } else if (letter >= ' ' || letter === '\n') composer += letter;
}

function input(data) {
  if (mode === 'dialog' && (/^[1-9]$/.test(data) || data === '\u001b')) {
    log({ answered: data });
    closeDialog();
    return;
  }
  if (mode === 'dialog') {
    log({ [performance.now() - dialogSince < FRAME_MS ? 'swallowed' : 'violation']: data });
    return;
  }
  if (data === '\u001b' && held) {
    log({ interrupted: data });
    obey('free');
    return;
  }
  for (const part of data.split(PASTES)) {
    const text = part.startsWith(BEGIN) ? part.slice(BEGIN.length, -END.length) : undefined;
    if (text !== undefined) paste(text.replace(/\r\n?/g, '\n'));
    else for (const letter of part) key(letter);
  }
  draw();
}

function openDialog() {
  mode = 'dialog';
  dialogSince = performance.now();
  draw();
  setStatus('waiting', 'permission prompt');
  log({ dialog: true });
}

function closeDialog() {
  mode = 'composer';
  draw();
  setStatus(held || working ? 'busy' : 'idle');
}

function obey(words) {
  const [name, ...rest] = words.split(' ');
  if (name === 'dialog') openDialog();
  else if (name === 'close') closeDialog();
  else if (name === 'busy') {
    held = true;
    setStatus('busy');
  } else if (name === 'free') {
    held = false;
    setStatus('idle');
    next();
  } else if (name === 'draft') {
    composer += rest.join(' ');
    draw();
  } else if (name === 'composer') log({ composer });
  else if (name === 'end') process.exit(0);
}

/** Opens dialogs and begins to work at random moments. */
function disturb(seed) {
  let state = Number(seed);
  const random = () => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return state / 2147483648;
  };
  const step = () => {
    const what = random();
    const [begin, end] = what < 0.5 ? [openDialog, closeDialog] : [() => obey('busy'), () => obey('free')];
    begin();
    setTimeout(
      () => {
        end();
        setTimeout(step, 100 + random() * 900);
      },
      50 + random() * 500,
    );
  };
  setTimeout(step, random() * 1000);
}

let rest = '';
process.stdin.setRawMode(true);
process.stdin.setEncoding('utf8');
process.stdin.on('data', (data) => {
  rest += data;
  // A paste may come in several parts.
  if (rest.includes(BEGIN) && !rest.includes(END) && mode === 'composer') return;
  const whole = rest;
  rest = '';
  input(whole);
});
process.stdout.write('\u001b[?1049h\u001b[?2004h');
process.stdout.on('resize', draw);
const control = join(FAKE_STATE, 'control');
setInterval(() => {
  if (!existsSync(control)) return;
  renameSync(control, `${control}.taken`);
  const lines = readFileSync(`${control}.taken`, 'utf8').trim().split('\n');
  for (const line of lines) obey(line);
  rmSync(`${control}.taken`);
}, 10);
if (FAKE_SOCKET) {
  createServer((socket) => {
    let text = '';
    socket.setEncoding('utf8').on('data', (data) => {
      text += data;
    });
    socket.on('error', () => {});
    socket.on('end', () => {
      if (FAKE_TAKES !== 'yes') return;
      const { msg_id, message } = JSON.parse(text.trim().split('\n').at(-1));
      const body = message.content.replace(/<\/?cross-session-message[^>]*>/g, '').trim();
      submit(body, {
        origin: { kind: 'peer', msg_id },
        message: { role: 'user', content: message.content },
        isMeta: true,
      });
    });
  }).listen(FAKE_SOCKET);
}
setStatus('idle');
draw();
log({ started: process.pid, sessionId: session.sessionId });
if (FAKE_SEED) disturb(FAKE_SEED);
